"""One page of a long list."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Page[T]:
    """The rows of one page; `number` counts from 1, `start` and `stop` are the rows shown."""

    rows: Sequence[T]
    number: int
    pages: int
    total: int
    start: int
    stop: int


def paged[T](rows: Sequence[T], asked: str, size: int) -> Page[T]:
    """The page asked for, or the nearest there is."""
    pages = max(1, -(-len(rows) // size))
    number = min(max(1, int(asked) if asked.isascii() and asked.isdigit() else 1), pages)
    start = (number - 1) * size
    shown = rows[start : start + size]
    return Page(shown, number, pages, len(rows), start + 1 if shown else 0, start + len(shown))
