"""Accounts: passwords, sessions that end, tokens that do no more than they were made for, and slow guessing."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa
from argon2 import PasswordHasher, extract_parameters
from argon2.profiles import RFC_9106_LOW_MEMORY
from pydantic import SecretStr

from app.actions import accounts, sign_in, tokens
from app.actions.audit import verify
from app.db import Database
from app.errors import NotFound, Refused
from app.roles import EVERYWHERE, Account, Role
from app.store.audit import now
from app.tables.accounts import AccountRow, AttemptRow, SessionRow, TokenRow

PASSWORD = "correct horse battery"
KEY = SecretStr("k" * 40)


@pytest.fixture
def kim(db: Database) -> Database:
    """A database with kim, who manages `lab` and sees everything."""
    accounts.add_account(db, "Kim", PASSWORD, {"lab": Role.MANAGER, EVERYWHERE: Role.VIEWER}, "ann")
    return db


def enter(db: Database, password: str = PASSWORD, name: str = "kim", address: str = "192.0.2.1") -> str:
    return sign_in.sign_in(db, KEY, name, password, address, "a browser")


def test_a_role_holds_in_its_portfolio_and_the_wider_one_everywhere(kim: Database) -> None:
    found = sign_in.session_of(kim, KEY, enter(kim, name=" KIM "))
    assert found is not None
    account = found[0]
    assert account.name == "kim"
    assert account.may(Role.MANAGER, "lab")
    assert not account.may(Role.EXECUTIVE, "lab")
    assert account.role("other") is Role.VIEWER
    assert Account("x", {"lab": Role.ADMIN}).role("other") is None


def test_neither_passwords_nor_words_are_in_the_database(kim: Database) -> None:
    word = enter(kim)
    token = tokens.add_token(kim, KEY, "kim", "script", Role.VIEWER, "lab", 3)
    with kim.reading() as session:
        stored = [
            *session.scalars(sa.select(AccountRow.password)),
            *session.scalars(sa.select(SessionRow.id)),
            *session.scalars(sa.select(TokenRow.hash)),
        ]
    assert stored[0].startswith("$argon2id$")
    assert not any(secret in text for secret in (PASSWORD, word, token) for text in stored)
    assert sign_in.session_of(kim, SecretStr("another key" * 4), word) is None
    assert tokens.account_of_token(kim, SecretStr("another key" * 4), token) is None


def test_a_password_costs_who_guesses_it_time_and_memory(hasher: PasswordHasher) -> None:
    stored = hasher.hash(PASSWORD)
    assert extract_parameters(stored) == RFC_9106_LOW_MEMORY
    assert hasher.verify(stored, PASSWORD)


@pytest.mark.parametrize(
    "password",
    ["short", "kim-kim-kim-kim", "aaaaaaaaaaaaaaaa", "x" * 201, "password1234", "qwertyuiop123", "CodeRed2025!"],
)
def test_a_password_that_is_easy_to_guess_is_refused(db: Database, password: str) -> None:
    with pytest.raises(Refused, match="password"):
        accounts.add_account(db, "kim", password, {}, "ann")
    assert accounts.list_accounts(db) == []


@pytest.mark.parametrize("name", ["", "-kim", "kim smith", "k" * 81, "<b>"])
def test_a_name_that_is_none_is_refused(db: Database, name: str) -> None:
    with pytest.raises(Refused, match="a name has"):
        accounts.add_account(db, name, PASSWORD, {}, "ann")


def test_nobody_is_told_whether_an_account_exists(kim: Database) -> None:
    accounts.add_account(kim, "empty", None, {}, "ann")
    told = set()
    for name, password in (("kim", "wrong password"), ("nobody", PASSWORD), ("empty", ""), ("", "")):
        with pytest.raises(sign_in.NotSignedIn) as refused:
            enter(kim, password, name)
        told.add(str(refused.value))
    assert len(told) == 1


def test_guessing_is_stopped_for_the_name_even_with_the_right_password(kim: Database) -> None:
    for _ in range(sign_in.MOST_OF_NAME):
        with pytest.raises(sign_in.NotSignedIn):
            enter(kim, "wrong password")
    with pytest.raises(sign_in.TooManyAttempts):
        enter(kim)
    later(kim, AttemptRow, "at", sign_in.WINDOW + timedelta(seconds=1))
    assert enter(kim)


def test_guessing_many_names_is_stopped_for_the_address(kim: Database) -> None:
    with kim.session() as session:
        session.add_all(AttemptRow(name=f"n{n}", address="192.0.2.1", at=now()) for n in range(sign_in.MOST_OF_ADDRESS))
    with pytest.raises(sign_in.TooManyAttempts):
        enter(kim)
    assert enter(kim, address="192.0.2.2")


def test_signing_in_forgets_the_failures_before(kim: Database) -> None:
    for _ in range(2):
        for _ in range(sign_in.MOST_OF_NAME - 1):
            with pytest.raises(sign_in.NotSignedIn):
                enter(kim, "wrong password")
        assert enter(kim)


@pytest.mark.parametrize(("column", "long"), [("seen_at", sign_in.IDLE), ("expires_at", sign_in.LASTS)])
def test_a_session_ends_by_itself(kim: Database, column: str, long: timedelta) -> None:
    word = enter(kim)
    later(kim, SessionRow, column, long + timedelta(seconds=1))
    assert sign_in.session_of(kim, KEY, word) is None
    assert sign_in.list_sessions(kim, "kim") == []


def test_a_session_is_ended_by_its_owner_only(kim: Database) -> None:
    words = [enter(kim), enter(kim)]
    found = sign_in.session_of(kim, KEY, words[0])
    assert found is not None
    with pytest.raises(NotFound):
        sign_in.sign_out(kim, "eve", found[1])
    sign_in.sign_out(kim, "kim", found[1])
    assert [sign_in.session_of(kim, KEY, word) is None for word in words] == [True, False]


def test_who_is_revoked_is_out_at_once_and_everywhere(kim: Database) -> None:
    word, token = enter(kim), tokens.add_token(kim, KEY, "kim", "script", Role.MANAGER, "lab", 3)
    accounts.revoke(kim, "kim", "ann")
    assert sign_in.session_of(kim, KEY, word) is None
    assert tokens.account_of_token(kim, KEY, token) is None
    with pytest.raises(sign_in.NotSignedIn):
        enter(kim)


def test_another_password_ends_every_session(kim: Database) -> None:
    word = enter(kim)
    accounts.set_password(kim, "kim", "battery horse correct", "ann")
    assert sign_in.session_of(kim, KEY, word) is None
    assert enter(kim, "battery horse correct")


def test_a_token_does_no_more_than_it_was_made_for_nor_than_its_owner_may(kim: Database) -> None:
    token = tokens.add_token(kim, KEY, "kim", "script", Role.MANAGER, "lab", 3)
    account = tokens.account_of_token(kim, KEY, token)
    assert account is not None
    assert (account.role("lab"), account.role("other")) == (Role.MANAGER, None)
    accounts.set_role(kim, "kim", "lab", None, "ann")
    lessened = tokens.account_of_token(kim, KEY, token)
    assert lessened is not None
    assert lessened.role("lab") is Role.VIEWER
    with pytest.raises(Refused, match="kim is no manager"):
        tokens.add_token(kim, KEY, "kim", "script", Role.MANAGER, EVERYWHERE, 3)


def test_a_token_expires_and_is_taken_away_by_its_owner_only(kim: Database) -> None:
    word = tokens.add_token(kim, KEY, "kim", "script", Role.VIEWER, "lab", 3)
    number = tokens.list_tokens(kim, "kim")[0].id
    with pytest.raises(NotFound):
        tokens.remove_token(kim, "eve", number)
    later(kim, TokenRow, "expires_at", timedelta(days=3))
    assert tokens.account_of_token(kim, KEY, word) is None
    assert tokens.list_tokens(kim, "kim")[0].expired
    tokens.remove_token(kim, "kim", number)
    assert tokens.list_tokens(kim, "kim") == []


@pytest.mark.parametrize(("title", "days"), [(" ", 3), ("script", 0), ("script", 367)])
def test_a_token_without_title_or_end_is_refused(kim: Database, title: str, days: int) -> None:
    with pytest.raises(Refused, match="a token"):
        tokens.add_token(kim, KEY, "kim", title, Role.VIEWER, "lab", days)


def test_the_last_admin_stays_admin(db: Database) -> None:
    assert not accounts.has_admin(db)
    accounts.add_account(db, "ann", PASSWORD, {EVERYWHERE: Role.ADMIN}, "ann")
    assert accounts.has_admin(db)
    with pytest.raises(Refused, match="last admin"):
        accounts.set_role(db, "ann", EVERYWHERE, Role.VIEWER, "ann")
    assert accounts.has_admin(db)


def test_what_happens_to_accounts_is_in_the_audit_trail(kim: Database) -> None:
    enter(kim)
    accounts.revoke(kim, "kim", "ann")
    assert verify(kim).lines == 3
    assert verify(kim).good


def later(db: Database, table: type[AttemptRow | SessionRow | TokenRow], column: str, by: timedelta) -> None:
    """Put a moment of every row back, as if time had passed."""
    with db.session() as session:
        for row in session.scalars(sa.select(table)):
            setattr(row, column, getattr(row, column) - by)
