"""Simulate futures of a stored plan in the background, and read what they say."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy.orm import Session

from app.actions import work
from app.actions.edit import rows
from app.actions.plans import StoredPlan, get_plan, recorded_problem
from app.actions.work.kinds import FUTURES, SUBJECT
from app.db import Database
from app.errors import Refused
from app.store import audit, jobs, locks, risk_runs
from app.tables import JobRow, RiskRunRow
from solver.faults import InvalidInput
from solver.problem import Problem
from solver.records import Risk
from solver.risks.files import SUMMARY

LOST = "it ended without a result; simulate again"
MOST_FUTURES = 10_000


@dataclass(frozen=True)
class RiskRun:
    """A simulation of a plan. `state` is running, done or failed; `chances` is its chances.json when it is done.

    `current` says whether the risks recorded now are those that were simulated.
    """

    id: int
    plan: int
    state: str
    message: str
    who: str
    futures: int
    seed: int
    created_at: datetime
    seconds: float
    current: bool
    files: dict[str, str]
    chances: dict[str, Any] | None


def recorded(db: Database, stored: StoredPlan) -> tuple[Risk, ...]:
    """The risks that the plan's portfolio records now. Raises NotFound."""
    return tuple(row.record for row in rows(db, stored.portfolio, "risks"))


def newest(db: Database, stored: StoredPlan, risks: tuple[Risk, ...]) -> RiskRun | None:
    """The newest simulation of a plan, if there was one, seen beside the risks recorded now."""
    with db.reading() as session:
        row = risk_runs.newest(session, stored.id)
        job = session.get(JobRow, row.job) if row and row.job else None
    return _run(row, job, _digest(recorded_problem(db, stored), risks)) if row else None


def start(db: Database, plan_id: int, who: str, futures: int, seed: int) -> None:
    """Have a plan simulated against the risks recorded now, unless the newest simulation is just that.

    Raises NotFound; Refused without risks or for too many futures; InvalidInput where the risks do not fit the
    portfolio that the plan answers.
    """
    stored = get_plan(db, plan_id)
    if stored.outcome.plan is None:
        raise Refused(f"plan {plan_id} has no tables")
    require_drawable(futures, seed)
    risks = recorded(db, stored)
    if not risks:
        raise Refused("no risks are recorded, so that every future is the plan itself")
    problem = recorded_problem(db, stored).replace(risks=risks)
    facts = {"plan": plan_id, "digest": problem.digest, "futures": futures, "seed": seed}
    with db.session() as session:
        locks.hold(session, f"futures of plan {plan_id}")
        if _is_asked(session, facts):
            return
        run = risk_runs.add(session, {**facts, "who": who})
        risk_runs.get(session, run).job = jobs.add(session, {
            "kind": FUTURES, "portfolio": stored.portfolio, "scenario": stored.scenario, "policy": stored.policy,
            "who": who, "options": {SUBJECT: run},
        })  # fmt: skip
        detail = {"futures": futures, "seed": seed, "risks": len(risks)}
        audit.add(session, stored.portfolio, who, "simulate", subject=f"plan {plan_id}", detail=detail)
    work.wake(db)


def require_drawable(futures: int, seed: int) -> None:
    """Raises Refused for futures that are not drawn here: too many, none, or with a seed that cannot be."""
    if not 1 <= futures <= MOST_FUTURES or not 0 <= seed < 2**31:
        raise Refused(f"the number of futures is from 1 to {MOST_FUTURES:,}, and the seed a whole number from 0 on")


def _is_asked(session: Session, facts: dict[str, Any]) -> bool:
    """Whether the newest simulation answers this very question, or is about to."""
    last = risk_runs.newest(session, facts["plan"])
    if last is None or any(getattr(last, name) != fact for name, fact in facts.items()):
        return False
    job = session.get(JobRow, last.job) if last.job else None
    return last.files is not None or (job is not None and job.state in jobs.OPEN)


def _digest(problem: Problem, risks: tuple[Risk, ...]) -> str:
    """The digest of the plan's portfolio with these risks; none where they do not fit it."""
    try:
        return problem.replace(risks=risks).digest
    except InvalidInput:
        return ""


def _run(row: RiskRunRow, job: JobRow | None, digest: str) -> RiskRun:
    files = risk_runs.files_of(row)
    ended = (job.finished_at if job else row.created_at) or datetime.now(UTC)
    waits = job is not None and job.state in jobs.OPEN
    failed = "" if waits or files else (job.message if job else "") or LOST
    return RiskRun(
        id=row.id, plan=row.plan, state="done" if files else "running" if waits else "failed", message=failed,
        who=row.who, futures=row.futures, seed=row.seed, created_at=row.created_at,
        seconds=(ended - row.created_at).total_seconds(), current=row.digest == digest, files=files,
        chances=json.loads(files[SUMMARY]) if files else None,
    )  # fmt: skip
