"""Whole steps: from the settled amounts of a class to what its pools can be split into."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from solver.engine import unmet
from solver.model.sheet import Bools, Floats, dot
from solver.search.alone import decide_alone
from solver.search.improve import improve
from solver.search.part import Part
from solver.search.steps import NEAR, PATIENCE, near, room_of, search_steps

if TYPE_CHECKING:
    from solver.search.stages import Stages

AGAIN = 0.2
"""Share of a class's time in which its decisions may be taken again."""


def in_whole_steps(stages: Stages, part: Part, at_rest: Callable[[], Floats], limit: float) -> None:
    """Round the values to whole steps, as near to the proof as time allows; back to those at rest if nothing does."""
    model = stages.model
    whole = model.discrete & ~model.binary & part.free
    decided = part.with_decisions(stages)
    if np.allclose(stages.values[whole], np.round(stages.values[whole]), atol=1e-7):
        stages.values[whole] = np.round(stages.values[whole])
        return
    planned = stages.values
    first = stages.values if _round(stages, part, decided, whole) else at_rest()
    for another in (_apart, _fewer):
        if stages.bounds[part.rank] - dot(part.weights, first) > NEAR * part.gap:
            _keep_better(stages, part, first, another(stages, part, planned, at_rest(), limit))
            first = stages.values
    stages.values = first
    _in_full(stages, part, PATIENCE)
    in_pieces(stages, part, limit)


def in_pieces(stages: Stages, part: Part, limit: float) -> None:
    """Make a plan in whole steps better a few projects at a time, then all at once."""
    improve(stages, part, stages.model.discrete, stages.budget(0.5 * limit))
    _in_full(stages, part, 0.3 * limit)


def _keep_better(stages: Stages, part: Part, first: Floats, second_found: bool) -> None:
    """Of two plans in whole steps the one that gives the class more; the second is in the values so far if found."""
    if not second_found or stages.attained(part.rank) < dot(part.weights, first):
        stages.values = first


def _apart(stages: Stages, part: Part, planned: Floats, before: Floats, limit: float) -> bool:
    """The class by itself, as planned where that leaves those below where they are; True if that can be rounded."""
    stages.values = before
    return decide_alone(stages, part, AGAIN * limit, planned)


def _fewer(stages: Stages, part: Part, planned: Floats, before: Floats, limit: float) -> bool:
    """The class alone, a few projects after the other, each on at most when planned; at the worst all of it rests."""
    own = replace(part, free=part.free & part.mine[stages.model.owner])
    upper = own.with_decisions(stages, planned).upper
    stages.values = before
    improve(stages, replace(own, upper=upper), stages.model.discrete, stages.budget(0.3 * limit))
    return True


def _round(stages: Stages, part: Part, decided: Part, whole: Bools) -> bool:
    """With on/off as decided: next to the settled amounts, if that cannot be with more room there, then everywhere."""
    settled, room = stages.values, room_of(stages)
    next_to = near(stages, decided, settled, np.zeros_like(room))
    found = search_steps(stages, next_to, whole, None)
    if not found:
        next_to = near(stages, decided, settled, np.where(_stuck(stages, next_to, whole), room, 0.0))
        found = search_steps(stages, next_to, whole, None)
    if found and stages.proven(part):
        return True
    return search_steps(stages, near(stages, decided, settled, room), whole, stages.values if found else None) or found


def _stuck(stages: Stages, near: Part, whole: Bools) -> Bools:
    """The columns of the projects in rows that the steps next to those settled cannot meet."""
    model, freed = stages.model, stages.model.binary & near.free & (near.lower < near.upper)
    task = replace(stages.task(near), discrete=whole | freed, limit=stages.budget(PATIENCE))
    broken = np.isin(model.row, unmet(model, task, stages.clock))
    found: Bools = np.isin(model.owner, model.owner[model.column[broken]])
    return found


def _in_full(stages: Stages, part: Part, seconds: float) -> None:
    """While the proof falls short: all decisions and steps at once, from the plan found so far."""
    if stages.proven(part) or stages.clock.over():
        return
    answer = stages.run(
        part, discrete=stages.model.discrete & part.free, gap=0.9 * part.gap, start=stages.values,
        limit=stages.budget(seconds), report=stages.teller(part.rank),
    )  # fmt: skip
    stages.prove(part.rank, answer.bound)
    if answer.values is not None and answer.objective > stages.attained(part.rank):
        stages.values = answer.values
