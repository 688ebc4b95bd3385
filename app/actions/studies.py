"""What is solved many times over by a job of its own: a trade-off and a sweep, as they are now."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Protocol

from sqlalchemy.orm import Session

from app.store import jobs
from app.tables import JobRow

LOST = "it ended before all of it was solved; what was found until then is kept"


class StudyRow(Protocol):
    """What the tables of trade-offs and of sweeps have in common."""

    id: int
    job: int | None
    portfolio: str
    scenario: int | None
    policy: str
    complete: bool
    who: str
    digest: str
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Study:
    """A study as it is now: of `count` solves `done` are there.

    `state` is that of its job: queued, running, done, failed, cancelled or parked.
    """

    id: int
    job: int | None
    portfolio: str
    scenario: int | None
    policy: str
    count: int
    done: int
    state: str
    message: str
    who: str
    digest: str
    created_at: datetime
    seconds: float

    @property
    def ended(self) -> bool:
        """Whether nothing further will come."""
        return self.state not in jobs.OPEN


def jobs_of(session: Session, rows: Sequence[StudyRow]) -> dict[int, JobRow]:
    """The jobs of some studies, by study; those whose job is forgotten are not there."""
    known = jobs.several(session, [row.job for row in rows])
    return {row.id: known[row.job] for row in rows if row.job in known}


def facts(row: StudyRow, count: int, done: Mapping[int, int], owned: Mapping[int, JobRow]) -> dict[str, Any]:
    """The facts of a study, of which so many are done, beside its job; without one it says whether it was completed."""
    job = owned.get(row.id)
    began, ended = (job.started_at, job.finished_at or datetime.now(UTC)) if job else (None, None)
    forgotten = (jobs.DONE, "") if row.complete else (jobs.FAILED, LOST)
    state, message = (job.state, job.message) if job else forgotten
    return {
        "id": row.id, "job": row.job, "portfolio": row.portfolio, "scenario": row.scenario, "policy": row.policy,
        "count": count, "done": done.get(row.id, 0), "state": state, "message": message, "who": row.who,
        "digest": row.digest, "created_at": row.created_at,
        "seconds": (ended - began).total_seconds() if began and ended else 0.0,
    }  # fmt: skip
