"""Workers of a sweep: each is told the base problem and its plan once and keeps them, and does tasks by the handful."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor, Future
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass

from app.processes.pool import processes
from solver.progress import told_to_stop
from solver.sweep import Base, Result, Task, calculate

AHEAD = 2
"""Handfuls per worker: one at work and one waiting, so that stopping leaves little behind."""


@dataclass(frozen=True, slots=True)
class Crew:
    """An executor whose workers hold the base, and how many handfuls of tasks it may hold."""

    executor: Executor
    name: str
    room: int

    def submit(self, tasks: Sequence[Task]) -> Future[list[Result]]:
        """The results of some tasks; without those that were broken off."""
        return self.executor.submit(work, self.name, tasks)


Hire = Callable[[Base], AbstractContextManager[Crew]]
_bases: dict[str, Base] = {}
"""The bases that this process was told, by the names of their sweeps."""


def warm(name: str, base: Base) -> None:
    """Keep a base for the tasks to come."""
    _bases[name] = base


def forget(name: str) -> None:
    """Let go of a base."""
    _bases.pop(name, None)


def work(name: str, tasks: Sequence[Task]) -> list[Result]:
    """Do some tasks of a sweep whose base this process keeps."""
    done: list[Result] = []
    for task in tasks:
        result = calculate(_bases[name], task, told_to_stop)
        if result is None:
            break
        done.append(result)
    return done


def pool(workers: int) -> Hire:
    """A crew of some processes of this machine, which end with it."""

    @contextmanager
    def hire(base: Base) -> Iterator[Crew]:
        with processes(workers, warm, "pool", base) as executor:
            yield Crew(executor, "pool", AHEAD * workers)

    return hire
