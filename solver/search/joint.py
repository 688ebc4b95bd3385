"""Small portfolios: every class in one exact model with all others, then least disruption, cost and service nodes."""

from __future__ import annotations

import numpy as np

from solver.engine import run
from solver.model.sheet import Floats, dot
from solver.search.stages import Stages
from solver.task import Answer, Task


def decide_jointly(stages: Stages) -> bool:
    """max V_0; then max V_c with V_k >= v_k - tolerance * ideal_k for all k < c; False if there is no plan."""
    model = stages.model
    holds: list[tuple[Floats, float]] = []
    for rank in sorted(model.classes):
        ideal = stages.ideal.get(rank, 0.0)
        answer = _run(stages, model.classes[rank], holds, gap=0.5 * stages.gap * ideal, rank=rank)
        stages.prove(rank, answer.bound)
        if answer.values is None:
            return False
        stages.values = answer.values
        given = model.setting.policy.tolerance * ideal if rank != max(model.classes) else 0.0
        holds.append((model.classes[rank], stages.attained(rank) - min(given, 0.4 * stages.gap * ideal) - 1e-7))
    for weights in (model.disruption, model.cost, *_holdings(stages)):
        answer = _run(stages, weights, holds, gap=1e-4, maximise=False)
        if answer.values is not None:
            stages.values = answer.values
            holds = [*holds, (-weights, -dot(weights, answer.values) - 1e-6)]
    return True


def _holdings(stages: Stages) -> list[Floats]:
    """Nodes of services, of which some could run a smaller set of levers than they could: no more than it takes."""
    model, s = stages.model, stages.model.setting
    weights = np.zeros(model.size)
    weights[model.variables.x[s.nodes.serves]] = 1.0
    return [weights] if s.nodes.serves.any() else []


def _run(
    stages: Stages, weights: Floats, holds: list[tuple[Floats, float]], *, gap: float, maximise: bool = True,
    rank: int | None = None,
) -> Answer:  # fmt: skip
    """One exact subproblem over all columns, from the plan so far."""
    model = stages.model
    start = stages.values if holds else None
    task = Task(
        np.ones(model.size, dtype=bool), stages.values, model.lower, model.upper, model.discrete, weights, maximise,
        holds, gap, max(1.0, stages.clock.left), start,
    )  # fmt: skip
    return run(model, task, stages.clock, None if rank is None else stages.teller(rank))
