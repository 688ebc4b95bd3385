"""Sign in and out: sessions are rows that can be ended; failures slow down who goes on failing.

name, password -> too many failures? -> failure noted -> password right? -> failures forgotten, session, cookie
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta

from pydantic import SecretStr
from sqlalchemy.orm import Session

from app.actions.accounts import NAME, account_name
from app.db import Database
from app.errors import CoderedError, NotFound
from app.roles import Account
from app.secrecy import LONGEST_PASSWORD, keyed_hash, new_word, password_matches
from app.store import accounts, audit, locks
from app.tables.accounts import AttemptRow, SessionRow

log = logging.getLogger(__name__)
LASTS, IDLE = timedelta(days=7), timedelta(hours=12)
NOTED_EVERY = timedelta(minutes=5)
WINDOW = timedelta(minutes=15)
MOST_OF_NAME, MOST_OF_ADDRESS = 5, 30


class NotSignedIn(CoderedError):
    """The name or the password is not right; which of them is not said."""


class TooManyAttempts(CoderedError):
    """Signing in failed too often in the last minutes, for this name or from this address."""


@dataclass(frozen=True, slots=True)
class Signed:
    """A browser that is signed in; `id` names the session without being of use as a cookie."""

    id: str
    browser: str
    created_at: datetime
    seen_at: datetime


def sign_in(db: Database, key: SecretStr | None, name: str, password: str, address: str, browser: str) -> str:  # noqa: PLR0917
    """A session for who knows the password; the word for the cookie. Raises NotSignedIn, TooManyAttempts."""
    return begin_session(db, key, prove(db, name, password, address), browser)


def prove(db: Database, name: str, password: str, address: str) -> str:
    """The name of the account whose password it is. Raises NotSignedIn, TooManyAttempts."""
    typed, name = name[:80], account_name(name)
    name = name if NAME.fullmatch(name) else ""  # what cannot be a name is counted for its address alone
    _note(db, name, address)
    with db.reading() as session:
        row = accounts.find(session, name)
    right = password_matches(row.password if row else "", password[: LONGEST_PASSWORD + 1])
    if not right or row is None or row.revoked:
        log.warning("signing in failed for %r from %r", typed, address)
        raise NotSignedIn("the name or the password is not right")
    return name


def begin_session(db: Database, key: SecretStr | None, name: str, browser: str) -> str:
    """A session for an account whose password was found right, or needs none; the word for the cookie."""
    word, now = new_word(), audit.now()
    with db.session() as session:
        accounts.forget_attempts(session, name=name)
        accounts.forget_sessions(session, now)
        _add_session(session, keyed_hash(key, word), name, browser, now)
        audit.add(session, "", name, "sign in", subject=f"account {name}", detail={})
    return word


def session_of(db: Database, key: SecretStr | None, word: str) -> tuple[Account, str] | None:
    """Who the cookie's word belongs to, and the session's id; None where it ended, or was ended."""
    if not word or len(word) > 200:
        return None
    now, digest = audit.now(), keyed_hash(key, word)
    with db.reading() as session:
        found = accounts.of_session(session, digest)
    if found is None:
        return None
    row, owner, grants = found
    if not _lives(row, now) or owner.revoked:
        return None
    account = Account(owner.name, grants, language=owner.language)
    if now - row.seen_at > NOTED_EVERY:
        with db.session() as session:
            accounts.note_session(session, digest, now)
    return account, digest


def sign_out(db: Database, name: str, session_id: str) -> None:
    """End one session of an account. Raises NotFound."""
    with db.session() as session:
        row = session.get(SessionRow, session_id) if session_id.isalnum() else None
        if row is None or row.account != name:
            raise NotFound("session", session_id[:8])
        session.delete(row)
        audit.add(session, "", name, "sign out", subject=f"account {name}", detail={})


def list_sessions(db: Database, name: str) -> list[Signed]:
    """Where an account is signed in, the newest first."""
    with db.reading() as session:
        rows = accounts.sessions(session, name)
        return [Signed(r.id, r.browser, r.created_at, r.seen_at) for r in rows if _lives(r, audit.now())]


def _note(db: Database, name: str, address: str) -> None:
    """Count this attempt as a failure until it is found good, so that many at once count as many."""
    now = audit.now()
    with db.session() as session:
        locks.hold(session, locks.ATTEMPTS)
        accounts.forget_attempts(session, before=now - 2 * WINDOW)
        of_name = accounts.attempts(session, now - WINDOW, name=name) if name else 0
        of_address = accounts.attempts(session, now - WINDOW, address=address)
        if of_name >= MOST_OF_NAME or of_address >= MOST_OF_ADDRESS:
            log.warning("signing in is slowed down for %r from %r", name, address)
            raise TooManyAttempts("signing in failed too often; try again in a quarter of an hour")
        session.add(AttemptRow(name=name, address=address, at=now))


def _add_session(session: Session, digest: str, name: str, browser: str, now: datetime) -> None:
    accounts.get(session, name)
    session.add(
        SessionRow(id=digest, account=name, browser=browser[:200], created_at=now, seen_at=now, expires_at=now + LASTS)
    )


def _lives(row: SessionRow, now: datetime) -> bool:
    return now < row.expires_at and now - row.seen_at < IDLE
