"""Long work that was asked for: claimed by one worker at a time, under a lease and with a fencing token."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.errors import NotFound
from app.store.audit import now
from app.tables import JobRow

QUEUED, RUNNING, DONE, FAILED, CANCELLED, PARKED = "queued", "running", "done", "failed", "cancelled", "parked"
OPEN = (QUEUED, RUNNING)
MOST_ATTEMPTS = 3
"""So often a job is begun; when its worker vanished each time, it is parked until an operator looks at it."""


@dataclass(frozen=True, slots=True)
class Claim:
    """A job in somebody's hands. Only the newest claim's token may end it."""

    job: int
    token: int


@dataclass(frozen=True, slots=True)
class Worker:
    """Who claims: its name, the kinds of jobs it does, for how long, and which owners it knows to be gone."""

    name: str
    kinds: Collection[str]
    lease: timedelta
    gone: Collection[str] = ()


def add(session: Session, facts: Mapping[str, Any]) -> int:
    """A new job in the queue; its id."""
    row = JobRow(
        state=QUEUED, progress=[], plan=None, message="", faults=[], conflicts=[], repairs=[], cancel=False, owner="",
        lease_until=None, token=0, attempts=0, created_at=now_of(session), started_at=None, finished_at=None, **facts,
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


def several(session: Session, numbers: Iterable[int | None]) -> dict[int, JobRow]:
    """Those of some jobs that are still known, read at once."""
    query = sa.select(JobRow).where(JobRow.id.in_([number for number in numbers if number is not None]))
    return {row.id: row for row in session.scalars(query)}


def newest(session: Session, portfolio: str | None, limit: int, states: Collection[str] = ()) -> list[JobRow]:
    """The newest jobs of a portfolio (of all: None), newest first."""
    query = sa.select(JobRow).order_by(JobRow.id.desc()).limit(limit)
    if portfolio is not None:
        query = query.where(JobRow.portfolio == portfolio)
    if states:
        query = query.where(JobRow.state.in_(states))
    return list(session.scalars(query))


def newest_of_scenario(session: Session, scenario: int, kinds: Collection[str]) -> JobRow | None:
    """The newest job of these kinds about a scenario."""
    query = sa.select(JobRow).where(JobRow.scenario == scenario, JobRow.kind.in_(kinds))
    return session.scalar(query.order_by(JobRow.id.desc()).limit(1))


def owners(session: Session, kinds: Collection[str]) -> list[str]:
    """Who holds jobs of these kinds."""
    held = sa.select(JobRow.owner).where(JobRow.state == RUNNING, JobRow.kind.in_(kinds))
    return list(session.scalars(held.distinct()))


def any_free(session: Session, worker: Worker) -> bool:
    """Whether a worker might find something to claim; costs no lock."""
    return session.scalar(_free(session, worker).limit(1)) is not None


def claim(session: Session, worker: Worker) -> Claim | None:
    """Take the oldest job that waits or whose worker is gone; None when there is none.

    One that vanished with its worker too often is parked on the way, one that was to be cancelled is cancelled.
    """
    while (row := session.scalar(_free(session, worker).limit(1).with_for_update(skip_locked=True))) is not None:
        if row.cancel:
            _end(session, row, CANCELLED, {"message": "cancelled"})
        elif row.attempts >= MOST_ATTEMPTS:
            told = f"begun {row.attempts} times and never done; parked until an operator starts it again"
            _end(session, row, PARKED, {"message": told})
        else:
            moment = now_of(session)
            row.state, row.owner, row.lease_until = RUNNING, worker.name, moment + worker.lease
            row.token, row.attempts, row.started_at = row.token + 1, row.attempts + 1, moment
            row.message, row.progress = "", []
            session.flush()
            return Claim(row.id, row.token)
        session.flush()
    return None


def _free(session: Session, worker: Worker) -> sa.Select[JobRow]:
    """Jobs that wait, and those whose lease is over.

    A lease that would last longer than any is given was written under a clock that has since been set back.
    """
    moment = now_of(session)
    over = sa.or_(
        JobRow.lease_until < moment, JobRow.lease_until > moment + 2 * worker.lease, JobRow.owner.in_(worker.gone)
    )
    free = sa.or_(JobRow.state == QUEUED, sa.and_(JobRow.state == RUNNING, over))
    return sa.select(JobRow).where(JobRow.kind.in_(worker.kinds), free).order_by(JobRow.id)


def held(session: Session, claim: Claim) -> JobRow | None:
    """The job of a claim, locked, as long as the claim is the newest and the job runs."""
    query = sa.select(JobRow).where(JobRow.id == claim.job, JobRow.token == claim.token, JobRow.state == RUNNING)
    return session.scalar(query.with_for_update())


def extend(session: Session, claim: Claim, lease: timedelta) -> bool:
    """Work on it goes on; False when the claim is no longer the newest."""
    until = now_of(session) + lease
    kept = sa.update(JobRow).where(JobRow.id == claim.job, JobRow.token == claim.token, JobRow.state == RUNNING)
    return session.scalar(kept.values(lease_until=until).returning(JobRow.id)) is not None


def report(session: Session, claim: Claim, progress: list[dict[str, Any]]) -> None:
    """Write down how far a claimed job got."""
    mine = sa.update(JobRow).where(JobRow.id == claim.job, JobRow.token == claim.token, JobRow.state == RUNNING)
    session.execute(mine.values(progress=progress))


def finish(session: Session, claim: Claim, state: str, facts: Mapping[str, Any]) -> bool:
    """End a claimed job; False when the claim is no longer the newest."""
    row = held(session, claim)
    if row is None:
        return False
    _end(session, row, state, facts)
    session.flush()
    return True


def release(session: Session, claim: Claim, message: str, *, counts: bool = False) -> None:
    """Put a claimed job back into the queue, as if it had not been begun; `counts`: it was one of its attempts."""
    row = held(session, claim)
    if row is not None:
        row.state, row.owner, row.lease_until, row.message = QUEUED, "", None, message
        row.attempts, row.progress, row.started_at = row.attempts - (not counts), [], None


def cancel_queued(session: Session, job: int, message: str) -> None:
    """End a job that nobody has begun."""
    ended = sa.update(JobRow).where(JobRow.id == job, JobRow.state == QUEUED)
    session.execute(ended.values(state=CANCELLED, message=message, finished_at=now_of(session)))


def again(session: Session, job: int) -> bool:
    """Put a job that ended without a result back into the queue; False when it is open or done."""
    ended = sa.update(JobRow).where(JobRow.id == job, JobRow.state.in_((PARKED, FAILED, CANCELLED)))
    fresh = ended.values(state=QUEUED, attempts=0, owner="", lease_until=None, cancel=False, message="", progress=[],
                         faults=[], conflicts=[], repairs=[], started_at=None, finished_at=None)  # fmt: skip
    return session.scalar(fresh.returning(JobRow.id)) is not None


def ask_to_cancel(session: Session, job: int) -> None:
    """Leave word for the process that runs the job."""
    session.execute(sa.update(JobRow).where(JobRow.id == job).values(cancel=True))


def wanted(session: Session, claim: Claim) -> bool:
    """Whether somebody still waits for what this claim makes: not cancelled, and not claimed again."""
    query = sa.select(JobRow.cancel).where(JobRow.id == claim.job, JobRow.token == claim.token, JobRow.state == RUNNING)
    return session.scalar(query) is False


def ended_before(session: Session, moment: datetime) -> list[tuple[int, str]]:
    """Jobs that ended before a moment without a plan: number and portfolio."""
    query = sa.select(JobRow.id, JobRow.portfolio).where(JobRow.finished_at < moment, JobRow.plan.is_(None))
    return [(job, home) for job, home in session.execute(query.order_by(JobRow.id))]


def remove(session: Session, numbers: Collection[int]) -> None:
    """Forget jobs."""
    session.execute(sa.delete(JobRow).where(JobRow.id.in_(numbers)))


def now_of(session: Session) -> datetime:
    """The time that jobs and their leases go by: the database's where several hosts share it, else this machine's."""
    if session.get_bind().dialect.name != "postgresql":
        return now()
    moment: datetime = session.execute(sa.select(sa.func.clock_timestamp())).scalar_one()
    return moment


def _end(session: Session, row: JobRow, state: str, facts: Mapping[str, Any]) -> None:
    for name, fact in facts.items():
        setattr(row, name, fact)
    row.state, row.finished_at, row.lease_until = state, now_of(session), None
