"""What a published plan says, grouped for reasons: amounts, supply of needs, holders of pools, limits in use."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt
import pandas as pd

from solver.classes import ranks
from solver.plan import State
from solver.problem import Problem
from solver.records import ENGINEER, GPU, Need, Policy, Project

Weekly = npt.NDArray[np.float64]
Pair = tuple[str, str, str]
CLOSE = 1e-6


@dataclass(frozen=True, eq=False)
class Facts:
    """A problem, a policy and the tables `allocation` and `pace` of a plan; nothing of how the plan was found."""

    problem: Problem
    name: str
    allocation: pd.DataFrame
    pace_table: pd.DataFrame

    @property
    def policy(self) -> Policy:
        """The policy of the plan."""
        return self.problem.policy[self.name]

    @cached_property
    def window(self) -> tuple[int, int]:
        """The weeks in which the policy is in force."""
        return self.problem.window(self.name)

    @cached_property
    def index(self) -> dict[object, int]:
        """Number of each week of the horizon."""
        return {week: t for t, week in enumerate(self.problem.weeks)}

    @cached_property
    def amounts(self) -> dict[Pair, Weekly]:
        """Allocation per week by (project, need, pool)."""
        found: dict[Pair, Weekly] = defaultdict(lambda: np.zeros(self.problem.head.weeks))
        for week, project, need, pool, amount in self.allocation.itertuples(index=False, name=None):
            found[project, need, pool][self.index[week]] += amount
        return dict(found)

    @cached_property
    def weeks_of(self) -> dict[str, list[tuple[State, float, float]]]:
        """State, pace and progress of each project, week by week."""
        found: dict[str, list[tuple[State, float, float]]] = defaultdict(list)
        for _, project, state, pace, progress in self.pace_table.itertuples(index=False, name=None):
            found[project].append((State(state), float(pace), float(progress)))
        return dict(found)

    @cached_property
    def rank(self) -> dict[str, list[int]]:
        """The class of each project in each week."""
        return ranks(self.problem, self.name)

    @cached_property
    def used(self) -> dict[str, Weekly]:
        """What is given out of each pool, week by week."""
        found = {p.pool: np.zeros(self.problem.head.weeks) for p in self.problem.pools}
        for (_, _, pool), row in self.amounts.items():
            found[pool] += row
        return found

    @cached_property
    def holders(self) -> dict[str, dict[str, Weekly]]:
        """Who holds how much of each pool."""
        found: dict[str, dict[str, Weekly]] = {p.pool: {} for p in self.problem.pools}
        for (project, _, pool), row in self.amounts.items():
            found[pool][project] = found[pool].get(project, 0.0) + row
        return found

    def given(self, project: str, need: str, pool: str) -> Weekly:
        """The allocation of a pair, week by week."""
        return self.amounts.get((project, need, pool), np.zeros(self.problem.head.weeks))

    def spare(self, pool: str, t: int) -> float:
        """What nobody holds of a pool in a week, in whole steps."""
        left = self.problem.supply(pool)[t] - self.used[pool][t]
        step = self.problem.step(pool)
        return float(np.floor(left / step + CLOSE) * step) if step > 0 else max(0.0, float(left))

    def arrived(self, pair: Pair) -> Weekly:
        """What arrives at a pair each week."""
        row = self.given(*pair)
        before = np.concatenate([[self.problem.baseline_of.get(pair, 0.0)], row[:-1]])
        found: Weekly = np.maximum(0.0, row - before)
        return found

    def supply(self, need: Need) -> Weekly:
        """What a need is given, counted in its own units."""
        found: Weekly = self._supplies[need.project, need.need]
        return found

    def effective(self, need: Need) -> Weekly:
        """What of it is of use: less what newcomers lose and cost while they ramp up."""
        found: Weekly = self._effective[need.project, need.need]
        return found

    @cached_property
    def _supplies(self) -> dict[tuple[str, str], Weekly]:
        found = {(n.project, n.need): np.zeros(self.problem.head.weeks) for n in self.problem.needs}
        for e in self.problem.eligible:
            found[e.project, e.need] += e.rate * self.given(e.project, e.need, e.pool)
        return found

    @cached_property
    def _effective(self) -> dict[tuple[str, str], Weekly]:
        found = {key: row.copy() for key, row in self._supplies.items()}
        for e in self.problem.eligible:
            new, kind = self.arrived((e.project, e.need, e.pool)), self.problem.pool[e.pool].kind
            ramp = {GPU: self.policy.gpu_ramp, ENGINEER: self.policy.engineer_ramp}.get(kind, ())
            mentor = self.policy.mentor if kind == ENGINEER else 0.0
            for age, loss in enumerate(ramp[: len(new)]):
                found[e.project, e.need][age:] -= e.rate * (loss + mentor) * new[: len(new) - age]
        return found

    @cached_property
    def arrivals(self) -> dict[str, Weekly]:
        """Arrivals of each kind of supply, all projects together."""
        found: dict[str, Weekly] = defaultdict(lambda: np.zeros(self.problem.head.weeks))
        for pair in {**self.amounts, **self.problem.baseline_of}:
            found[self.problem.pool[pair[2]].kind] += self.arrived(pair)
        return found

    @cached_property
    def cost(self) -> Weekly:
        """What each week's allocation costs."""
        found = np.zeros(self.problem.head.weeks)
        for pair, row in self.amounts.items():
            found += self.problem.pool[pair[2]].cost * row
        return found

    def moves_left(self, kind: str, t: int) -> float:
        """Arrivals of a kind that the policy still allows in a week."""
        limit = {GPU: self.policy.gpu_moves, ENGINEER: self.policy.engineer_moves}.get(kind)
        return np.inf if limit is None else float(limit - self.arrivals[kind][t])

    def money_left(self, t: int) -> float:
        """Cost that the policy still allows in a week."""
        return np.inf if self.policy.max_cost is None else float(self.policy.max_cost - self.cost[t])

    def stance(self, project: str, t: int) -> str:
        """The stance in force in a week."""
        first, last = self.window
        row = self.problem.stances_of(self.name).get(project)
        return row.stance if row is not None and first <= t < last else "normal"

    def closed(self, project: Project, t: int) -> bool:
        """Whether the project may not run in a week: paused by the policy, too early, or forced out."""
        early = project.earliest is not None and t < self.problem.week_index(project.earliest)
        return early or project.must == "out" or self.stance(project.project, t) == "pause"

    def next_on(self, project: str, t: int) -> int | None:
        """The first week from t on in which it runs."""
        later = (n for n, (state, _, _) in enumerate(self.weeks_of[project]) if n >= t and state is State.RUNNING)
        return next(later, None)

    def rows(self) -> Iterator[tuple[Project, int]]:
        """Every project and week, in the order of reasons.csv."""
        for project in self.problem.projects:
            for t in range(self.problem.head.weeks):
                yield project, t
