"""Change, add or remove one record of a portfolio, so that the whole still fits together and no update is lost."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from app.actions.import_data import changed_cells
from app.cells import Key, key_text, read_key, record_of, subject, with_cells
from app.db import Database
from app.errors import Change, Conflict, NotFound, Refused
from app.store import audit, records
from app.store.records import HEAD, Stored
from solver.problem import Problem
from solver.records import TABLES, key_of


@dataclass(frozen=True, slots=True)
class Row:
    """A record with its key and the version to name when editing it."""

    key: Key
    record: Any
    version: int


def rows(db: Database, portfolio: str, table: str) -> list[Row]:
    """The rows of one table. Raises NotFound."""
    _require_table(table)
    with db.reading() as session:
        found = records.read(session, portfolio, table)
        if not found:
            records.require(session, portfolio)
    return [Row(key_of(s.record), s.record, s.version) for s in found]


def edit_record(  # noqa: PLR0917 - the words of an edit, in the order they are said
    db: Database, portfolio: str, table: str, key: Iterable[Any], changes: Mapping[str, str], version: int, who: str
) -> int:
    """Write some cells, as typed, of one record; its new version.

    Raises NotFound, Refused, InvalidInput with every fault, or Conflict with what another wrote since `version`.
    """
    _require_table(table)
    with db.session() as session:
        written = records.advance(session, portfolio)
        stored = _unchanged(session, portfolio, table, read_key(table, key), version)
        record = with_cells(table, stored.record, changes)
        if key_of(record) != key_of(stored.record):
            raise Refused("the key of a record does not change: remove it and add another")
        if record == stored.record:
            session.rollback()
            return stored.version
        _validate(session, portfolio, table, stored.record, record)
        records.update(session, portfolio, table, record, written)
        _tell(session, portfolio, who, "edit", (table, stored.record, record, written))
    return written


def add_record(db: Database, portfolio: str, table: str, cells: Mapping[str, str], who: str) -> int:
    """Add one record from cells as typed; its version. Raises NotFound, Refused, Conflict or InvalidInput."""
    _require_table(table)
    if table == HEAD:
        raise Refused("a portfolio is added by importing it")
    record = record_of(table, cells)
    with db.session() as session:
        version = records.advance(session, portfolio)
        if records.read_one(session, portfolio, table, key_of(record)) is not None:
            raise Conflict(subject(table, record), _since(session, portfolio, table, key_of(record), 0))
        _validate(session, portfolio, table, None, record)
        records.insert(session, portfolio, table, [record], version)
        _tell(session, portfolio, who, "add", (table, None, record, version))
    return version


def remove_record(  # noqa: PLR0917 - as edit_record
    db: Database, portfolio: str, table: str, key: Iterable[Any], version: int, who: str
) -> None:
    """Remove one record. Raises NotFound, Refused, Conflict, or InvalidInput when others need it."""
    _require_table(table)
    if table == HEAD:
        raise Refused("the portfolio itself cannot be removed here")
    with db.session() as session:
        written = records.advance(session, portfolio)
        stored = _unchanged(session, portfolio, table, read_key(table, key), version)
        _validate(session, portfolio, table, stored.record, None)
        records.delete(session, portfolio, table, [key_of(stored.record)])
        _tell(session, portfolio, who, "remove", (table, stored.record, None, written))


def _require_table(table: str) -> None:
    if table not in TABLES:
        raise NotFound("table", table)


def _unchanged(session: Session, portfolio: str, table: str, key: Key, version: int) -> Stored:
    """The row, provided that nobody wrote it since `version`."""
    stored = records.read_one(session, portfolio, table, key)
    name = f"{table} {key_text(table, key)}"
    if stored is not None and stored.version == version:
        return stored
    changed = _since(session, portfolio, table, key, version)
    if stored is None and not changed:
        raise NotFound(table, key_text(table, key))
    raise Conflict(name, changed)


def _since(session: Session, portfolio: str, table: str, key: Key, version: int) -> list[Change]:
    entries = audit.changes_since(session, portfolio, table, key_text(table, key), version)
    return [
        Change(column, old, new, entry.who, entry.at)
        for entry in entries
        for column, (old, new) in entry.detail.items()
    ]


def _validate(session: Session, portfolio: str, table: str, old: Any | None, new: Any | None) -> None:
    """The whole problem with one record exchanged must be valid. Raises InvalidInput."""
    tables = records.read_all(session, portfolio)
    kept = [record for record in tables[table] if record != old]
    Problem.from_tables({**tables, table: (*kept, *([] if new is None else [new]))})


def _tell(
    session: Session, portfolio: str, who: str, verb: str, written: tuple[str, Any | None, Any | None, int]
) -> None:
    table, old, new, version = written
    record = new if new is not None else old
    row = {
        "subject": subject(table, record),
        "record_table": table,
        "record_key": key_text(table, key_of(record)),
        "version": version,
        "detail": changed_cells(table, old, new),
    }
    audit.add_changes(session, portfolio, who, verb, [row])
