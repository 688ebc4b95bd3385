"""Turn a plan's stored files back into the Outcome they were written from."""

from __future__ import annotations

from collections.abc import Mapping

from solver.folder import read_plan
from solver.plan import ClassResult, Outcome, Status


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
