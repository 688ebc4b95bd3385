"""How often a server is spoken to: where it is another host, each time takes as long as the way there and back."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient
from sqlalchemy import event

from app import create_app
from app.actions.accounts import add_account
from app.actions.approve import approve
from app.actions.import_data import import_portfolio
from app.actions.plans import store_plan
from app.actions.sign_in import begin_session
from app.actions.snapshot import snapshot
from app.actions.tokens import add_token
from app.config import Settings
from app.db import Database
from app.roles import EVERYWHERE, Role
from app.web import cookie
from tests.app.lab import FILES, as_bytes, outcome
from tests.databases import POSTGRESQL, Makers

ADS = "/api/v1/portfolios/lab/projects/ads"


@contextmanager
def all_said(db: Database) -> Iterator[list[str]]:
    """Everything that is said to a server meanwhile, the ends of transactions included."""
    seen: list[str] = []
    heard = {
        "before_cursor_execute": lambda _connection, _cursor, statement, *_rest: seen.append(statement.split()[0]),
        "commit": lambda _connection: seen.append("COMMIT"),
        "rollback": lambda _connection: seen.append("ROLLBACK"),
    }
    for name, note in heard.items():
        event.listen(db.engine, name, note)
    yield seen
    for name, note in heard.items():
        event.remove(db.engine, name, note)


@pytest.fixture
def db(makers: Makers) -> Iterator[Database]:
    """A PostgreSQL with a portfolio, a plan of record and another plan."""
    db = Database(makers.new(POSTGRESQL))
    import_portfolio(db, as_bytes(FILES), "ann")
    problem = snapshot(db, "lab")
    for nodes in (4, 5):
        store_plan(db, problem, outcome(problem, nodes), None, "ann")
    approve(db, 1, "good", "eve")
    add_account(db, "kim", None, {EVERYWHERE: Role.ADMIN}, "ann")
    yield db
    db.close()


@pytest.fixture
def client(db: Database, tmp_path: Path) -> Iterator[FlaskClient]:
    """Requests of kim: by a browser, and by a token."""
    app = create_app(Settings(instance=tmp_path, database_url=db.url.render_as_string(hide_password=False)))
    made = app.test_client()
    made.set_cookie(cookie.OVER_HTTP, begin_session(db, None, "kim", "a browser"))
    word = add_token(db, None, "kim", "test", Role.ADMIN, EVERYWHERE, 1)
    made.environ_base["HTTP_AUTHORIZATION"] = f"Bearer {word}"
    yield made
    app.extensions["codered"][0].close()


def served(client: FlaskClient) -> Database:
    """The database as the application has it open."""
    found: Database = client.application.extensions["codered"][0]
    return found


def test_a_scope_says_no_more_than_begin_its_statements_and_the_end(db: Database) -> None:
    for scope in (db.reading, db.session) * 2:
        with all_said(db) as said, scope() as session:
            session.scalar(sa.select(1))
        assert said == ["BEGIN", "SELECT", "COMMIT"]


def test_the_page_of_a_plan_is_read_in_three_transactions(client: FlaskClient) -> None:
    client.get("/plans/2")
    with all_said(served(client)) as said:
        assert client.get("/plans/2").status_code == 200
    assert said.count("BEGIN") <= 3
    assert len(said) <= 15, said


def test_a_record_is_read_and_written_with_few_words(client: FlaskClient) -> None:
    tag = client.get(ADS).headers["ETag"]
    for value in (6, 7):
        with all_said(served(client)) as read:
            client.get(ADS)
        with all_said(served(client)) as written:
            answer = client.patch(ADS, json={"value": value}, headers={"If-Match": tag})
        assert answer.status_code == 200
        tag = answer.headers["ETag"]
    assert len(read) <= 6, read
    assert len(written) <= 22, written
