"""Workers of a sweep on a Dask cluster: its scheduler tells every worker the base once, also those that join later."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import Executor
from contextlib import contextmanager, suppress
from uuid import uuid4

from app.errors import Refused
from app.processes.sweep import AHEAD, Crew, Hire, forget, warm
from solver.sweep import Base

PATIENCE = 20.0
"""Seconds to wait for the scheduler, and for its first worker."""

try:
    from distributed import Client, WorkerPlugin
except ImportError as error:  # an optional extra
    raise Refused("Dask is not installed here: pip install 'codered[dask]'") from error


class KeepsBase(WorkerPlugin):  # type: ignore[misc]  # distributed has no types
    """On a worker: the base of one sweep, from its start to its end."""

    def __init__(self, name: str, base: Base) -> None:
        self.name = name
        self.base = base

    def setup(self, worker: object) -> None:
        """The worker joins."""
        warm(self.name, self.base)

    def teardown(self, worker: object) -> None:
        """The sweep or the worker ends."""
        forget(self.name)


def cluster(address: str) -> Hire:
    """A crew of the workers of a Dask scheduler, such as `tcp://host:8786` or `tls://host:8786`."""

    @contextmanager
    def hire(base: Base) -> Iterator[Crew]:
        name = f"codered-sweep-{uuid4().hex}"
        with _executor(address) as (client, executor):
            client.register_plugin(KeepsBase(name, base), name=name)
            try:
                yield Crew(executor, name, AHEAD * _threads(client))
            finally:
                if client.status == "running":
                    client.unregister_worker_plugin(name)

    return hire


@contextmanager
def executor_of(address: str) -> Iterator[Executor]:
    """The workers of a Dask scheduler as an executor; what they have begun ends by itself."""
    with _executor(address) as (_, executor):
        yield executor


@contextmanager
def _executor(address: str) -> Iterator[tuple[Client, Executor]]:
    client = _connected(address)
    executor = client.get_executor(pure=False)
    try:
        yield client, executor
    finally:
        if client.status == "running":
            executor.shutdown(wait=False)
        with suppress(TimeoutError):  # the scheduler is gone, or far too busy
            client.close(timeout=PATIENCE)


def _threads(client: Client) -> int:
    return sum(client.nthreads().values())


def _connected(address: str) -> Client:
    try:
        client = Client(address, timeout=PATIENCE, set_as_default=False)
    except (OSError, ValueError, TypeError) as error:  # of no or wrong TLS settings, Dask says TypeError
        raise Refused(f"no Dask scheduler answers at {address} ({error})") from error
    try:
        client.wait_for_workers(1, timeout=PATIENCE)
    except TimeoutError as error:
        with suppress(TimeoutError):
            client.close(timeout=PATIENCE)
        raise Refused(f"the Dask scheduler at {address} has no worker") from error
    return client
