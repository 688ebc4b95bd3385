"""Apply one of the repairs of an infeasible recompute, as a scenario of its own."""

from __future__ import annotations

from typing import Any

from app.actions.snapshot import with_changes
from app.db import Database
from app.errors import NotFound
from app.store import audit, jobs, records, scenarios
from app.store.scenarios import ScenarioChange
from solver.problem import Problem


def repair(db: Database, job_id: int, number: int, who: str) -> int:
    """Store what a job solved, with its repair `number` (from 0), as a scenario; its id.

    Raises NotFound, and InvalidInput or Conflict when the portfolio has changed so that the repair no longer fits.
    """
    with db.session() as session:
        job = jobs.get(session, job_id)
        if not 0 <= number < len(job.repairs):
            raise NotFound("repair", number + 1)
        found = job.repairs[number]
        records.advance(session, job.portfolio)
        before = [] if job.scenario is None else scenarios.changes(session, job.scenario)
        changes = [*before, *changes_of(found)]
        Problem.from_tables(with_changes(records.read_all(session, job.portfolio), changes))
        scenario = scenarios.add(
            session, job.portfolio, name=f"Repair: {found['text']}"[:200], policy=job.policy, kind="repair", who=who
        )
        scenarios.add_changes(session, scenario, changes)
        detail = {"job": job_id, "repair": found["text"], "edits": found["edits"]}
        audit.add(session, job.portfolio, who, "repair", subject=f"scenario {scenario}", detail=detail)
    return scenario


def changes_of(found: dict[str, Any]) -> list[ScenarioChange]:
    """A repair's edits as changes of a scenario."""
    return [ScenarioChange(e["operation"], e["table"], e["key"], e["cells"]) for e in found["edits"]]
