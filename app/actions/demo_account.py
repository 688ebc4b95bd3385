"""The obvious account of the demonstration: everybody may know its password, so it never leaves this machine."""

from __future__ import annotations

from app.actions.accounts import add_account
from app.db import Database
from app.roles import EVERYWHERE, Role
from app.secrecy import password_matches
from app.store import accounts

NAME = "demo"
PASSWORD = "code red on this machine"  # noqa: S105 - it is meant to be known


def ensure(db: Database) -> None:
    """Make the account, unless it is there."""
    with db.reading() as session:
        known = accounts.find(session, NAME) is not None
    if not known:
        add_account(db, NAME, PASSWORD, {EVERYWHERE: Role.ADMIN}, NAME)


def is_open(db: Database) -> bool:
    """Whether anybody who has read the manual could sign in: the account is there with the password known to all."""
    with db.reading() as session:
        row = accounts.find(session, NAME)
    return row is not None and not row.revoked and password_matches(row.password, PASSWORD)
