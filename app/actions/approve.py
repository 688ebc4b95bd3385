"""Make a plan the plan of record."""

from __future__ import annotations

from app.db import Database
from app.errors import Refused
from app.store import audit, plans, records, scenarios


def approve(db: Database, plan_id: int, reason: str, who: str) -> None:
    """Approve a plan, with a reason. Raises NotFound, or Refused without a reason or when it is in force already."""
    if not reason.strip():
        raise Refused("an approval needs a reason")
    with db.session() as session:
        plan = plans.get(session, plan_id)
        records.advance(session, plan.portfolio)
        before = plans.newest_approval(session, plan.portfolio)
        if before is not None and before.plan == plan_id:
            raise Refused(f"plan {plan_id} is the plan of record already")
        plans.decide(session, plan.portfolio, plan_id, plans.APPROVE, reason=reason.strip(), who=who)
        if plan.scenario is not None:
            scenarios.set_status(session, plan.scenario, "approved")
        detail = {
            "reason": reason.strip(),
            "policy": plan.policy,
            "status": plan.status,
            "digest": plan.digest,
            "before": before.plan if before else None,
        }
        audit.add(session, plan.portfolio, who, "approve", subject=f"plan {plan_id}", detail=detail)
