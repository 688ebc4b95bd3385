"""What the solver tells while it works, and how it is told to stop."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Options:
    """Limits of one solve. `gap`: the proof asked for, as a share of each class's ideal (None: the tolerance).

    `threads`: how many pieces of a large portfolio are decided, or classes of an earlier plan proven, at a time.
    """

    time_limit: float = 60.0
    gap: float | None = None
    threads: int = 1
    seed: int = 0


@dataclass(frozen=True, slots=True)
class Progress:
    """One report: the class being decided, best value and bound so far, and the gap in percent of its ideal."""

    rank: int
    name: str
    incumbent: float | None
    bound: float | None
    gap_percent: float | None
    seconds: float
    phase: str = "class"


OnProgress = Callable[[Progress], None]
ShouldStop = Callable[[], bool]


def cores() -> int:
    """How many cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def never_stop() -> bool:
    """The default for `should_stop`."""
    return False


_told: list[ShouldStop] = [never_stop]


def listen(told: ShouldStop) -> None:
    """In a process that works for another one: whence it hears that nobody waits for its answers any more."""
    _told[0] = told


def told_to_stop() -> bool:
    """Whether nobody waits for the answers of this process any more."""
    return _told[0]()
