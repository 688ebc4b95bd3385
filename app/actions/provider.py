"""Sign in with what a provider of single sign-on vouches for: an account that an admin made, and nobody else's.

issuer and subject, name -> the account bound to that subject, else the unbound account of that name -> bound, session
"""

from __future__ import annotations

from dataclasses import dataclass

from pydantic import SecretStr

from app.actions.accounts import account_name
from app.actions.sign_in import NotSignedIn, begin_session
from app.db import Database
from app.store import accounts, audit, locks
from app.tables.accounts import AccountRow


@dataclass(frozen=True, slots=True)
class Vouched:
    """Who the provider says it is: `subject` never changes, `name` is what an account may be called."""

    issuer: str
    subject: str
    name: str


def sign_in_with(db: Database, key: SecretStr | None, who: Vouched, browser: str) -> str:
    """A session for the account of who was vouched for; the word for the cookie. Raises NotSignedIn."""
    identity, name = f"{who.issuer} {who.subject}", account_name(who.name)
    with db.session() as session:
        locks.hold(session, locks.ACCOUNTS)
        row = accounts.of_subject(session, identity) or accounts.find(session, name)
        if row is None or row.revoked or not _may_be(row, identity):
            raise NotSignedIn(f"there is no account {name} for you here; an admin can add it")
        if not row.subject:
            row.subject = identity
            audit.add(session, "", row.name, "bind account", subject=f"account {row.name}", detail={"to": identity})
        name = row.name
    return begin_session(db, key, name, browser)


def _may_be(row: AccountRow, identity: str) -> bool:
    """A name that was given to somebody else at the provider later does not open the account of who had it before."""
    return row.subject in ("", identity)
