"""A class by itself: those below stay where they are, in whole steps, and what they leave is the class's.

Its amounts are rounded a few projects at a time, while those whose turn comes later hold fractions.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from solver.model.sheet import Bools, Floats, Ints
from solver.search.dive import dive
from solver.search.improve import neighbours
from solver.search.part import Part
from solver.search.steps import NEAR, near, room_of, search_steps
from solver.task import Answer

if TYPE_CHECKING:
    from solver.search.stages import Stages

TOGETHER = 1500
"""Amounts in whole steps that are rounded at a time."""
AROUND = 8
"""Projects, itself among them, that one that cannot be rounded by itself asks for room."""


def decide_alone(stages: Stages, part: Part, seconds: float, planned: Floats) -> bool:
    """What the class is on and holds beside those below as they are, in whole steps; False if that is not found.

    Its decisions are those planned where they are nearly as good so, else those of a dive.
    """
    own = own_part(stages, part)
    answer = stages.run(own.with_decisions(stages, planned), limit=stages.budget(seconds))
    if answer.values is None or stages.bounds[part.rank] - answer.objective > NEAR * part.gap:
        dived = dive(stages.model, replace(stages.task(own), limit=stages.budget(seconds)), stages.clock)
        if answer.values is None or (dived.values is not None and dived.objective > answer.objective):
            answer = dived
    return _taken(stages, own, answer)


def _taken(stages: Stages, own: Part, answer: Answer) -> bool:
    """Take an answer for a class by itself, in whole steps; False, with everything as it was, if that cannot be."""
    if answer.values is None:
        return False
    before, stages.values = stages.values, answer.values
    decided = own.with_decisions(stages)
    stages.settle(decided, answer.objective)
    if not round_in_groups(stages, own, decided):
        stages.values = before
        return False
    return True


def own_part(stages: Stages, part: Part) -> Part:
    """The class's own columns, with what it holds in weeks of a higher class as decided there."""
    s, x, values = stages.model.setting, stages.model.variables.x, stages.values
    lower, upper = part.lower.copy(), part.upper.copy()
    held = x[((s.rank < part.rank) & part.mine[:, None])[s.pair_project]]
    lower[held] = upper[held] = values[held]
    return replace(part, free=part.free & part.mine[stages.model.owner], lower=lower, upper=upper)


def round_in_groups(stages: Stages, own: Part, decided: Part) -> bool:
    """Whole steps a few projects at a time, those that give most first; False if some cannot be rounded."""
    found, groups = True, _groups(stages, decided)
    later = decided.mine.copy()
    for group in groups:
        later[group] = False
        found = _rounded(stages, own, decided, group, later) and found
    return found


def _groups(stages: Stages, part: Part) -> list[Ints]:
    """The projects of a part, those that give most first, so many at a time as have amounts enough."""
    model, mine, count = stages.model, np.flatnonzero(part.mine), len(part.mine)
    owned = model.owner >= 0
    worth = np.bincount(model.owner[owned], (part.weights * stages.values)[owned], count)
    amounts = np.bincount(model.owner[model.discrete & ~model.binary & part.free], minlength=count)
    ordered = mine[np.argsort(-worth[mine], kind="stable")]
    number = np.cumsum(amounts[ordered]) // TOGETHER
    return [ordered[number == n] for n in np.unique(number)]


def _rounded(stages: Stages, own: Part, decided: Part, group: Ints, later: Bools) -> bool:
    """One group: next to what is settled, else with more room, else one half of it after the other."""
    model, room = stages.model, room_of(stages)
    one = replace(decided, free=decided.free & np.isin(model.owner, group))
    steps = model.discrete & ~model.binary & one.free
    for more in (np.zeros_like(room), room):
        if search_steps(stages, near(stages, one, stages.values, more), steps, None):
            return True
    if len(group) == 1:
        return _given_room(stages, own, decided, int(group[0]), later)
    first, second = group[: len(group) // 2], group[len(group) // 2 :]
    waiting = later.copy()
    waiting[second] = True
    found = _rounded(stages, own, decided, first, waiting)
    return _rounded(stages, own, decided, second, later) and found


def _given_room(stages: Stages, own: Part, decided: Part, project: int, later: Bools) -> bool:
    """A project that cannot be rounded by itself: its neighbours make room, or it is on as it likes, or both."""
    model = stages.model
    mine = decided.free & (model.owner == project)
    those = np.append(np.flatnonzero(later), project)
    asked = decided.free & np.isin(model.owner, neighbours(stages, those, project, AROUND))
    lower, upper = decided.lower.copy(), decided.upper.copy()
    lower[mine], upper[mine] = own.lower[mine], own.upper[mine]
    fixed = near(stages, replace(decided, free=mine), stages.values, room_of(stages))
    ways = (replace(fixed, free=asked), replace(own, free=mine), replace(own, free=asked, lower=lower, upper=upper))
    return any(search_steps(stages, way, model.discrete & ~model.binary & mine, None) for way in ways)
