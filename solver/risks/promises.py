"""What a plan has promised week by week: floors and pins, as the least that each need and pool keeps."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from solver.check.published import Published
from solver.check.report import Indices, Numbers, tolerance
from solver.records import Floor


@dataclass(frozen=True)
class Promise:
    """One floor: `least` of what its pairs give, weighted, in each week [T], and by how much it may be off [T]."""

    project: str
    need: str
    pool: str | None
    place: int
    pairs: Indices
    weight: Numbers
    least: Numbers
    slack: Numbers


def floors(plan: Published) -> tuple[Promise, ...]:
    """The floors of the plan's policy; a later row of the same project, need and pool replaces an earlier one."""
    ground = plan.ground
    groups: dict[tuple[str, str, str | None], list[Floor]] = {}
    for row in sorted(ground.problem.floors_of(ground.policy.policy), key=lambda f: f.week or ground.weeks[0]):
        groups.setdefault((row.project, row.need, row.pool), []).append(row)
    return tuple(_promise(plan, *key, rows) for key, rows in groups.items())


def _promise(plan: Published, project: str, need: str, pool: str | None, rows: list[Floor]) -> Promise:
    g = plan.ground
    n = g.need_index[project, need]
    mine = (g.pair_need == n) & (True if pool is None else g.pair_pool == g.pool_index[pool])
    pairs = np.flatnonzero(mine)
    weight = g.rate[pairs] if pool is None else np.ones(len(pairs))
    today = float(weight @ g.baseline[pairs])
    least = np.zeros(len(g.weeks))
    for row in rows:
        first = max(0, g.problem.week_index(row.week)) if row.week else 0
        least[first:] = max(row.amount or 0.0, (row.share or 0.0) * today)
    slack = tolerance(least) + (float(g.supply_tolerance[n]) if pool is None else 0.0)
    return Promise(project, need, pool, g.project_index[project], pairs, weight, least, slack)


def kept(plan: Published, promises: tuple[Promise, ...], asked: Numbers) -> Numbers:
    """The part of what is asked for that floors and pins keep, by pair and week [K,T].

    Where a floor may be met from several pools, the largest amounts keep it.
    """
    found = np.zeros_like(plan.x)
    for promise in promises:
        for t, least in enumerate(promise.least):
            missing = least
            for place in np.argsort(-asked[promise.pairs, t], kind="stable"):
                k, weight = promise.pairs[place], promise.weight[place]
                amount = min(asked[k, t], max(0.0, missing) / weight)
                found[k, t] = max(found[k, t], amount)
                missing -= weight * amount
    for pin in plan.ground.problem.pins:
        k = plan.ground.pair_index.get((pin.project, pin.need, pin.pool), -1)
        first = max(0, plan.ground.problem.week_index(pin.since))
        end = found.shape[1] if pin.until is None else plan.ground.problem.week_index(pin.until) + 1
        if k >= 0:
            found[k, first : max(first, end)] = plan.x[k, first : max(first, end)]
    return found
