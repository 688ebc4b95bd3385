"""Trade-offs that were asked for, and the points found so far."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.errors import NotFound
from app.store.audit import now
from app.tables.frontiers import FrontierPointRow, FrontierRunRow


def add(session: Session, facts: Mapping[str, Any]) -> int:
    """A new trade-off, to be done by its job; its id."""
    row = FrontierRunRow(complete=False, job=None, created_at=now(), **facts)
    session.add(row)
    session.flush()
    return row.id


def get(session: Session, run: int) -> FrontierRunRow:
    """One trade-off. Raises NotFound."""
    row = session.get(FrontierRunRow, run)
    if row is None:
        raise NotFound("trade-off", run)
    return row


def newest(session: Session, portfolio: str, limit: int) -> list[FrontierRunRow]:
    """The newest trade-offs of a portfolio, newest first."""
    query = sa.select(FrontierRunRow).where(FrontierRunRow.portfolio == portfolio)
    return list(session.scalars(query.order_by(FrontierRunRow.id.desc()).limit(limit)))


def begin(session: Session, run: int, digest: str) -> None:
    """Start anew, of the problem with this digest: points of an earlier attempt are forgotten."""
    session.execute(sa.delete(FrontierPointRow).where(FrontierPointRow.run == run))
    session.execute(sa.update(FrontierRunRow).where(FrontierRunRow.id == run).values(digest=digest, complete=False))


def add_point(session: Session, run: int, number: int, point: Mapping[str, Any]) -> None:
    """Keep a point as it arrives."""
    session.add(FrontierPointRow(run=run, number=number, point=dict(point), at=now()))


def points(session: Session, run: int) -> list[FrontierPointRow]:
    """The points of a trade-off in the order in which they were found."""
    query = sa.select(FrontierPointRow).where(FrontierPointRow.run == run)
    return list(session.scalars(query.order_by(FrontierPointRow.number)))


def counts(session: Session, runs: Iterable[int]) -> dict[int, int]:
    """How many points some trade-offs have; those without any are not there."""
    query = sa.select(FrontierPointRow.run, sa.func.count()).where(FrontierPointRow.run.in_(list(runs)))
    return dict(session.execute(query.group_by(FrontierPointRow.run)).all())


def complete(session: Session, run: int) -> None:
    """All points are there."""
    session.execute(sa.update(FrontierRunRow).where(FrontierRunRow.id == run).values(complete=True))
