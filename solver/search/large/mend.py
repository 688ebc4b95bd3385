"""An earlier plan of a large portfolio that does not fit any more: what is in the way gives up as little as it can."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from solver.engine import run
from solver.model.sheet import Bools, Floats, Ints
from solver.search.large.pieces import MET, Held, Piece
from solver.task import BRIEFLY, Answer, Task

if TYPE_CHECKING:
    from solver.search.stages import Stages

TURNS = 2
"""How often every project that is in the way may give something up."""
CLOSE = 0.02
"""Share of what a project gives that the best of what is left to it may miss."""


def mended(stages: Stages, at_rest: Floats, seed: Floats) -> Floats | None:
    """The seed, where projects that break a rule do with less, the lowest class first; None if that does not mend it.

    What each has at rest is its own in any case.
    """
    model = stages.model
    real = Held(model, np.clip(np.where(model.discrete, np.round(seed), seed), stages.lower, stages.upper))
    weights: Floats = sum(model.classes.values(), np.zeros(model.size))
    for project in np.unique(model.row_owner[_broken(stages, real) & model.row_is_own]):
        _righted(stages, real, int(project), at_rest, weights)
    for _ in range(TURNS):
        for project in _lowest_first(stages, real.values):
            broken = _broken(stages, real)
            if not broken.any():
                return real.values
            _with_less(stages, real, int(project), broken, at_rest, weights)
    return None if _broken(stages, real).any() else real.values


def _broken(stages: Stages, real: Held) -> Bools:
    """The rows that are not met."""
    found: Bools = (real.sums < stages.model.low - MET) | (real.sums > stages.model.high + MET)
    return found


def _lowest_first(stages: Stages, values: Floats) -> Ints:
    """All projects, those of the lowest class first, and of a class those that give least."""
    model, count = stages.model, len(stages.first)
    worth = np.bincount(model.owner, sum(model.classes.values(), np.zeros(model.size)) * values, minlength=count)
    return np.lexsort((worth, -stages.first))


def _righted(stages: Stages, real: Held, project: int, at_rest: Floats, weights: Floats) -> None:
    """A project whose own rules are broken: on and with what it holds as it is, else only on, else at rest."""
    model, whole = stages.model, stages.pieces.of([project])
    on = model.binary[whole.columns]
    told = np.isin(whole.columns, model.variables.x) | model.discrete[whole.columns]
    for given in (told, on):
        answer = _best(stages, stages.pieces.apart([project]), real.values, weights, given)
        if answer.values is not None:
            real.take(whole, answer.values)
            return
    real.take(whole, at_rest[whole.columns])


def _with_less(  # noqa: PLR0917 - all that giving up is
    stages: Stages, real: Held, project: int, broken: Bools, at_rest: Floats, weights: Floats
) -> None:
    """A project in rows that are not met: the best of what the others leave it there, or what it has at rest."""
    piece = stages.pieces.of([project])
    if not broken[piece.rows].any():
        return
    left, rest = real.left(piece), piece.sums(at_rest[piece.columns])
    here = broken[piece.rows]
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
