"""End a code red before its date: the portfolio as the plan leaves it, an earlier end, and a new way back to decide on.

plan of record -> what it did until the week -> the same policy, ending then -> a scenario and its recompute
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from app.actions import recompute
from app.actions.plans import StoredPlan, plan_of_record
from app.actions.scenario_edit import changes_between
from app.db import Database
from app.errors import Refused
from app.store import audit, records, scenarios
from solver.columns import monday
from solver.problem import Problem
from solver.progress import Options
from solver.records import Policy
from solver.replan import problem_from


def end_early(  # noqa: PLR0917 - what is ended, when, and who says why
    db: Database, portfolio: str, week: date, reason: str, who: str, options: Options | None = None
) -> int:
    """Make a scenario in which the code red of the plan of record ends in a week, and recompute it; the job's id.

    The plan of record stays until the new plan is approved. Raises NotFound, Refused or InvalidInput.
    """
    if not reason.strip():
        raise Refused("to end a code red early needs a reason: which of its exit criteria holds?")
    record = plan_of_record(db, portfolio)
    policy, week = _code_red(record), monday(week)
    if record is None or policy is None:
        raise Refused("there is no code red in force that could end early")
    _require_within(policy, week)
    problem = _ended(record, policy, week)
    with db.session() as session:
        records.hold(session, portfolio)
        base = records.read_all(session, portfolio)
        name = f"{policy.name or policy.policy}, ended early"
        scenario = scenarios.add(
            session, portfolio, name=name, policy=policy.policy, kind=policy.kind, who=who, parent=record.scenario,
            code_reds=_parts(session, record),
        )  # fmt: skip
        scenarios.add_changes(session, scenario, changes_between(base, problem.tables()))
        detail = {
            "reason": reason.strip(), "policy": policy.policy, "plan": record.id,
            "end": [policy.end.isoformat() if policy.end else None, week.isoformat()],
        }  # fmt: skip
        audit.add(session, portfolio, who, "end early", subject=f"scenario {scenario}", detail=detail)
    return recompute.start(db, portfolio, scenario, policy.policy, who, options)


def _parts(session: Any, record: StoredPlan) -> list[str] | None:
    return scenarios.get(session, record.scenario).code_reds if record.scenario is not None else None


def _code_red(record: StoredPlan | None) -> Policy | None:
    policy = record.problem.policy[record.policy] if record else None
    return policy if policy and policy.kind == "code_red" else None


def weeks_to_end(policy: Policy) -> list[date]:
    """The weeks in which a code red could end early: after its first, and before the end that needs nobody."""
    if policy.kind != "code_red" or policy.start is None or policy.end is None:
        return []
    length = (policy.end - policy.start).days // 7
    return [policy.start + timedelta(weeks=n) for n in range(1, length)]


def _require_within(policy: Policy, week: date) -> None:
    possible = weeks_to_end(policy)
    if not possible:
        raise Refused(f"{policy.policy} has no week in which it could end early")
    if week not in possible:
        right = f"right would be a Monday from {possible[0]} to {possible[-1]}"
        raise Refused(f"{week} is no earlier end of {policy.policy}; {right}")


def _ended(record: StoredPlan, policy: Policy, week: date) -> Problem:
    plan = record.outcome.plan
    if plan is None:
        raise Refused(f"plan {record.id} has no tables")
    problem = record.problem if week <= record.problem.head.start else problem_from(record.problem, plan, week)
    policies = [replace(p, end=week) if p.policy == policy.policy else p for p in problem.policies]
    return problem.replace(policies=policies)
