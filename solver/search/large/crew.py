"""As many hands as the options allow: independent pieces of work side by side, with results in their order."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Crew:
    """HiGHS works outside of Python's lock, so threads share the cores."""

    size: int

    def each[T, R](self, work: Callable[[T], R], items: Iterable[T]) -> list[R]:
        """What comes of each item."""
        if self.size <= 1:
            return [work(item) for item in items]
        with ThreadPoolExecutor(self.size) as hands:
            return list(hands.map(work, items))
