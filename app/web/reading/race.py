"""The race against business as usual: what a plan's change costs week by week, and from when on it has paid off."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import accumulate

from app.web.reading.frames import Reading, Week, once
from app.web.reading.values import weekly_values
from solver.classes import COMPLETE_AT
from solver.ledger import today_pace
from solver.plan import State
from solver.problem import Problem
from solver.records import Project

NOISE = 1e-6
RECENT = 4
"""The number of last weeks whose mean says how fast a plan gains at the end."""


@dataclass(frozen=True, slots=True)
class Race:
    """A plan's value up to and including each week, less that of business as usual.

    `lowest` is the week in which it is furthest behind; `even` the first week from which it is never behind again.
    Both are None for a plan that is never behind; `even` alone for one that is still behind at the end.
    """

    name: str
    weeks: tuple[date, ...]
    ahead: tuple[float, ...]
    lowest: int | None
    even: int | None

    @property
    def cost(self) -> float:
        """What the lap costs: the most that it is ever behind."""
        return 0.0 if self.lowest is None else -self.ahead[self.lowest]

    @property
    def gain(self) -> float:
        """How far ahead it is at the end of the horizon."""
        return self.ahead[-1]

    @property
    def pace(self) -> float:
        """What it gains a week, as the mean of the last weeks."""
        last = self.ahead[-RECENT - 1 :]
        return (last[-1] - last[0]) / max(1, len(last) - 1)

    @property
    def more_weeks(self) -> float | None:
        """How many weeks after the horizon it would be even at that pace; None where it never would, or is."""
        if self.lowest is None or self.even is not None or self.pace <= NOISE:
            return None
        return -self.gain / self.pace


def race(name: str, weeks: Sequence[date], values: Sequence[float], usual: Sequence[float]) -> Race:
    """A plan's weekly values against those of business as usual."""
    ahead = tuple(accumulate(a - b for a, b in zip(values, usual, strict=True)))
    lowest = min(range(len(ahead)), key=lambda t: (ahead[t], t))
    if ahead[lowest] >= -NOISE:
        return Race(name, tuple(weeks), ahead, None, None)
    behind = max(t for t, value in enumerate(ahead) if value < -NOISE)
    return Race(name, tuple(weeks), ahead, lowest, behind + 1 if behind + 1 < len(ahead) else None)


@once
def totals(reading: Reading) -> list[float]:
    """The value of each week, all projects that are not done together."""
    problem = reading.problem
    return _sum(problem, {p.project: reading.weeks[p.project] for p in problem.projects})


@once
def as_usual(reading: Reading) -> list[float]:
    """The same for the problem that a plan answers."""
    return usual(reading.problem, reading.policy)


def usual(problem: Problem, policy: str) -> list[float]:
    """The value of each week when everybody keeps what he has today, and builds under way go on at today's pace."""
    return _sum(problem, {p.project: _as_today(problem, policy, p) for p in problem.projects})


def _sum(problem: Problem, weeks: dict[str, list[Week]]) -> list[float]:
    open_projects = [p for p in problem.projects if p.status != "done"]
    worth = [weekly_values(problem, p, weeks[p.project]) for p in open_projects]
    return [sum(column) for column in zip(*worth, strict=True)] or [0.0] * problem.head.weeks


def _as_today(problem: Problem, policy: str, project: Project) -> list[Week]:
    if project.status != "running":
        return [Week(State.WAITING, 0.0, project.progress)] * problem.head.weeks
    pace = min(1.0, today_pace(problem, policy, project))
    if project.kind == "run":
        return [Week(State.RUNNING, pace, 0.0)] * problem.head.weeks
    found, progress = [], project.progress
    for _ in problem.weeks:
        done = progress >= COMPLETE_AT
        progress = min(1.0, progress + pace / (project.duration or 1.0))
        found.append(Week(State.COMPLETE if done else State.RUNNING, 0.0 if done else pace, progress))
    return found


def chart(races: Sequence[Race]) -> dict[str, object]:
    """The figures of the chart."""
    return {
        "weeks": [week.isoformat() for week in races[0].weeks] if races else [],
        "lines": [
            {"name": r.name, "values": [round(v, 3) for v in r.ahead], "lowest": r.lowest, "even": r.even}
            for r in races
        ],
    }  # fmt: skip
