"""Why a project runs, is slow or rests: its weeks as spells of one reason each."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from itertools import groupby

from app.web.language import _
from app.web.reading.frames import Reading, rows
from solver.plan import State
from solver.words import number

SHORT = (State.RUNNING, State.PAUSED)


@dataclass(frozen=True, slots=True)
class Why:
    """Weeks in a row with one reason; the sentence is that of the first of them."""

    first: date
    last: date
    weeks: int
    reason: str
    detail: str
    pace: str


def why(reading: Reading, project: str) -> list[Why]:
    """The spells of a project; weeks without a reason in the table are left out."""
    weeks = reading.weeks.get(project, [])
    found = [
        (week, reason, detail, weeks[t].pace)
        for week, name, reason, detail in rows(reading.plan.reasons)
        if name == project and (t := reading.problem.week_index(week)) < len(weeks)
    ]
    return [_spell(list(group)) for _, group in groupby(sorted(found), key=lambda row: row[1])]


def _spell(weeks: list[tuple[date, str, str, float]]) -> Why:
    paces = [100.0 * pace for *_, pace in weeks]
    low, high = number(min(paces), 0), number(max(paces), 0)
    pace = "–" if max(paces) <= 0 else f"{low} %" if low == high else _("%(low)s to %(high)s %%", low=low, high=high)
    return Why(weeks[0][0], weeks[-1][0], len(weeks), weeks[0][1], weeks[0][2], pace)


def first_asked(reading: Reading) -> str:
    """The project that a reader asks about first: the one that lacks most of full pace, by value."""
    short = {
        p.project: p.value * sum(1.0 - week.pace for week in reading.weeks[p.project] if week.state in SHORT)
        for p in reading.problem.projects
    }
    return max(short, key=lambda p: (short[p], p)) if short else ""
