"""The first week in which a build can be complete: weeks before it need no branching."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from solver.engine import run
from solver.model.sheet import Floats
from solver.search.part import Part

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
        values = _alone(stages, part, int(i))
        while first < last:
            middle = (first + last) // 2
            if middle <= s.weeks and not _reaches(stages, part, int(i), middle, values):
                first = middle + 1
            else:
                last = middle
        early = complete[: min(first, s.weeks + 1)]
        part.upper[early] = part.lower[early]


def _alone(stages: Stages, part: Part, i: int) -> Floats:
    """The values so far, without the projects of this class and those below, whose work counts as done."""
    gone = (stages.first > stages.first[i]) | part.mine
    values = np.where(gone[stages.model.owner], 0.0, stages.values)
    values[stages.model.variables.complete[gone]] = 1.0
    return values


def _reaches(stages: Stages, part: Part, i: int, week: int, values: Floats) -> bool:
    """Whether a build alone can have done its work by the end of the week before `week` (relaxed)."""
    model = stages.model
    weights = np.zeros(model.size)
    weights[model.variables.pace[i, :week]] = 1.0
    task = replace(stages.task(part), free=model.owner == i, values=values, objective=weights, holds=())
    answer = run(model, task, stages.clock)
    return not answer.finished or answer.objective >= model.setting.remaining[i] - 1e-6
