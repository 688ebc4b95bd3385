"""Recomputes that were asked for, and how far they got."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.errors import NotFound
from app.store.audit import now
from app.tables import JobRow

QUEUED, RUNNING, DONE, FAILED, CANCELLED = "queued", "running", "done", "failed", "cancelled"
OPEN = (QUEUED, RUNNING)


def add(session: Session, facts: Mapping[str, Any]) -> int:
    """A new job in the queue; its id."""
    row = JobRow(
        state=QUEUED, progress=[], plan=None, message="", faults=[], conflicts=[], repairs=[], cancel=False,
        created_at=now(), started_at=None, finished_at=None, **facts,
    )  # fmt: skip
    session.add(row)
    session.flush()
    return row.id


def get(session: Session, job: int) -> JobRow:
    """One job. Raises NotFound."""
    row = session.get(JobRow, job)
    if row is None:
        raise NotFound("job", job)
    return row


def newest(session: Session, portfolio: str, limit: int) -> list[JobRow]:
    """The newest jobs of a portfolio, newest first."""
    query = sa.select(JobRow).where(JobRow.portfolio == portfolio).order_by(JobRow.id.desc()).limit(limit)
    return list(session.scalars(query))


def begin(session: Session, job: int) -> bool:
    """Take a queued job; False when it is no longer waiting."""
    taken = sa.update(JobRow).where(JobRow.id == job, JobRow.state == QUEUED)
    taken = taken.values(state=RUNNING, started_at=now())
    return session.scalar(taken.returning(JobRow.id)) is not None


def report(session: Session, job: int, progress: list[dict[str, Any]]) -> None:
    """Write down how far a running job got."""
    session.execute(sa.update(JobRow).where(JobRow.id == job, JobRow.state == RUNNING).values(progress=progress))


def finish(session: Session, job: int, state: str, facts: Mapping[str, Any]) -> bool:
    """End a job that is still open; False when it ended before."""
    ended = sa.update(JobRow).where(JobRow.id == job, JobRow.state.in_(OPEN))
    ended = ended.values(state=state, finished_at=now(), **facts)
    return session.scalar(ended.returning(JobRow.id)) is not None


def ask_to_cancel(session: Session, job: int) -> None:
    """Leave word for the process that runs the job."""
    session.execute(sa.update(JobRow).where(JobRow.id == job).values(cancel=True))


def cancel_asked(session: Session, job: int) -> bool:
    """Whether somebody wants the job stopped."""
    return bool(session.scalar(sa.select(JobRow.cancel).where(JobRow.id == job)))


def open_owners(session: Session) -> list[str]:
    """The processes that own jobs which did not end."""
    return list(session.scalars(sa.select(JobRow.owner).where(JobRow.state.in_(OPEN)).distinct()))


def fail_of(session: Session, owners: Iterable[str], message: str) -> int:
    """Mark the open jobs of processes that are gone as failed; how many there were."""
    lost = sa.update(JobRow).where(JobRow.state.in_(OPEN), JobRow.owner.in_(list(owners)))
    lost = lost.values(state=FAILED, message=message, finished_at=now())
    return len(session.scalars(lost.returning(JobRow.id)).all())
