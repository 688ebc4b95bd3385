"""What the coming weeks hold: the plan of record, the one approved before it, who was told, and today's capacity."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from sqlalchemy.orm import Session

from app.actions.code_red_ends import held_by, held_of
from app.actions.plans import StoredPlan, get_plan, plan_orders
from app.actions.situation import day_of
from app.actions.snapshot import snapshot
from app.db import Database
from app.errors import NotFound
from app.store import audit, moves_seen, plans, records
from app.store.plans import APPROVE
from app.tables import DecisionRow
from solver.columns import monday
from solver.people import Orders
from solver.plan import SPARE
from solver.problem import Problem

SHOWN_WEEKS = 2
REMEMBERED = 30
"""Approvals that are looked through for moves that no longer hold."""
Team = tuple[date, str]
"""A week, and a project that gives or gets something in it."""


@dataclass(frozen=True, slots=True)
class Approval:
    """The decision that made a plan the plan of record."""

    id: int
    plan: int
    reason: str
    who: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Seen:
    """Somebody acknowledged a team's moves in a week; stale: under a plan that is not the plan of record any more."""

    week: date
    team: str
    plan: int
    who: str
    at: datetime
    stale: bool


@dataclass(frozen=True)
class ForTheWeek:
    """Some weeks of the plan of record. `earlier` is the plan it replaced, if any; `now` is the portfolio today."""

    weeks: tuple[date, ...]
    day: date
    outside: bool
    record: StoredPlan
    approval: Approval
    earlier: StoredPlan | None
    orders: Orders | None
    seen: tuple[Seen, ...]
    now: Problem


@dataclass(frozen=True)
class Calendar:
    """Every week of the plan of record, for calendars.

    `revision` only grows: with each approval, and when change orders were made. `gone` are moves of plans approved
    before that nobody makes any more, `red_gone` the first day of a code red of theirs where there is none any more.
    `at` is when all this last changed.
    """

    record: StoredPlan
    orders: Orders | None
    revision: int
    at: datetime
    gone: frozenset[Team]
    red_gone: date | None


def for_the_week(
    db: Database, portfolio: str, start: date | None = None, today: date | None = None
) -> ForTheWeek | None:
    """The weeks from a date on, today's unless another is named; None where no plan was approved. Raises NotFound."""
    found = _approvals(db, portfolio)
    if not found:
        return None
    record = get_plan(db, found[0].plan)
    before = next((a.plan for a in found if a.plan != record.id), None)
    day, outside = day_of(record.problem, today or datetime.now(UTC).date())
    weeks = _weeks(record.problem, start or day)
    with db.reading() as session:
        rows = moves_seen.of(session, portfolio, weeks)
    seen = (Seen(r.week, r.team, r.plan, r.who, r.at, r.approval != found[0].id) for r in rows)
    return ForTheWeek(
        weeks=weeks, day=day, outside=outside, record=record, approval=found[0],
        earlier=get_plan(db, before) if before is not None else None, orders=plan_orders(db, record.id),
        seen=tuple(seen), now=snapshot(db, portfolio),
    )  # fmt: skip


def calendar(db: Database, portfolio: str) -> Calendar | None:
    """What calendars show of a portfolio; None where no plan was approved. Raises NotFound."""
    found = _approvals(db, portfolio)
    if not found:
        return None
    record = get_plan(db, found[0].plan)
    orders = plan_orders(db, record.id)
    with db.reading() as session:
        made = audit.newest_of(session, portfolio, "order people", f"plan {record.id}") if orders else None
        old = list(dict.fromkeys(a.plan for a in found[1 : REMEMBERED + 1] if a.plan != record.id))
        earlier = {team for plan in old for team in _teams_in_file(session, plan)}
    coming = {team for team in earlier if team[0] >= record.problem.head.start}
    return Calendar(
        record=record, orders=orders, revision=2 * len(found) + (orders is not None),
        at=max(found[0].at, made.at if made else found[0].at), gone=frozenset(coming - teams_of(record)),
        red_gone=_red_gone(db, record, old),
    )  # fmt: skip


def _red_gone(db: Database, record: StoredPlan, earlier: Iterable[int]) -> date | None:
    """The first day of the newest code red of plans before, where the plan of record has none."""
    if held_of(record).code_red:
        return None
    return next((held.start for plan in earlier if (held := held_by(db, plan)).code_red), None)


def teams_of(stored: StoredPlan) -> set[Team]:
    """The weeks and projects in which a plan moves anything."""
    if stored.outcome.plan is None:
        raise NotFound("plan", stored.id)
    moves = stored.outcome.plan.moves
    rows = zip(moves["week"], moves["from"], moves["to"], strict=True)
    return {(week, team) for week, *teams in rows for team in teams if team != SPARE}


def newest_approval(session: Session, portfolio: str) -> DecisionRow:
    """The decision that names the plan of record. Raises NotFound."""
    found = plans.newest_approval(session, portfolio)
    if found is None:
        raise NotFound("plan of record", portfolio)
    return found


def _approvals(db: Database, portfolio: str) -> list[Approval]:
    """Every approval, the newest first. Raises NotFound."""
    with db.reading() as session:
        decided = plans.decisions(session, portfolio)
        if not decided:
            records.require(session, portfolio)
    return [Approval(d.id, d.plan, d.reason, d.who, d.at) for d in decided if d.verb == APPROVE]


def _weeks(problem: Problem, day: date) -> tuple[date, ...]:
    """The week of a day, or the nearest that the plan has, and those after it."""
    known: Iterable[date] = problem.weeks
    first = min(max(monday(day), problem.weeks[0]), problem.weeks[-1])
    return tuple(week for week in known if first <= week < first + timedelta(weeks=SHOWN_WEEKS))


def _teams_in_file(session: Session, plan: int) -> set[Team]:
    text = plans.files(session, plan, ["moves.csv"]).get("moves.csv", "")
    rows = csv.DictReader(io.StringIO(text))
    return {(date.fromisoformat(r["week"]), team) for r in rows for team in (r["from"], r["to"]) if team != SPARE}
