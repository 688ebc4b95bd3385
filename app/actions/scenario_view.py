"""Show a scenario beside its parent: what differs, cell by cell, and which plan answers it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from app.actions.import_data import changed_cells
from app.actions.plans import PlanInfo, info_of
from app.actions.scenarios import Scenario, scenario_of
from app.actions.snapshot import as_it_is, with_changes
from app.cells import key_text
from app.db import Database
from app.errors import Conflict
from app.store import plans, records, scenarios
from app.tables import ScenarioRow
from solver.faults import Fault, InvalidInput
from solver.problem import Problem
from solver.records import TABLES, key_columns, key_of


@dataclass(frozen=True, slots=True)
class RecordDifference:
    """A record that differs from the parent's: (column, old, new) as texts; None where there is no record."""

    table: str
    key: str
    cells: tuple[tuple[str, str | None, str | None], ...]

    @property
    def verb(self) -> str:
        """What happened to it: `added`, `removed` or `changed`."""
        if all(old is None for _, old, _ in self.cells):
            return "added"
        return "removed" if all(new is None for _, _, new in self.cells) else "changed"


@dataclass(frozen=True)
class ScenarioView:
    """A scenario with its records and its parent's; `after` is None when it no longer fits its portfolio.

    `current` says whether the newest plan answers the scenario as it is now.
    """

    scenario: Scenario
    parent: Scenario | None
    before: dict[str, tuple[Any, ...]]
    after: Problem | None
    faults: tuple[Fault, ...]
    differences: tuple[RecordDifference, ...]
    plan: PlanInfo | None

    @property
    def current(self) -> bool:
        """Whether the newest plan answers this scenario as it is."""
        return self.plan is not None and self.after is not None and self.plan.digest == self.after.digest


@dataclass(frozen=True, slots=True)
class Listed:
    """A scenario in a list, with the number of its changes' records and its newest plan."""

    scenario: Scenario
    parent: str
    plan: PlanInfo | None


def list_with_plans(db: Database, portfolio: str) -> list[Listed]:
    """The scenarios of a portfolio with their newest plans, newest first. Raises NotFound."""
    with db.reading() as session:
        records.require(session, portfolio)
        rows, newest = scenarios.of(session, portfolio), plans.newest_of_scenarios(session, portfolio)
        names = {row.id: row.name for row in rows}
        return [_listed(row, names, info_of(newest[row.id]) if row.id in newest else None) for row in rows]


def scenario_view(db: Database, scenario: int) -> ScenarioView:
    """A scenario beside its parent as both are now. Raises NotFound."""
    with db.reading() as session:
        row = scenarios.get(session, scenario)
        problem_now = as_it_is(session, row.portfolio)
        base = problem_now.tables()
        parent = scenarios.get(session, row.parent) if row.parent is not None else None
        before = _tables(session, base, parent.id if parent else None)
        after = _tables(session, base, scenario)
        newest = plans.newest_of_scenarios(session, row.portfolio).get(scenario)
        plan = info_of(newest) if newest else None
    problem, faults = (problem_now, ()) if after is base else _problem(after)
    found = tuple(differences(before or base, after or base))
    return ScenarioView(
        scenario_of(row), scenario_of(parent) if parent else None, before or base, problem, faults, found, plan
    )


def differences(before: Mapping[str, Iterable[Any]], after: Mapping[str, Iterable[Any]]) -> Iterable[RecordDifference]:
    """Every record that differs, table by table."""
    for table in TABLES:
        if before[table] is after[table]:
            continue
        keys = {c.name for c in key_columns(table)}
        old, new = ({key_of(record): record for record in tables[table]} for tables in (before, after))
        for key in {**old, **new}:
            if old.get(key) is new.get(key):
                continue
            cells = changed_cells(table, old.get(key), new.get(key))
            # The key is told once, as the record's name; a record of nothing but its key still differs.
            told = {c: pair for c, pair in cells.items() if c not in keys} or cells
            if told:
                yield RecordDifference(table, key_text(table, key), tuple((c, a, b) for c, (a, b) in told.items()))


def _listed(row: ScenarioRow, names: Mapping[int, str], plan: PlanInfo | None) -> Listed:
    return Listed(scenario_of(row), names.get(row.parent or 0, ""), plan)


def _tables(
    session: Session, base: dict[str, tuple[Any, ...]], scenario: int | None
) -> dict[str, tuple[Any, ...]] | None:
    """The tables of a scenario, `base` itself where it changes nothing; None when a record that it changes is gone."""
    changes = scenarios.changes(session, scenario) if scenario is not None else []
    try:
        return with_changes(base, changes) if changes else base
    except Conflict:
        return None


def _problem(tables: Mapping[str, tuple[Any, ...]] | None) -> tuple[Problem | None, tuple[Fault, ...]]:
    if tables is None:
        gone = "a record that this scenario changes was removed from the portfolio"
        return None, (Fault("scenarios", gone, "put it back, or copy the portfolio anew"),)
    try:
        return Problem.from_tables(tables), ()
    except InvalidInput as invalid:
        return None, invalid.faults
