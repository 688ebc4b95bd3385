"""Notice that a code red has ended: its date came, or a plan without one was approved while it was in force.

Nobody does anything when a code red ends by itself, so whoever looks first says it, once.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import Any

from app.actions.plans import get_plan
from app.actions.portfolios import list_portfolios
from app.db import Database
from app.store import outbox, plans, records
from app.store.plans import APPROVE
from app.tables import DecisionRow

CODE_RED = "code_red"


@dataclass(frozen=True, slots=True)
class Held:
    """The policy that an approval put in force, `start <= day < end`; a code red or not."""

    policy: str
    name: str
    code_red: bool
    start: date
    end: date


def announce_ends(db: Database, today: date | None = None) -> None:
    """Tell webhooks of every code red that has ended and was not told of."""
    day = today or datetime.now(UTC).date()
    for info in list_portfolios(db):
        with db.reading() as session:
            approved = [d for d in plans.decisions(session, info.portfolio) if d.verb == APPROVE][:2]
        for decision, how in _ended(db, approved, day):
            _announce(db, decision, how)


def _ended(db: Database, approved: Sequence[DecisionRow], day: date) -> list[tuple[DecisionRow, dict[str, Any]]]:
    """The approvals among the two newest whose code red is over, with how it ended."""
    if not approved:
        return []
    newest, since = approved[0], approved[0].at.date()
    held, found = _held(db, newest.plan), []
    if held.code_red and since < held.end <= day:
        found.append((newest, _how(newest, held, held.end, "date")))
    for before in approved[1:]:
        old = _held(db, before.plan)
        if old.code_red and not held.code_red and old.start <= since < old.end:
            found.append((before, _how(before, old, since, "replaced") | {"replaced_by": newest.plan}))
    return found


def _how(decision: DecisionRow, held: Held, on: date, why: str) -> dict[str, Any]:
    return {"plan": decision.plan, "policy": held.policy, "name": held.name, "ended": on.isoformat(), "by": why}


def _announce(db: Database, decision: DecisionRow, how: dict[str, Any]) -> None:
    key = f"msg_ended_{decision.portfolio}_{decision.id}"
    with db.reading() as session:
        if outbox.is_known(session, key):
            return
    with db.session() as session:
        records.hold(session, decision.portfolio)
        outbox.announce(session, decision.portfolio, outbox.ENDED, "codered", how, key)


@lru_cache(maxsize=256)
def _held(db: Database, plan: int) -> Held:
    """What a plan puts in force: stored plans never change."""
    stored = get_plan(db, plan)
    head, policy = stored.problem.head, stored.problem.policy[stored.policy]
    end = policy.end or head.start + timedelta(weeks=head.weeks)
    return Held(policy.policy, policy.name, policy.kind == CODE_RED, policy.start or head.start, end)
