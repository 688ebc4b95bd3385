"""Freeze a portfolio, with or without a scenario's changes, into one Problem."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy.orm import Session

from app.actions.parsed import Parsed
from app.cells import key_from_text, record_of, with_cells
from app.db import Database
from app.errors import Conflict, NotFound
from app.store import records, scenarios
from app.store.records import State
from app.store.scenarios import PUT, REMOVE, ScenarioChange
from solver.problem import Problem
from solver.records import key_of

_parsed = Parsed()


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
    """The portfolio in a session that reads, or that holds it and has not written yet. Raises NotFound."""
    return _parsed.problem(session, portfolio, records.state(session, portfolio))


def as_it_was(session: Session, portfolio: str, version: int) -> Problem:
    """The portfolio in a session that counted a write to it, `version`, and has written nothing yet."""
    before = state_before(session, portfolio, version) if _parsed.knows(session, portfolio) else None
    return _parsed.problem(session, portfolio, before)


def state_before(session: Session, portfolio: str, version: int) -> State | None:
    """The state of a portfolio before a write to it that was counted, `version`, and has told nothing yet."""
    state = records.state(session, portfolio)
    return State(version - 1, state.line, state.hash) if state else None


def known(session: Session, portfolio: str) -> tuple[State, Problem] | None:
    """The portfolio as it is, with its state, where it was read before; None where all of it has to be read."""
    state = records.state(session, portfolio) if _parsed.knows(session, portfolio) else None
    return (state, _parsed.problem(session, portfolio, state)) if state else None


def keep(db: Database, portfolio: str, version: int, line: tuple[int, str] | None, problem: Problem) -> None:
    """What a write made of a portfolio, and its last line in the audit trail; only after that was committed."""
    _parsed.keep(db.url, portfolio, State(version, *line) if line else None, problem)


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
