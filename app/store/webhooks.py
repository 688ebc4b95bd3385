"""Webhooks: who is told of what."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.errors import NotFound
from app.store.audit import now
from app.tables.webhooks import WebhookRow


def add(session: Session, portfolio: str, url: str, kinds: list[str], *, secret: str, who: str) -> int:
    """A new webhook; `secret` is sealed. Its number."""
    row = WebhookRow(
        portfolio=portfolio, url=url, kinds=kinds, secret=secret, active=True, who=who, created_at=now()
    )  # fmt: skip
    session.add(row)
    session.flush()
    return row.id


def get(session: Session, number: int, portfolio: str | None = None) -> WebhookRow:
    """A webhook, of a portfolio where one is named. Raises NotFound."""
    row = session.get(WebhookRow, number)
    if row is None or portfolio not in (None, row.portfolio):
        raise NotFound("webhook", number)
    return row


def of(session: Session, portfolio: str | None = None) -> list[WebhookRow]:
    """The webhooks of a portfolio, or all of them, the oldest first."""
    query = sa.select(WebhookRow).order_by(WebhookRow.id)
    return list(session.scalars(query if portfolio is None else query.where(WebhookRow.portfolio == portfolio)))
