"""List, show and add the scenarios of a portfolio."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from app.actions.snapshot import with_changes
from app.db import Database
from app.errors import NotFound
from app.store import audit, records, scenarios
from app.store.scenarios import ScenarioChange
from app.tables import ScenarioRow
from solver.problem import Problem


@dataclass(frozen=True, slots=True)
class Scenario:
    """A portfolio with changes and a policy; `status` is draft, approved or archived.

    `parent` is the scenario that it was copied from; None: it stands on the portfolio alone.
    """

    id: int
    portfolio: str
    name: str
    policy: str
    kind: str
    status: str
    created_at: datetime
    who: str
    version: int
    parent: int | None


def list_scenarios(db: Database, portfolio: str) -> list[Scenario]:
    """The scenarios of a portfolio, newest first. Raises NotFound."""
    with db.reading() as session:
        records.require(session, portfolio)
        return [scenario_of(row) for row in scenarios.of(session, portfolio)]


def get_scenario(db: Database, scenario: int) -> Scenario:
    """One scenario. Raises NotFound."""
    with db.reading() as session:
        return scenario_of(scenarios.get(session, scenario))


def get_changes(db: Database, scenario: int) -> list[ScenarioChange]:
    """What a scenario changes, in order. Raises NotFound."""
    with db.reading() as session:
        scenarios.get(session, scenario)
        return scenarios.changes(session, scenario)


def add_scenario(  # noqa: PLR0917 - what a scenario is, in the order it is said
    db: Database, portfolio: str, name: str, policy: str, changes: Sequence[ScenarioChange], who: str
) -> int:
    """Store changes over a portfolio, to be solved under a policy; the scenario's id.

    Raises NotFound, Conflict when a record to be set is not there, or InvalidInput when the whole does not fit.
    """
    with db.session() as session:
        records.advance(session, portfolio)
        problem = Problem.from_tables(with_changes(records.read_all(session, portfolio), changes))
        if policy not in problem.policy:
            raise NotFound("policy", policy)
        kind = problem.policy[policy].kind
        scenario = scenarios.add(session, portfolio, name=name, policy=policy, kind=kind, who=who)
        scenarios.add_changes(session, scenario, changes)
        detail = {"name": name, "policy": policy, "changes": len(changes)}
        audit.add(session, portfolio, who, "scenario", subject=f"scenario {scenario}", detail=detail)
    return scenario


def scenario_of(row: ScenarioRow) -> Scenario:
    """A stored row as people of other rooms see it."""
    return Scenario(
        row.id, row.portfolio, row.name, row.policy, row.kind, row.status, row.created_at, row.who, row.version,
        row.parent,
    )  # fmt: skip
