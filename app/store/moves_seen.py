"""Acknowledged moves of a week."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.store.audit import now
from app.tables import DecisionRow
from app.tables.decisions import MovesSeenRow


def add(session: Session, approval: DecisionRow, moves: Iterable[tuple[date, str]], who: str) -> None:
    """Write down that somebody saw what teams give and get in some weeks under the plan that was approved."""
    facts = {"portfolio": approval.portfolio, "approval": approval.id, "plan": approval.plan, "who": who, "at": now()}
    session.add_all(MovesSeenRow(week=week, team=team, **facts) for week, team in moves)


def of(session: Session, portfolio: str, weeks: Iterable[date]) -> list[MovesSeenRow]:
    """What was acknowledged of some weeks, the oldest first."""
    query = sa.select(MovesSeenRow).where(MovesSeenRow.portfolio == portfolio, MovesSeenRow.week.in_(list(weeks)))
    return list(session.scalars(query.order_by(MovesSeenRow.id)))
