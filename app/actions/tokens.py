"""Personal tokens: made for a role and a portfolio, shown once, kept as a hash, good for some days.

One for the API is sent in a header. One for a calendar stands in an address, which programs keep and logs may show: it
is a viewer's, and opens calendars only.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from pydantic import SecretStr

from app.actions.accounts import account_name
from app.db import Database
from app.errors import NotFound, Refused
from app.roles import EVERYWHERE, ROLES, Account, Role
from app.secrecy import keyed_hash, new_word
from app.store import accounts, audit
from app.tables.accounts import TokenRow

PREFIX = "codered_"
"""So that scanners for leaked secrets can find one."""
LONGEST_DAYS = 366
NOTED_EVERY = timedelta(minutes=5)
API, CALENDAR = PURPOSES = ("api", "calendar")


@dataclass(frozen=True, slots=True)
class Token:
    """A token in a list; the secret itself is not kept."""

    id: int
    title: str
    purpose: str
    role: str
    portfolio: str
    created_at: datetime
    expires_at: datetime
    used_at: datetime | None
    expired: bool


def add_token(  # noqa: PLR0917 - what a token is, in the order it is said
    db: Database, key: SecretStr | None, name: str, title: str, role: Role, portfolio: str, days: int,
    purpose: str = API,
) -> str:  # fmt: skip
    """A token for an account; its secret, which is never shown again. Raises NotFound, Refused."""
    if not 1 <= days <= LONGEST_DAYS:
        raise Refused(f"a token is good for 1 to {LONGEST_DAYS} days")
    title = "".join(letter for letter in title if letter.isprintable()).strip()
    if not title:
        raise Refused("a token needs a title: what is it for?")
    if purpose not in PURPOSES or (purpose == CALENDAR and role is not Role.VIEWER):
        raise Refused("a token is for the API, or a viewer's for a calendar")
    word, now = PREFIX + new_word(), audit.now()
    with db.session() as session:
        owner = accounts.get(session, account_name(name))
        if owner.revoked or not Account(owner.name, accounts.grants(session, owner.name)).may(role, portfolio):
            raise Refused(f"{owner.name} is no {role.word} there")
        row = TokenRow(
            hash=keyed_hash(key, word), account=owner.name, title=title[:120], purpose=purpose, role=role.word,
            portfolio=portfolio, created_at=now, expires_at=now + timedelta(days=days),
        )  # fmt: skip
        session.add(row)
        session.flush()
        detail = {"title": row.title, "role": role.word, "portfolio": portfolio, "days": days, "purpose": purpose}
        audit.add(session, "", owner.name, "add token", subject=f"token {row.id}", detail=detail)
    return word


def account_of_token(db: Database, key: SecretStr | None, word: str, purpose: str = API) -> Account | None:
    """Who a token speaks for, and the most it may do; None where it is unknown, ended, or for something else."""
    if not word.startswith(PREFIX) or len(word) > 200:
        return None
    now = audit.now()
    with db.reading() as session:
        found = accounts.of_token(session, keyed_hash(key, word))
    if found is None:
        return None
    row, owner, grants = found
    if owner.revoked or row.expires_at <= now or row.purpose != purpose:
        return None
    account = Account(owner.name, grants, ROLES[row.role], row.portfolio, owner.language)
    if row.used_at is None or now - row.used_at > NOTED_EVERY:
        with db.session() as session:
            accounts.note_token(session, row.id, now)
    return account


def list_tokens(db: Database, name: str) -> list[Token]:
    """The tokens of an account, the newest first."""
    now = audit.now()
    with db.reading() as session:
        return [
            Token(
                r.id,
                r.title,
                r.purpose,
                r.role,
                r.portfolio,
                r.created_at,
                r.expires_at,
                r.used_at,
                r.expires_at <= now,
            )
            for r in accounts.tokens(session, name)
        ]


def remove_token(db: Database, name: str, token: int) -> None:
    """Take a token of an account away, at once. Raises NotFound."""
    with db.session() as session:
        row = session.get(TokenRow, token)
        if row is None or row.account != name:
            raise NotFound("token", token)
        session.delete(row)
        audit.add(session, "", name, "remove token", subject=f"token {token}", detail={"title": row.title})


def scope(portfolio: str) -> str:
    """The portfolio of a form: blank is every one."""
    return portfolio.strip().lower() or EVERYWHERE
