"""The tables of a plan as plain Python, grouped the way pages read them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterator
from dataclasses import dataclass
from datetime import date
from functools import cached_property, wraps
from typing import Any, Concatenate

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


@dataclass(frozen=True, eq=False)
class Reading:
    """A plan with the problem that it answers, grouped once for all parts of a page."""

    problem: Problem
    policy: str
    plan: Plan

    @cached_property
    def weeks(self) -> dict[str, list[Week]]:
        """Each project's weeks in order; a project without rows waits all the time."""
        count, index = self.problem.head.weeks, self._index
        found = {p.project: [Week(State.WAITING, 0.0, p.progress)] * count for p in self.problem.projects}
        for week, project, state, pace, progress in rows(self.plan.pace):
            if project in found and week in index:
                found[project][index[week]] = Week(State(state), float(pace), float(progress))
        return found

    @cached_property
    def amounts(self) -> dict[tuple[str, str, str], list[float]]:
        """Allocated amounts per week by (project, need, pool)."""
        count, index = self.problem.head.weeks, self._index
        found: dict[tuple[str, str, str], list[float]] = defaultdict(lambda: [0.0] * count)
        for week, project, need, pool, amount in rows(self.plan.allocation):
            if week in index:
                found[project, need, pool][index[week]] += float(amount)
        return dict(found)

    @property
    def rows(self) -> int:
        """How many rows the plan's tables hold."""
        return 1 + sum(len(table) for table in self.plan.tables().values())

    @cached_property
    def kept(self) -> dict[Hashable, Any]:
        """What was read from the plan already; see `once`."""
        return {}

    def label(self, project: str) -> str:
        """A project's name as people say it; `spare` is nobody."""
        row = self.problem.project.get(project)
        return (row.name or project) if row else project

    def stance(self, project: str) -> str:
        """What the policy does with a project."""
        row = self.problem.stances_of(self.policy).get(project)
        return row.stance if row else "normal"

    @cached_property
    def _index(self) -> dict[date, int]:
        return {week: t for t, week in enumerate(self.problem.weeks)}


def once[**P, R](make: Callable[Concatenate[Reading, P], R]) -> Callable[Concatenate[Reading, P], R]:
    """Read something from a plan the first time only, and keep it with the plan: neither ever changes."""

    @wraps(make)
    def kept(reading: Reading, /, *rest: P.args, **named: P.kwargs) -> R:
        key = (make, rest, tuple(sorted(named.items())))
        if key not in reading.kept:
            reading.kept[key] = make(reading, *rest, **named)
        found: R = reading.kept[key]
        return found

    return kept
