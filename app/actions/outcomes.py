"""Turn a plan's stored files back into the Outcome they were written from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import lru_cache

from solver.folder import read_plan
from solver.plan import ClassResult, Outcome, Plan, Status


def outcome_of(files: Mapping[str, str]) -> Outcome:
    """The outcome whose files these are. Raises InvalidInput when they are not a plan's."""
    outcome = _read(tuple(files.items()))
    plan = outcome.plan
    if plan is None:
        return outcome
    # Shallow copies are written on change: whoever asks gets tables of his own.
    tables = {name: frame.copy(deep=False) for name, frame in plan.tables().items()}
    return replace(outcome, plan=Plan(plan.portfolio, plan.policy, plan.start, plan.weeks, **tables))


@lru_cache(maxsize=32)
def _read(files: tuple[tuple[str, str], ...]) -> Outcome:
    """Plans never change, and pages about one ask for it again and again."""
    summary, plan = read_plan({name: text.encode() for name, text in files})
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
