"""The database: one engine, a writing and a reading scope, and the way to the newest schema."""

from __future__ import annotations

import importlib
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, create_engine, event, make_url
from sqlalchemy.engine import URL
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.orm import Session

from app.errors import Unavailable

PROJECT = Path(__file__).resolve().parent.parent
BUSY_SECONDS = 10
PATIENCE = {"connect_timeout": 10, "keepalives_idle": 30, "keepalives_interval": 10, "keepalives_count": 3}
"""Seconds that a PostgreSQL may take to say that it is there, and how one that vanished without a word, with its power
or its cable, is noticed within a minute. What a URL says of these comes first."""


class Database:
    """Where the portfolios live. Cheap to make; connects when first used."""

    def __init__(self, url: str) -> None:
        self.url = _with_driver(url)
        self.engine = _engine(self.url)
        sqlite = self.url.get_backend_name() == "sqlite"
        self._writing = self.engine.execution_options(codered_write=True)
        self._turn = _turn_of(self.url) if sqlite else None
        self._reading = self.engine if sqlite else self.engine.execution_options(isolation_level="REPEATABLE READ")

    @contextmanager
    def session(self) -> Iterator[Session]:
        """A scope that writes: commits on success, rolls back on any error. Raises Unavailable."""
        try:
            with self._waited(), Session(self._writing, expire_on_commit=False) as session, session.begin():
                yield session
        except (OperationalError, InterfaceError) as error:
            raise Unavailable(f"the database is not available: {error.orig}") from error

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """A scope that only reads, all of it from one moment; nothing it does is kept. Raises Unavailable."""
        try:
            with Session(self._reading, expire_on_commit=False) as session:
                yield session
        except (OperationalError, InterfaceError) as error:
            raise Unavailable(f"the database is not available: {error.orig}") from error

    def upgrade(self, revision: str = "head") -> None:
        """Bring the schema to a revision, in one transaction."""
        self._migrate(command.upgrade, revision)

    def downgrade(self, revision: str) -> None:
        """Take the schema back to a revision (`base`: to nothing), in one transaction."""
        self._migrate(command.downgrade, revision)

    def revision(self) -> str | None:
        """The schema's revision now; None for an empty database."""
        with self.engine.connect() as connection:
            return MigrationContext.configure(connection).get_current_revision()

    def newest(self) -> str | None:
        """The revision that this version of codered works with."""
        return ScriptDirectory.from_config(alembic_config()).get_current_head()

    def close(self) -> None:
        """Give back every connection."""
        self.engine.dispose()

    @contextmanager
    def _waited(self) -> Iterator[None]:
        """The turn of a writer: SQLite's own way of waiting, asking again later and later, is left to processes."""
        if self._turn is None:
            yield
            return
        if not self._turn.acquire(timeout=BUSY_SECONDS):
            raise Unavailable(f"the database is not available: others have written for {BUSY_SECONDS} seconds")
        try:
            yield
        finally:
            self._turn.release()

    def _migrate(self, verb: Any, revision: str) -> None:
        with self._writing.begin() as connection:
            config = alembic_config()
            config.attributes["connection"] = connection
            verb(config, revision)


@cache
def _turn_of(url: URL) -> threading.Lock:
    """What the writers of this process take before they write to a SQLite database: one for all that opened it."""
    return threading.Lock()


def alembic_config() -> Config:
    """Alembic's settings, from [tool.alembic] of the project."""
    return Config(toml_file=PROJECT / "pyproject.toml")


def sqlite_module() -> ModuleType:
    """A recent SQLite where one is installed, else the one of Python."""
    try:
        return importlib.import_module("pysqlite3")
    except ImportError:
        return sqlite3


def _with_driver(url: str) -> URL:
    parsed = make_url(url)
    if parsed.drivername in ("postgres", "postgresql"):
        return parsed.set(drivername="postgresql+psycopg")
    return parsed


def _engine(url: URL) -> Engine:
    if url.get_backend_name() != "sqlite":
        patience = {name: value for name, value in PATIENCE.items() if name not in url.query}
        return create_engine(url, pool_pre_ping=True, connect_args=patience)
    if url.database and url.database != ":memory:":
        Path(url.database).parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(url, module=sqlite_module(), connect_args={"timeout": BUSY_SECONDS})
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _prepare_sqlite(connection: Any, _record: object) -> None:
    # The driver's own transactions begin late and never for DDL; with None it leaves BEGIN to _begin_sqlite.
    connection.isolation_level = None
    cursor = connection.cursor()
    cursor.execute(f"PRAGMA busy_timeout = {BUSY_SECONDS * 1000}")
    cursor.execute("PRAGMA journal_mode = WAL")
    cursor.execute("PRAGMA synchronous = NORMAL")
    cursor.execute("PRAGMA foreign_keys = ON")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    # A writer takes its lock at once: a reader that turns writer later would fail instead of waiting.
    writes = connection.get_execution_options().get("codered_write", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
