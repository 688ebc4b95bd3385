"""Why a project runs, is slow or rests: its weeks as spells of one reason each."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from itertools import groupby

from app.web.reading.frames import Reading, rows
from solver.words import number

QUIET = ("full pace", "complete")


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
    pace = "–" if max(paces) <= 0 else f"{low} %" if low == high else f"{low} to {high} %"
    return Why(weeks[0][0], weeks[-1][0], len(weeks), weeks[0][1], weeks[0][2], pace)


def first_asked(reading: Reading) -> str:
    """The project that a reader asks about first: the one with most weeks short of full pace, by value."""
    short: dict[str, float] = {}
    for _, project, reason, _ in rows(reading.plan.reasons):
        if reason not in QUIET and project in reading.problem.project:
            short[project] = short.get(project, 0.0) + reading.problem.project[project].value
    known = [p.project for p in reading.problem.projects]
    return max(known, key=lambda p: (short.get(p, 0.0), p)) if known else ""
