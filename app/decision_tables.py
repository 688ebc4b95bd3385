"""The SQL table of advice that somebody acknowledged."""

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
