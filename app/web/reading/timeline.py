"""The timeline: each project's weeks as spells of run, slow, back, paused, waiting and complete."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from itertools import groupby

from app.web.reading.frames import Reading, Week
from app.web.reading.values import FULL
from solver.plan import State
from solver.records import Project

WORDS = {
    "run": "runs at full pace", "slow": "runs slower", "back": "back from its pause", "paused": "paused",
    "wait": "not started", "done": "complete",
}  # fmt: skip
"""The states of a spell, in words; also the legend."""


@dataclass(frozen=True, slots=True)
class Spell:
    """Consecutive weeks in one state; pace is the mean."""

    kind: str
    weeks: int
    start: date
    pace: float

    @property
    def text(self) -> str:
        """What the bar says, as long as its length allows."""
        percent = f"{100 * self.pace:.0f}"
        words = {"run": "run", "slow": f"slow {percent} %", "back": f"back {percent} %", "paused": "paused",
                 "wait": "not started", "done": "complete"}  # fmt: skip
        short = {"run": "R", "slow": percent, "back": "B", "paused": "P", "wait": "–", "done": "✓"}
        return words[self.kind] if self.weeks > 2 else short[self.kind]

    @property
    def title(self) -> str:
        """The whole fact, for pointer and screen reader."""
        pace = f" at {100 * self.pace:.0f} % pace" if self.kind in ("slow", "back") else ""
        count = "1 week" if self.weeks == 1 else f"{self.weeks} weeks"
        return f"{WORDS[self.kind]}{pace}, {count} from {self.start.isoformat()}"


@dataclass(frozen=True, slots=True)
class Line:
    """A project on the timeline, with the plan of record's spells where they differ."""

    project: str
    name: str
    program: str
    stance: str
    spells: tuple[Spell, ...]
    record: tuple[Spell, ...] = ()


def in_order(reading: Reading, find: str = "") -> list[Project]:
    """The projects as the timeline has them, by program; only those that hold every word of `find`."""
    words = find.lower().split()
    found = [p for p in reading.problem.projects if not words or _holds(p, words)]
    return sorted(found, key=lambda p: (p.program, p.priority, p.project))


def _holds(project: Project, words: list[str]) -> bool:
    text = f"{project.project} {project.name} {project.program} {project.owner}".lower()
    return all(word in text for word in words)


def timeline(reading: Reading, record: Reading | None = None, projects: Iterable[Project] | None = None) -> list[Line]:
    """One line per project, of all or of these; `record` is the plan beside which it is shown."""
    beside = record if record is not None and record.problem.weeks == reading.problem.weeks else None
    lines = []
    for row in in_order(reading) if projects is None else projects:
        name, dates = row.project, reading.problem.weeks
        own = spells(dates, reading.weeks[name])
        other = spells(dates, beside.weeks[name]) if beside and name in beside.weeks else own
        same = [(s.kind, s.weeks) for s in own] == [(s.kind, s.weeks) for s in other]
        shown = () if same else other
        lines.append(Line(name, reading.label(name), row.program, reading.stance(name), own, shown))
    return lines


def spells(dates: tuple[date, ...], weeks: list[Week]) -> tuple[Spell, ...]:
    """The weeks grouped into spells; the first running spell after a pause is `back`."""
    kinds: list[str] = []
    for week in weeks:
        kind = _kind(week)
        if kind in ("run", "slow") and kinds and kinds[-1] in ("paused", "back"):
            kind = "back" if kinds[-1] == "paused" or kind == "slow" else kind
        kinds.append(kind)
    found, t = [], 0
    for kind, group in groupby(kinds):
        count = len(list(group))
        found.append(Spell(kind, count, dates[t], sum(w.pace for w in weeks[t : t + count]) / count))
        t += count
    return tuple(found)


def _kind(week: Week) -> str:
    if week.state is State.RUNNING:
        return "run" if week.pace >= FULL else "slow"
    return {State.PAUSED: "paused", State.WAITING: "wait", State.COMPLETE: "done"}[week.state]
