"""Simulate futures of a stored plan in the background, and read what they say."""

from __future__ import annotations

import json
import os
import threading
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import structlog

from app.actions.edit import rows
from app.actions.plans import StoredPlan, get_plan
from app.actions.runner import gone, owner_of
from app.db import Database
from app.errors import CoderedError, Refused
from app.simulation_process import Simulation, SimulationFailed, simulate
from app.store import audit, risk_runs
from app.tables import RiskRunRow
from solver.faults import InvalidInput
from solver.problem import Problem
from solver.records import Risk
from solver.risks.files import SUMMARY

LOST = "the process that ran it ended before it was done; simulate again"
MOST_FUTURES = 10_000

log = structlog.get_logger(__name__)


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
        return _run(row, _digest(stored.problem, risks)) if row else None


def start(db: Database, plan_id: int, who: str, futures: int, seed: int) -> None:
    """Have a plan simulated against the risks recorded now, unless the newest simulation is just that.

    Raises NotFound; Refused without risks or for too many futures; InvalidInput where the risks do not fit the
    portfolio that the plan answers.
    """
    stored = get_plan(db, plan_id)
    if stored.outcome.plan is None:
        raise Refused(f"plan {plan_id} has no tables")
    if not 1 <= futures <= MOST_FUTURES or not 0 <= seed < 2**31:
        raise Refused(f"the number of futures is from 1 to {MOST_FUTURES:,}, and the seed a whole number from 0 on")
    risks = recorded(db, stored)
    if not risks:
        raise Refused("no risks are recorded, so that every future is the plan itself")
    problem = stored.problem.replace(risks=risks)
    facts = {"plan": plan_id, "digest": problem.digest, "futures": futures, "seed": seed}
    with db.session() as session:
        risk_runs.fail_of(session, _lost(db, risk_runs.open_owners(session)), LOST)
        last = risk_runs.newest(session, plan_id)
        if last and last.state != risk_runs.FAILED and all(getattr(last, k) == v for k, v in facts.items()):
            return
        run = risk_runs.add(session, {**facts, "who": who, "owner": owner_of(os.getpid())})
        detail = {"futures": futures, "seed": seed, "risks": len(risks)}
        audit.add(session, stored.portfolio, who, "simulate", subject=f"plan {plan_id}", detail=detail)
    task = Simulation(problem, stored.policy, stored.outcome.plan, futures, seed)
    threading.Thread(target=_work, args=(db, run, task), name=f"codered-futures-{run}", daemon=True).start()


def _work(db: Database, run: int, task: Simulation) -> None:
    try:
        files = simulate(task)
        state, message = risk_runs.DONE, ""
    except SimulationFailed as failed:
        files, state, message = {}, risk_runs.FAILED, str(failed)
    try:
        with db.session() as session:
            risk_runs.finish(session, run, state, message, files or None)
    except CoderedError:
        log.exception("simulation could not be stored", run=run)


def _lost(db: Database, owners: list[str]) -> list[str]:
    local = db.url.get_backend_name() == "sqlite"
    return [owner for owner in owners if gone(owner, local=local)]


def _digest(problem: Problem, risks: tuple[Risk, ...]) -> str:
    """The digest of the plan's portfolio with these risks; none where they do not fit it."""
    try:
        return problem.replace(risks=risks).digest
    except InvalidInput:
        return ""


def _run(row: RiskRunRow, digest: str) -> RiskRun:
    files = risk_runs.files_of(row)
    ended = row.finished_at or datetime.now(UTC)
    lost = row.state == risk_runs.RUNNING and gone(row.owner, local=False)
    return RiskRun(
        id=row.id, plan=row.plan, state=risk_runs.FAILED if lost else row.state, message=LOST if lost else row.message,
        who=row.who, futures=row.futures, seed=row.seed, created_at=row.created_at,
        seconds=(ended - row.created_at).total_seconds(), current=row.digest == digest, files=files,
        chances=json.loads(files[SUMMARY]) if files else None,
    )  # fmt: skip
