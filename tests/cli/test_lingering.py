"""A client that does not hang up holds up nobody: its connection is closed beside the loop that takes others."""

from __future__ import annotations

import threading
from collections import deque
from concurrent.futures import Future
from types import SimpleNamespace
from typing import Any

import pytest

pytest.importorskip("gunicorn.workers.gthread")

from app.cli.lingering import CLOSING, LingeringWorker


class Connection:
    """One that notes in which thread it was closed, and how."""

    def __init__(self) -> None:
        self.closed: list[tuple[bool, bool]] = []
        self.parser = SimpleNamespace(unreader=SimpleNamespace(buf=SimpleNamespace(getvalue=lambda: b"")))
        self.sock = SimpleNamespace(setblocking=lambda _: None)
        self.timeout, self.hung_up = 0.0, threading.Event()
        self.hung_up.set()

    def set_timeout(self) -> None:
        self.timeout = 75.0

    def close(self, graceful: bool = False) -> None:
        assert self.hung_up.wait(20 if graceful else 0) or not graceful
        self.closed.append((threading.current_thread() is threading.main_thread(), graceful))


@pytest.fixture
def worker() -> LingeringWorker:
    made = object.__new__(LingeringWorker)
    made.alive, made.nr_conns, made.keepalived_conns = True, 1, deque()
    made.poller = SimpleNamespace(register=lambda *_: None)
    return made


def over(result: object) -> Future[Any]:
    found: Future[Any] = Future()
    if isinstance(result, Exception):
        found.set_exception(result)
    else:
        found.set_result(result)
    return found


def test_it_is_waited_for_beside_the_loop(worker: LingeringWorker) -> None:
    connection = Connection()
    worker.finish_request(connection, over(False))
    worker.closing.shutdown(wait=True)
    assert (connection.closed, worker.nr_conns) == ([(False, True)], 0)


def test_where_all_threads_wait_for_others_it_is_closed_without_waiting(worker: LingeringWorker) -> None:
    connections, hung_up = [Connection() for _ in range(CLOSING + 1)], threading.Event()
    for connection in connections[:-1]:
        connection.hung_up = hung_up
        worker.finish_request(connection, over(False))
    worker.finish_request(connections[-1], over(False))
    assert connections[-1].closed == [(True, False)]
    hung_up.set()
    worker.closing.shutdown(wait=True)
    assert all(connection.closed == [(False, True)] for connection in connections[:-1])
    assert worker.free.acquire(blocking=False)


def test_what_failed_is_closed_at_once(worker: LingeringWorker) -> None:
    connection = Connection()
    worker.finish_request(connection, over(ValueError("broken")))
    assert (connection.closed, worker.nr_conns) == ([(True, False)], 0)


def test_one_that_is_kept_for_the_next_request_is_closed_once_after_the_last(worker: LingeringWorker) -> None:
    connection = Connection()
    worker.finish_request(connection, over(True))
    assert (connection.closed, list(worker.keepalived_conns), connection.timeout) == ([], [connection], 75.0)
    worker.finish_request(connection, over(False))
    worker.closing.shutdown(wait=True)
    assert (connection.closed, worker.nr_conns) == ([(False, True)], 0)
