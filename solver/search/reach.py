"""The first week in which a build can be complete: weeks before it need no branching."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from solver.engine import Repeated
from solver.search.part import Part
from solver.task import Task

if TYPE_CHECKING:
    from solver.search.stages import Stages


def not_before(stages: Stages, part: Part) -> None:
    """Builds of the class cannot be complete before the week they reach alone with all that is left to them."""
    s, v = stages.model.setting, stages.model.variables
    for i in np.flatnonzero(part.mine & s.is_build):
        complete = v.complete[i]
        open_weeks = np.flatnonzero(part.upper[complete] > part.lower[complete] + 0.5)
        if len(open_weeks) < 2:
            continue
        first, last = int(open_weeks[0]), s.weeks + 1
        alone = Repeated(stages.model, _alone(stages, part, int(i)), stages.clock)
        while first < last:
            middle = (first + last) // 2
            if middle <= s.weeks and not _reaches(stages, int(i), middle, alone):
                first = middle + 1
            else:
                last = middle
        early = complete[: min(first, s.weeks + 1)]
        part.upper[early] = part.lower[early]


def _alone(stages: Stages, part: Part, i: int) -> Task:
    """A build with the values so far, without the projects of this class and those below, whose work counts as done.

    Projects of higher classes are without the weeks in which they are of lower ones.
    """
    model, v = stages.model, stages.model.variables
    gone = (stages.first > stages.first[i]) | part.mine
    values = np.where(gone[model.owner], 0.0, stages.values)
    values[v.complete[gone]] = 1.0
    open_weeks = (stages.model.setting.rank > part.rank) & ~gone[:, None]
    pairs = open_weeks[stages.model.setting.pair_project]
    for columns in (v.on[open_weeks], v.x[pairs], v.arrive[pairs]):
        values[columns] = 0.0
    values[v.complete[:, 1:][open_weeks]] = 1.0
    return replace(stages.task(part), free=model.owner == i, values=values, objective=np.zeros(model.size), holds=())


def _reaches(stages: Stages, i: int, week: int, alone: Repeated) -> bool:
    """Whether a build alone can have done its work by the end of the week before `week` (relaxed)."""
    weights = np.zeros(stages.model.size)
    weights[stages.model.variables.pace[i, :week]] = 1.0
    answer = alone.best(weights)
    return not answer.finished or answer.objective >= stages.model.setting.remaining[i] - 1e-6
