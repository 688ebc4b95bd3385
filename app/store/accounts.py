"""Accounts with their roles, sessions, tokens, and attempts to sign in."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.errors import NotFound
from app.roles import ROLES, Role
from app.store.audit import now
from app.tables.accounts import AccountRow, AttemptRow, RoleRow, SessionRow, TokenRow


def find(session: Session, name: str) -> AccountRow | None:
    """An account, revoked or not."""
    return session.get(AccountRow, name) if "\0" not in name else None  # PostgreSQL holds no text with a zero


def get(session: Session, name: str) -> AccountRow:
    """An account. Raises NotFound."""
    row = find(session, name)
    if row is None:
        raise NotFound("account", name)
    return row


def of_subject(session: Session, identity: str) -> AccountRow | None:
    """The account that is bound to an issuer and subject."""
    return session.scalar(sa.select(AccountRow).where(AccountRow.subject == identity))


def add(session: Session, name: str, password: str) -> None:
    """A new account; `password` is its hash."""
    session.add(AccountRow(name=name, password=password, revoked=False, created_at=now()))
    session.flush()


def every(session: Session) -> list[AccountRow]:
    """All accounts by name."""
    return list(session.scalars(sa.select(AccountRow).order_by(AccountRow.name)))


def grants(session: Session, name: str) -> dict[str, Role]:
    """The roles of an account by portfolio."""
    rows = session.execute(sa.select(RoleRow.portfolio, RoleRow.role).where(RoleRow.account == name))
    return {portfolio: ROLES[role] for portfolio, role in rows}


def grants_of_all(session: Session) -> dict[str, dict[str, Role]]:
    """The roles of every account that has any, by account and portfolio."""
    found: dict[str, dict[str, Role]] = {}
    for row in session.scalars(sa.select(RoleRow).order_by(RoleRow.account, RoleRow.portfolio)):
        found.setdefault(row.account, {})[row.portfolio] = ROLES[row.role]
    return found


def with_role(session: Session, portfolio: str, role: Role) -> list[AccountRow]:
    """The accounts that have exactly this role in exactly this portfolio (`*`: in all)."""
    query = sa.select(AccountRow).join(RoleRow, RoleRow.account == AccountRow.name)
    return list(session.scalars(query.where(RoleRow.portfolio == portfolio, RoleRow.role == role.word)))


def grant(session: Session, name: str, portfolio: str, role: Role | None) -> None:
    """Give a role in a portfolio, or take it away."""
    if role is not None:
        session.merge(RoleRow(account=name, portfolio=portfolio, role=role.word))
    else:
        session.execute(sa.delete(RoleRow).where(RoleRow.account == name, RoleRow.portfolio == portfolio))
    session.flush()


def forget_sessions(session: Session, before: datetime) -> None:
    """Remove the sessions that ended before."""
    session.execute(sa.delete(SessionRow).where(SessionRow.expires_at <= before))


def end_all(session: Session, name: str) -> None:
    """Sign an account out everywhere, and take its tokens away."""
    session.execute(sa.delete(SessionRow).where(SessionRow.account == name))
    session.execute(sa.delete(TokenRow).where(TokenRow.account == name))


def sessions(session: Session, name: str) -> list[SessionRow]:
    """Where an account is signed in, the newest first."""
    query = sa.select(SessionRow).where(SessionRow.account == name, SessionRow.expires_at > now())
    return list(session.scalars(query.order_by(SessionRow.created_at.desc())))


def note_session(session: Session, digest: str, at: datetime) -> None:
    """A session was used; nothing where it was ended meanwhile."""
    session.execute(sa.update(SessionRow).where(SessionRow.id == digest).values(seen_at=at))


def note_token(session: Session, number: int, at: datetime) -> None:
    """A token was used; nothing where it was taken away meanwhile."""
    session.execute(sa.update(TokenRow).where(TokenRow.id == number).values(used_at=at))


def tokens(session: Session, name: str) -> list[TokenRow]:
    """The tokens of an account, the newest first."""
    return list(session.scalars(sa.select(TokenRow).where(TokenRow.account == name).order_by(TokenRow.id.desc())))


def of_token(session: Session, digest: str) -> tuple[TokenRow, AccountRow, dict[str, Role]] | None:
    """A token by its hash, with its account and what that may do; one statement, as every request asks."""
    return _with_owner(session, TokenRow, TokenRow.hash == digest)


def of_session(session: Session, digest: str) -> tuple[SessionRow, AccountRow, dict[str, Role]] | None:
    """A browser's session by its id, with its account and what that may do; one statement, as every request asks."""
    return _with_owner(session, SessionRow, SessionRow.id == digest)


def _with_owner[Owned: (SessionRow, TokenRow)](
    session: Session, kind: type[Owned], wanted: sa.ColumnElement[bool]
) -> tuple[Owned, AccountRow, dict[str, Role]] | None:
    query = sa.select(kind, AccountRow, RoleRow.portfolio, RoleRow.role)
    owned = query.join(AccountRow, AccountRow.name == kind.account)
    found = session.execute(owned.outerjoin(RoleRow, RoleRow.account == AccountRow.name).where(wanted)).all()
    if not found:
        return None
    row, owner, _, _ = found[0]
    return row, owner, {portfolio: ROLES[role] for _, _, portfolio, role in found if portfolio is not None}


def attempts(session: Session, since: datetime, *, name: str = "", address: str = "") -> int:
    """How often signing in failed since then, for a name or from an address."""
    whose = AttemptRow.name == name if name else AttemptRow.address == address
    return session.scalar(sa.select(sa.func.count()).select_from(AttemptRow).where(whose, AttemptRow.at > since)) or 0


def forget_attempts(session: Session, *, before: datetime | None = None, name: str = "") -> None:
    """Forget the attempts of a name, or those of long ago."""
    which = AttemptRow.at < before if before is not None else AttemptRow.name == name
    session.execute(sa.delete(AttemptRow).where(which))
