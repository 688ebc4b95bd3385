"""The first whole plan, from which class after class is decided."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from solver.model.sheet import Floats
from solver.search.dive import WHOLE
from solver.search.large.mend import mended
from solver.search.large.single import each_by_itself
from solver.search.part import Part
from solver.search.seed import whole_seed
from solver.task import ANY, Answer

if TYPE_CHECKING:
    from solver.search.stages import Stages


def stand_by(stages: Stages) -> bool:
    """A first whole plan: the seed, else all at rest that may be, else any; False if there is none in time."""
    weights = stages.effort()
    nothing, everything = np.zeros(len(stages.first), dtype=bool), np.ones(stages.model.size, dtype=bool)
    whole = Part(-1, nothing, everything, stages.lower, stages.upper, weights, 0.0, 0.0)
    seeded = whole_seed(stages, whole)
    if seeded is not None:
        stages.values, stages.stands = seeded, True
        return True
    for at_rest in (True, False):
        lower, upper = stages.resting(np.full(len(stages.first), at_rest))
        part = replace(whole, lower=lower, upper=upper)
        if stages.large and (values := each_by_itself(stages, part, weights)) is not None:
            stages.values = values
            return _as_before(stages)
        answer = _soon(stages, part, weights) if stages.large else None
        if answer is None:
            answer = stages.run(part, weights, maximise=False, discrete=stages.model.discrete, gap=ANY)
        if answer.values is not None:
            stages.values = answer.values
            return _as_before(stages)
        if stages.clock.over() and not answer.infeasible:
            return False
    return False


def _as_before(stages: Stages) -> bool:
    """In a large model: from the plan at rest to one next to the seed, where there is one; True, as it is a plan."""
    if stages.large and stages.seed is not None:
        found = mended(stages, stages.values, stages.seed)
        if found is not None:
            stages.values = stages.seed = found
            stages.stands = True
    return True


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
