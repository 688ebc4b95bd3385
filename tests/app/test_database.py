"""How long a database is waited for, what a scope says to it, and what happens when a connection ends."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, suppress

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from app.db import PATIENCE, Database
from app.errors import Unavailable
from app.store.audit import now
from app.tables import AuditRow
from app.tables.accounts import AttemptRow
from tests.databases import POSTGRESQL, Makers


def test_a_server_that_takes_the_call_and_says_nothing_is_not_waited_for_for_ever(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(PATIENCE, "connect_timeout", 2)
    with socket.socket() as mute:
        mute.bind(("127.0.0.1", 0))
        mute.listen()
        db = Database(f"postgresql://kim@127.0.0.1:{mute.getsockname()[1]}/codered")
        began = time.monotonic()
        with pytest.raises(Unavailable), db.reading() as session:
            session.connection()
        assert time.monotonic() - began < 20
        db.close()


def test_what_a_url_says_of_patience_comes_first(makers: Makers) -> None:
    url = sa.make_url(makers.new(POSTGRESQL)).update_query_dict({"keepalives_idle": "7"})
    db = Database(url.render_as_string(hide_password=False))
    with db.reading() as session:
        told = session.connection().connection.dbapi_connection.info.get_parameters()  # type: ignore[union-attr]
    db.close()
    assert {name: told[name] for name in PATIENCE} == {
        "connect_timeout": "10", "keepalives_idle": "7", "keepalives_interval": "10", "keepalives_count": "3"
    }  # fmt: skip


@pytest.fixture
def server(makers: Makers) -> Iterator[Database]:
    """A PostgreSQL database with the newest schema."""
    db = Database(makers.new(POSTGRESQL))
    yield db
    db.close()


def end_connections(url: str) -> None:
    """The server ends every connection to a database but the one that asks for it."""
    other = Database(url)
    with other.session() as session:
        ends = sa.func.pg_terminate_backend(sa.column("pid"))
        others = sa.text("datname = current_database() AND pid <> pg_backend_pid()")
        session.execute(sa.select(ends).select_from(sa.table("pg_stat_activity")).where(others)).all()
    other.close()


def cut_off(scope: Callable[[], AbstractContextManager[Session]], url: str) -> None:
    """A scope whose connection ends while it is used."""
    with scope() as session:
        end_connections(url)
        session.scalar(sa.select(1))


def use(db: Database, at_once: int) -> None:
    """Readers and writers, so many of each at the same time."""
    with ExitStack() as scopes:
        for _ in range(at_once):
            for scope in (db.reading(), db.session()):
                assert scopes.enter_context(scope).scalar(sa.select(1)) == 1


def test_connections_that_ended_while_nobody_used_them_are_not_noticed(server: Database) -> None:
    use(server, at_once=2)
    for _ in range(3):
        end_connections(server.url.render_as_string(hide_password=False))
        use(server, at_once=2)
        end_connections(server.url.render_as_string(hide_password=False))
        assert server.revision() == server.newest()


def test_a_connection_that_ends_in_the_middle_says_so_and_the_next_one_does_not(server: Database) -> None:
    url = server.url.render_as_string(hide_password=False)
    for scope in (server.reading, server.session):
        with pytest.raises(Unavailable):
            cut_off(scope, url)
        use(server, at_once=1)


def test_what_was_read_is_read_though_the_connection_ends_before_its_scope(server: Database) -> None:
    with server.reading() as session:
        found = session.scalar(sa.select(1))
        end_connections(server.url.render_as_string(hide_password=False))
    assert found == 1
    use(server, at_once=1)


def test_what_is_read_again_and_again_stays_prepared(server: Database) -> None:
    for _ in range(12):
        with server.reading() as session:
            session.scalar(sa.select(sa.func.count()).select_from(AuditRow).where(AuditRow.portfolio == "lab"))
    with server.reading() as session:
        prepared = sa.text("SELECT count(*) FROM pg_prepared_statements WHERE statement LIKE '%audit%'")
        assert session.scalar(prepared) == 1


@pytest.mark.on_both
def test_nothing_that_a_reading_scope_does_is_kept(makers: Makers, database_kind: str) -> None:
    db = Database(makers.new(database_kind))
    with suppress(DBAPIError), db.reading() as session:  # PostgreSQL refuses it, SQLite takes it back
        session.execute(sa.insert(AttemptRow), [{"name": "kim", "address": "", "at": now()}])
    with db.reading() as session:
        session.add(AttemptRow(name="kim", address="", at=now()))
    with db.reading() as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(AttemptRow)) == 0
    db.close()


@pytest.mark.on_both
def test_readings_inside_one_moment_are_from_it_and_those_afterwards_from_theirs(
    makers: Makers, database_kind: str
) -> None:
    db = Database(makers.new(database_kind))
    other = Database(db.url.render_as_string(hide_password=False))

    def seen() -> int:
        with db.reading() as session:
            return session.scalar(sa.select(sa.func.count()).select_from(AttemptRow)) or 0

    with db.one_moment():
        before = seen()
        with other.session() as session:
            session.add(AttemptRow(name="kim", address="", at=now()))
        with db.one_moment():
            assert (before, seen(), seen()) == (0, 0, 0)
        assert seen() == 0
    assert seen() == 1
    with suppress(ZeroDivisionError), db.one_moment():
        raise ZeroDivisionError
    with other.session() as session:
        session.add(AttemptRow(name="kim", address="", at=now()))
    assert seen() == 2
    db.close()
    other.close()


def test_a_writer_sees_what_others_committed_meanwhile_and_a_reader_does_not(server: Database) -> None:
    seen = {}
    with server.session() as writer, server.reading() as reader:
        for name, session in (("writer", writer), ("reader", reader)):
            assert session.scalar(sa.select(sa.func.count()).select_from(AttemptRow)) == 0, name
        with server.session() as other:
            other.add(AttemptRow(name="kim", address="", at=now()))
        for name, session in (("writer", writer), ("reader", reader)):
            seen[name] = session.scalar(sa.select(sa.func.count()).select_from(AttemptRow))
    assert seen == {"writer": 1, "reader": 0}
