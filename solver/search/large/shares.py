"""A class project by project, each with its fair share: what the relaxation does not hold for the others.

What the others hold in whole steps is theirs in any case, and what the projects hold at rest stays theirs too, so that
there is a plan at every moment, however rough the relaxation is.
"""

from __future__ import annotations

from itertools import takewhile
from typing import TYPE_CHECKING

import numpy as np

from solver.model.sheet import Floats, Ints, dot
from solver.search.improve import most_to_gain_first
from solver.search.large.groups import in_groups, near
from solver.search.large.pieces import Held
from solver.search.large.prices import Relaxed, at_prices
from solver.search.large.turns import Turns, dived, searched
from solver.search.part import Part

if TYPE_CHECKING:
    from solver.search.stages import Stages

SOME, FEW = 5, 2
"""Projects that are decided again at a time, by dives, and as well as may be: one more of these after a round."""
PATIENCE = 1.0
"""Seconds that one group may take."""
CALM = 1e-5
"""What all moves together may count, as a share of a class's ideal."""
AWAY = 0.01
"""What all supply from other pools than in the relaxation may count, as a share of a class's ideal."""
COARSE, FINEST = 0.2, 0.1
"""Share of what a class may still gain, by project, that a group may leave open, and the least in gaps asked for."""
WORTH = 0.01
"""Share of the gap asked for that groups have to bring to count as progress."""
OPEN = 5.0
"""Gaps asked for, by project, that a project may leave open at first."""


def build(stages: Stages, own: Part, relaxed: Floats | None) -> None:
    """A class in whole steps from what it is at rest, those first that are worth most.

    Each has its share of a relaxation, else all that the others leave.
    """
    groups = in_groups(stages, own, stages.values if relaxed is None else relaxed)
    gap = OPEN * own.gap / max(1, int(own.mine.sum()))
    _in_turn(stages, own, groups, relaxed, _calmly(stages, own), gap, stages.until)


def _calmly(stages: Stages, own: Part) -> Floats:
    """What is wanted of a class: its value, and of plans of the same value the calmest."""
    model = stages.model
    calm = CALM * max(own.ideal, 1e-9) / (1.0 + dot(model.disruption, stages.values))
    wanted: Floats = own.weights - calm * model.disruption
    return wanted


def make_room(stages: Stages, part: Part, relaxed: Relaxed, seconds: float) -> bool:
    """Those below go where the class minds least, as far as its relaxation has them there; False if none moves."""
    gains, _ = at_prices(stages, part, relaxed)
    gains = gains - _away(stages, part, relaxed.values)
    s, x = stages.model.setting, stages.model.variables.x
    holds = np.bincount(s.pair_project, stages.values[x].sum(axis=1), minlength=len(part.mine)) > 0
    below = np.flatnonzero((stages.first > part.rank) & ~part.mine & holds)
    before, gap, last = stages.values, OPEN * part.gap / max(1, len(below)), stages.clock.seconds + seconds
    _in_turn(stages, part, [below[n : n + 1] for n in range(len(below))], relaxed.values, gains, gap, last)
    return not np.array_equal(stages.values, before)


def again(stages: Stages, own: Part, seconds: float) -> None:
    """Decide a few neighbours at a time again, with all that the others leave, until the proof holds or nothing helps.

    First each project with its nearest neighbours, those with most to gain first, then by chance among the near ones:
    some by dives, and after a round without progress few at a time as well as may be, one more after each such round.
    """
    turns, mine = Turns(stages, own, _calmly(stages, own), dived), np.flatnonzero(own.mine)
    last, idle, turn, has = stages.clock.seconds + seconds, 0, 0, stages.attained(own.rank)
    order, chance = most_to_gain_first(stages, own, mine), np.random.default_rng(stages.clock.options.seed)
    while stages.clock.seconds < last and not stages.clock.over():
        left, rounds = stages.bounds[own.rank] - has, idle // len(mine)
        many, wider = FEW + rounds - 1 if rounds else SOME, max(0, rounds - 1)
        if left <= own.gap or (rounds and many > max(FEW, len(mine))):
            break
        turns.way = searched if rounds else dived
        groups, taken = list[Ints](), np.zeros(len(own.mine), dtype=bool)
        for _ in range(stages.crew.window):
            some = near(stages, mine, order, chance, turn, many)
            groups.append(some[~taken[some]])
            taken[some] = True
            turn += 1
        gap = max(FINEST * own.gap, COARSE * left / (1.0 + idle)) / len(mine)
        more = turns.over([group for group in groups if len(group)], gap, PATIENCE * (1 + wider))
        has, idle = has + more, 0 if more > WORTH * own.gap else idle + len(groups)
    stages.values = turns.real.values


def _away(stages: Stages, part: Part, relaxed: Floats) -> Floats:
    """What a unit costs of another pool than in the relaxation: what just suffices has no price."""
    s, x = stages.model.setting, stages.model.variables.x
    supply = np.maximum(0.0, relaxed[x]) * (s.rate * stages.model.scale[x[:, 0]])[:, None]
    total = np.zeros((len(s.needs), s.weeks))
    np.add.at(total, s.pair_need, supply)
    elsewhere = 1.0 - supply / np.maximum(total[s.pair_need], 1e-9)
    costs = np.zeros(len(relaxed))
    costs[x] = elsewhere * (s.rate * stages.model.scale[x[:, 0]])[:, None]
    return costs * (AWAY * part.ideal / (1.0 + total.sum()))


def _in_turn(  # noqa: PLR0917 - all that a class in groups is
    stages: Stages, part: Part, groups: list[Ints], relaxed: Floats | None, wanted: Floats, gap: float, last: float
) -> None:
    """Group after group in whole steps, each with its share, as long as there is time."""
    fair = None if relaxed is None else Held(stages.model, np.where(part.free, relaxed, stages.values))
    turns = Turns(stages, part, wanted, dived, fair)
    turns.over(takewhile(lambda _: not stages.clock.over() and stages.clock.seconds <= last, groups), gap, PATIENCE)
    stages.values = turns.real.values
