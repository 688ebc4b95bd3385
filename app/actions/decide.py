"""Propose a plan, send it back, and where it stands: computed, proposed, sent back, of record or replaced."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from app.db import Database
from app.errors import Refused
from app.store import audit, locks, outbox, plans, records
from app.store.plans import APPROVE, PROPOSE, SEND_BACK
from app.tables import DecisionRow

COMPUTED, PROPOSED, SENT_BACK, OF_RECORD, REPLACED = "computed", "proposed", "sent back", "plan of record", "replaced"


@dataclass(frozen=True, slots=True)
class Decision:
    """What somebody decided about a plan, and why."""

    verb: str
    reason: str
    who: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a plan stands, and every decision about it, oldest first."""

    state: str
    trail: tuple[Decision, ...]


def standing(db: Database, plan_id: int) -> Standing:
    """Where a plan stands. Raises NotFound."""
    with db.reading() as session:
        found = plans.decisions(session, plans.get(session, plan_id).portfolio)
    own = tuple(Decision(d.verb, d.reason, d.who, d.at) for d in reversed(found) if d.plan == plan_id)
    return Standing(state_of(found, plan_id), own)


def states(db: Database, portfolio: str) -> dict[int, str]:
    """Where every plan of a portfolio stands that something was decided about."""
    with db.reading() as session:
        found = plans.decisions(session, portfolio)
    return {plan: state_of(found, plan) for plan in {d.plan for d in found}}


def state_of(newest_first: Sequence[DecisionRow], plan: int) -> str:
    """Where a plan stands after the decisions about a portfolio."""
    last = next((d.verb for d in newest_first if d.plan == plan), None)
    if last == APPROVE:
        return OF_RECORD if record_of(newest_first) == plan else REPLACED
    return {PROPOSE: PROPOSED, SEND_BACK: SENT_BACK}.get(last or "", COMPUTED)


def record_of(newest_first: Iterable[DecisionRow]) -> int | None:
    """The plan of record: the one approved last."""
    return next((d.plan for d in newest_first if d.verb == APPROVE), None)


def propose(db: Database, plan_id: int, reason: str, who: str) -> None:
    """Put a plan up for review. Raises NotFound, or Refused without a reason or where it stands already."""
    _decide(db, plan_id, PROPOSE, reason, who)


def send_back(db: Database, plan_id: int, reason: str, who: str) -> None:
    """Send a proposed plan back. Raises NotFound, or Refused without a reason or when it is not proposed."""
    _decide(db, plan_id, SEND_BACK, reason, who)


def _decide(db: Database, plan_id: int, verb: str, reason: str, who: str) -> None:
    if not reason.strip():
        raise Refused(f"to {verb} a plan needs a reason")
    with db.session() as session:
        locks.hold(session, locks.DECISIONS)
        plan = plans.get(session, plan_id)
        records.advance(session, plan.portfolio)
        state = state_of(plans.decisions(session, plan.portfolio), plan_id)
        allowed = (COMPUTED, SENT_BACK, REPLACED) if verb == PROPOSE else (PROPOSED,)
        if state not in allowed:
            raise Refused(f"plan {plan_id} is {state}; to {verb} it is possible when it is {' or '.join(allowed)}")
        plans.decide(session, plan.portfolio, plan_id, verb, reason=reason.strip(), who=who)
        detail = {"reason": reason.strip(), "policy": plan.policy, "digest": plan.digest, "before": state}
        audit.add(session, plan.portfolio, who, verb, subject=f"plan {plan_id}", detail=detail)
        kind = outbox.PROPOSED if verb == PROPOSE else outbox.SENT_BACK
        outbox.announce(session, plan.portfolio, kind, who, {"plan": plan_id, "scenario": plan.scenario, **detail})
