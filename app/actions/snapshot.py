"""Freeze a portfolio, with or without a scenario's changes, into one Problem."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from threading import Condition
from typing import Any

from cachetools import LRUCache, cached
from sqlalchemy.orm import Session

from app.cells import key_from_text, record_of, with_cells
from app.db import Database
from app.errors import Conflict, NotFound
from app.store import records, scenarios
from app.store.scenarios import PUT, REMOVE, ScenarioChange
from solver.problem import Problem
from solver.records import key_of

RECORDS_KEPT = 200_000
"""Records of problems that are kept parsed, all together; some 100 MB."""


def snapshot(db: Database, portfolio: str, scenario: int | None = None) -> Problem:
    """The portfolio as it is now. Raises NotFound; InvalidInput when a scenario's changes no longer fit."""
    with db.reading() as session:
        base = as_it_is(session, portfolio)
        if scenario is None:
            return base
        if scenarios.get(session, scenario).portfolio != portfolio:
            raise NotFound("scenario", scenario)
        changes = scenarios.changes(session, scenario)
    return Problem.from_tables(with_changes(base.tables(), changes)) if changes else base


def as_it_is(session: Session, portfolio: str) -> Problem:
    """The portfolio in a session that only reads; parsed once as long as nobody writes. Raises NotFound."""
    state = records.state(session, portfolio)
    return _read(session, portfolio) if state is None else _parsed((portfolio, *state), session)


def size(problem: Problem) -> int:
    """How many records a problem holds."""
    return sum(len(rows) for rows in problem.tables().values())


@cached(LRUCache(RECORDS_KEPT, getsizeof=size), key=lambda key, _session: key, condition=Condition())
def _parsed(key: tuple[str, int, str], session: Session) -> Problem:
    """The end of the audit trail is in the key: a restored database may count its revisions anew."""
    return _read(session, key[0])


def _read(session: Session, portfolio: str) -> Problem:
    return Problem.from_tables(records.read_all(session, portfolio))


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
