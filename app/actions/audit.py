"""Show who did what, when, and whether the trail is as it was written."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from app.chain import FIRST, HASHED, link
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


@dataclass(frozen=True, slots=True)
class Checked:
    """What following the chain found: how many lines hold, its end, and the first line that does not hold."""

    lines: int
    end: str
    broken: int | None = None
    holds_end: bool = True

    @property
    def good(self) -> bool:
        """Whether every line holds, and the end that was noted before is still in the chain."""
        return self.broken is None and self.holds_end


def verify(db: Database, noted: str = "") -> Checked:
    """Recompute the hash of every line. `noted`: an end noted earlier, which a cut-off chain no longer has."""
    with db.reading() as session:
        return follow(session, noted)


def follow(session: Session, noted: str = "") -> Checked:
    """The same, as part of a transaction."""
    count, end, seen = 0, FIRST, not noted
    for row in audit.lines(session):
        if row.hash != link(end, {name: getattr(row, name) for name in HASHED}):
            return Checked(count, end, row.id, seen)
        count, end = count + 1, row.hash
        seen = seen or end == noted
    return Checked(count, end, None, seen)
