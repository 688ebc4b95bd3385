"""Who does the work of a study: the processes of a Dask cluster, of this machine, or this one alone."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import Executor
from contextlib import contextmanager

from app.processes.pool import processes
from app.processes.sweep import Hire, pool
from solver.progress import cores


def hired(workers: int, dask: str = "") -> Hire | None:
    """The crew of a sweep: the cluster's workers where there is one, else so many processes (0: one per core); None is
    this process.
    """
    if dask:
        from app.processes.dask_cluster import cluster

        return cluster(dask)
    count = workers or cores()
    return None if count == 1 else pool(count)


@contextmanager
def executor(workers: int, dask: str = "") -> Iterator[Executor | None]:
    """The same as a `concurrent.futures` executor."""
    if dask:
        from app.processes.dask_cluster import executor_of

        with executor_of(dask) as found:
            yield found
    elif (count := workers or cores()) == 1:
        yield None
    else:
        with processes(count) as started:
            yield started
