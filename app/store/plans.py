"""Checked plans, their files, and the decisions about them."""

from __future__ import annotations

import gzip
import json
from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, defer

from app.errors import NotFound
from app.store.audit import now
from app.tables import DecisionRow, PlanFileRow, PlanRow

APPROVE, PROPOSE, SEND_BACK = "approve", "propose", "send back"


def add(session: Session, facts: Mapping[str, Any], problem: Mapping[str, str], files: Mapping[str, str]) -> int:
    """A new plan: its row's facts, the problem's files and the plan's own; its id."""
    row = PlanRow(created_at=now(), problem=_packed(json.dumps(dict(problem))), **facts)
    session.add(row)
    session.flush()
    add_files(session, row.id, files)
    return row.id


def add_files(session: Session, plan: int, files: Mapping[str, str]) -> None:
    """More files of a plan, under names that it does not have yet."""
    session.add_all(PlanFileRow(plan=plan, name=name, content=_packed(text)) for name, text in files.items())


def get(session: Session, plan: int) -> PlanRow:
    """One plan; its problem is read when it is asked for. Raises NotFound."""
    row = session.get(PlanRow, plan)
    if row is None:
        raise NotFound("plan", plan)
    return row


def newest_of(session: Session, portfolio: str, policy: str, digest: str) -> int | None:
    """The newest plan of a problem under a policy, if there is one."""
    same = sa.select(PlanRow.id).where(PlanRow.portfolio == portfolio, PlanRow.policy == policy)
    return session.scalar(same.where(PlanRow.digest == digest).order_by(PlanRow.id.desc()).limit(1))


def newest_under(session: Session, portfolio: str, scenario: int | None, policy: str) -> PlanRow | None:
    """The newest plan of a scenario (None: of the portfolio as it is) under a policy.

    Where it has none yet, the newest of the portfolio as it is, else of any other scenario.
    """
    query = sa.select(PlanRow).where(PlanRow.portfolio == portfolio, PlanRow.policy == policy)
    nearest = sa.case((PlanRow.scenario == scenario, 0), (PlanRow.scenario.is_(None), 1), else_=2)
    return session.scalar(query.order_by(nearest, PlanRow.id.desc()).limit(1))


def undecided_before(session: Session, before: datetime) -> list[tuple[int, str]]:
    """Plans made before a moment that nobody ever decided about, with their portfolios, oldest first."""
    decided = sa.exists().where(DecisionRow.plan == PlanRow.id)
    query = sa.select(PlanRow.id, PlanRow.portfolio).where(PlanRow.created_at < before, ~decided)
    return [(plan, portfolio) for plan, portfolio in session.execute(query.order_by(PlanRow.id))]


def remove(session: Session, numbers: Collection[int]) -> None:
    """Remove plans, and all that hangs on them."""
    session.execute(sa.delete(PlanRow).where(PlanRow.id.in_(list(numbers))))


def problem_files(row: PlanRow) -> dict[str, str]:
    """The files of the problem that a plan answers, within the session that the row is of."""
    files: dict[str, str] = json.loads(_unpacked(row.problem))
    return files


def files(session: Session, plan: int, names: Collection[str] | None = None) -> dict[str, str]:
    """The files of a plan: its summary, its tables and what was added later; with `names`, only these."""
    query = sa.select(PlanFileRow).where(PlanFileRow.plan == plan).order_by(PlanFileRow.name)
    rows = session.scalars(query if names is None else query.where(PlanFileRow.name.in_(list(names))))
    return {row.name: _unpacked(row.content) for row in rows}


def of(session: Session, portfolio: str, limit: int) -> list[PlanRow]:
    """The newest plans of a portfolio, newest first, without their problems."""
    query = sa.select(PlanRow).where(PlanRow.portfolio == portfolio).order_by(PlanRow.id.desc()).limit(limit)
    return list(session.scalars(query))


def newer_than(session: Session, portfolio: str, plan: int) -> list[PlanRow]:
    """The plans of a portfolio that were made after another one, newest first, without their problems and summaries."""
    query = sa.select(PlanRow).where(PlanRow.portfolio == portfolio, PlanRow.id > plan)
    return list(session.scalars(query.order_by(PlanRow.id.desc()).options(defer(PlanRow.summary))))


def newest_of_scenarios(session: Session, portfolio: str) -> dict[int, PlanRow]:
    """The newest plan of each scenario of a portfolio that has one, without its problem."""
    newest = sa.select(sa.func.max(PlanRow.id)).where(PlanRow.portfolio == portfolio, PlanRow.scenario.is_not(None))
    rows = session.scalars(sa.select(PlanRow).where(PlanRow.id.in_(newest.group_by(PlanRow.scenario))))
    return {row.scenario: row for row in rows if row.scenario is not None}


def decide(session: Session, portfolio: str, plan: int, verb: str, *, reason: str, who: str) -> None:
    """Write down a decision about a plan."""
    session.add(DecisionRow(portfolio=portfolio, plan=plan, verb=verb, reason=reason, who=who, at=now()))


def decisions(session: Session, portfolio: str) -> list[DecisionRow]:
    """Every decision about a portfolio's plans, newest first."""
    query = sa.select(DecisionRow).where(DecisionRow.portfolio == portfolio)
    return list(session.scalars(query.order_by(DecisionRow.id.desc())))


def newest_approval(session: Session, portfolio: str) -> DecisionRow | None:
    """The decision that names the plan of record, if there was one."""
    query = sa.select(DecisionRow).where(DecisionRow.portfolio == portfolio, DecisionRow.verb == APPROVE)
    return session.scalar(query.order_by(DecisionRow.id.desc()).limit(1))


def _packed(text: str) -> bytes:
    return gzip.compress(text.encode(), compresslevel=6, mtime=0)


def _unpacked(content: bytes) -> str:
    return gzip.decompress(content).decode()
