"""A class as an earlier plan has it: where its relaxation proves that good enough, nothing else need be searched."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from solver.model import Model
from solver.model.sheet import Floats
from solver.plan import Plan
from solver.search.part import Part
from solver.whatif.values import values_of

if TYPE_CHECKING:
    from solver.search.stages import Stages

PATIENCE = 10.0
"""Seconds that completing the seed may take, also when the time is up: little is open, and it has to come to a plan."""
TOUCH = 1e-6
"""How far a figure of the seed may be outside its bounds."""


def seed_of(model: Model, plan: Plan | None) -> Floats | None:
    """The values of a plan in the columns of a model; none of a plan that has other weeks."""
    if plan is None or (plan.start, plan.weeks) != (model.setting.problem.head.start, model.setting.weeks):
        return None
    return values_of(model, plan)


def as_seeded(stages: Stages, part: Part) -> Floats | None:
    """A whole plan in which the class and all below it are on, and hold, what they do in the seed, beside what is
    decided above; None if the problem does not allow that. One linear program says so.
    """
    if stages.seed is None:
        return None
    model, v = stages.model, stages.model.variables
    given = np.zeros(model.size, dtype=bool)
    for columns in (v.x, v.on, v.complete):
        given[columns] = True
    given &= part.free
    lower, upper = stages.lower.copy(), stages.upper.copy()
    planned = np.where(model.discrete, np.round(stages.seed), stages.seed)[given]
    if (planned < lower[given] - TOUCH).any() or (planned > upper[given] + TOUCH).any():
        return None
    lower[given] = upper[given] = planned
    whole = model.discrete & part.free & ~given
    return stages.run(replace(part, lower=lower, upper=upper), discrete=whole, limit=PATIENCE).values
