"""Write many records at once: each is created or overwritten, or removed; all of it or nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from app.actions.import_data import Changes, write_changes
from app.cells import Key, record_of
from app.db import Database
from app.errors import Conflict, Refused
from app.store import records
from app.store.records import HEAD, Difference
from solver.problem import Problem
from solver.records import TABLES, key_of

Cells = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Written:
    """What came of a bulk write; `version` is the portfolio's afterwards."""

    created: int
    updated: int
    removed: int
    version: int


def add_portfolio(db: Database, rows: Mapping[str, Sequence[Cells]], who: str) -> str:
    """Store a portfolio that is not there yet; its id. Raises InvalidInput with every fault, or Refused."""
    problem = Problem.from_tables({table: [record_of(table, cells) for cells in rows[table]] for table in rows})
    differences = {table: records.difference((), getattr(problem, table)) for table in TABLES}
    with db.session() as session:
        if records.hold(session, problem.head.portfolio):
            raise Refused(f"there is a portfolio {problem.head.portfolio} already")
        write_changes(session, Changes(problem.head, False, differences, problem.digest), who)
    return problem.head.portfolio


def write_many(  # noqa: PLR0917 - what is written, in the order it is said
    db: Database,
    portfolio: str,
    put: Mapping[str, Sequence[Cells]],
    gone: Mapping[str, Sequence[Key]],
    who: str,
    version: int | None = None,
) -> Written:
    """Put and remove records at once. `version`: refuse when the portfolio was written since.

    Raises NotFound, Conflict, Refused, or InvalidInput when the whole does not fit.
    """
    with db.session() as session:
        revision = records.hold(session, portfolio)
        old = records.read_all(session, portfolio)
        if version is not None and revision != version:
            raise Conflict(f"portfolio {portfolio}")
        problem = Problem.from_tables(_with(old, put, gone))
        if problem.head.portfolio != portfolio:
            raise Refused("the id of a portfolio does not change")
        differences = {table: records.difference(old[table], getattr(problem, table)) for table in TABLES}
        changed = any(d.created or d.updated or d.removed for d in differences.values())
        if changed:
            revision = write_changes(session, Changes(problem.head, True, differences, problem.digest), who)
    return _written(differences, revision)


def _with(
    old: Mapping[str, tuple[Any, ...]], put: Mapping[str, Sequence[Cells]], gone: Mapping[str, Sequence[Key]]
) -> dict[str, tuple[Any, ...]]:
    tables = {table: {key_of(record): record for record in of_table} for table, of_table in old.items()}
    for table, keys in gone.items():
        for key in keys:
            tables[table].pop(key, None)
    for table, rows in put.items():
        for cells in rows:
            record = record_of(table, cells)
            if table == HEAD:
                tables[table].clear()
            tables[table][key_of(record)] = record
    return {table: tuple(by_key.values()) for table, by_key in tables.items()}


def _written(differences: Mapping[str, Difference], revision: int) -> Written:
    return Written(
        sum(len(d.created) for d in differences.values()),
        sum(len(d.updated) for d in differences.values()),
        sum(len(d.removed) for d in differences.values()),
        revision,
    )
