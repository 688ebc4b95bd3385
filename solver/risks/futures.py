"""Futures: capacity, needs and durations as they might turn out, drawn from the recorded risks."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
from numpy.random import Generator

from solver.check.report import Flags, Numbers
from solver.problem import Problem
from solver.records import ATTRITION, DELAY, SLIP, SURGE, Need, Risk
from solver.risks.draws import figures, stream
from solver.serving.services import demand_by_week

WEEKS_A_YEAR = 52.0
FUTURES = 1000
"""How many futures are drawn unless somebody asks for another number."""


@dataclass(frozen=True)
class Futures:
    """What is not as the portfolio says, by place in its tables and as [T,F]; what is not named is as it says."""

    count: int
    seed: int
    capacity: dict[int, Numbers] = field(default_factory=dict)
    full: dict[int, Numbers] = field(default_factory=dict)
    duration: dict[int, Numbers] = field(default_factory=dict)

    def of(self, futures: slice) -> Futures:
        """Some of these futures."""
        parts = [
            {place: values[:, futures] for place, values in table.items()}
            for table in (self.capacity, self.full, self.duration)
        ]
        return Futures(len(range(*futures.indices(self.count))), self.seed, *parts)


def draw(problem: Problem, count: int = FUTURES, seed: int = 0) -> Futures:
    """So many futures of a portfolio; the same for the same records, number and seed."""
    futures, late = Futures(count, seed), dict[int, Numbers]()
    drawn = [(risk, random := stream(risk, seed), figures(risk, random, count)) for risk in problem.risks]
    for risk, _, weeks in drawn:
        if risk.kind == DELAY:
            r = _pool(problem, risk)
            late.setdefault(r, np.zeros((problem.head.weeks, count)))[during(problem, risk)] += weeks
    for r, weeks in late.items():
        futures.capacity[r] = _delayed(problem.supply(problem.pools[r].pool), weeks)
    for risk, random, figure in drawn:
        if risk.kind != DELAY:
            _KINDS[risk.kind](problem, risk, figure, futures, random)
    return futures


def _delayed(supply: tuple[float, ...], late: Numbers) -> Numbers:
    """capacity[t] less what the pool gains in s, for s <= t < s + late[s] (to the nearest whole week) [T,F].

    What is there in the first week has arrived. Several delays of the same gain add up.
    """
    values, weeks = _planned(supply, late.shape[1]), np.arange(len(supply))[:, None]
    until = np.floor(late + 0.5)
    for s in range(1, len(supply)):
        gain = supply[s] - supply[s - 1]
        if gain > 0:
            values -= gain * ((weeks >= s) & (weeks < s + until[s]))
    return np.maximum(values, 0.0)


def _attrition(problem: Problem, risk: Risk, share: Numbers, futures: Futures, random: Generator) -> None:
    """capacity[t] less the units lost up to t; in a week Poisson(capacity[t] * share / 52) are lost, never replaced."""
    r = _pool(problem, risk)
    supply = problem.supply(problem.pools[r].pool)
    mean = (np.array(supply) * during(problem, risk) / WEEKS_A_YEAR)[:, None] * share[None, :]
    lost = np.cumsum(random.poisson(mean), axis=0)
    values = _of(futures.capacity, r, supply, futures.count)
    np.maximum(values - lost, 0.0, out=values)


def _surge(problem: Problem, risk: Risk, share: Numbers, futures: Futures, _: Generator) -> None:
    """full[l,t] * (1 + share)  for the need, or every need of the project, in the weeks of the risk."""
    for n, need in enumerate(problem.needs):
        if need.project == risk.project and risk.need in (None, need.need):
            values = _of(futures.full, n, _full(problem, need), futures.count)
            values[during(problem, risk)] *= 1.0 + share


def _full(problem: Problem, need: Need) -> tuple[float, ...]:
    """Supply at full pace by week: of a service, its demand."""
    if need.full is not None:
        return (need.full,) * problem.head.weeks
    return demand_by_week((row for row in problem.demand if row.project == need.project), problem.weeks)


def _slip(problem: Problem, risk: Risk, share: Numbers, futures: Futures, _: Generator) -> None:
    """duration[p] * (1 + share)  for the work that is done in the weeks of the risk."""
    for p, project in enumerate(problem.projects):
        if project.project == risk.project:
            values = _of(futures.duration, p, (project.duration or 1.0,) * problem.head.weeks, futures.count)
            values[during(problem, risk)] *= 1.0 + share


_KINDS: dict[str, Callable[[Problem, Risk, Numbers, Futures, Generator], None]] = {
    ATTRITION: _attrition, SURGE: _surge, SLIP: _slip,
}  # fmt: skip


def during(problem: Problem, risk: Risk) -> Flags:
    """The weeks in which a risk may come about [T]."""
    return np.array([
        (risk.since is None or risk.since <= week) and (risk.until is None or week <= risk.until)
        for week in problem.weeks
    ])  # fmt: skip


def _pool(problem: Problem, risk: Risk) -> int:
    return next(r for r, row in enumerate(problem.pools) if row.pool == risk.pool)


def _of(table: dict[int, Numbers], place: int, planned: tuple[float, ...], count: int) -> Numbers:
    """The values of a place in every future, as planned where nothing was drawn before [T,F]."""
    if place not in table:
        table[place] = _planned(planned, count)
    return table[place]


def _planned(values: tuple[float, ...], count: int) -> Numbers:
    return np.repeat(np.array(values, dtype=np.float64)[:, None], count, axis=1)
