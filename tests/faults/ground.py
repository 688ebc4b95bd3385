"""What the faults stand on: a place with a database of its own, a small disk, a server, and what is asked of jobs."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import requests
import sqlalchemy as sa

from app.actions import work
from app.actions.import_data import import_portfolio
from app.db import Database
from app.store import jobs
from tests.app.lab import FILES, as_bytes
from tests.databases import SQLITE, Server
from tests.faults.postgres import Postgres

ROOT = Path(__file__).resolve().parents[2]
SQLITE_FILE = "codered.db"
STARTS_SECONDS = 400.0
"""How long a server may take to load on a machine that is busy."""
Counted = Mapping[str, int]


@dataclass(frozen=True)
class Place:
    """Where a fault happens: a folder, an empty database, and its server where it is one that may be killed."""

    folder: Path
    url: str
    server: Postgres | None = None

    def fresh(self) -> str:
        """The URL of another empty database of the same server."""
        assert self.server is not None
        return self.server.another()

    @property
    def on_sqlite(self) -> bool:
        """Whether the database is a file."""
        return self.url.startswith(SQLITE)


@contextmanager
def place(folder: Path, database: str = "") -> Iterator[Place]:
    """A new database: SQLite (blank), on a PostgreSQL started for it (`postgresql`), or on the server of a URL."""
    if not database or database == SQLITE:
        yield Place(folder, f"sqlite:///{folder / SQLITE_FILE}")
    elif database == "postgresql":
        with Postgres.started() as server:
            yield Place(folder, server.url, server)
    else:
        server_of = Server(sa.make_url(database))
        with server_of.database("template0") as url:
            yield Place(folder, url)
        server_of.close()


@contextmanager
def lab(where: Place, files: Mapping[str, str] = FILES) -> Iterator[Database]:
    """A database with the small portfolio; the jobs are left to worker processes."""
    db = Database(where.url)
    db.upgrade()
    import_portfolio(db, as_bytes(dict(files)), "ann")
    work.leave_to_others()
    try:
        yield db
    finally:
        work.shut_down()
        db.close()


def until(true: Callable[[], bool], seconds: float = 180.0) -> float:
    """Wait for something; how long it took."""
    began = time.monotonic()
    while not true():
        assert time.monotonic() < began + seconds, "it did not come"
        time.sleep(0.01)
    return time.monotonic() - began


def running(db: Database, job: int) -> bool:
    """Whether somebody does a job, which may not be over before it was seen."""
    with db.reading() as session:
        state = jobs.get(session, job).state
    assert state in jobs.OPEN, f"job {job} was {state} before it was seen running"
    return state == jobs.RUNNING


def token_of(db: Database, job: int) -> int:
    """How often a job was claimed."""
    with db.reading() as session:
        return jobs.get(session, job).token


def children(pid: int) -> list[int]:
    """The processes that a process has started and that are there."""
    try:
        tasks = list(Path(f"/proc/{pid}/task").iterdir())
        return [int(child) for task in tasks for child in (task / "children").read_text().split()]
    except (FileNotFoundError, ProcessLookupError):
        return []


def there(pid: int) -> bool:
    """Whether a process is there and does something."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):  # the second: it went while it was read
        return False


@contextmanager
def serving(where: Place) -> Iterator[tuple[str, int]]:
    """`codered serve` over the place: its address, and the process that starts the one that serves."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    call = "import sys; from app.cli import main; sys.exit(main())"
    command = [sys.executable, "-c", call, "serve", "--port", str(port), "--database", where.url]
    environ = {**os.environ, "CODERED_INSTANCE": str(where.folder), "CODERED_WORKER": "no", "CODERED_LOG": "json"}
    log = (where.folder / "serve.log").open("wb")
    child = subprocess.Popen(command, cwd=ROOT, env=environ, stderr=log, stdout=log)
    address = f"http://127.0.0.1:{port}"
    try:
        until(lambda: answers(address), STARTS_SECONDS)
        yield address, child.pid
    finally:
        child.terminate()
        try:
            child.wait(20)
        except subprocess.TimeoutExpired:
            child.kill()
        log.close()


def answers(address: str) -> bool:
    """Whether a server is alive."""
    try:
        return requests.get(f"{address}/healthz", timeout=10).ok
    except requests.RequestException:
        return False


class NoSmallDisk(Exception):
    """This machine lets nobody mount here."""


@contextmanager
def small_disk(folder: Path, megabytes: int) -> Iterator[Path]:
    """A file system in memory that is full soon. Raises NoSmallDisk where this process may not mount."""
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", f"size={megabytes}m,mode=0755", "tmpfs", str(folder)]
    try:
        done = subprocess.run(mount, capture_output=True, text=True, check=False)
    except FileNotFoundError as error:
        raise NoSmallDisk(str(error)) from error
    if done.returncode:
        raise NoSmallDisk(done.stderr.strip())
    try:
        yield folder
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=True)


def filled(disk: Path) -> Path:
    """A file that takes all that is left of a disk."""
    path = disk / "filler"
    with path.open("wb", buffering=0) as file:
        for size in (1024 * 1024, 4096, 512, 1):
            try:
                while True:
                    file.write(b"\0" * size)
            except OSError:
                continue
    return path
