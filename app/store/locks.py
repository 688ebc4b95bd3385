"""Taking turns: what reads before it writes keeps out whoever would do the same."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.orm import Session

ACCOUNTS, ATTEMPTS, DECISIONS, HEADINGS = "accounts", "attempts", "decisions", "headings"


def hold(session: Session, what: str) -> None:
    """Until this transaction ends nobody else holds the same. SQLite has one writer at a time anyway."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(sa.text("SELECT pg_advisory_xact_lock(hashtextextended(:what, 0))"), {"what": what})
