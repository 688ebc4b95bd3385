"""The first whole plan, from which class after class is decided."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING

import numpy as np

from solver.model.sheet import Floats
from solver.search.dive import WHOLE, dive
from solver.search.large.single import each_by_itself
from solver.search.mend import mended
from solver.search.part import Part, resting
from solver.search.seed import whole_seed
from solver.search.steps import PATIENCE, near, room_of
from solver.task import ANY, Answer

if TYPE_CHECKING:
    from solver.search.stages import Stages

SOON = 10.0
"""Seconds in which a dive has to find what is on while all rests."""


def stand_by(stages: Stages) -> bool:
    """A first whole plan: the seed, else next to it, else all at rest; False if there is none in time."""
    at_rest = cache(lambda: _at_rest(stages))
    stages.stands = True
    if (seeded := whole_seed(stages, _whole(stages))) is not None:
        stages.values = seeded
    elif stages.seed is not None and (found := mended(stages, at_rest, stages.seed)) is not None:
        stages.values = stages.seed = found
    elif (rested := at_rest()) is not None:
        stages.values, stages.stands = rested, False
    else:
        return False
    return True


def _whole(stages: Stages) -> Part:
    """All that there is, with as little effort as may be."""
    nothing, everything = np.zeros(len(stages.first), dtype=bool), np.ones(stages.model.size, dtype=bool)
    return Part(-1, nothing, everything, stages.lower, stages.upper, stages.effort(), 0.0, 0.0)


def _at_rest(stages: Stages) -> Floats | None:
    """A plan with all at rest that may be, else any; None if there is none in time."""
    weights = stages.effort()
    for at_rest in (True, False):
        lower, upper = resting(stages, np.full(len(stages.first), at_rest))
        part = replace(_whole(stages), lower=lower, upper=upper)
        if stages.large and (values := each_by_itself(stages, part, weights)) is not None:
            return values
        if not stages.large and (values := _dived(stages, part, weights)) is not None:
            return values
        answer = _soon(stages, part, weights) if stages.large else None
        if answer is None:
            answer = stages.run(part, weights, maximise=False, discrete=stages.model.discrete, gap=ANY)
        if answer.values is not None:
            return answer.values
        if stages.clock.over() and not answer.infeasible:
            return None
    return None


def _dived(stages: Stages, part: Part, weights: Floats) -> Floats | None:
    """What is on by a dive, then whole steps next to what that holds; None if there are none, or not soon."""
    task = replace(stages.task(part), objective=weights, maximise=False, limit=stages.budget(SOON))
    held = dive(stages.model, task, stages.clock).values
    if held is None:
        return None
    decided, room = part.with_decisions(stages, held), room_of(stages)
    for steps in (near(stages, decided, held, np.zeros_like(room)), near(stages, decided, held, room)):
        limit = stages.budget(PATIENCE)
        answer = stages.run(steps, weights, maximise=False, discrete=stages.model.discrete, gap=ANY, limit=limit)
        if answer.values is not None:
            return answer.values
    return None


def _soon(stages: Stages, part: Part, weights: Floats) -> Answer | None:
    """In a large model: whole steps next to what its relaxation holds. None if neither tells, or not in time."""
    model = stages.model
    relaxed = stages.run(part, weights, maximise=False)
    if relaxed.values is None:
        return relaxed if relaxed.infeasible or stages.clock.over() else None
    values, lower, upper = relaxed.values, part.lower.copy(), part.upper.copy()
    whole = model.discrete & ~(model.binary & (np.abs(values - np.round(values)) > WHOLE))
    lower[whole] = np.maximum(lower[whole], np.floor(values[whole] + WHOLE))
    upper[whole] = np.minimum(upper[whole], np.ceil(values[whole] - WHOLE))
    near = replace(part, lower=lower, upper=upper)
    answer = stages.run(near, weights, maximise=False, discrete=model.discrete, gap=ANY)
    return None if answer.values is None else answer
