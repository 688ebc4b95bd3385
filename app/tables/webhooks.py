"""The SQL tables of webhooks: who is told, what happened, and each telling with its attempts."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from app.sqltypes import Base, Moment


class WebhookRow(Base):
    """An address that is told of some kinds of events in a portfolio; `secret` is sealed, because it has to sign."""

    __tablename__ = "webhooks"
    id: Mapped[int] = mapped_column(primary_key=True)
    portfolio: Mapped[str] = mapped_column(sa.ForeignKey("portfolio.portfolio", ondelete="CASCADE"), index=True)
    url: Mapped[str] = mapped_column(sa.Text)
    kinds: Mapped[list[str]] = mapped_column(sa.JSON)
    secret: Mapped[str] = mapped_column(sa.Text)
    active: Mapped[bool]
    who: Mapped[str] = mapped_column(sa.Text)
    created_at: Mapped[datetime] = mapped_column(Moment)


class EventRow(Base):
    """Something that happened, written in its own transaction; `key` is the id that receivers know it by."""

    __tablename__ = "events"
    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(sa.Text, unique=True)
    portfolio: Mapped[str] = mapped_column(sa.Text, index=True)
    kind: Mapped[str] = mapped_column(sa.Text)
    at: Mapped[datetime] = mapped_column(Moment)
    body: Mapped[str] = mapped_column(sa.Text)


class DeliveryRow(Base):
    """An event to be told to a webhook: waiting until it is due, delivered, or failed for good.

    Whoever takes it counts an attempt and makes it due again later, so that it is not lost with its process.
    """

    __tablename__ = "deliveries"
    __table_args__ = (sa.Index(None, "state", "due_at"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    webhook: Mapped[int] = mapped_column(sa.ForeignKey("webhooks.id", ondelete="CASCADE"), index=True)
    event: Mapped[int] = mapped_column(sa.ForeignKey("events.id", ondelete="CASCADE"), index=True)
    state: Mapped[str] = mapped_column(sa.Text)
    attempts: Mapped[int]
    due_at: Mapped[datetime] = mapped_column(Moment)
    finished_at: Mapped[datetime | None] = mapped_column(Moment)


class AttemptedRow(Base):
    """One attempt to deliver, and what came of it; `status` is the HTTP status, none where no answer came."""

    __tablename__ = "delivery_attempts"
    id: Mapped[int] = mapped_column(primary_key=True)
    delivery: Mapped[int] = mapped_column(sa.ForeignKey("deliveries.id", ondelete="CASCADE"), index=True)
    number: Mapped[int]
    at: Mapped[datetime] = mapped_column(Moment)
    status: Mapped[int | None]
    message: Mapped[str] = mapped_column(sa.Text)
    milliseconds: Mapped[int]
