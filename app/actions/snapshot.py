"""Freeze a portfolio, with or without a scenario's changes, into one Problem."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from app.cells import key_from_text, record_of, with_cells
from app.db import Database
from app.errors import Conflict, NotFound
from app.store import records, scenarios
from app.store.scenarios import PUT, REMOVE, ScenarioChange
from solver.problem import Problem
from solver.records import key_of


def snapshot(db: Database, portfolio: str, scenario: int | None = None) -> Problem:
    """The portfolio as it is now. Raises NotFound; InvalidInput when a scenario's changes no longer fit."""
    with db.reading() as session:
        tables = records.read_all(session, portfolio)
        changes = []
        if scenario is not None:
            if scenarios.get(session, scenario).portfolio != portfolio:
                raise NotFound("scenario", scenario)
            changes = scenarios.changes(session, scenario)
    return Problem.from_tables(with_changes(tables, changes))


def with_changes(tables: Mapping[str, Iterable[Any]], changes: Iterable[ScenarioChange]) -> dict[str, tuple[Any, ...]]:
    """The tables after a scenario's changes. Raises Conflict when a record to be set is gone."""
    rows = {table: {key_of(record): record for record in records} for table, records in tables.items()}
    for change in changes:
        of_table, key = rows[change.table], key_from_text(change.table, change.key)
        if change.operation == REMOVE:
            of_table.pop(key, None)
        elif change.operation == PUT:
            of_table[key] = record_of(change.table, change.cells)
        elif key in of_table:
            of_table[key] = with_cells(change.table, of_table[key], change.cells)
        else:
            raise Conflict(f"{change.table} {change.key}, which the scenario changes,")
    return {table: tuple(of_table.values()) for table, of_table in rows.items()}
