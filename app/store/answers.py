"""Answers kept for idempotency keys."""

from __future__ import annotations

from datetime import timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.store import locks
from app.store.audit import now
from app.tables import AnswerRow

KEPT = timedelta(days=1)


def take(session: Session, key: str, request: str) -> AnswerRow | None:
    """The row of a key; None when it is new, and then it is there, without an answer. Old ones go."""
    locks.hold(session, f"answer {key}")
    session.execute(sa.delete(AnswerRow).where(AnswerRow.at < now() - KEPT))
    found = session.get(AnswerRow, key)
    if found is None:
        session.add(AnswerRow(key=key, request=request, status=None, headers={}, body="", at=now()))
        session.flush()
    return found


def keep(session: Session, key: str, status: int, headers: dict[str, str], body: str) -> None:
    """Write down the answer to a key's request."""
    session.execute(sa.update(AnswerRow).where(AnswerRow.key == key).values(status=status, headers=headers, body=body))


def drop(session: Session, key: str) -> None:
    """Forget a key."""
    session.execute(sa.delete(AnswerRow).where(AnswerRow.key == key))
