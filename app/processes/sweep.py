"""Workers of a sweep: processes of this machine, each of which is told the base problem once and keeps it."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future, ProcessPoolExecutor
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from multiprocessing.synchronize import Event

from solver.progress import ShouldStop, never_stop
from solver.sweep import Base, Result, Task, calculate

AHEAD = 2
"""Tasks handed out per worker: one at work and one waiting, so that stopping leaves little behind."""


@dataclass(frozen=True, slots=True)
class Crew:
    """An executor whose workers hold the base, how many tasks it may hold, and how its work is broken off."""

    executor: Executor
    name: str
    room: int
    stop: Callable[[], None]

    def submit(self, task: Task) -> Future[Result | None]:
        """The result of a task; None if it was broken off."""
        return self.executor.submit(work, self.name, task)


Hire = Callable[[Base], AbstractContextManager[Crew]]
_bases: dict[str, Base] = {}
"""The bases that this process was told, by the names of their sweeps."""
_told_to_stop: list[ShouldStop] = [never_stop]


def warm(name: str, base: Base) -> None:
    """Keep a base for the tasks to come."""
    _bases[name] = base


def forget(name: str) -> None:
    """Let go of a base."""
    _bases.pop(name, None)


def work(name: str, task: Task) -> Result | None:
    """Do one task of a sweep whose base this process keeps."""
    return calculate(_bases[name], task, _told_to_stop[0])


def pool(workers: int) -> Hire:
    """A crew of some processes of this machine, which end with it."""

    @contextmanager
    def hire(base: Base) -> Iterator[Crew]:
        context = multiprocessing.get_context("spawn")  # this process has threads, which a fork would tear
        stop = context.Event()
        executor = ProcessPoolExecutor(workers, context, _begin, ("pool", base, stop))
        try:
            yield Crew(executor, "pool", AHEAD * workers, stop.set)
        finally:
            stop.set()
            executor.shutdown(wait=True, cancel_futures=True)

    return hire


def _begin(name: str, base: Base, stop: Event) -> None:
    """In a new process: leave Ctrl-C to the parent, and do not outlive it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_leave_with_parent, daemon=True).start()
    _told_to_stop[0] = stop.is_set
    warm(name, base)


def _leave_with_parent() -> None:
    if parent := multiprocessing.parent_process():
        parent.join()
        os._exit(1)
