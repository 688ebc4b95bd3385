"""A class as an earlier plan has it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import numpy as np

from solver.model import Model
from solver.model.sheet import Bools, Floats
from solver.plan import Plan
from solver.replan.start import rest_of
from solver.search.large.single import as_before
from solver.search.part import Part
from solver.task import ANY
from solver.whatif.values import values_of

if TYPE_CHECKING:
    from solver.search.stages import Stages

PATIENCE = 10.0
"""Seconds that completing the seed may take, also when the time is up: little is open, and it has to come to a plan."""
UNPROVEN = 0.05
"""Share of the gap asked for that completing the seed may leave unproven."""
TOUCH = 1e-6
"""How far a figure of the seed may be outside its bounds."""


def seed_of(model: Model, plan: Plan | None) -> Floats | None:
    """The values of a plan in the columns of a model, also of one that began earlier; none of one that ends earlier."""
    weeks = model.setting.problem.weeks
    if plan is None or plan.start > weeks[0] or plan.start + timedelta(weeks=plan.weeks - 1) < weeks[-1]:
        return None
    return values_of(model, rest_of(plan, model.setting.problem))


def as_seeded(stages: Stages, part: Part) -> Floats | None:
    """A whole plan in which a class is on, and holds, what it does in the seed, beside what is decided above.

    Best with all classes below as in the seed too, else with those below as they are, else with them at rest; None if
    the problem allows nothing of it. Little is open in each: the first two are linear programs.
    """
    if stages.seed is None:
        return None
    if stages.large:
        return as_before(stages, part, stages.seed)
    own = part.free & part.mine[stages.model.owner]
    undecided = replace(part, lower=stages.lower, upper=stages.upper)
    for given, one in ((part.free, undecided), (own, replace(part, free=own)), (own, part)):
        values = _given(stages, one, given, stages.seed)
        if values is not None:
            return values
    return None


def whole_seed(stages: Stages, part: Part) -> Floats | None:
    """A whole plan in which everything is on, and holds, what it does in the seed."""
    return None if stages.seed is None else _given(stages, part, part.free, stages.seed)


def _given(stages: Stages, part: Part, given: Bools, seed: Floats) -> Floats | None:
    """The best whole values of a part with on/off and amounts of the columns given as in the seed."""
    model, v = stages.model, stages.model.variables
    told = np.zeros(model.size, dtype=bool)
    for columns in (v.x, v.on, v.complete):
        told[columns] = True
    told &= given
    planned = np.where(model.discrete, np.round(seed), seed)[told]
    if (planned < part.lower[told] - TOUCH).any() or (planned > part.upper[told] + TOUCH).any():
        return None
    if (given == part.free).all() and np.allclose(stages.values[told], planned, atol=TOUCH):
        return stages.values
    lower, upper = part.lower.copy(), part.upper.copy()
    lower[told] = upper[told] = planned
    whole = model.discrete & part.free & ~told
    task = replace(part, lower=lower, upper=upper)
    weights: Floats = sum((model.classes[rank] for rank in model.classes if rank >= part.rank), np.zeros(model.size))
    at_rest = ANY if (whole & model.binary).any() else UNPROVEN * part.gap
    return stages.run(task, weights, discrete=whole, limit=PATIENCE, gap=at_rest).values


def cleared(stages: Stages, part: Part, values: Floats) -> Floats:
    """Values with those below at rest, where they are as in the seed."""
    if not (values > part.upper + TOUCH)[part.free].any():
        return values
    answer = stages.run(part, stages.effort(), maximise=False, discrete=stages.model.discrete, gap=ANY)
    return values if answer.values is None else answer.values
