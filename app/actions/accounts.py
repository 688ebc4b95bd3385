"""Add accounts, give and take roles, and revoke: everything at once and at once everywhere."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from app.db import Database
from app.errors import Refused
from app.roles import EVERYWHERE, Role
from app.secrecy import LONGEST_PASSWORD, SHORTEST_PASSWORD, is_common, password_hash
from app.store import accounts, audit, locks

NAME = re.compile(r"[a-z0-9][a-z0-9._@-]{0,79}")


@dataclass(frozen=True, slots=True)
class Listed:
    """An account in a list."""

    name: str
    revoked: bool
    roles: Mapping[str, Role]
    created_at: datetime


def account_name(typed: str) -> str:
    """The name as it is stored: without spaces around it, in lower case."""
    return typed.strip().lower()


def add_account(db: Database, name: str, password: str | None, grants: Mapping[str, Role], who: str) -> None:
    """A new account with its roles; `password` None: it cannot be signed in to with a password. Raises Refused."""
    name = account_name(name)
    if not NAME.fullmatch(name):
        raise Refused("a name has up to 80 letters, digits, dots, dashes, underscores or @, and starts with a letter")
    stored = "" if password is None else _hashed(name, password)
    with db.session() as session:
        locks.hold(session, locks.ACCOUNTS)
        if accounts.find(session, name) is not None:
            raise Refused(f"there is an account {name} already")
        accounts.add(session, name, stored)
        for portfolio, role in grants.items():
            accounts.grant(session, name, portfolio, role)
        detail = {"roles": {portfolio: role.word for portfolio, role in grants.items()}}
        audit.add(session, "", who, "add account", subject=f"account {name}", detail=detail)


def set_role(db: Database, name: str, portfolio: str, role: Role | None, who: str) -> None:
    """Give an account a role in a portfolio, or none; holds from the next request on. Raises NotFound, Refused."""
    with db.session() as session:
        locks.hold(session, locks.ACCOUNTS)
        name = accounts.get(session, account_name(name)).name
        before = accounts.grants(session, name).get(portfolio)
        accounts.grant(session, name, portfolio, role)
        if before is Role.ADMIN and portfolio == EVERYWHERE and not _admins(session):
            raise Refused(f"{name} is the last admin")
        detail = {portfolio: [before.word if before else None, role.word if role else None]}
        audit.add(session, "", who, "role", subject=f"account {name}", detail=detail)


def set_password(db: Database, name: str, password: str, who: str) -> None:
    """Give an account another password; it is signed out everywhere. Raises NotFound, Refused."""
    with db.session() as session:
        row = accounts.get(session, account_name(name))
        row.password = _hashed(row.name, password)
        accounts.end_all(session, row.name)
        audit.add(session, "", who, "password", subject=f"account {row.name}", detail={})


def set_language(db: Database, name: str, language: str) -> None:
    """Have an account read in a language from the next request on; blank: as its browser asks. Raises NotFound."""
    with db.session() as session:
        row = accounts.get(session, name)
        before, row.language = row.language, language
        detail = {"language": [before, language]}
        audit.add(session, "", name, "language", subject=f"account {name}", detail=detail)


def revoke(db: Database, name: str, who: str) -> None:
    """Shut an account out: it is signed out everywhere, its tokens go, its name stays taken.

    Raises NotFound; Refused for the last admin.
    """
    with db.session() as session:
        locks.hold(session, locks.ACCOUNTS)
        row, had = accounts.get(session, account_name(name)), _admins(session)
        row.revoked = True
        session.flush()
        if had and not _admins(session):
            raise Refused(f"{row.name} is the last admin")
        accounts.end_all(session, row.name)
        audit.add(session, "", who, "revoke account", subject=f"account {row.name}", detail={})


def restore(db: Database, name: str, who: str) -> None:
    """Let an account in again that was shut out; its sessions and tokens do not come back. Raises NotFound."""
    with db.session() as session:
        row = accounts.get(session, account_name(name))
        row.revoked = False
        audit.add(session, "", who, "restore account", subject=f"account {row.name}", detail={})


def list_accounts(db: Database) -> list[Listed]:
    """Every account by name."""
    with db.reading() as session:
        grants = accounts.grants_of_all(session)
        return [Listed(a.name, a.revoked, grants.get(a.name, {}), a.created_at) for a in accounts.every(session)]


def has_admin(db: Database, *, provider: bool = False) -> bool:
    """Whether anybody can sign in, with a password or by a provider, and is admin of everything."""
    with db.reading() as session:
        return _admins(session, provider=provider)


def _admins(session: Session, *, provider: bool = False) -> bool:
    return any(
        (row.password or provider) and not row.revoked for row in accounts.with_role(session, EVERYWHERE, Role.ADMIN)
    )


def _hashed(name: str, password: str) -> str:
    if not SHORTEST_PASSWORD <= len(password) <= LONGEST_PASSWORD:
        raise Refused(f"a password has {SHORTEST_PASSWORD} to {LONGEST_PASSWORD} characters")
    if name in password.lower() or is_common(password, name):
        raise Refused("this password is too easy to guess: it holds the name, or is one that many people have")
    return password_hash(password)
