"""The tables of a plan as plain Python, grouped the way pages read them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pandas as pd

from solver.plan import Plan, State
from solver.problem import Problem


@dataclass(frozen=True, slots=True)
class Week:
    """What a project does in one week; progress is that of the end of the week."""

    state: State
    pace: float
    progress: float


def rows(frame: pd.DataFrame) -> Iterator[tuple[Any, ...]]:
    """The rows of a frame as plain tuples in column order (also of columns called `from`)."""
    return frame.itertuples(index=False, name=None)


def weeks_of(problem: Problem, plan: Plan) -> dict[str, list[Week]]:
    """Each project's weeks in order; a project without rows waits all the time."""
    count = problem.head.weeks
    found = {p.project: [Week(State.WAITING, 0.0, p.progress)] * count for p in problem.projects}
    for week, project, state, pace, progress in rows(plan.pace):
        t = problem.week_index(week)
        if project in found and 0 <= t < count:
            found[project][t] = Week(State(state), float(pace), float(progress))
    return found


def amounts_of(problem: Problem, plan: Plan) -> dict[tuple[str, str, str], list[float]]:
    """Allocated amounts per week by (project, need, pool)."""
    found: dict[tuple[str, str, str], list[float]] = defaultdict(lambda: [0.0] * problem.head.weeks)
    for week, project, need, pool, amount in rows(plan.allocation):
        t = problem.week_index(week)
        if 0 <= t < problem.head.weeks:
            found[project, need, pool][t] += float(amount)
    return dict(found)


def label(problem: Problem, project: str) -> str:
    """A project's name as people say it."""
    row = problem.project.get(project)
    return (row.name or project) if row else project
