"""Trade-offs that were asked for, and the points found so far."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.errors import NotFound
from app.frontier_tables import FrontierPointRow, FrontierRunRow
from app.store.audit import now

QUEUED, RUNNING, DONE, FAILED, CANCELLED = "queued", "running", "done", "failed", "cancelled"
OPEN = (QUEUED, RUNNING)


def add(session: Session, facts: Mapping[str, Any]) -> int:
    """A new trade-off, waiting; its id."""
    row = FrontierRunRow(
        state=QUEUED, message="", cancel=False, created_at=now(), started_at=None, finished_at=None, **facts
    )
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


def begin(session: Session, run: int, owner: str) -> bool:
    """Take a trade-off that waits, without points of an earlier attempt; False when it no longer waits."""
    taken = sa.update(FrontierRunRow).where(FrontierRunRow.id == run, FrontierRunRow.state == QUEUED)
    taken = taken.values(state=RUNNING, owner=owner, started_at=now())
    if session.scalar(taken.returning(FrontierRunRow.id)) is None:
        return False
    session.execute(sa.delete(FrontierPointRow).where(FrontierPointRow.run == run))
    return True


def note_digest(session: Session, run: int, digest: str) -> None:
    """Say which problem the points are of."""
    session.execute(sa.update(FrontierRunRow).where(FrontierRunRow.id == run).values(digest=digest))


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


def finish(session: Session, run: int, state: str, message: str) -> bool:
    """End a trade-off that is still open; False when it ended before."""
    ended = sa.update(FrontierRunRow).where(FrontierRunRow.id == run, FrontierRunRow.state.in_(OPEN))
    ended = ended.values(state=state, message=message, finished_at=now())
    return session.scalar(ended.returning(FrontierRunRow.id)) is not None


def ask_to_cancel(session: Session, run: int) -> None:
    """Leave word for the process that runs it."""
    session.execute(sa.update(FrontierRunRow).where(FrontierRunRow.id == run).values(cancel=True))


def cancel_asked(session: Session, run: int) -> bool:
    """Whether somebody wants it stopped."""
    return bool(session.scalar(sa.select(FrontierRunRow.cancel).where(FrontierRunRow.id == run)))


def open_owners(session: Session) -> list[str]:
    """The processes that own trade-offs which did not end."""
    query = sa.select(FrontierRunRow.owner).where(FrontierRunRow.state.in_(OPEN))
    return list(session.scalars(query.distinct()))


def fail_of(session: Session, owners: Iterable[str], message: str) -> None:
    """Mark the open trade-offs of processes that are gone as failed; the points that they found stay."""
    lost = sa.update(FrontierRunRow).where(FrontierRunRow.state.in_(OPEN), FrontierRunRow.owner.in_(list(owners)))
    session.execute(lost.values(state=FAILED, message=message, finished_at=now()))
