"""The study of a trade-off, which tells each point as it is found; loaded by the process that does it."""

from __future__ import annotations

import multiprocessing
import os
from contextlib import suppress

from app.config import Settings
from app.processes.study import StudyRefused, Tell
from app.processes.workers import executor
from solver.faults import InvalidInput
from solver.frontier import Ask, trace

FUNCTION = "app.processes.frontier:points"
NICE = 5
"""Points give way to pages and to recomputes that somebody waits for."""


def points(ask: Ask, tell: Tell) -> int:
    """How many points there are; each is told. Raises StudyRefused where there is nothing to vary."""
    with suppress(AttributeError, OSError):
        os.nice(NICE)
    found, settings = 0, Settings()
    try:
        with executor(settings.processes, settings.dask) as workers:
            for point in trace(ask, workers, _orphaned):
                tell(point)
                found += 1
    except InvalidInput as invalid:
        raise StudyRefused("; ".join(str(fault) for fault in invalid.faults[:3])) from invalid
    return found


def _orphaned() -> bool:
    """Whether the process that asked is gone."""
    parent = multiprocessing.parent_process()
    return parent is not None and not parent.is_alive()
