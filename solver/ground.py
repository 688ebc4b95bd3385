"""From the decisions of a relaxation to whole plans: where those at rest stand still, or shift as they must.

While a class is decided in a relaxation, the standby of those at rest may be anywhere. On the ground it is in whole
steps and moves at a price. The ways to get there, the cheapest first: they stand where they stood, or where the
relaxation leaves room (`solver.rest`); all shift together with the class, if it is not too large; the class decides
again beside them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from solver.dive import dive
from solver.engine import Answer, run
from solver.model.sheet import Floats
from solver.part import PROOF, Part
from solver.rest import standbys

if TYPE_CHECKING:
    from solver.stages import Stages

ENOUGH = 0.1
"""Share of the gap asked for that a class may lose to those who stand still before they are asked to make room."""


def ways(stages: Stages, part: Part, light: Answer, limit: float) -> Iterator[tuple[Part, Floats]]:
    """Parts and values: plans of the class, not in whole steps yet; each is tried if the one before led to none."""
    if light.values is None:
        return
    alone, now = part.alone(stages), stages.values
    stand = [_with_decisions(stages, alone, light, now)]
    placed = None
    if stand[0] is None or stand[0].objective < light.objective - ENOUGH * part.gap:
        placed = _placed(stages, part, light)
        if placed is not None:
            stand.append(_with_decisions(stages, alone, light, placed))
    best = max((a for a in stand if a is not None), key=lambda a: a.objective, default=None)
    if best is not None and best.values is not None:
        yield alone, best.values
    if not part.large:
        whole = _with_decisions(stages, part, light, now)
        if whole is not None and whole.values is not None:
            yield part, whole.values
    beside = _beside(stages, alone, now if placed is None else placed, limit)
    if beside is not None:
        yield alone, beside


def _placed(stages: Stages, part: Part, light: Answer) -> Floats | None:
    """The values so far, with those at rest where the class leaves room."""
    assert light.values is not None
    idle = (stages.first > part.rank) & ~part.mine & ~stages.attached
    wanted = np.where(part.mine[stages.model.owner], light.values, stages.values)
    return standbys(stages.model, idle, wanted, stages.values, stages.clock)


def _with_decisions(stages: Stages, part: Part, light: Answer, values: Floats) -> Answer | None:
    """The best plan of a part with the decisions of another answer, all others as in the values given."""
    here = part.with_decisions(stages, light.values)
    answer = run(stages.model, replace(stages.task(here), values=values), stages.clock)
    return None if answer.values is None else answer


def _beside(stages: Stages, alone: Part, values: Floats, limit: float) -> Floats | None:
    """The best decisions of a class beside projects that stand still, as the values given say."""
    limit = stages.clock.budget(0.2 * limit)
    task = replace(stages.task(alone), values=values, discrete=stages.model.binary, gap=PROOF * alone.gap, limit=limit)
    found = dive(stages.model, task, stages.clock)
    if found.values is None or found.bound - found.objective > task.gap:
        answer = run(stages.model, replace(task, start=found.values), stages.clock)
        found = found if answer.values is None else answer
    return found.values
