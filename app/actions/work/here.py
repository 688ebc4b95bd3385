"""The worker of this process: made when the first job needs one, unless the work is left to other processes."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from app.actions.work.worker import Worker
from app.db import Database

_guard = threading.Lock()
_workers: dict[int, Worker | None] = {}
"""By process: one that a fork left behind has no threads here and is not this process's. None: others work."""


def watch(db: Database) -> None:
    """Do the jobs of a database in this process, from now on and until it closes."""
    worker = _here()
    if worker is not None:
        worker.watch(db)


def wake(db: Database) -> None:
    """A job was added."""
    worker = _here()
    if worker is not None:
        worker.wake(db)


def cancel_here(db: Database, job: int) -> None:
    """Stop a job at once if this process does it."""
    worker = _here()
    if worker is not None:
        worker.cancel(db, job)


def leave_to_others() -> None:
    """This process does no jobs; workers elsewhere do."""
    _replace(None)


@contextmanager
def elsewhere() -> Iterator[None]:
    """In this scope jobs are only asked for: a process that ends at once must not begin one."""
    with _guard:
        before = dict(_workers)
        _workers[os.getpid()] = None
    try:
        yield
    finally:
        with _guard:
            _workers.clear()
            _workers.update(before)


def use(worker: Worker) -> None:
    """Have this process's jobs done by a worker made elsewhere."""
    _replace(worker)


def shut_down() -> None:
    """End this process's worker; the job that it does waits again."""
    with _guard:
        worker = _workers.pop(os.getpid(), None)
    if worker is not None:
        worker.close()


def _replace(worker: Worker | None) -> None:
    shut_down()
    with _guard:
        _workers[os.getpid()] = worker


def _here() -> Worker | None:
    with _guard:
        if os.getpid() not in _workers:
            _workers.clear()
            _workers[os.getpid()] = Worker()
        return _workers[os.getpid()]
