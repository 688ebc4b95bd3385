"""Who is let in at the edges: the last admin, what was just used, what nobody may ask for, many accounts at once."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa
from pydantic import SecretStr

from app.actions import accounts, sign_in, throttle, tokens
from app.actions.permit import LARGEST_NUMBER, permit
from app.db import Database
from app.errors import NotFound, Refused, TooMany
from app.rights import Of, Right
from app.roles import EVERYWHERE, Account, Role
from app.store import accounts as store
from app.store.audit import now
from app.tables.accounts import SessionRow, TokenRow

PASSWORD = "correct horse battery"
KEY = SecretStr("k" * 40)


@pytest.fixture
def kim(db: Database) -> Database:
    """A database with kim, the only admin."""
    accounts.add_account(db, "kim", PASSWORD, {EVERYWHERE: Role.ADMIN}, "ann")
    return db


def put_back(db: Database, table: type[SessionRow | TokenRow], column: str, by: timedelta) -> None:
    """Put a moment of every row back, as if time had passed."""
    with db.session() as session:
        for row in session.scalars(sa.select(table)):
            setattr(row, column, getattr(row, column) - by)


def test_the_last_admin_is_not_revoked(kim: Database) -> None:
    with pytest.raises(Refused, match="last admin"):
        accounts.revoke(kim, "kim", "kim")
    accounts.add_account(kim, "eve", PASSWORD, {EVERYWHERE: Role.ADMIN}, "kim")
    accounts.revoke(kim, "kim", "eve")
    assert accounts.has_admin(kim)


def test_a_session_that_is_used_lives_on_and_is_written_down_now_and_then(kim: Database) -> None:
    word = sign_in.sign_in(kim, KEY, "kim", PASSWORD, "192.0.2.1", "a browser")
    put_back(kim, SessionRow, "seen_at", sign_in.IDLE - timedelta(minutes=1))
    found = sign_in.session_of(kim, KEY, word)
    assert found is not None
    (signed,) = sign_in.list_sessions(kim, "kim")
    assert now() - signed.seen_at < timedelta(minutes=1)
    sign_in.session_of(kim, KEY, word)
    assert sign_in.list_sessions(kim, "kim") == [signed]


def test_a_token_that_is_used_is_written_down_now_and_then(kim: Database) -> None:
    word = tokens.add_token(kim, KEY, "kim", "script", Role.VIEWER, "lab", 3)
    assert tokens.list_tokens(kim, "kim")[0].used_at is None
    assert tokens.account_of_token(kim, KEY, word)
    first = tokens.list_tokens(kim, "kim")[0].used_at
    assert tokens.account_of_token(kim, KEY, word)
    assert tokens.list_tokens(kim, "kim")[0].used_at == first
    put_back(kim, TokenRow, "used_at", tokens.NOTED_EVERY + timedelta(seconds=1))
    assert tokens.account_of_token(kim, KEY, word)
    last = tokens.list_tokens(kim, "kim")[0].used_at
    assert first is not None
    assert last is not None
    assert last >= first


def test_what_was_ended_meanwhile_is_not_brought_back_by_its_last_use(kim: Database) -> None:
    word = sign_in.sign_in(kim, KEY, "kim", PASSWORD, "192.0.2.1", "a browser")
    found = sign_in.session_of(kim, KEY, word)
    assert found is not None
    sign_in.sign_out(kim, "kim", found[1])
    with kim.session() as session:
        store.note_session(session, found[1], now())
        store.note_token(session, 1, now())
    assert sign_in.list_sessions(kim, "kim") == []
    assert tokens.list_tokens(kim, "kim") == []


@pytest.mark.parametrize(("purpose", "role"), [("door", Role.VIEWER), (tokens.CALENDAR, Role.MANAGER)])
def test_a_token_is_for_the_api_or_a_viewers_for_a_calendar(kim: Database, purpose: str, role: Role) -> None:
    with pytest.raises(Refused, match="a token is for"):
        tokens.add_token(kim, KEY, "kim", "script", role, "lab", 3, purpose)
    assert tokens.list_tokens(kim, "kim") == []


def test_a_number_that_no_row_can_have_is_not_there(kim: Database) -> None:
    right = Right(Role.VIEWER, Of.PLAN)
    for number in (LARGEST_NUMBER, LARGEST_NUMBER + 1, 10**30):
        with pytest.raises(NotFound):
            permit(kim, Account("kim", {EVERYWHERE: Role.ADMIN}), right, number)


def test_counts_of_minutes_gone_by_are_forgotten_and_those_of_this_one_are_not(
    kim: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(throttle, "LONGEST", 1)
    time, names = [600.0], [f"n{number}" for number in range(4)]
    for name in names:
        accounts.add_account(kim, name, None, {}, "kim")
    limit = throttle.Throttle(1, lambda: time[0])
    for name in names:
        limit.spend(kim, name)
        with pytest.raises(TooMany):
            limit.spend(kim, name)
    time[0] += throttle.MINUTE
    for name in names:
        limit.spend(kim, name)
