"""Processes of this machine as a `concurrent.futures` executor: made ready once, and gone with whoever began them."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from multiprocessing.synchronize import Event

from solver.progress import listen

ONE_THREAD = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS")
"""What keeps each process from starting as many threads as there are cores."""


def _nothing() -> None:
    """Nothing is to be prepared."""


@contextmanager
def processes(workers: int, prepare: Callable[..., None] = _nothing, *facts: object) -> Iterator[ProcessPoolExecutor]:
    """Some processes, each of which is prepared once; left, their work is broken off and they end."""
    context = multiprocessing.get_context("spawn")  # this process has threads, which a fork would tear
    over = context.Event()
    for name in ONE_THREAD:
        os.environ.setdefault(name, "1")
    executor = ProcessPoolExecutor(workers, context, _begin, (over, prepare, facts))
    try:
        yield executor
    finally:
        over.set()
        executor.shutdown(wait=True, cancel_futures=True)


def _begin(over: Event, prepare: Callable[..., None], facts: tuple[object, ...]) -> None:
    """In a new process: leave Ctrl-C to the parent, do not outlive it, and hear when all is over."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_leave_with_parent, daemon=True).start()
    listen(over.is_set)
    prepare(*facts)


def _leave_with_parent() -> None:
    if parent := multiprocessing.parent_process():
        parent.join()
        os._exit(1)
