"""Planning against futures: the portfolio as it would be if what is drawn came badly, to be planned in place of it.

docs/risks.md says what such a plan guarantees, and what not.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta

import numpy as np

from solver.check.report import Numbers
from solver.problem import Problem
from solver.records import Capacity
from solver.risks.futures import Futures
from solver.serving.records import Demand


def hedged(problem: Problem, futures: Futures, share: float = 1.0) -> Problem:
    """The portfolio with, pool by pool and week by week, the capacity that `share` of the futures have at least; and
    with needs and durations that `share` of the futures stay within, in their worst week. 1 is the worst of them all.
    Its own risks are left out: they are what it stands for.

    Raises InvalidInput where what remains cannot carry the portfolio's own floors, pins or minimums.
    """
    capacity = {r: _at_least(values, share) for r, values in futures.capacity.items()}
    served = {n for n, row in enumerate(problem.needs) if row.full is None}
    full = {n: _at_most(values, share) for n, values in futures.full.items() if n not in served}
    served_by = dict.fromkeys(row.project for row in problem.demand)
    duration = {p: _at_most(values, share) for p, values in futures.duration.items()}
    return problem.replace(
        capacity=[row for r in range(len(problem.pools)) for row in _rows(problem, r, capacity.get(r))],
        needs=[replace(row, full=full.get(n, row.full)) for n, row in enumerate(problem.needs)],
        projects=[
            replace(row, duration=duration.get(p, row.duration)) for p, row in enumerate(problem.projects)
        ],
        demand=[row for name in served_by for row in _demand(problem, name, futures, share)],
        risks=(),
    )  # fmt: skip


def _demand(problem: Problem, project: str, futures: Futures, share: float) -> list[Demand]:
    """The demand of a service: as recorded, or what this share of the futures stay within, by week."""
    places = [n for n, row in enumerate(problem.needs) if row.project == project and n in futures.full]
    if not places:
        return [row for row in problem.demand if row.project == project]
    most = np.quantile(futures.full[places[0]], share, axis=1, method="higher")
    return [
        Demand(project=project, week=week, tokens_per_s=float(tokens))
        for week, tokens in zip(problem.weeks, most, strict=True)
    ]


def _at_least(values: Numbers, share: float) -> Numbers:
    """By week, the largest amount that at least this share of the futures have [T]."""
    return np.quantile(values, 1.0 - share, axis=1, method="lower")


def _at_most(values: Numbers, share: float) -> float:
    """The least figure, up to the next thousandth, that this share of the futures stay within, in their worst week."""
    return float(np.ceil(np.quantile(values.max(axis=0), share, method="higher") * 1000.0 - 1e-6)) / 1000.0


def _rows(problem: Problem, r: int, amounts: Numbers | None) -> Iterable[Capacity]:
    """The capacity of a pool: as recorded, or as given by week. What it has today it has the week before the first."""
    pool = problem.pools[r].pool
    recorded = [row for row in problem.capacity if row.pool == pool]
    if amounts is None:
        yield from recorded
        return
    start = problem.head.start
    earlier = [row for row in recorded if row.week < start]
    yield from earlier
    if not earlier:
        yield Capacity(pool=pool, week=start - timedelta(weeks=1), amount=problem.supply(pool)[0])
    for t, week in enumerate(problem.weeks):
        if t == 0 or amounts[t] != amounts[t - 1]:
            yield Capacity(pool=pool, week=week, amount=float(amounts[t]))
