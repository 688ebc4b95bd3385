"""What must hold between records: one function per check, each yielding every fault it finds."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from solver.faults import Fault

Tables = Mapping[str, tuple[Any, ...]]
Check = Callable[[Tables], Iterator[Fault]]


def cross_check(tables: Tables) -> list[Fault]:
    """Every fault between the records (being extended: see CHECKS)."""
    return [fault for check in CHECKS for fault in check(tables)]


CHECKS: Iterable[Check] = ()
