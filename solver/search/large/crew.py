"""As many hands as the options allow: independent pieces of work side by side, with results in their order."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass

AHEAD = 2
"""Pieces of work per hand that are given out at a time, as some take much longer than others."""


@dataclass(frozen=True, slots=True)
class Crew:
    """HiGHS works outside of Python's lock, so threads share the cores."""

    size: int

    @property
    def window(self) -> int:
        """How many jobs are given out before the first of them is taken."""
        return AHEAD * self.size if self.size > 1 else 1

    def each[T, R](self, work: Callable[[T], R], items: Iterable[T]) -> list[R]:
        """What comes of each item."""
        if self.size <= 1:
            return [work(item) for item in items]
        with ThreadPoolExecutor(self.size) as hands:
            return list(hands.map(work, items))

    def in_order[R](self, jobs: Iterable[Callable[[], R]], take: Callable[[R], None]) -> None:
        """What comes of each job is taken before one more is asked for, so that a job may go on from those taken."""
        if self.size <= 1:
            for job in jobs:
                take(job())
            return
        with ThreadPoolExecutor(self.size) as hands:
            given = deque[Future[R]]()
            for job in jobs:
                given.append(hands.submit(job))
                if len(given) >= self.window:
                    take(given.popleft().result())
            while given:
                take(given.popleft().result())
