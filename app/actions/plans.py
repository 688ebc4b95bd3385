"""Store checked plans and show them again, with the problem they answer."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from threading import Condition
from typing import Any

from cachetools import LRUCache, cached
from sqlalchemy.orm import Session

from app.actions.outcomes import outcome_of, own_tables, table_rows
from app.actions.parsed import RECORDS_KEPT, size
from app.db import Database
from app.errors import Refused
from app.store import audit, locks, outbox, plans, records
from app.tables import PlanRow
from solver import folder
from solver.files.people_files import FILES, orders_files, read_orders
from solver.people import Orders
from solver.plan import COLUMNS, Outcome, Plan
from solver.problem import Problem

SUMMARY = "summary.json"
RECORDED = "recorded.json"
"""The file of a robust plan that holds the portfolio as it was recorded: the plan itself answers a hedged one."""
PLAN_FILES = (SUMMARY, *(f"{table}.csv" for table in COLUMNS))
ROWS_KEPT = 2_200_000
"""Rows of plans' tables that are kept parsed, all together; some 450 MB: four plans of 2,000 projects in 52 weeks."""


@dataclass(frozen=True, slots=True)
class PlanInfo:
    """A plan in a list; `summary` is its summary.json."""

    id: int
    portfolio: str
    scenario: int | None
    policy: str
    status: str
    created_at: datetime
    who: str
    digest: str
    summary: dict[str, Any]


@dataclass(frozen=True)
class StoredPlan:
    """A checked plan as it was stored, with the problem as it was solved."""

    id: int
    portfolio: str
    scenario: int | None
    policy: str
    status: str
    created_at: datetime
    who: str
    digest: str
    versions: dict[str, str]
    options: dict[str, Any]
    outcome: Outcome
    problem: Problem


def list_plans(db: Database, portfolio: str, limit: int = 100) -> list[PlanInfo]:
    """The newest plans of a portfolio, newest first. Raises NotFound."""
    with db.reading() as session:
        records.require(session, portfolio)
        return [info_of(row) for row in plans.of(session, portfolio, limit)]


def plan_info(db: Database, plan_id: int) -> PlanInfo:
    """One plan as in a list. Raises NotFound."""
    with db.reading() as session:
        return info_of(plans.get(session, plan_id))


def get_plan(db: Database, plan_id: int) -> StoredPlan:
    """One plan. Raises NotFound."""
    with db.reading() as session:
        row = plans.get(session, plan_id)
        info = info_of(row)
        outcome, problem = _outcome(info, session), _problem(info.digest, row)
    return _stored(info, problem, own_tables(outcome))


def known_answer(db: Database, portfolio: str, policy: str, digest: str) -> Outcome | None:
    """The newest stored answer to a problem under a policy, if there is one."""
    with db.reading() as session:
        found = plans.newest_of(session, portfolio, policy, digest)
    return get_plan(db, found).outcome if found is not None else None


def plan_to_start_from(db: Database, portfolio: str, scenario: int | None, policy: str) -> tuple[int, Plan] | None:
    """The plan, with its number, that a new one for a portfolio or scenario is likely to have most in common with."""
    with db.reading() as session:
        row = plans.newest_under(session, portfolio, scenario, policy)
        outcome = None if row is None else _outcome(info_of(row), session)
    if row is None or outcome is None or outcome.plan is None or "robust" in outcome.options:
        return None
    return row.id, outcome.plan


def plan_of_record(db: Database, portfolio: str) -> StoredPlan | None:
    """The plan that was approved last, if any. Raises NotFound."""
    with db.reading() as session:
        records.require(session, portfolio)
        decision = plans.newest_approval(session, portfolio)
    return get_plan(db, decision.plan) if decision else None


def plan_files(db: Database, plan_id: int) -> dict[str, str]:
    """The files of a plan: summary.json and one CSV per table. Raises NotFound."""
    with db.reading() as session:
        plans.get(session, plan_id)
        return plans.files(session, plan_id)


def plan_orders(db: Database, plan_id: int) -> Orders | None:
    """The change orders of a plan, if they were made. Raises NotFound."""
    with db.reading() as session:
        return read_orders(plans.files(session, plan_id, FILES))


def recorded_problem(db: Database, stored: StoredPlan) -> Problem:
    """The portfolio as it was recorded when the plan was made; what the plan answers, unless it is a robust one."""
    if "robust" not in stored.options:
        return stored.problem
    with db.reading() as session:
        found = plans.files(session, stored.id, (RECORDED,))
    if RECORDED not in found:
        return stored.problem
    files: dict[str, str] = json.loads(found[RECORDED])
    return folder.read_files({name: text.encode() for name, text in files.items()}).problem


def keep_recorded(session: Session, plan_id: int, problem: Problem) -> None:
    """Keep the portfolio as it was recorded beside a robust plan."""
    plans.add_files(session, plan_id, {RECORDED: json.dumps(dict(folder.files_of(problem)))})


def store_orders(db: Database, plan_id: int, orders: Orders, who: str) -> None:
    """Store change orders beside their plan; those that were made first stay. Raises NotFound."""
    with db.session() as session:
        keep_orders(session, plan_id, orders, who)


def keep_orders(session: Session, plan_id: int, orders: Orders, who: str) -> None:
    """The same, as part of a transaction."""
    locks.hold(session, f"orders of plan {plan_id}")
    row = plans.get(session, plan_id)
    if plans.files(session, plan_id, FILES):
        return
    plans.add_files(session, plan_id, orders_files(orders))
    detail = {name: fact for name, fact in orders.summary().items() if name != "pools"}
    audit.add(session, row.portfolio, who, "order people", subject=f"plan {plan_id}", detail=detail)


def store_plan(db: Database, problem: Problem, outcome: Outcome, scenario: int | None, who: str) -> int:
    """Store a checked plan; its id. Raises Refused for an outcome without a plan."""
    with db.session() as session:
        return keep_plan(session, problem, outcome, scenario, who)


def keep_plan(session: Session, problem: Problem, outcome: Outcome, scenario: int | None, who: str) -> int:
    """The same, as part of a transaction."""
    if outcome.plan is None:
        raise Refused(f"there is no plan to store: {outcome.status}")
    files, inputs = folder.plan_files(outcome), folder.files_of(problem)
    facts = {
        "portfolio": problem.head.portfolio,
        "scenario": scenario,
        "policy": outcome.policy,
        "status": str(outcome.status),
        "who": who,
        "digest": problem.digest,
        "summary": json.loads(files[SUMMARY]),
    }
    plan = plans.add(session, facts, inputs, files)
    detail = {"policy": outcome.policy, "status": str(outcome.status), "digest": problem.digest}
    audit.add(session, problem.head.portfolio, who, "plan", subject=f"plan {plan}", detail=detail)
    told = {"plan": plan, "scenario": scenario, **detail}
    outbox.announce(session, problem.head.portfolio, outbox.PLANNED, who, told)
    return plan


def info_of(row: PlanRow) -> PlanInfo:
    """A stored row as in a list."""
    return PlanInfo(
        row.id, row.portfolio, row.scenario, row.policy, row.status, row.created_at, row.who, row.digest, row.summary
    )


def _stored(info: PlanInfo, problem: Problem, outcome: Outcome) -> StoredPlan:
    return StoredPlan(
        id=info.id, portfolio=info.portfolio, scenario=info.scenario, policy=info.policy, status=info.status,
        created_at=info.created_at, who=info.who, digest=info.digest, versions=outcome.versions,
        options=outcome.options, outcome=outcome, problem=problem,
    )  # fmt: skip


def _identity(info: PlanInfo, _session: Session) -> tuple[object, ...]:
    """Plans never change; but in a restored database another one may have the number."""
    return info.id, info.digest, info.created_at, info.who, info.policy


@cached(LRUCache(ROWS_KEPT, getsizeof=table_rows), key=_identity, condition=Condition())
def _outcome(info: PlanInfo, session: Session) -> Outcome:
    return outcome_of(plans.files(session, info.id, PLAN_FILES))


@cached(LRUCache(RECORDS_KEPT, getsizeof=size), key=lambda digest, _row: digest, condition=Condition())
def _problem(digest: str, row: PlanRow) -> Problem:
    """The frozen problem of a digest; many plans of one portfolio answer the same one."""
    return folder.read_files({name: text.encode() for name, text in plans.problem_files(row).items()}).problem
