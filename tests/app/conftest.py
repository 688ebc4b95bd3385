"""The small portfolio in a real SQLite file."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from app.actions.import_data import import_portfolio
from app.db import Database
from solver.folder import read_files
from solver.problem import Problem
from tests.app.lab import FILES, as_bytes


@pytest.fixture
def files() -> dict[str, bytes]:
    """The small portfolio as files."""
    return as_bytes(FILES)


@pytest.fixture
def problem(files: dict[str, bytes]) -> Problem:
    """The small portfolio as a problem."""
    return read_files(files).problem


@pytest.fixture
def db(tmp_path: Path) -> Iterator[Database]:
    """An empty database with the newest schema."""
    database = Database(f"sqlite:///{tmp_path / 'codered.db'}")
    database.upgrade()
    yield database
    database.close()


@pytest.fixture
def lab(db: Database, files: dict[str, bytes]) -> Database:
    """The database with the small portfolio, `lab`."""
    import_portfolio(db, files, "ann")
    return db
