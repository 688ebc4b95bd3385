"""Recompute a plan in the background: start, watch, cancel."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy.orm import Session

from app.actions import work
from app.actions.plans import get_plan
from app.actions.work.kinds import FRONTIER, FUTURES, INQUIRY, ORDERS, PLAN, ROBUST, SUBJECT, SWEEP
from app.db import Database
from app.errors import NotFound, Refused
from app.store import audit, jobs, records, scenarios
from app.tables import JobRow
from solver.progress import Options


@dataclass(frozen=True, slots=True)
class Job:
    """Long work. `state` is queued, running, done, failed, cancelled or parked; only `done` has a plan."""

    id: int
    kind: str
    portfolio: str
    scenario: int | None
    policy: str
    state: str
    who: str
    options: dict[str, Any]
    progress: list[dict[str, Any]]
    plan_id: int | None
    message: str
    seconds: float
    faults: list[dict[str, Any]]
    conflicts: list[dict[str, Any]]
    repairs: list[dict[str, Any]]
    created_at: datetime

    @property
    def orders(self) -> bool:
        """Whether it makes change orders of a plan, instead of a plan."""
        return self.kind == ORDERS

    @property
    def what(self) -> str:
        """What it makes, in a few words."""
        words = {
            ORDERS: f"change orders of plan {self.options.get(SUBJECT, self.plan_id)}", FUTURES: "futures of a plan",
            FRONTIER: f"trade-off {self.options.get(SUBJECT)}", ROBUST: f"robust plan under {self.policy}",
            SWEEP: f"sweep {self.options.get(SUBJECT)}", INQUIRY: f"inquiry {self.options.get(SUBJECT)}",
        }  # fmt: skip
        return words.get(self.kind, f"plan under {self.policy}")

    @property
    def ended(self) -> bool:
        """Whether nothing more will happen."""
        return self.state not in jobs.OPEN


def start(  # noqa: PLR0917 - the words of a request, in the order they are said
    db: Database, portfolio: str, scenario: int | None, policy: str, who: str, options: Options | None = None, *,
    followed: int | None = None,
) -> int:  # fmt: skip
    """Queue a recompute of a portfolio or scenario under a policy; the job's id. Raises NotFound.

    It starts from the plan that was followed, else from the one that `plan_to_start_from` finds.
    """
    facts = {"portfolio": portfolio, "scenario": scenario, "policy": policy, "who": who}
    with db.session() as session:
        require(session, portfolio, scenario, policy)
        how = asdict(options or Options()) | ({} if followed is None else {SUBJECT: followed})
        job = jobs.add(session, facts | {"kind": PLAN, "options": how})
    work.wake(db)
    return job


def order(db: Database, plan_id: int, who: str, options: Options | None = None) -> int:
    """Queue the change orders of a plan; the job's id. Raises NotFound, or Refused where nobody is recorded."""
    stored = get_plan(db, plan_id)
    if not stored.problem.people:
        raise Refused("no people are recorded in the portfolio of this plan")
    facts = {
        "kind": ORDERS, "portfolio": stored.portfolio, "scenario": stored.scenario, "policy": stored.policy,
        "who": who, "options": asdict(options or Options()) | {SUBJECT: plan_id},
    }  # fmt: skip
    with db.session() as session:
        job = jobs.add(session, facts)
    work.wake(db)
    return job


def get_job(db: Database, job_id: int) -> Job:
    """A job as it is now. Raises NotFound."""
    with db.reading() as session:
        return job_of(jobs.get(session, job_id))


def list_jobs(db: Database, portfolio: str, limit: int = 20) -> list[Job]:
    """The newest jobs of a portfolio, newest first. Raises NotFound."""
    with db.reading() as session:
        records.require(session, portfolio)
        return [job_of(row) for row in jobs.newest(session, portfolio, limit)]


def cancel(db: Database, job_id: int, who: str) -> None:
    """Stop a job: at once when it waits, within a second when it runs, not at all when it ended. Raises NotFound."""
    with db.session() as session:
        row = jobs.get(session, job_id)
        if row.state not in jobs.OPEN:
            return
        if row.state == jobs.QUEUED:
            jobs.cancel_queued(session, job_id, f"cancelled by {who} before it began")
        jobs.ask_to_cancel(session, job_id)
        audit.add(session, row.portfolio, who, "cancel", subject=f"job {job_id}", detail={"policy": row.policy})
    work.cancel_here(db, job_id)


def require(session: Session, portfolio: str, scenario: int | None, policy: str) -> None:
    """What is to be planned is there. Raises NotFound."""
    records.require(session, portfolio)
    if scenario is not None:
        row = scenarios.get(session, scenario)
        if row.portfolio != portfolio:
            raise NotFound("scenario", scenario)
        if row.policy == policy:
            return
    if records.read_one(session, portfolio, "policies", (policy,)) is None:
        raise NotFound("policy", policy)


def job_of(row: JobRow) -> Job:
    """A stored row as it is told."""
    return Job(
        id=row.id, kind=row.kind, portfolio=row.portfolio, scenario=row.scenario, policy=row.policy, state=row.state,
        who=row.who, options=row.options, progress=row.progress, plan_id=row.plan, message=row.message,
        seconds=_seconds(row), faults=row.faults, conflicts=row.conflicts, repairs=row.repairs,
        created_at=row.created_at,
    )  # fmt: skip


def _seconds(row: JobRow) -> float:
    if row.started_at is None:
        return 0.0
    return max(0.0, ((row.finished_at or datetime.now(UTC)) - row.started_at).total_seconds())
