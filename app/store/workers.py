"""Which workers are there: each says so every few seconds."""

from __future__ import annotations

from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.store.jobs import now_of
from app.tables import WorkerRow
from app.version import VERSION

SILENT = timedelta(seconds=30)
"""A worker that said nothing for so long counts as gone."""
FORGOTTEN = timedelta(hours=1)


def seen(session: Session, name: str, lanes: list[str]) -> None:
    """A worker is there."""
    moment = now_of(session)
    row = session.get(WorkerRow, name)
    if row is None:
        session.execute(sa.delete(WorkerRow).where(WorkerRow.seen_at < moment - FORGOTTEN))
        session.add(WorkerRow(name=name, lanes=lanes, version=VERSION, since=moment, seen_at=moment))
    else:
        row.seen_at = moment


def left(session: Session, name: str) -> None:
    """A worker goes."""
    session.execute(sa.delete(WorkerRow).where(WorkerRow.name == name))


def present(session: Session) -> list[WorkerRow]:
    """The workers that said something lately, the oldest first."""
    lately: datetime = now_of(session) - SILENT
    return list(session.scalars(sa.select(WorkerRow).where(WorkerRow.seen_at >= lately).order_by(WorkerRow.since)))
