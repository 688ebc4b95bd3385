"""Who pays and who gains: the value of each project in a plan against today's allocation or another plan."""

from __future__ import annotations

from dataclasses import dataclass

from app.web.reading.frames import Reading, Week, once
from solver.classes import COMPLETE_AT, curve_at
from solver.ledger import today_pace
from solver.plan import State
from solver.problem import Problem
from solver.records import Project
from solver.schedule import elapsed, is_fixed, yields

FULL = 0.995
"""The pace from which a week counts as full."""
NOTICEABLE = 0.005
"""A change below half a percent of what was there is rounding, not a payment."""


@dataclass(frozen=True, slots=True)
class Account:
    """A project's value summed over the horizon, beside what it is compared with."""

    project: str
    name: str
    program: str
    stance: str
    value: float
    other: float
    paused: int
    slow: int

    @property
    def change(self) -> float:
        """Gain (positive) or loss (negative)."""
        return self.value - self.other

    @property
    def percent(self) -> float | None:
        """The change in percent of what it is compared with; None where that is nothing."""
        return 100.0 * self.change / self.other if self.other > 1e-9 else None


def weekly_values(problem: Problem, project: Project, weeks: list[Week]) -> list[float]:
    """What every week is worth: value * benefit, or what a fixed schedule yields, less the portfolio's discount."""
    given = _scheduled(problem, project, weeks) if is_fixed(project) else _benefits(project, weeks)
    return [value * worth for value, worth in zip(given, problem.worth, strict=True)]


def _scheduled(problem: Problem, project: Project, weeks: list[Week]) -> list[float]:
    """What a fixed schedule yields from its start on."""
    first = next((t for t, week in enumerate(weeks) if week.state is State.RUNNING), len(weeks))
    start = first if project.status == "candidate" else -elapsed(project)
    profile = yields(problem, project)
    return [profile[t - start] if 0 <= t - start < len(profile) else 0.0 for t in range(len(weeks))]


def _benefits(project: Project, weeks: list[Week]) -> list[float]:
    """value * benefit of every week (the benefit of problem.md)."""
    found, before = [], project.progress
    for week in weeks:
        if project.kind == "run":
            benefit = curve_at(project.curve, week.pace)
        elif project.benefit == "progress":
            benefit = curve_at(project.curve, week.progress)
        else:
            benefit = 1.0 if before >= COMPLETE_AT else 0.0
        before = week.progress
        found.append(project.value * benefit)
    return found


@once
def against_today(reading: Reading) -> list[Account]:
    """Ongoing projects that run today against today's amounts kept for the whole horizon; the heaviest loss first."""
    problem, found = reading.problem, []
    for project in problem.projects:
        if project.kind == "run" and project.status == "running":
            pace = today_pace(problem, reading.policy, project)
            today = sum(problem.worth) * project.value * curve_at(project.curve, pace)
            found.append(_account(reading, project, today))
    return sorted(found, key=lambda a: (a.change, a.project))


def against_plan(reading: Reading, record: Reading) -> list[Account]:
    """Every project against another plan of the same portfolio (as it was solved), the heaviest loss first."""
    found = []
    for project in reading.problem.projects:
        known = record.problem.project.get(project.project)
        other = sum(weekly_values(record.problem, known, record.weeks[known.project])) if known else 0.0
        found.append(_account(reading, project, other))
    return sorted(found, key=lambda a: (a.change, a.project))


def _account(reading: Reading, project: Project, other: float) -> Account:
    weeks = reading.weeks[project.project]
    return Account(
        project=project.project,
        name=reading.label(project.project),
        program=project.program,
        stance=reading.stance(project.project),
        value=sum(weekly_values(reading.problem, project, weeks)),
        other=other,
        paused=sum(w.state is State.PAUSED for w in weeks),
        slow=sum(w.state is State.RUNNING and w.pace < FULL for w in weeks),
    )
