"""The API on a real database with the small portfolio, `lab`, and a solver that answers at once."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app import create_app
from app.actions import work
from app.actions.accounts import add_account
from app.actions.import_data import import_portfolio
from app.actions.plans import store_plan
from app.actions.snapshot import snapshot
from app.actions.tokens import add_token
from app.config import Settings
from app.db import Database
from app.processes.solver import Task
from app.roles import EVERYWHERE, Role
from solver.plan import Outcome
from solver.progress import OnProgress, ShouldStop
from tests.app.lab import FILES, as_bytes, outcome
from tests.databases import Makers

os.environ.setdefault("CODERED_API_LIMIT", "0")  # tests ask as often as they like; those of the limit set one


class AtOnce:
    """A solver without a process of its own."""

    def solve(self, task: Task, on_progress: OnProgress, should_stop: ShouldStop) -> Outcome:
        return outcome(task.problem, 5.0, task.policy)

    def close(self) -> None:
        """Nothing to close."""


@pytest.fixture(scope="module", autouse=True)
def _solver() -> Iterator[None]:
    work.use(work.Worker(AtOnce()))  # type: ignore[arg-type]
    yield
    work.shut_down()


def fill(db: Database) -> None:
    """Write `lab` and one plan."""
    import_portfolio(db, as_bytes(FILES), "ann")
    problem = snapshot(db, "lab")
    store_plan(db, problem, outcome(problem), None, "ann")


def site(folder: Path, url: str = "") -> tuple[Flask, Database]:
    """The application with `lab` and one plan; without a URL they are written to a new file."""
    app = create_app(Settings(instance=folder, database_url=url))
    db: Database = app.extensions["codered"][0]
    if not url:
        fill(db)
    return app, db


@pytest.fixture(scope="module")
def whole(makers: Makers) -> str:
    """The URL of a database with `lab` and one plan, for all tests of a module."""
    return makers.copy("lab", fill)


@pytest.fixture
def filled(makers: Makers, database_kind: str) -> str:
    """The URL of a database with `lab` and one plan."""
    return makers.copy("lab", fill, database_kind)


@pytest.fixture
def app(tmp_path: Path, filled: str) -> Iterator[Flask]:
    app, db = site(tmp_path, filled)
    yield app
    db.close()


def bearer(db: Database, name: str, role: Role = Role.ADMIN, portfolio: str = EVERYWHERE, days: int = 1) -> str:
    """What the header of an account's new token says."""
    return f"Bearer {add_token(db, None, name, 'test', role, portfolio, days)}"


@pytest.fixture
def client(app: Flask, db: Database) -> FlaskClient:
    """Requests with the token of kim, who is admin of everything."""
    add_account(db, "kim", None, {EVERYWHERE: Role.ADMIN}, "ann")
    made = app.test_client()
    made.environ_base["HTTP_AUTHORIZATION"] = bearer(db, "kim")
    return made


@pytest.fixture
def db(app: Flask) -> Database:
    found: Database = app.extensions["codered"][0]
    return found
