"""The small portfolio in a real database: each test that takes one runs on SQLite and on PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from app.actions.import_data import import_portfolio
from app.db import Database
from solver.folder import read_files
from solver.problem import Problem
from tests.app.lab import FILES, as_bytes
from tests.databases import BOTH, POSTGRESQL, SQLITE, Makers


@pytest.fixture
def files() -> dict[str, bytes]:
    """The small portfolio as files."""
    return as_bytes(FILES)


@pytest.fixture
def problem(files: dict[str, bytes]) -> Problem:
    """The small portfolio as a problem."""
    return read_files(files).problem


@pytest.fixture(params=BOTH)
def kind(request: pytest.FixtureRequest) -> str:
    """Which database."""
    return str(request.param)


@pytest.fixture
def db(makers: Makers, kind: str) -> Iterator[Database]:
    """An empty database with the newest schema."""
    with makers.migrated(kind) as url:
        database = Database(url)
        yield database
        database.close()


@pytest.fixture
def other(makers: Makers, kind: str) -> Iterator[Database]:
    """A second database, empty, of the kind that `db` is not."""
    with makers.migrated(POSTGRESQL if kind == SQLITE else SQLITE) as url:
        database = Database(url)
        yield database
        database.close()


@pytest.fixture
def bare(makers: Makers, kind: str) -> Iterator[Database]:
    """A database without any table."""
    with makers.empty(kind) as url:
        database = Database(url)
        yield database
        database.close()


@pytest.fixture
def lab(db: Database, files: dict[str, bytes]) -> Database:
    """The database with the small portfolio, `lab`."""
    import_portfolio(db, files, "ann")
    return db
