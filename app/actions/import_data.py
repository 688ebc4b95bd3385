"""Bring a portfolio in from CSV files: all of it in one transaction, or nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session

from app.cells import cells_of, key_text, subject
from app.db import Database
from app.store import audit, records
from app.store.records import Difference
from solver import folder
from solver.faults import Notice
from solver.problem import Problem
from solver.records import TABLES, Portfolio, key_of

Source = Path | bytes | Mapping[str, bytes]


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import brought: rows by table, and how they differ from what was there."""

    portfolio: str
    counts: dict[str, int]
    notices: tuple[Notice, ...]
    created: int
    updated: int
    removed: int


@dataclass(frozen=True, slots=True)
class Changes:
    """What is to be written of a portfolio that is `known` or new, and the digest of the whole afterwards."""

    head: Portfolio
    known: bool
    differences: Mapping[str, Difference]
    digest: str


def import_portfolio(db: Database, source: Source, who: str) -> Imported:
    """Store a folder, a zip or files as the portfolio they name, replacing its records; plans and audit stay.

    Raises InvalidInput with every fault.
    """
    reading = read_source(source)
    problem = reading.problem
    with db.session() as session:
        differences = _write(session, problem, who)
    return Imported(
        portfolio=problem.head.portfolio,
        counts={table: len(rows) for table, rows in problem.tables().items()},
        notices=tuple(reading.notices),
        created=sum(len(d.created) for d in differences.values()),
        updated=sum(len(d.updated) for d in differences.values()),
        removed=sum(len(d.removed) for d in differences.values()),
    )


def read_source(source: Source) -> folder.Reading:
    """The Problem in a folder, zip or files, with notices. Raises InvalidInput."""
    return folder.read_files(source) if isinstance(source, Mapping) else folder.read(source)


def _write(session: Session, problem: Problem, who: str) -> dict[str, Difference]:
    portfolio = problem.head.portfolio
    known = records.hold(session, portfolio) > 0
    old = records.read_all(session, portfolio) if known else {}
    differences = {table: records.difference(old.get(table, ()), getattr(problem, table)) for table in TABLES}
    write_changes(session, Changes(problem.head, known, differences, problem.digest), who)
    return differences


def write_changes(session: Session, changes: Changes, who: str) -> int:
    """Write what differs and tell the audit trail; the version written."""
    portfolio = changes.head.portfolio
    if changes.known:
        version = records.advance(session, portfolio)
    else:
        version = 1
        records.insert_head(session, changes.head)
    for table, difference in changes.differences.items():
        records.apply(session, portfolio, table, difference, version)
    _tell(session, changes, who, version)
    return version


def _tell(session: Session, changes: Changes, who: str, version: int) -> None:
    portfolio, differences = changes.head.portfolio, changes.differences
    counts = {
        table: {"created": len(d.created), "updated": len(d.updated), "removed": len(d.removed)}
        for table, d in differences.items()
        if d.created or d.updated or d.removed
    }
    detail = {"digest": changes.digest, "tables": counts, "version": version}
    audit.add(session, portfolio, who, "import", subject=f"portfolio {portfolio}", detail=detail)
    rows = [row for table, d in differences.items() for row in _changed_rows(table, d, version)]
    audit.add_changes(session, portfolio, who, "import", rows)


def _changed_rows(table: str, difference: Difference, version: int) -> list[dict[str, Any]]:
    """Audit rows for what an import overwrote or removed; what is new is in the counts."""
    pairs = [*difference.updated, *((record, None) for record in difference.removed)]
    return [
        {
            "subject": subject(table, old),
            "record_table": table,
            "record_key": key_text(table, key_of(old)),
            "version": version,
            "detail": changed_cells(table, old, new),
        }
        for old, new in pairs
    ]


def changed_cells(table: str, old: Any | None, new: Any | None) -> dict[str, list[str | None]]:
    """Old and new text by column, where they differ; None where there is no record."""
    before = cells_of(table, old) if old is not None else {}
    after = cells_of(table, new) if new is not None else {}
    return {
        name: [before.get(name), after.get(name)] for name in (before or after) if before.get(name) != after.get(name)
    }
