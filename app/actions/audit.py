"""Show who did what, when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from app.db import Database
from app.store import audit


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """One line of the audit trail. `detail` of a record's change is {column: [old, new]}, texts as in CSV."""

    id: int
    at: datetime
    who: str
    verb: str
    subject: str
    detail: dict[str, Any]


def entries(db: Database, portfolio: str, limit: int = 100) -> list[AuditEntry]:
    """The newest entries of a portfolio, newest first."""
    with db.reading() as session:
        rows = audit.newest(session, portfolio, limit)
        return [AuditEntry(row.id, row.at, row.who, row.verb, row.subject, row.detail) for row in rows]
