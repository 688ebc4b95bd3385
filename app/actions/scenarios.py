"""List and show the scenarios of a portfolio."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from app.db import Database
from app.store import records, scenarios
from app.store.scenarios import ScenarioChange
from app.tables import ScenarioRow


@dataclass(frozen=True, slots=True)
class Scenario:
    """A portfolio with changes and a policy; `status` is draft or approved."""

    id: int
    portfolio: str
    name: str
    policy: str
    kind: str
    status: str
    created_at: datetime
    who: str
    version: int


def list_scenarios(db: Database, portfolio: str) -> list[Scenario]:
    """The scenarios of a portfolio, newest first. Raises NotFound."""
    with db.reading() as session:
        records.require(session, portfolio)
        return [_scenario(row) for row in scenarios.of(session, portfolio)]


def get_scenario(db: Database, scenario: int) -> Scenario:
    """One scenario. Raises NotFound."""
    with db.reading() as session:
        return _scenario(scenarios.get(session, scenario))


def get_changes(db: Database, scenario: int) -> list[ScenarioChange]:
    """What a scenario changes, in order. Raises NotFound."""
    with db.reading() as session:
        scenarios.get(session, scenario)
        return scenarios.changes(session, scenario)


def _scenario(row: ScenarioRow) -> Scenario:
    return Scenario(
        row.id, row.portfolio, row.name, row.policy, row.kind, row.status, row.created_at, row.who, row.version
    )
