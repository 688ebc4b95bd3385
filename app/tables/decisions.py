"""The SQL tables of what somebody acknowledged: advice, and the moves of a week."""

from __future__ import annotations

from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from app.sqltypes import Base, Moment


class AcknowledgementRow(Base):
    """Somebody saw what a trigger advises and did not declare; append-only. It holds until `evidence` is not the last
    day that was measured."""

    __tablename__ = "acknowledgements"
    id: Mapped[int] = mapped_column(primary_key=True)
    portfolio: Mapped[str] = mapped_column(sa.ForeignKey("portfolio.portfolio", ondelete="CASCADE"), index=True)
    trigger: Mapped[str] = mapped_column(sa.Text)
    evidence: Mapped[date] = mapped_column(sa.Date)
    fall: Mapped[float]
    reason: Mapped[str] = mapped_column(sa.Text)
    who: Mapped[str] = mapped_column(sa.Text)
    at: Mapped[datetime] = mapped_column(Moment)


class MovesSeenRow(Base):
    """Somebody acknowledged what a team gives and gets in a week; append-only. `approval` is the decision that made
    the plan the plan of record: when another decision is the newest, this is about moves that no longer hold."""

    __tablename__ = "moves_seen"
    id: Mapped[int] = mapped_column(primary_key=True)
    portfolio: Mapped[str] = mapped_column(sa.Text, index=True)
    approval: Mapped[int]
    plan: Mapped[int]
    week: Mapped[date] = mapped_column(sa.Date)
    team: Mapped[str] = mapped_column(sa.Text)
    who: Mapped[str] = mapped_column(sa.Text)
    at: Mapped[datetime] = mapped_column(Moment)
