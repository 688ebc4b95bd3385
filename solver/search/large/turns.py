"""Groups of projects in their turn, some side by side: each with what others leave when it is asked.

What comes of a group is taken if it still fits; one that wants what another took meanwhile is decided again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np

from solver.engine import run
from solver.model.sheet import Floats, Ints, dot
from solver.search.dive import dive
from solver.search.large.pieces import MET, Held, Piece, held_above
from solver.search.part import Part
from solver.task import Clock, Task

if TYPE_CHECKING:
    from solver.search.stages import Stages

MANY_ROWS = 2_000
"""Rows of a group above which presolving is worth its time: one project has fewer."""
Way = Callable[[Piece, Task, Clock], Floats | None]
"""How a group is decided from the values it has: its columns, or None if there is nothing better."""


def searched(piece: Piece, task: Task, clock: Clock) -> Floats | None:
    """The best whole steps of a group."""
    return run(piece, replace(task, start=task.values), clock).values


def dived(piece: Piece, task: Task, clock: Clock) -> Floats | None:
    """Good whole steps of a group, soon found: what is on when by a dive, then the steps."""
    found = dive(piece, task, clock, presolve=len(piece.rows) > MANY_ROWS).values
    if found is not None:
        lower, upper = np.where(piece.binary, found, task.lower), np.where(piece.binary, found, task.upper)
        found = run(piece, replace(task, lower=lower, upper=upper), clock).values
    return searched(piece, task, clock) if found is None else found


@dataclass
class Turns:
    """What all hold while groups of a part are decided, one way or another, for what is wanted.

    `fair`: what each may hold next to its share, where there are shares.
    """

    stages: Stages
    part: Part
    wanted: Floats
    way: Way
    fair: Held | None = None
    real: Held = field(init=False)

    def __post_init__(self) -> None:
        self.real = Held(self.stages.model, self.stages.values)

    def over(self, groups: Iterable[Ints], gap: float, limit: float) -> float:
        """Group after group, with what each project may leave open, and seconds for each; what the part gains."""
        gains = list[float]()

        def asked() -> Iterator[Callable[[], tuple[Piece, Floats | None]]]:
            for group in groups:
                piece = self.stages.pieces.of(group.tolist())
                yield self._asked(piece, gap * len(group), limit)

        def taken(found: tuple[Piece, Floats | None]) -> None:
            gains.append(self._taken(*found, gap, limit))

        self.stages.crew.in_order(asked(), taken)
        return sum(gains)

    def _asked(self, piece: Piece, gap: float, limit: float) -> Callable[[], tuple[Piece, Floats | None]]:
        """The work of deciding a piece, from what all hold now."""
        left, task, clock = self._left(piece), self._task(piece, gap, limit), self.stages.clock
        return lambda: (piece, self.way(left, task, clock))

    def _taken(self, piece: Piece, values: Floats | None, gap: float, limit: float) -> float:
        """Take what came of a piece, if it is better and fits, else what comes of it now; what the part gains."""
        if values is not None and not self._fits(piece, values):
            _, values = self._asked(piece, gap, limit)()
        columns, more = piece.columns, 0.0
        if values is not None and dot(self.wanted[columns], values - self.real.values[columns]) > 0.0:
            more = dot(self.part.weights[columns], values - self.real.values[columns])
            self.real.take(piece, values)
        if self.fair is not None:
            self.fair.take(piece, self.real.values[columns])
        return more

    def _task(self, piece: Piece, gap: float, limit: float) -> Task:
        """What is asked of a piece, in its own columns."""
        columns, part, values = piece.columns, self.part, self.real.values
        return Task(
            np.ones(len(columns), dtype=bool), values[columns], part.lower[columns], part.upper[columns],
            self.stages.model.discrete[columns], self.wanted[columns], holds=held_above(self.stages, piece, values),
            gap=gap, limit=self.stages.budget(limit),
        )  # fmt: skip

    def _left(self, piece: Piece) -> Piece:
        """A piece with what others leave: of what they hold, and of their shares where there are such."""
        left = self.real.left(piece)
        if self.fair is None:
            return left
        theirs, at_rest = self.fair.beside(piece), piece.sums(self.real.values[piece.columns])
        high = np.minimum(left.high, np.maximum(piece.high - theirs, at_rest))
        low = np.maximum(left.low, np.minimum(piece.low - theirs, at_rest))
        return replace(piece, low=low, high=high)

    def _fits(self, piece: Piece, values: Floats) -> bool:
        """Whether values of a piece are possible beside the others as they are."""
        sums = self.real.beside(piece) + piece.sums(values)
        return bool((sums >= piece.low - MET).all() and (sums <= piece.high + MET).all())
