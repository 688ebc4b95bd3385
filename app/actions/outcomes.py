"""Turn a plan's stored files back into the Outcome they were written from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from solver.folder import read_plan
from solver.plan import ClassResult, Outcome, Plan, Status


def own_tables(outcome: Outcome) -> Outcome:
    """The same with tables of one's own: shallow copies are written on change."""
    plan = outcome.plan
    if plan is None:
        return outcome
    tables = {name: frame.copy(deep=False) for name, frame in plan.tables().items()}
    return replace(outcome, plan=Plan(plan.portfolio, plan.policy, plan.start, plan.weeks, **tables))


def table_rows(outcome: Outcome) -> int:
    """How many rows the tables of an outcome hold."""
    return 1 + sum(len(frame) for frame in outcome.plan.tables().values()) if outcome.plan else 1


def outcome_of(files: Mapping[str, str]) -> Outcome:
    """The outcome whose files these are. Raises InvalidInput when they are not a plan's."""
    summary, plan = read_plan({name: text.encode() for name, text in files.items()})
    return Outcome(
        status=Status(summary["status"]),
        portfolio=summary["portfolio"],
        policy=summary["policy"],
        plan=plan,
        classes=tuple(
            ClassResult(c["class"], c["name"], c["attained"], c["ideal"], c["bound"]) for c in summary["classes"]
        ),
        arrivals=dict(summary["arrivals"]),
        pauses=summary["pauses"],
        cost=summary["cost"],
        digest=summary["digest"],
        versions=dict(summary["versions"]),
        seconds=dict(summary["seconds"]),
        options=dict(summary["options"]),
    )
