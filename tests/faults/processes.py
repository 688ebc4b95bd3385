"""Processes to be killed."""

from __future__ import annotations

from collections.abc import Callable
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess

from tests.faults import importer, worker
from tests.faults.ground import Place
from tests.forked import forked

LEASE = 2.0
READY_SECONDS = 120.0


def begun(function: Callable[..., None], *arguments: object) -> tuple[BaseProcess, Connection]:
    """A process that said it is ready, and what it says from then on; the caller ends it."""
    ours, theirs = forked.Pipe()
    child = forked.Process(target=function, args=(theirs, *arguments))
    child.start()
    theirs.close()
    assert ours.poll(READY_SECONDS), "it is never ready"
    assert ours.recv() == "ready"
    return child, ours


def worker_of(where: Place, *flags: str) -> BaseProcess:
    """A worker process."""
    return begun(worker.main, where.url, LEASE, flags)[0]


def worker_apart(where: Place) -> tuple[BaseProcess, int]:
    """A worker process, and the number of the process that solves for it."""
    child, says = begun(worker.main, where.url, LEASE, ("--apart",))
    return child, says.recv()


def importer_of(where: Place, number: int, most: int = 0) -> tuple[BaseProcess, Connection]:
    """A process that imports, and what it says."""
    return begun(importer.main, where.url, number, most)


def end(child: BaseProcess) -> None:
    """kill -9, whatever it does."""
    child.kill()
    child.join()
