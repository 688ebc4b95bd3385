"""Whole steps next to the amounts settled: what is open, and the search for the best of it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from solver.model.sheet import Bools, Floats, dot
from solver.search.part import Part

if TYPE_CHECKING:
    from solver.search.stages import Stages

UNPROVEN = 0.05
"""Share of the gap asked for that whole steps may leave unproven."""
ENOUGH = 0.95
"""Share of the gap asked for at which a plan in whole steps is good enough to stop at."""
FURTHER = 0.03
"""Share of a full need, in steps, by which an amount may leave what was settled when the nearest steps do not do."""
NEAR = 5.0
"""Gaps asked for within which a plan in whole steps only needs to be made better, not decided apart."""
PATIENCE = 3.0
"""Seconds that one search for whole steps may take: what it leaves open is made better piece by piece."""


def near(stages: Stages, decided: Part, settled: Floats, room: Floats) -> Part:
    """A decided part with amounts between the steps below and above those settled, and the room given beyond them."""
    whole = stages.model.discrete & ~stages.model.binary & decided.free
    lower, upper, room = decided.lower.copy(), decided.upper.copy(), room[whole]
    lower[whole] = np.maximum(lower[whole], np.floor(settled[whole] + 1e-7) - room)
    upper[whole] = np.minimum(upper[whole], np.ceil(settled[whole] - 1e-7) + room)
    _a_week_more(stages, settled, lower, upper)
    return replace(decided, lower=lower, upper=upper)


def room_of(stages: Stages) -> Floats:
    """How many steps further an amount may go: one, and more where steps are small beside what the need takes.

    Growth adds up what single weeks lose to steps: 1.5 times a half step less, four weeks on, is two and a half.
    """
    model, s = stages.model, stages.model.setting
    room = np.ones(model.size)
    unit = np.where(s.step > 0, s.step, 1.0) * np.where(s.rate > 0, s.rate, 1.0)
    steps = np.floor(1.0 + FURTHER * s.full.max(axis=1, initial=0.0)[s.pair_need] / unit)[:, None]
    room[model.variables.x], room[model.variables.nodes] = steps, steps[s.nodes.pair]
    return room


def search_steps(stages: Stages, part: Part, whole: Bools, start: Floats | None) -> bool:
    """Best value of the class in whole steps, a calm plan preferred; True if one was found and taken."""
    model = stages.model
    busy = dot(model.disruption, stages.values)
    calm = 1e-5 * max(part.ideal, 1e-9) / (1.0 + busy)
    freed = model.binary & part.free & (part.lower < part.upper)
    answer = stages.run(
        part, part.weights - calm * model.disruption, discrete=whole | freed, gap=UNPROVEN * part.gap, start=start,
        limit=stages.budget(PATIENCE),
        target=stages.bounds[part.rank] - ENOUGH * part.gap - calm * busy,
    )  # fmt: skip
    if answer.values is not None:
        stages.values = answer.values
    return answer.values is not None


def _a_week_more(stages: Stages, settled: Floats, lower: Floats, upper: Floats) -> None:
    """Whole steps may cost a build its last bit of work: let each end a week later, with the people it has."""
    s, v = stages.model.setting, stages.model.variables
    complete = np.round(settled[v.complete])
    for i in np.flatnonzero(s.is_build & (complete[:, -1] > 0.5) & (complete[:, 0] < 0.5)):
        week = int(np.argmax(complete[i]))
        lower[v.complete[i, week]] = stages.lower[v.complete[i, week]]
        if week < s.weeks:
            upper[v.on[i, week]] = stages.upper[v.on[i, week]]
            mine = s.pair_project == i
            held = np.ceil(settled[v.x[mine, week - 1]] - 1e-7)
            most = np.minimum(stages.upper[v.x[mine, week]], np.maximum(upper[v.x[mine, week]], held))
            upper[v.x[mine, week]] = most
