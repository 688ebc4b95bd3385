"""What operators see and do: jobs of every portfolio, the workers that are there, and a job started again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from app.actions import work
from app.actions.recompute import Job, job_of
from app.db import Database
from app.errors import Refused
from app.store import audit, jobs, workers
from app.tables import JobRow

STATES = (jobs.QUEUED, jobs.RUNNING, jobs.PARKED, jobs.DONE, jobs.FAILED, jobs.CANCELLED)


@dataclass(frozen=True, slots=True)
class Task:
    """A job as operators see it: who does it, until when its lease lasts, and how often it was begun."""

    job: Job
    owner: str
    attempts: int
    lease_until: datetime | None


@dataclass(frozen=True, slots=True)
class Worker:
    """A worker that is there, and the jobs it does."""

    name: str
    lanes: tuple[str, ...]
    version: str
    since: datetime
    seen_at: datetime
    doing: tuple[int, ...]


def tasks(db: Database, states: tuple[str, ...] = (), limit: int = 200) -> list[Task]:
    """The newest jobs of every portfolio, newest first; of some states, or of all."""
    with db.reading() as session:
        return [_task(row) for row in jobs.newest(session, None, limit, states)]


def present(db: Database) -> list[Worker]:
    """The workers that are there, the longest first."""
    with db.reading() as session:
        held = jobs.newest(session, None, 1000, (jobs.RUNNING,))
        return [
            Worker(row.name, tuple(row.lanes), row.version, row.since, row.seen_at,
                   tuple(job.id for job in held if job.owner == row.name))
            for row in workers.present(session)
        ]  # fmt: skip


def start_again(db: Database, job_id: int, who: str) -> None:
    """Put a job that ended without a result back into the queue. Raises NotFound, or Refused for one that has not."""
    with db.session() as session:
        row = jobs.get(session, job_id)
        if not jobs.again(session, job_id):
            raise Refused(f"job {job_id} is {row.state}; only one that ended without a result is started again")
        audit.add(session, row.portfolio, who, "start again", subject=f"job {job_id}", detail={"kind": row.kind})
    work.wake(db)


def _task(row: JobRow) -> Task:
    return Task(job_of(row), row.owner, row.attempts, row.lease_until)
