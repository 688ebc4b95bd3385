"""Previewed uploads, and the headings that were mapped to columns."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from uuid import uuid4

import sqlalchemy as sa
from sqlalchemy.orm import Session, undefer

from app.errors import NotFound
from app.store.audit import now
from app.tables import HeaderAliasRow, UploadRow

KEPT = timedelta(days=1)


def add(session: Session, facts: Mapping[str, Any]) -> str:
    """Keep an upload; its id. Those of the day before yesterday go."""
    session.execute(sa.delete(UploadRow).where(UploadRow.created_at < now() - KEPT))
    row = UploadRow(id=uuid4().hex, created_at=now(), **facts)
    session.add(row)
    session.flush()
    return row.id


def get(session: Session, upload: str, *whole: sa.orm.InstrumentedAttribute[bytes]) -> UploadRow:
    """One upload, with the large parts named. Raises NotFound."""
    row = session.get(UploadRow, upload, options=[undefer(part) for part in whole])
    if row is None or row.created_at < now() - KEPT:
        raise NotFound("upload", upload)
    return row


def applied(session: Session, row: UploadRow, who: str) -> None:
    """Note that an upload has been applied: its page says so, to whoever did not get the answer or asks again."""
    row.summary = row.summary | {"applied": who}
    row.content, row.changes = b"", b""
    session.flush()


def remove(session: Session, upload: str) -> None:
    """Forget an upload."""
    session.execute(sa.delete(UploadRow).where(UploadRow.id == upload))


def aliases(session: Session) -> dict[str, dict[str, str]]:
    """The columns by heading in lower case, by table."""
    found: dict[str, dict[str, str]] = {}
    for row in session.scalars(sa.select(HeaderAliasRow)):
        found.setdefault(row.record_table, {})[row.heading] = row.column
    return found


def remember(session: Session, table: str, heading: str, column: str, who: str) -> None:
    """Map a heading to a column from now on."""
    session.merge(HeaderAliasRow(record_table=table, heading=heading.lower(), column=column, who=who, at=now()))
