"""The database: one engine, a writing and a reading scope, and the way to the newest schema."""

from __future__ import annotations

import importlib
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
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
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.orm import Session, SessionTransaction

from app.errors import Unavailable

PROJECT = Path(__file__).resolve().parent.parent
BUSY_SECONDS = 10
PATIENCE = {"connect_timeout": 10, "keepalives_idle": 30, "keepalives_interval": 10, "keepalives_count": 3}
"""Seconds that a PostgreSQL may take to say that it is there, and how one that vanished without a word, with its power
or its cable, is noticed within a minute. What a URL says of these comes first."""
_WRITES, _READS = "codered_write", "codered_read"


class Database:
    """Where the portfolios live. Cheap to make; connects when first used."""

    def __init__(self, url: str) -> None:
        self.url = _with_driver(url)
        self.engine = _engine(self.url)
        self._sqlite = self.url.get_backend_name() == "sqlite"
        self._writing = self.engine.execution_options(**{_WRITES: True})
        self._reading = self.engine.execution_options(**{_READS: True})
        self._turn = _turn_of(self.url) if self._sqlite else None
        self._shared = threading.local()

    @contextmanager
    def session(self) -> Iterator[Session]:
        """A scope that writes: commits on success, rolls back on any error. Raises Unavailable."""
        try:
            with self._waited(), self._begun(self._writing) as session, _its_transaction(session):
                yield session
        except (OperationalError, InterfaceError) as error:
            raise Unavailable(f"the database is not available: {error.orig}") from error

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """A scope that only reads, all of it from one moment; nothing it does is kept. Raises Unavailable."""
        try:
            shared: Session | None = getattr(self._shared, "session", None)
            if shared is not None:
                yield shared
                return
            with self._begun(self._reading) as session:
                yield session
                self._end_reading(session)
        except (OperationalError, InterfaceError) as error:
            raise Unavailable(f"the database is not available: {error.orig}") from error

    @contextmanager
    def one_moment(self) -> Iterator[None]:
        """All that this thread reads meanwhile is from one moment, in one transaction. It must not wait for what others
        write, and does not see what it writes itself.
        """
        with self.reading() as session:
            before, self._shared.session = getattr(self._shared, "session", None), session
            try:
                yield
            finally:
                self._shared.session = before

    def upgrade(self, revision: str = "head") -> None:
        """Bring the schema to a revision, in one transaction."""
        self._migrate(command.upgrade, revision)

    def downgrade(self, revision: str) -> None:
        """Take the schema back to a revision (`base`: to nothing), in one transaction."""
        self._migrate(command.downgrade, revision)

    def revision(self) -> str | None:
        """The schema's revision now; None for an empty database."""
        with self._begun(self._reading) as session:
            return MigrationContext.configure(session.connection()).get_current_revision()

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

    def _begun(self, engine: Engine, *, again: bool = True) -> Session:
        """A session in a transaction. PostgreSQL's begins at once, which tells whether the connection still lives: if
        it died while nobody used it, another takes its place, and nobody notices.
        """
        session = Session(engine, expire_on_commit=False)
        session.begin()
        if self._sqlite:
            return session
        try:
            session.connection()
        except DBAPIError as error:
            session.close()
            if not (again and error.connection_invalidated):
                raise
            return self._begun(engine, again=False)
        return session

    def _end_reading(self, session: Session) -> None:
        """PostgreSQL's driver forgets the statements that it prepared whenever a transaction is rolled back. One that
        may only read has nothing to commit, so it ends that way; and what was read is read, even if that fails.
        """
        if not self._sqlite and session.is_active:
            session.expunge_all()
            with suppress(DBAPIError):
                session.commit()

    def _migrate(self, verb: Any, revision: str) -> None:
        with self._begun(self._writing) as session, _its_transaction(session):
            config = alembic_config()
            config.attributes["connection"] = session.connection()
            verb(config, revision)


def _its_transaction(session: Session) -> SessionTransaction:
    """What a session began."""
    begun = session.get_transaction()
    assert begun is not None
    return begun


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
        engine = create_engine(url, connect_args=patience)
        event.listen(engine, "checkout", _leave_begin_to_us)
        event.listen(engine, "begin", _begin_postgresql)
        return engine
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
    writes = connection.get_execution_options().get(_WRITES, False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _leave_begin_to_us(connection: Any, *_: object) -> None:
    # The driver would begin with the first statement, too late to tell whether the connection still lives.
    if not connection.autocommit:
        connection.autocommit = True


def _begin_postgresql(connection: Connection) -> None:
    options = connection.get_execution_options()
    if options.get("isolation_level") != "AUTOCOMMIT":
        reads = options.get(_READS, False)
        connection.exec_driver_sql(
            "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY" if reads else "BEGIN ISOLATION LEVEL READ COMMITTED"
        )
