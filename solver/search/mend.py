"""An earlier plan that does not fit any more: what is in the way gives up as little as it can."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from solver.engine import run
from solver.model import Model
from solver.model.sheet import Bools, Floats
from solver.search.large.pieces import MET, Held, Piece
from solver.task import BRIEFLY, Answer, Task

if TYPE_CHECKING:
    from solver.search.stages import Stages

TURNS = 2
"""How often every project that is in the way may give something up."""
CLOSE = 0.02
"""Share of what a project gives that the best of what is left to it may miss."""


def mended(stages: Stages, at_rest: Callable[[], Floats | None], seed: Floats) -> Floats | None:
    """The seed, where projects that break a rule do with less, the lowest class first; None if that does not mend it.

    What each has at rest is its own in any case.
    """
    model = stages.model
    real = Held(model, np.clip(np.where(model.discrete, np.round(seed), seed), stages.lower, stages.upper))
    weights: Floats = sum(model.classes.values(), np.zeros(model.size))
    for project in np.unique(model.row_owner[_broken(model, real.sums) & model.row_is_own]).tolist():
        if not _righted(stages, real, project, weights):
            if (rest := at_rest()) is None:
                return None
            piece = stages.pieces.of([project])
            real.take(piece, rest[piece.columns])
    for _ in range(TURNS):
        if not _broken(model, real.sums).any():
            return real.values
        if (rest := at_rest()) is None:
            return None
        for project in _lowest_first(stages, real.values, weights):
            if stages.clock.over():
                return None
            _with_less(stages, real, project, rest, weights)
    return None if _broken(model, real.sums).any() else real.values


def _broken(rows: Model | Piece, sums: Floats) -> Bools:
    """The rows that are not met."""
    found: Bools = (sums < rows.low - MET) | (sums > rows.high + MET)
    return found


def _lowest_first(stages: Stages, values: Floats, weights: Floats) -> list[int]:
    """All projects, those of the lowest class first, and of a class those that give least."""
    owned = stages.model.owner >= 0
    worth = np.bincount(stages.model.owner[owned], (weights * values)[owned], minlength=len(stages.first))
    return np.lexsort((worth, -stages.first)).tolist()  # type: ignore[no-any-return]


def _righted(stages: Stages, real: Held, project: int, weights: Floats) -> bool:
    """A project whose own rules are broken: on and with what it holds as it is, else only on; False if it cannot be.

    Only on: with what the others leave, else whatever they leave.
    """
    whole, alone = stages.pieces.of([project]), stages.pieces.apart([project])
    on = stages.model.binary[whole.columns]
    told = np.isin(whole.columns, stages.model.variables.x) | stages.model.discrete[whole.columns]
    for piece, given in ((alone, told), (real.left(whole), on), (alone, on)):
        answer = _best(stages, piece, real.values, weights, given)
        if answer.values is not None:
            real.take(whole, answer.values)
            return True
    return False


def _with_less(stages: Stages, real: Held, project: int, at_rest: Floats, weights: Floats) -> None:
    """A project in rows that are not met: the best of what the others leave it there, or what it has at rest."""
    piece = stages.pieces.of([project])
    here = _broken(piece, real.sums[piece.rows])
    if not here.any():
        return
    left, rest = real.left(piece), piece.sums(at_rest[piece.columns])
    left = replace(
        left, low=np.where(here, np.minimum(left.low, rest), left.low),
        high=np.where(here, np.maximum(left.high, rest), left.high),
    )  # fmt: skip
    answer = _best(stages, left, real.values, weights, np.zeros(len(piece.columns), dtype=bool))
    if answer.values is not None:
        real.take(piece, answer.values)


def _best(stages: Stages, piece: Piece, values: Floats, weights: Floats, given: Bools) -> Answer:
    """The best of a piece with some columns as they are."""
    columns = piece.columns
    now, wanted = values[columns], weights[columns]
    task = Task(
        np.ones(len(columns), dtype=bool), now, np.where(given, now, stages.lower[columns]),
        np.where(given, now, stages.upper[columns]), stages.model.discrete[columns] & ~given, wanted,
        gap=CLOSE * float(np.abs(wanted * now).sum()), limit=stages.budget(BRIEFLY),
    )  # fmt: skip
    return run(piece, task, stages.clock)
