"""Gunicorn's worker of threads, whose loop does not wait for clients that do not hang up."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from functools import cached_property
from typing import Any

from gunicorn.workers.gthread import ThreadWorker

CLOSING = 32
"""Connections that are waited for at a time; where there are more, a further one is closed without waiting."""


class LingeringWorker(ThreadWorker):  # type: ignore[misc]
    """A connection that is to be closed is read to its end first, for up to two seconds, here by a thread of its own.

    Gunicorn does that in the loop that takes connections, so that one client which does not hang up would hold up all.
    """

    @cached_property
    def closing(self) -> ThreadPoolExecutor:
        """The threads that wait for clients to hang up."""
        return ThreadPoolExecutor(CLOSING, "closing")

    @cached_property
    def free(self) -> threading.Semaphore:
        """How many of them have nobody to wait for."""
        return threading.Semaphore(CLOSING)

    def finish_request(self, conn: Any, fs: Future[Any]) -> None:
        """What becomes of a connection after a request."""
        if "close" not in vars(conn):
            conn.close = self._apart(conn.close)
        super().finish_request(conn, fs)

    def _apart(self, close: Callable[..., None]) -> Callable[..., None]:
        """A connection's `close` that does not wait."""

        def waited() -> None:
            try:
                close(graceful=True)
            finally:
                self.free.release()

        def closed(graceful: bool = False) -> None:
            if graceful and self.free.acquire(blocking=False):
                self.closing.submit(waited)
            else:
                close()

        return closed
