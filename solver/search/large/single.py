"""Projects of a large portfolio one by one, each a small model of its own: at rest, or as in an earlier plan."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from solver.engine import run
from solver.model.sheet import Floats
from solver.search.alone import own_part
from solver.search.large.groups import in_groups
from solver.search.large.pieces import MET, Held, Piece, held_above
from solver.search.part import Part
from solver.task import ANY, BRIEFLY, Answer, Task

if TYPE_CHECKING:
    from solver.search.stages import Stages

CALMLY = 0.05
"""Share of the time limit up to which projects come to rest with the least effort; after that anyhow."""
PATIENCE = 5.0
"""Seconds that the plan at rest of one project may take."""
LATE = 10.0
"""Seconds that a class may take to be as before when the time is up."""
OUTSIDE = 1e-6
"""How far a value may be outside its bounds."""


def each_by_itself(stages: Stages, part: Part, weights: Floats) -> Floats | None:
    """Every project as if there were no others; None if together they do not fit."""
    model, values = stages.model, part.lower.copy()

    def rested(project: int) -> tuple[Piece, Answer]:
        piece = stages.pieces.apart([project])
        return piece, _least(stages, part, piece, values, weights)

    for piece, answer in stages.crew.each(rested, range(len(stages.first))):
        if answer.values is None:
            return None
        values[piece.columns] = answer.values
    sums = Held(model, values).sums
    fits = (sums >= model.low - MET).all() and (sums <= model.high + MET).all()
    return values if fits else None


def rested(stages: Stages, part: Part, values: Floats) -> Floats:
    """Those that are what they may not be come to rest with what the others leave, where they can and time is left."""
    outside = part.free & ((values > part.upper + OUTSIDE) | (values < part.lower - OUTSIDE))
    if not outside.any():
        return values
    real, weights = Held(stages.model, values), stages.effort()
    for project in np.unique(stages.model.owner[outside]):
        if stages.clock.over():
            break
        piece = real.left(stages.pieces.of([project]))
        answer = _least(stages, part, piece, real.values, weights)
        if answer.values is not None:
            real.take(piece, answer.values)
    return real.values


def as_before(stages: Stages, part: Part, seed: Floats) -> Floats:
    """Those of a class as in the seed, where the others leave that; else on as there, with what can be had."""
    model, own, real = stages.model, own_part(stages, part), Held(stages.model, stages.values)
    on, told = model.binary & own.free, model.discrete & own.free
    told[model.variables.x] |= own.free[model.variables.x]
    planned = np.clip(np.where(model.discrete, np.round(seed), seed), own.lower, own.upper)
    begun = stages.clock.seconds
    for group in in_groups(stages, own, planned):
        if stages.clock.over() and stages.clock.seconds > begun + LATE:
            break
        piece = real.left(stages.pieces.of(group.tolist()))
        columns = piece.columns
        if np.allclose(real.values[columns], planned[columns], atol=OUTSIDE):
            continue
        for given in (told[columns], on[columns]):
            fixed = planned[columns]
            lower, upper = np.where(given, fixed, own.lower[columns]), np.where(given, fixed, own.upper[columns])
            task = Task(
                own.free[columns], real.values[columns], lower, upper, model.discrete[columns] & ~given,
                own.weights[columns], holds=held_above(stages, piece, real.values), gap=ANY,
                limit=stages.budget(BRIEFLY),
            )  # fmt: skip
            answer = run(piece, task, stages.clock)
            if answer.values is not None:
                real.take(piece, answer.values)
                break
    return real.values


def _least(stages: Stages, part: Part, piece: Piece, values: Floats, weights: Floats) -> Answer:
    """A project at rest with the least effort, or late, anyhow."""
    columns = piece.columns
    task = Task(
        np.ones(len(columns), dtype=bool), values[columns], part.lower[columns], part.upper[columns],
        stages.model.discrete[columns], weights[columns], maximise=False, limit=PATIENCE,
        gap=0.0 if stages.clock.seconds < CALMLY * stages.clock.options.time_limit else ANY,
    )  # fmt: skip
    return run(piece, task, stages.clock)
