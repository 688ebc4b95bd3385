"""Recompute a plan in the background: start, watch, cancel."""

from __future__ import annotations

import os
import threading
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy.orm import Session

from app.actions.plans import get_plan
from app.actions.runner import ORDERS, Runner, gone
from app.db import Database
from app.errors import NotFound, Refused
from app.store import audit, jobs, records, scenarios
from app.tables import JobRow
from solver.progress import Options


@dataclass(frozen=True, slots=True)
class Job:
    """A recompute. `state` is queued, running, done, failed or cancelled; only `done` has a plan."""

    id: int
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
        return ORDERS in self.options

    @property
    def ended(self) -> bool:
        """Whether nothing more will happen."""
        return self.state not in jobs.OPEN


LOST = "the process that ran this job ended before it was done; start it again"

_guard = threading.Lock()
_runners: dict[int, Runner] = {}


def prepare(db: Database) -> None:
    """Call when a process starts to serve: warms its solver up and fails the jobs of processes that are gone."""
    local = db.url.get_backend_name() == "sqlite"
    with db.session() as session:
        lost = [owner for owner in jobs.open_owners(session) if gone(owner, local=local)]
        jobs.fail_of(session, lost, LOST)
    _runner()


def start(  # noqa: PLR0917 - the words of a request, in the order they are said
    db: Database, portfolio: str, scenario: int | None, policy: str, who: str, options: Options | None = None
) -> int:
    """Queue a recompute of a portfolio or scenario under a policy; the job's id. Raises NotFound."""
    runner = _runner()
    with db.session() as session:
        _require(session, portfolio, scenario, policy)
        facts = {
            "portfolio": portfolio, "scenario": scenario, "policy": policy, "who": who, "owner": runner.owner,
            "options": asdict(options or Options()),
        }  # fmt: skip
        job = jobs.add(session, facts)
    runner.submit(db, job)
    return job


def order(db: Database, plan_id: int, who: str, options: Options | None = None) -> int:
    """Queue the change orders of a plan; the job's id. Raises NotFound, or Refused where nobody is recorded."""
    runner, stored = _runner(), get_plan(db, plan_id)
    if not stored.problem.people:
        raise Refused("no people are recorded in the portfolio of this plan")
    facts = {
        "portfolio": stored.portfolio, "scenario": stored.scenario, "policy": stored.policy, "who": who,
        "owner": runner.owner, "options": asdict(options or Options()) | {ORDERS: plan_id},
    }  # fmt: skip
    with db.session() as session:
        job = jobs.add(session, facts)
    runner.submit(db, job)
    return job


def get_job(db: Database, job_id: int) -> Job:
    """A job as it is now. Raises NotFound."""
    with db.reading() as session:
        return _job(jobs.get(session, job_id))


def list_jobs(db: Database, portfolio: str, limit: int = 20) -> list[Job]:
    """The newest jobs of a portfolio, newest first. Raises NotFound."""
    with db.reading() as session:
        records.require(session, portfolio)
        return [_job(row) for row in jobs.newest(session, portfolio, limit)]


def cancel(db: Database, job_id: int, who: str) -> None:
    """Stop a job: at once when it waits, within a second when it runs, not at all when it ended. Raises NotFound."""
    with db.session() as session:
        row = jobs.get(session, job_id)
        if row.state not in jobs.OPEN:
            return
        if row.state == jobs.QUEUED:
            jobs.finish(session, job_id, jobs.CANCELLED, {"message": f"cancelled by {who} before it began"})
        jobs.ask_to_cancel(session, job_id)
        audit.add(session, row.portfolio, who, "cancel", subject=f"job {job_id}", detail={"policy": row.policy})
    _runner().cancel(db, job_id)


def shut_down() -> None:
    """End this process's runner and its solver; the job that runs is told to have been stopped."""
    with _guard:
        runner = _runners.pop(os.getpid(), None)
    if runner is not None:
        runner.close()


def use(runner: Runner) -> None:
    """Have this process's jobs done by a runner made elsewhere."""
    shut_down()
    with _guard:
        _runners[os.getpid()] = runner


def _runner() -> Runner:
    """This process's runner; one that a fork left behind has no thread here and is not it."""
    with _guard:
        if os.getpid() not in _runners:
            _runners.clear()
            _runners[os.getpid()] = Runner()
        return _runners[os.getpid()]


def _require(session: Session, portfolio: str, scenario: int | None, policy: str) -> None:
    records.require(session, portfolio)
    if scenario is not None:
        row = scenarios.get(session, scenario)
        if row.portfolio != portfolio:
            raise NotFound("scenario", scenario)
        if row.policy == policy:
            return
    if records.read_one(session, portfolio, "policies", (policy,)) is None:
        raise NotFound("policy", policy)


def _job(row: JobRow) -> Job:
    return Job(
        id=row.id, portfolio=row.portfolio, scenario=row.scenario, policy=row.policy, state=row.state, who=row.who,
        options=row.options, progress=row.progress, plan_id=row.plan, message=row.message, seconds=_seconds(row),
        faults=row.faults, conflicts=row.conflicts, repairs=row.repairs, created_at=row.created_at,
    )  # fmt: skip


def _seconds(row: JobRow) -> float:
    if row.started_at is None:
        return 0.0
    return ((row.finished_at or datetime.now(UTC)) - row.started_at).total_seconds()
