"""Gunicorn's worker of threads, whose loop does not wait for clients that do not hang up."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from functools import cached_property
from typing import Any

from gunicorn.workers.gthread import ThreadWorker

CLOSING = 4
"""Connections that are waited for at a time; the others wait for their turn, and no request waits for any."""


class LingeringWorker(ThreadWorker):  # type: ignore[misc]
    """A connection that is to be closed is read to its end first, for up to two seconds, here by a thread of its own.

    Gunicorn does that in the loop that takes connections, so that one client which does not hang up would hold up all.
    """

    @cached_property
    def closing(self) -> ThreadPoolExecutor:
        """The threads that wait for clients to hang up."""
        return ThreadPoolExecutor(CLOSING, "closing")

    def finish_request(self, conn: Any, fs: Future[Any]) -> None:
        """What becomes of a connection after a request."""
        if "close" not in vars(conn):
            conn.close = _apart(self.closing, conn.close)
        super().finish_request(conn, fs)


def _apart(pool: ThreadPoolExecutor, close: Callable[..., None]) -> Callable[..., None]:
    def closed(graceful: bool = False) -> None:
        if graceful:
            pool.submit(close, graceful=True)
        else:
            close()

    return closed
