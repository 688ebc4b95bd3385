"""What a plan publishes, as arrays over the ground it stands on, and what follows from that by arithmetic alone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from solver.check.ground import Ground, later, ramp, total
from solver.check.report import Flags, Indices, Numbers, Violation, hits
from solver.check.served import Served, read_served
from solver.classes import COMPLETE_AT
from solver.plan import Plan, State
from solver.records import ENGINEER, KINDS

STATES = tuple(str(state) for state in State)
RUNNING, PAUSED, WAITING, COMPLETE = range(4)
"""Places in STATES."""


@dataclass(frozen=True)
class Published:
    """The published decisions: amounts by pair and week, and state (place in STATES), pace and progress [P,T]."""

    ground: Ground
    x: Numbers
    state: Indices
    pace: Numbers
    progress: Numbers
    served: Served

    @cached_property
    def before(self) -> Numbers:
        """The amounts of the week before, by pair; before the first week the baseline."""
        return np.hstack([self.ground.baseline.reshape(-1, 1), self.x[:, :-1]])

    @cached_property
    def arrivals(self) -> Numbers:
        """in[l,r,t] = max(0, x[l,r,t] - x[l,r,t-1]), by pair."""
        return np.maximum(0.0, self.x - self.before)

    @cached_property
    def used(self) -> Numbers:
        """sum over l of x[l,r,t] [R,T]."""
        return total(self.x, self.ground.pair_pool, len(self.ground.pools))

    @cached_property
    def available(self) -> Numbers:
        """What a pool has in a week [R,T]: its capacity, of a budget what the weeks before in its time have left."""
        earlier = np.cumsum(self.used, axis=1) - self.used
        begun = np.take_along_axis(earlier, self.ground.budget_week, axis=1)
        return self.ground.capacity - (earlier - begun)

    @cached_property
    def supply(self) -> Numbers:
        """sum over r of rate * x[l,r,t], and of headroom * X * nodes of services [L,T]."""
        g = self.ground
        return total(g.rate[:, None] * self.x, g.pair_need, len(g.problem.needs)) + self._of_nodes(self.served.nodes)

    def _of_nodes(self, nodes: Numbers) -> Numbers:
        g, s = self.ground, self.served
        return total(s.supply[:, None] * nodes, g.pair_need[s.pair], len(g.problem.needs))

    @cached_property
    def effective(self) -> Numbers:
        """Supply less what the ramp and mentoring of earlier arrivals take [L,T]: problem.md, rule 3."""
        return self.supply - self.ramping - self.mentoring

    @cached_property
    def ramping(self) -> Numbers:
        """What earlier arrivals are short of while they ramp up: sum_r rate * sum_k ramp[k] * in[l,r,t-k] [L,T]."""
        nodes = self._of_nodes(self.served.nodes - self.served.useful(self.arrivals))
        return sum((self._of_arrivals(kind, ramp(self.ground.policy, kind)) for kind in KINDS), nodes)

    @cached_property
    def mentoring(self) -> Numbers:
        """What engineers who ramp up take of their colleagues: mentor * sum_r rate * sum_{k < len(ramp)} in [L,T]."""
        g = self.ground
        return self._of_arrivals(ENGINEER, tuple(g.policy.mentor for _ in ramp(g.policy, ENGINEER)))

    @property
    def _nothing(self) -> Numbers:
        return np.zeros(self.supply.shape)

    def _of_arrivals(self, kind: str, shares: tuple[float, ...]) -> Numbers:
        """sum_r rate * sum_k shares[k] * in[l,r,t-k] over the needs of a kind [L,T]."""
        g, found = self.ground, self._nothing
        chosen = np.array([need.kind == kind for need in g.problem.needs], dtype=np.bool_)[g.pair_need]
        new = g.rate[chosen, None] * self.arrivals[chosen]
        for k, share in enumerate(shares):
            np.add.at(found, g.pair_need[chosen], share * later(new, k))
        return found

    @cached_property
    def on(self) -> Flags:
        """Whether a project runs [P,T]."""
        return np.asarray(self.state == RUNNING)

    @cached_property
    def on_before(self) -> Flags:
        """Whether a project ran the week before [P,T]."""
        return np.hstack([self.ground.was_running.reshape(-1, 1), self.on[:, :-1]])

    @cached_property
    def started(self) -> Flags:
        """Whether a project ran or was paused in the baseline, or ran in an earlier week [P,T]."""
        earlier = np.hstack([self.ground.was_started.reshape(-1, 1), self.on[:, :-1]])
        return np.logical_or.accumulate(earlier, axis=1)

    @cached_property
    def finished(self) -> Flags:
        """Whether a build is complete at the end of a week, or a project was done before [P,T]."""
        return np.asarray((self.progress >= COMPLETE_AT) & self.ground.builds[:, None]) | self.ground.done[:, None]

    @cached_property
    def complete(self) -> Flags:
        """Whether a project is complete by the end of an earlier week [P,T]."""
        at_first = (self.ground.progress >= COMPLETE_AT).reshape(-1, 1)
        return np.logical_or.accumulate(np.hstack([at_first, self.finished[:, :-1]]), axis=1)

    @cached_property
    def resting(self) -> Flags:
        """Whether a project is paused: off, not complete, started [P,T]."""
        return ~self.on & ~self.complete & self.started


def read(ground: Ground, plan: Plan) -> tuple[Published, list[Violation]]:
    """The published tables as arrays, and what in the tables cannot be read."""
    found = headings(ground, plan)
    x, faults = _allocation(ground, plan.allocation)
    state, pace, progress, more = _paces(ground, plan.pace)
    served, unread = read_served(ground, plan.serving)
    return Published(ground, x, state, pace, progress, served), [*found, *faults, *more, *unread]


def headings(ground: Ground, plan: Plan) -> list[Violation]:
    """What a plan says it is of, where the portfolio and the policy say otherwise."""
    head = ground.problem.head
    told = (plan.portfolio, plan.policy, plan.start, plan.weeks)
    right = (head.portfolio, ground.policy.policy, head.start, head.weeks)
    names = ("portfolio", "policy", "start", "weeks")
    return [
        Violation("tables", f"{name} is {is_} instead of {should}")
        for name, is_, should in zip(names, told, right, strict=True)
        if is_ != should
    ]


def places(index: Mapping[Any, int], values: Any) -> Indices:
    """The place of each value in an index; -1 where it is unknown."""
    return np.array([index.get(value, -1) for value in values], dtype=np.intp)


def week_index(ground: Ground) -> dict[Any, int]:
    """Where a Monday stands in the horizon."""
    return {week: t for t, week in enumerate(ground.weeks)}


def numbers(column: pd.Series[Any]) -> Numbers:
    """A column as floats; what is no number is NaN."""
    return pd.to_numeric(column, errors="coerce").to_numpy(dtype=np.float64)


def _allocation(ground: Ground, table: pd.DataFrame) -> tuple[Numbers, list[Violation]]:
    x = np.zeros((len(ground.pair_index), len(ground.weeks)))
    keys = zip(table["project"].to_list(), table["need"].to_list(), table["pool"].to_list(), strict=True)
    pair, week = places(ground.pair_index, keys), places(week_index(ground), table["week"].to_list())
    amount = numbers(table["amount"])
    right, faults = _sound("allocation", table, (pair >= 0) & (week >= 0), np.isfinite(amount) & (amount >= 0))
    right, more = _single("allocation", table, pair * len(ground.weeks) + week, right)
    x[pair[right], week[right]] = amount[right]
    return x, faults + more


def _paces(ground: Ground, table: pd.DataFrame) -> tuple[Indices, Numbers, Numbers, list[Violation]]:
    shape = (len(ground.projects), len(ground.weeks))
    state, pace, progress = np.full(shape, WAITING, dtype=np.intp), np.zeros(shape), np.zeros(shape)
    project = places(ground.project_index, table["project"].to_list())
    week = places(week_index(ground), table["week"].to_list())
    states = places({word: i for i, word in enumerate(STATES)}, table["state"].astype(str).to_list())
    paces, reached = numbers(table["pace"]), numbers(table["progress"])
    of_build = np.isin(project, np.flatnonzero(ground.builds))
    readable = np.isfinite(paces) & (np.isfinite(reached) | ~of_build) & (states >= 0)
    right, faults = _sound("pace", table, (project >= 0) & (week >= 0), readable)
    right, more = _single("pace", table, project * len(ground.weeks) + week, right)
    at = project[right], week[right]
    state[at], pace[at], progress[at] = states[right], paces[right], np.nan_to_num(reached[right])
    seen = np.zeros(shape, dtype=np.bool_)
    seen[at] = True
    missing = [ground.at_project("tables", "pace has no row", p, t) for p, t in np.argwhere(~seen).tolist()]
    return state, pace, progress, faults + more + missing


def _sound(name: str, table: pd.DataFrame, known: Flags, readable: Flags) -> tuple[Flags, list[Violation]]:
    """The rows that can be read, and the others as violations."""
    faults = [_row(name, table, i, "names what is not in the portfolio or its weeks") for (i,) in hits(~known)]
    faults += [_row(name, table, i, "holds no possible value") for (i,) in hits(known & ~readable)]
    return known & readable, faults


def _single(name: str, table: pd.DataFrame, key: Indices, right: Flags) -> tuple[Flags, list[Violation]]:
    """The rows that are the first of their key, and the others as violations."""
    rows = np.flatnonzero(right)
    first = np.zeros(len(right), dtype=np.bool_)
    first[rows[np.unique(key[rows], return_index=True)[1]]] = True
    return first, [_row(name, table, i, "is there twice") for (i,) in hits(right & ~first)]


def _row(name: str, table: pd.DataFrame, i: int, text: str) -> Violation:
    cells = ", ".join(str(cell) for cell in table.iloc[i])
    return Violation("tables", f"row {i + 1} of {name} ({cells}) {text}")
