"""What is solved at a time: a part of a model, in the time that is left, and what comes of it."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np

from solver.model.sheet import Bools, Floats, Ints
from solver.progress import Options, ShouldStop, never_stop

Report = Callable[[float | None, float | None], None]
"""Told the best value and the bound so far, in the sense of the objective."""

Holds = Sequence[tuple[Floats, float]]
"""Weights of columns, each with the least that they have to come to."""

WAITING = 4.0
"""Seconds that a second of work may take at most where a machine has others to serve too."""
ANY = 1e30
"""A gap that every plan is within: the first one found will do."""
BRIEFLY = 0.5
"""Seconds that every step may take, however late it is."""


class Matrix(Protocol):
    """What is solved: the entries of rows `low <= A z <= high`, and which columns are on/off decisions."""

    @property
    def row(self) -> Ints: ...
    @property
    def column(self) -> Ints: ...
    @property
    def coefficient(self) -> Floats: ...
    @property
    def low(self) -> Floats: ...
    @property
    def high(self) -> Floats: ...
    @property
    def binary(self) -> Bools: ...


@dataclass(frozen=True, slots=True)
class Answer:
    """What HiGHS found: a solution or none, its value, the proven bound, and whether it ran to its end."""

    values: Floats | None
    objective: float
    bound: float
    finished: bool
    infeasible: bool


@dataclass(slots=True)
class Clock:
    """Time and the wish to stop, shared by all subproblems of one solve."""

    options: Options
    should_stop: ShouldStop = never_stop
    started: float = field(default_factory=time.perf_counter)
    worked: float = field(default_factory=time.process_time)
    """The processor time of this process when it began."""
    stopped: bool = False

    @property
    def seconds(self) -> float:
        """Seconds since the solve began."""
        return time.perf_counter() - self.started

    @property
    def left(self) -> float:
        """Seconds until the time limit."""
        return max(0.0, self.options.time_limit - self.seconds)

    def budget(self, seconds: float, until: float = np.inf) -> float:
        """Seconds for one step: those of work wished for, or what is left, but enough to be worth a start.

        On a busy machine a second of work takes longer; what is looked for in it should not depend on that.
        """
        done = time.process_time() - self.worked
        waiting = min(WAITING, self.seconds / done) if done > BRIEFLY else 1.0
        return max(BRIEFLY, min(max(1.0, waiting) * seconds, self.left, until - self.seconds))

    def over(self) -> bool:
        """Whether the caller wants no more, or the time is up."""
        self.stopped = self.stopped or self.should_stop()
        return self.stopped or self.left <= 0.0


def _no_ints() -> Ints:
    return np.zeros(0, dtype=np.int64)


@dataclass(frozen=True, slots=True)
class Cuts:
    """Rows beside those of the model: `sum coefficient * column <= high`, sorted by row."""

    row: Ints = field(default_factory=_no_ints)
    column: Ints = field(default_factory=_no_ints)
    coefficient: Floats = field(default_factory=lambda: np.zeros(0))
    high: Floats = field(default_factory=lambda: np.zeros(0))


@dataclass(frozen=True, slots=True)
class Task:
    """A subproblem of a model: the free columns, values of the others, bounds, objective and rows to be held."""

    free: Bools
    values: Floats
    lower: Floats
    upper: Floats
    discrete: Bools
    objective: Floats
    maximise: bool = True
    holds: Holds = ()
    gap: float = 0.0
    limit: float = 60.0
    start: Floats | None = None
    skip: Bools | None = None
    target: float | None = None
    cuts: Cuts = field(default_factory=Cuts)
