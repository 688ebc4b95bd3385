"""Inquiries about plans that were asked, and the ways found so far."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.errors import NotFound
from app.store import plans
from app.store.audit import now
from app.tables import PlanRow
from app.tables.inquiries import InquiryRow


def add(session: Session, facts: Mapping[str, Any]) -> int:
    """A new inquiry, to be answered by its job; its id."""
    row = InquiryRow(answer=None, complete=False, job=None, created_at=now(), **facts)
    session.add(row)
    session.flush()
    return row.id


def get(session: Session, inquiry: int) -> InquiryRow:
    """One inquiry. Raises NotFound."""
    row = session.get(InquiryRow, inquiry)
    if row is None:
        raise NotFound("inquiry", inquiry)
    return row


def plan_of(session: Session, inquiry: int) -> PlanRow:
    """The plan that an inquiry is about. Raises NotFound."""
    return plans.get(session, get(session, inquiry).plan)


def newest(session: Session, plan: int, limit: int | None = None, kind: str = "") -> list[InquiryRow]:
    """The newest inquiries about a plan (of a kind), newest first."""
    query = sa.select(InquiryRow).where(InquiryRow.plan == plan)
    if kind:
        query = query.where(InquiryRow.kind == kind)
    return list(session.scalars(query.order_by(InquiryRow.id.desc()).limit(limit)))


def begin(session: Session, inquiry: int) -> None:
    """Start anew: what an earlier attempt found is forgotten."""
    row = get(session, inquiry)
    row.answer, row.complete = {}, False


def add_part(session: Session, inquiry: int, name: str, part: Mapping[str, Any]) -> None:
    """Keep a part of the answer as it arrives, behind those of its name."""
    row = get(session, inquiry)
    answer = row.answer or {}
    row.answer = {**answer, name: [*answer.get(name, ()), dict(part)]}


def complete(session: Session, inquiry: int) -> None:
    """The whole answer is there."""
    get(session, inquiry).complete = True
