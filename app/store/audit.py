"""The audit trail: rows are added and read, never changed."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.tables import AuditRow


def add(session: Session, portfolio: str, who: str, verb: str, *, subject: str, detail: dict[str, Any]) -> None:
    """Tell that somebody did something."""
    session.add(AuditRow(at=now(), who=who, verb=verb, portfolio=portfolio, subject=subject, detail=detail))


def add_changes(session: Session, portfolio: str, who: str, verb: str, changes: Iterable[dict[str, Any]]) -> None:
    """Tell of changed records: dicts with subject, record_table, record_key, version and detail."""
    rows = [{"at": now(), "who": who, "verb": verb, "portfolio": portfolio, **change} for change in changes]
    if rows:
        session.execute(sa.insert(AuditRow), rows)


def newest(session: Session, portfolio: str, limit: int) -> list[AuditRow]:
    """The newest entries of a portfolio, newest first."""
    query = sa.select(AuditRow).where(AuditRow.portfolio == portfolio).order_by(AuditRow.id.desc()).limit(limit)
    return list(session.scalars(query))


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
