"""The audit trail: rows are added and read, never changed, and each holds the hash of all before it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.chain import FIRST, link
from app.tables import AuditRow

LOCK = 5_117_003
"""PostgreSQL's lock of whoever adds to the chain; SQLite has one writer anyway."""
_NEWEST, _LINE = "audit_hash", "audit_line"
AT_A_TIME = 1000


def add(session: Session, portfolio: str, who: str, verb: str, *, subject: str, detail: dict[str, Any]) -> None:
    """Tell that somebody did something; portfolio '' where it concerns them all."""
    _add(session, [{"at": now(), "who": who, "verb": verb, "portfolio": portfolio, "subject": subject,
                    "detail": detail}])  # fmt: skip


def add_changes(session: Session, portfolio: str, who: str, verb: str, changes: Iterable[dict[str, Any]]) -> None:
    """Tell of changed records: dicts with subject, record_table, record_key, version and detail."""
    _add(session, [{"at": now(), "who": who, "verb": verb, "portfolio": portfolio, **change} for change in changes])


def _add(session: Session, lines: list[dict[str, Any]]) -> None:
    if not lines:
        return
    newest_hash = _newest_hash(session)
    for line in lines:
        line["hash"] = newest_hash = link(newest_hash, line)
    session.info[_NEWEST] = newest_hash
    if len(lines) == 1:
        session.info[_LINE] = session.scalar(sa.insert(AuditRow).returning(AuditRow.id), lines[0])
    else:
        session.info.pop(_LINE, None)
        session.execute(sa.insert(AuditRow), lines)


def written(session: Session) -> tuple[int, str] | None:
    """The last line that this transaction added, and its hash; None where it was one of many, or there is none."""
    line = session.info.get(_LINE)
    return None if line is None else (line, session.info[_NEWEST])


def _newest_hash(session: Session) -> str:
    """The end of the chain, which nobody else may go on from until this transaction ends."""
    known = session.info.get(_NEWEST)
    if known is not None:
        return str(known)
    if session.get_bind().dialect.name == "postgresql":
        session.execute(sa.text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": LOCK})
    return session.scalar(sa.select(AuditRow.hash).order_by(AuditRow.id.desc()).limit(1)) or FIRST


def lines(session: Session) -> Iterator[AuditRow]:
    """Every line, the oldest first."""
    yield from session.scalars(sa.select(AuditRow).order_by(AuditRow.id).execution_options(yield_per=AT_A_TIME))


def newest(session: Session, portfolio: str, limit: int) -> list[AuditRow]:
    """The newest entries of a portfolio, newest first."""
    query = sa.select(AuditRow).where(AuditRow.portfolio == portfolio).order_by(AuditRow.id.desc()).limit(limit)
    return list(session.scalars(query))


def newest_of(session: Session, portfolio: str, verb: str, subject: str) -> AuditRow | None:
    """The last time that something was done to a subject."""
    query = sa.select(AuditRow).where(
        AuditRow.portfolio == portfolio, AuditRow.verb == verb, AuditRow.subject == subject
    )
    return session.scalar(query.order_by(AuditRow.id.desc()).limit(1))


def done_to(session: Session, portfolio: str, verbs: Collection[str], subjects: Collection[str]) -> list[AuditRow]:
    """When any of these things was done to any of these subjects, oldest first."""
    if not subjects:
        return []
    query = sa.select(AuditRow).where(
        AuditRow.portfolio == portfolio, AuditRow.verb.in_(verbs), AuditRow.subject.in_(subjects)
    )
    return list(session.scalars(query.order_by(AuditRow.id)))


def changes_since(session: Session, portfolio: str, table: str, key: str, version: int) -> list[AuditRow]:
    """What was written to one record after a version, oldest first."""
    query = sa.select(AuditRow).where(
        AuditRow.portfolio == portfolio,
        AuditRow.record_table == table,
        AuditRow.record_key == key,
        AuditRow.version > version,
    )
    return list(session.scalars(query.order_by(AuditRow.id)))


def now() -> datetime:
    """This moment, in UTC."""
    return datetime.now(UTC)
