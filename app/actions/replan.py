"""Plan again from a later week, after what really happened: a scenario with today's baseline, and its recompute.

plan -> as it was followed -> the portfolio as it is known now, from that week on -> a scenario -> a job
"""

from __future__ import annotations

from datetime import date

from app.actions import recompute
from app.actions.plans import get_plan
from app.actions.scenario_edit import LONGEST_NAME, changes_between
from app.actions.snapshot import snapshot
from app.db import Database
from app.errors import Refused
from app.store import audit, records, scenarios
from solver.progress import Options
from solver.replan import frozen, problem_from
from solver.replan.followed import followed


def replan(  # noqa: PLR0917 - what is planned again, from when, and who asks
    db: Database, plan_id: int, week: date, freeze: int, who: str, options: Options | None = None
) -> int:
    """Make a scenario of the portfolio as it stands in a week of a plan, and recompute it; the job's id.

    The next `freeze` weeks keep to the plan. The plan of record stays until another is approved. Raises NotFound,
    Refused, Conflict or InvalidInput.
    """
    stored = get_plan(db, plan_id)
    plan = stored.outcome.plan
    if plan is None:
        raise Refused(f"plan {plan_id} has no tables")
    now = snapshot(db, stored.portfolio, stored.scenario)
    if stored.policy not in now.policy:
        raise Refused(f"the policy {stored.policy}, under which plan {plan_id} was made, is no longer there")
    past = followed(now, plan, [row for row in now.actuals if row.week < week])
    problem = frozen(problem_from(now, past, week), past, freeze)
    with db.session() as session:
        base = records.read_all(session, stored.portfolio)
        parent = scenarios.get(session, stored.scenario) if stored.scenario is not None else None
        policy = problem.policy[stored.policy]
        scenario = scenarios.add(
            session, stored.portfolio, name=f"{policy.name or policy.policy}, planned again from {week}"[:LONGEST_NAME],
            policy=policy.policy, kind=policy.kind, who=who, parent=stored.scenario,
            code_reds=parent.code_reds if parent else None,
        )  # fmt: skip
        scenarios.add_changes(session, scenario, changes_between(base, problem.tables()))
        detail = {"plan": plan_id, "from": week.isoformat(), "freeze": freeze}
        audit.add(session, stored.portfolio, who, "replan", subject=f"scenario {scenario}", detail=detail)
    return recompute.start(db, stored.portfolio, scenario, stored.policy, who, options, followed=plan_id)
