"""Make a plan the plan of record."""

from __future__ import annotations

from app.actions.decide import SENT_BACK, record_of, state_of
from app.db import Database
from app.errors import Refused
from app.store import audit, locks, outbox, plans, records, scenarios


def approve(db: Database, plan_id: int, reason: str, who: str) -> None:
    """Approve a plan, with a reason. Raises NotFound.

    Raises Refused without a reason, when it is in force already, or when it was sent back and not proposed again.
    """
    if not reason.strip():
        raise Refused("an approval needs a reason")
    with db.session() as session:
        locks.hold(session, locks.DECISIONS)
        plan = plans.get(session, plan_id)
        records.advance(session, plan.portfolio)
        decided = plans.decisions(session, plan.portfolio)
        before = record_of(decided)
        if before == plan_id:
            raise Refused(f"plan {plan_id} is the plan of record already")
        if state_of(decided, plan_id) == SENT_BACK:
            raise Refused(f"plan {plan_id} was sent back; propose it again first, and say what is different now")
        plans.decide(session, plan.portfolio, plan_id, plans.APPROVE, reason=reason.strip(), who=who)
        if plan.scenario is not None:
            scenarios.set_status(session, plan.scenario, "approved")
        detail = {
            "reason": reason.strip(),
            "policy": plan.policy,
            "status": plan.status,
            "digest": plan.digest,
            "before": before,
        }
        audit.add(session, plan.portfolio, who, "approve", subject=f"plan {plan_id}", detail=detail)
        told = {"plan": plan_id, "scenario": plan.scenario, **detail}
        outbox.announce(session, plan.portfolio, outbox.APPROVED, who, told)
