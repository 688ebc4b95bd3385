"""What a plan is worth and what it takes, recomputed from what is published."""

from __future__ import annotations

import numpy as np

from solver.check.fixed import yielded
from solver.check.published import Published
from solver.check.report import Numbers, hits
from solver.classes import ranks
from solver.records import ENGINEER, GPU


def benefits(plan: Published) -> Numbers:
    """The benefit of each week [P,T]: curve(u) of a run; of a build curve(progress at the end of the week), or, by
    completion, 1 in every week after the one in which it became complete.
    """
    g = plan.ground
    found = np.zeros(plan.pace.shape)
    for p, row in enumerate(g.projects):
        if row.kind == "build" and row.benefit == "completion":
            found[p] = plan.complete[p]
            continue
        reached = np.where(plan.complete[p], 1.0, np.clip(plan.progress[p], 0.0, 1.0))
        at = reached if row.kind == "build" else np.where(plan.on[p], plan.pace[p], 0.0)
        xs, ys = zip(*row.curve, strict=True)
        found[p] = np.interp(at, xs, ys)
    return found


def worths(plan: Published) -> Numbers:
    """value * benefit / (1 + discount)^t [P,T]; a value profile takes the place of value * benefit."""
    g = plan.ground
    worth = benefits(plan) * np.array([row.value for row in g.projects]).reshape(-1, 1)
    for (p,) in hits(g.fixed):
        given = yielded(plan, p)
        worth[p] = worth[p] if given is None else given
    return np.asarray(worth / (1.0 + g.problem.head.discount) ** np.arange(len(g.weeks)))


def attained(plan: Published) -> dict[int, float]:
    """sum of what the project-weeks of each class are worth."""
    g, worth = plan.ground, worths(plan)
    classes = ranks(g.problem, g.policy.policy)
    rank = np.array([classes[row.project] for row in g.projects], dtype=np.intp).reshape(worth.shape)
    sums = np.bincount(rank.ravel(), weights=worth.ravel())
    return {int(r): float(sums[r]) for r in np.unique(rank)}


def arrivals(plan: Published) -> dict[str, float]:
    """The sum of all arrivals by kind over the horizon."""
    return {kind: float(plan.arrivals[plan.ground.of_kind(kind)].sum()) for kind in (GPU, ENGINEER)}


def pauses(plan: Published) -> tuple[int, float]:
    """How often a project was paused, and what these pauses cost in disruption."""
    started = ~plan.on & plan.on_before & ~plan.complete
    cost = np.array([row.pause_cost for row in plan.ground.projects])
    return int(started.sum()), float(cost @ started.sum(axis=1)) if len(cost) else 0.0


def cost(plan: Published) -> float:
    """sum of cost * amount over the horizon, in the portfolio's currency."""
    return float((plan.ground.cost @ plan.used).sum()) if len(plan.ground.pools) else 0.0
