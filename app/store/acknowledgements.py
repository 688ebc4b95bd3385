"""Acknowledged advice."""

from __future__ import annotations

from datetime import date

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.store.audit import now
from app.tables.decisions import AcknowledgementRow


def add(  # noqa: PLR0917 - what was seen, and who says why
    session: Session, portfolio: str, trigger: str, evidence: date, fall: float, reason: str, who: str
) -> None:
    """Write down that somebody saw an advice."""
    session.add(
        AcknowledgementRow(
            portfolio=portfolio, trigger=trigger, evidence=evidence, fall=fall, reason=reason, who=who, at=now()
        )
    )


def newest(session: Session, portfolio: str) -> dict[str, AcknowledgementRow]:
    """The newest acknowledgement of each trigger."""
    query = sa.select(AcknowledgementRow).where(AcknowledgementRow.portfolio == portfolio)
    return {row.trigger: row for row in session.scalars(query.order_by(AcknowledgementRow.id))}
