"""What is done for each kind of job: the answer, and how it is stored in the transaction that ends the job."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Protocol

from sqlalchemy.orm import Session

from app.actions import plans
from app.actions.edit import rows
from app.actions.run_inquiry import run_inquiry
from app.actions.run_sweep import run_sweep
from app.actions.snapshot import snapshot
from app.actions.trace_frontier import trace_run
from app.db import Database
from app.errors import NotFound, Refused
from app.processes import futures
from app.processes.solver import SolverProcess, Task
from app.processes.study import study
from app.store import frontiers, inquiries, jobs, risk_runs, sweeps
from app.tables import JobRow
from solver.plan import FROM_PLAN, Outcome, Plan, Status
from solver.problem import Problem
from solver.progress import Options, Progress
from solver.records import RISKS
from solver.risks import draw, hedged

PLAN, ORDERS, FUTURES, FRONTIER, ROBUST = "plan", "orders", "futures", "frontier", "robust"
SWEEP, INQUIRY = "sweep", "inquiry"
SUBJECT = "subject"
"""The option of a job that names what it is about: the plan whose people are ordered, the run of a simulation,
the trade-off, the sweep, the inquiry, the plan that a robust one is compared with."""

SIMULATION_SECONDS = 300.0


class Tools(Protocol):
    """What a job may use while it is done."""

    @property
    def solver(self) -> SolverProcess:
        """The warm process that solves."""

    def tell(self, progress: Progress) -> None:
        """Report how far it got."""

    def should_stop(self) -> bool:
        """Whether nobody waits for it any more."""


@dataclass(frozen=True, slots=True)
class Ending:
    """How a job ends; `store` keeps its result, in the same transaction, and says more about it."""

    state: str
    facts: Mapping[str, Any]
    store: Callable[[Session], Mapping[str, Any]] = lambda _: {}


def do(db: Database, row: JobRow, tools: Tools) -> Ending:
    """Do a job of any kind. Raises InvalidInput, SolveCancelled, SolverEnded, StudyFailed and CoderedError."""
    return KINDS[row.kind](db, row, tools)


def _plan(db: Database, row: JobRow, tools: Tools) -> Ending:
    problem = snapshot(db, row.portfolio, row.scenario)
    options = dict(row.options)
    number, start = _start(db, row, options.pop(SUBJECT, None))
    task = Task(problem, row.policy, Options(**options), start)
    outcome = tools.solver.solve(task, tools.tell, tools.should_stop)
    if FROM_PLAN in outcome.options:
        outcome = replace(outcome, options=outcome.options | {FROM_PLAN: number})
    return _ended(outcome, problem, row)


def _start(db: Database, row: JobRow, followed: int | None) -> tuple[int | None, Plan | None]:
    """The plan to start from, with its number: the one that was followed, else the nearest.

    One that was removed meanwhile would only have been the quicker start.
    """
    nearest = plans.plan_to_start_from(db, row.portfolio, row.scenario, row.policy) or (None, None)
    if followed is None:
        return nearest
    try:
        return followed, plans.get_plan(db, followed).outcome.plan
    except NotFound:
        return nearest


def _robust(db: Database, row: JobRow, tools: Tools) -> Ending:
    options = dict(row.options)
    share, futures, beside = options.pop("robust"), options.pop("futures"), options.pop(SUBJECT)
    limits, recorded = Options(**options), snapshot(db, row.portfolio, row.scenario)
    if not recorded.risks:
        raise Refused("no risks are recorded, so that there is nothing to be robust against")
    problem = hedged(recorded, draw(recorded, futures, limits.seed), share)
    found = tools.solver.solve(Task(problem, row.policy, limits), tools.tell, tools.should_stop)
    how = {"robust": share, "futures": futures, "against": list(RISKS), "seed": limits.seed, "beside": beside}
    # Ways out of the hedged portfolio are none of the portfolio recorded: nobody could apply them.
    ending = _ended(replace(found, options=found.options | how, repairs=()), problem, row)

    def store(session: Session) -> Mapping[str, Any]:
        facts = ending.store(session)
        if "plan" in facts:
            plans.keep_recorded(session, facts["plan"], recorded)
        return facts

    return replace(ending, store=store)


def _orders(db: Database, row: JobRow, tools: Tools) -> Ending:
    options = dict(row.options)
    stored = plans.get_plan(db, options.pop(SUBJECT))
    task = Task(stored.problem, row.policy, Options(**options), stored.outcome.plan)
    orders = tools.solver.order(task, tools.should_stop)

    def store(session: Session) -> Mapping[str, Any]:
        plans.keep_orders(session, stored.id, orders, row.who)
        return {"plan": stored.id}

    return Ending(jobs.DONE, {"message": "proven" if orders.proven else "stopped by the time limit"}, store)


def _futures(db: Database, row: JobRow, tools: Tools) -> Ending:
    with db.reading() as session:
        run = risk_runs.get(session, row.options[SUBJECT])
    stored = plans.get_plan(db, run.plan)
    recorded = plans.recorded_problem(db, stored)
    problem = recorded.replace(risks=tuple(r.record for r in rows(db, stored.portfolio, "risks")))
    assert stored.outcome.plan is not None, "only plans with tables are simulated"
    made_for = None if recorded is stored.problem else stored.problem
    task = futures.Simulation(problem, stored.policy, stored.outcome.plan, run.futures, run.seed, made_for)
    files = study(futures.FUNCTION, task, on_part=lambda _: None, should_stop=tools.should_stop,
                  limit=SIMULATION_SECONDS)  # fmt: skip

    def store(session: Session) -> Mapping[str, Any]:
        risk_runs.keep(session, run.id, problem.digest, files)
        return {"plan": stored.id}

    return Ending(jobs.DONE, {}, store)


def _frontier(db: Database, row: JobRow, tools: Tools) -> Ending:
    trace_run(db, row.options[SUBJECT], jobs.Claim(row.id, row.token), tools.should_stop)
    return _complete(row, frontiers.complete)


def _sweep(db: Database, row: JobRow, tools: Tools) -> Ending:
    run_sweep(db, row.options[SUBJECT], jobs.Claim(row.id, row.token), tools.should_stop)
    return _complete(row, sweeps.complete)


def _inquiry(db: Database, row: JobRow, tools: Tools) -> Ending:
    run_inquiry(db, row.options[SUBJECT], jobs.Claim(row.id, row.token), tools.should_stop)
    return _complete(row, inquiries.complete)


def _complete(row: JobRow, mark: Callable[[Session, int], None]) -> Ending:
    """The end of a study whose parts are stored: nothing further will be found."""

    def store(session: Session) -> Mapping[str, Any]:
        mark(session, row.options[SUBJECT])
        return {}

    return Ending(jobs.DONE, {}, store)


KINDS: Mapping[str, Callable[[Database, JobRow, Tools], Ending]] = {
    PLAN: _plan, ORDERS: _orders, FUTURES: _futures, FRONTIER: _frontier, ROBUST: _robust,
    SWEEP: _sweep, INQUIRY: _inquiry,
}  # fmt: skip
LANES: Mapping[str, tuple[str, ...]] = {
    "plans": (PLAN, ORDERS, ROBUST), "studies": (FUTURES, FRONTIER, SWEEP), "inquiries": (INQUIRY,),
}  # fmt: skip
"""Kinds that are done one after the other; a worker does its lanes side by side, so that neither a recompute nor an
inquiry waits for a study of minutes."""


def _ended(outcome: Outcome, problem: Problem, row: JobRow) -> Ending:
    """How an outcome ends its job: infeasible and stopped are answers too, without a plan."""
    facts: dict[str, Any] = {
        "faults": [f.as_dict() for f in outcome.faults],
        "conflicts": [{"rule": c.rule, "text": c.text} for c in outcome.conflicts],
        "repairs": [r.as_dict() for r in outcome.repairs],
    }
    if outcome.plan is None:
        return Ending(jobs.FAILED, {**facts, "message": _WHY.get(outcome.status, str(outcome.status))})

    def store(session: Session) -> Mapping[str, Any]:
        return {"plan": plans.keep_plan(session, problem, outcome, row.scenario, row.who)}

    return Ending(jobs.DONE, {**facts, "message": str(outcome.status)}, store)


_WHY: Mapping[Status, str] = {
    Status.INFEASIBLE: "no plan can obey all rules",
    Status.INVALID: "the input has faults",
    Status.STOPPED: "no plan was found within the time limit",
}
