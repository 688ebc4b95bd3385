"""A class project by project, each with its fair share: what the relaxation does not hold for the others.

What the others hold in whole steps is theirs in any case, and what the projects hold at rest stays theirs too, so that
there is a plan at every moment, however rough the relaxation is.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from solver.engine import run
from solver.model.sheet import Floats, Ints, dot
from solver.search.improve import most_to_gain_first
from solver.search.large.groups import in_groups, near
from solver.search.large.pieces import MET, Held, Piece, held_above
from solver.search.large.prices import Relaxed, at_prices
from solver.search.part import Part
from solver.task import Task

if TYPE_CHECKING:
    from solver.search.stages import Stages

FEW = 2
"""Projects that are decided again at a time: one more after a round of groups without progress."""
PATIENCE = 1.0
"""Seconds that one group may take."""
AHEAD = 8
"""Pieces per thread that are given out at a time, as some take much longer than others."""
CALM = 1e-5
"""What all moves together may count, as a share of a class's ideal."""
AWAY = 0.01
"""What all supply from other pools than in the relaxation may count, as a share of a class's ideal."""
COARSE, FINEST = 0.2, 0.1
"""Share of what a class may still gain, by project, that a group may leave open, and the least in gaps asked for."""
WORTH = 0.01
"""Share of the gap asked for that groups have to bring to count as progress."""
OPEN = 1.0
"""Share of the gap asked for, by project, that a project may leave open at first."""


def build(stages: Stages, own: Part, relaxed: Floats) -> None:
    """A class in whole steps from what it is at rest, those first that are worth most in its relaxation."""
    groups = in_groups(stages, own, relaxed)
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

    First each project with its nearest neighbours, those with most to gain first, then by chance among the near ones,
    one more at a time after a round without progress, until all of the class together finds nothing better.
    """
    real, mine, wanted = Held(stages.model, stages.values), np.flatnonzero(own.mine), _calmly(stages, own)
    last, idle, turn, has = stages.clock.seconds + seconds, 0, 0, stages.attained(own.rank)
    order, chance = most_to_gain_first(stages, own, mine), np.random.default_rng(stages.clock.options.seed)
    while stages.clock.seconds < last and not stages.clock.over():
        left, wider = stages.bounds[own.rank] - has, idle // len(mine)
        if left <= own.gap or FEW + wider > max(FEW, len(mine)):
            break
        groups, taken = list[Ints](), np.zeros(len(own.mine), dtype=bool)
        for _ in range(stages.crew.size):
            some = near(stages, mine, order, chance, turn, FEW + wider)
            groups.append(some[~taken[some]])
            taken[some] = True
            turn += 1
        gap = max(FINEST * own.gap, COARSE * left / (1.0 + idle)) * (FEW + wider) / len(mine)
        wished = [group for group in groups if len(group)]
        more = _at_once(stages, own, wished, real, None, wanted, gap, PATIENCE * (1 + wider))
        has, idle = has + more, 0 if more > WORTH * own.gap else idle + len(groups)
    stages.values = real.values


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
    stages: Stages, part: Part, groups: list[Ints], relaxed: Floats, wanted: Floats, gap: float, last: float
) -> None:
    """Group after group in whole steps, each with its share, as long as there is time."""
    model, size = stages.model, _at_a_time(stages)
    real = Held(model, stages.values)
    fair = Held(model, np.where(part.free, relaxed, stages.values))
    for first in range(0, len(groups), size):
        if stages.clock.over() or stages.clock.seconds > last:
            break
        some = groups[first : first + size]
        _at_once(stages, part, some, real, fair, wanted, gap * len(some[0]), PATIENCE)
    stages.values = real.values


def _at_a_time(stages: Stages) -> int:
    """How many pieces are given out at a time."""
    return AHEAD * stages.crew.size if stages.crew.size > 1 else 1


def _at_once(  # noqa: PLR0917 - all that groups at a time are
    stages: Stages, part: Part, groups: list[Ints], real: Held, fair: Held | None, wanted: Floats, gap: float,
    limit: float,
) -> float:  # fmt: skip
    """Groups side by side; one that wants what another took meanwhile is decided again. What the class gains."""
    more = 0.0
    pieces = [stages.pieces.of(group.tolist()) for group in groups]
    answers = stages.crew.each(
        lambda piece: _decided(stages, part, _left(piece, real, fair), real.values, wanted, gap, limit), pieces
    )
    for piece, found in zip(pieces, answers, strict=True):
        values = found
        if values is not None and not _fits(piece, real, values):
            values = _decided(stages, part, _left(piece, real, fair), real.values, wanted, gap, limit)
        if values is not None and dot(wanted[piece.columns], values - real.values[piece.columns]) > 0.0:
            more += dot(part.weights[piece.columns], values - real.values[piece.columns])
            real.take(piece, values)
        if fair is not None:
            fair.take(piece, real.values[piece.columns])
    return more


def _left(piece: Piece, real: Held, fair: Held | None) -> Piece:
    """A piece with what others leave: of what they hold, and of their shares where there are such."""
    left = real.left(piece)
    if fair is None:
        return left
    theirs, at_rest = fair.beside(piece), piece.sums(real.values[piece.columns])
    high = np.minimum(left.high, np.maximum(piece.high - theirs, at_rest))
    low = np.maximum(left.low, np.minimum(piece.low - theirs, at_rest))
    return replace(piece, low=low, high=high)


def _fits(piece: Piece, real: Held, values: Floats) -> bool:
    """Whether values of a piece are possible beside the others as they are."""
    sums = real.beside(piece) + piece.sums(values)
    return bool((sums >= piece.low - MET).all() and (sums <= piece.high + MET).all())


def _decided(  # noqa: PLR0917 - all that one group is
    stages: Stages, part: Part, piece: Piece, values: Floats, wanted: Floats, gap: float, limit: float
) -> Floats | None:
    """The best whole steps of a group from the values it has, in its own columns; None if there is nothing better."""
    columns, model = piece.columns, stages.model
    now = values[columns]
    task = Task(
        np.ones(len(columns), dtype=bool), now, part.lower[columns], part.upper[columns], model.discrete[columns],
        wanted[columns], holds=held_above(stages, piece, values),
        gap=gap, limit=stages.budget(limit), start=now,
    )  # fmt: skip
    return run(piece, task, stages.clock).values
