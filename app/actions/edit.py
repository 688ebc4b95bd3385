"""Change, add or remove records of a portfolio, so that the whole still fits together and no update is lost."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy.orm import Session

from app.actions.import_data import changed_cells
from app.actions.snapshot import as_it_was, keep, known, state_before
from app.cells import Key, key_text, read_key, record_of, subject, with_cells
from app.db import Database
from app.errors import Change, Conflict, NotFound, Refused
from app.store import audit, records
from app.store.records import HEAD, State, Stored
from solver.columns import Column, write_cell
from solver.faults import Fault, InvalidInput
from solver.problem import Problem
from solver.records import TABLES, columns, key_columns, key_of

EDIT, ADD, REMOVE = "edit", "add", "remove"


@dataclass(frozen=True, slots=True)
class Row:
    """A record with its key and the version to name when editing it."""

    key: Key
    record: Any
    version: int


@dataclass(frozen=True, slots=True)
class RecordChange:
    """One change: `edit` some cells of a record or `remove` it, both as of a version; or `add` one from its cells."""

    operation: str
    table: str
    key: tuple[Any, ...] = ()
    cells: Mapping[str, str] = field(default_factory=dict)
    version: int = 0


@dataclass(frozen=True, slots=True)
class _Draft:
    """A change that may be made: what is there, what will be."""

    verb: str
    table: str
    old: Any | None
    new: Any | None

    @property
    def key(self) -> Key:
        return key_of(self.new if self.old is None else self.old)


@dataclass(frozen=True, slots=True)
class _Judged:
    """Changes that may be made, what they make of the portfolio, and the state that it must be in for that."""

    drafts: tuple[_Draft, ...]
    after: Problem
    state: State | None


class _Texts(dict[Any, str]):
    """The values of a column as their CSV texts, each written once: the same few stand in most rows."""

    def __init__(self, column: Column) -> None:
        super().__init__()
        self.column = column

    def __missing__(self, value: Any) -> str:
        self[value] = text = write_cell(self.column, value)
        return text


def rows(db: Database, portfolio: str, table: str) -> list[Row]:
    """The rows of one table. Raises NotFound."""
    _require_table(table)
    with db.reading() as session:
        found = records.read(session, portfolio, table)
        if not found:
            records.require(session, portfolio)
    return [Row(key_of(s.record), s.record, s.version) for s in found]


def find_row(db: Database, portfolio: str, table: str, key: Iterable[Any]) -> Row | None:
    """One row of a table, if it is there. Raises NotFound where the portfolio, or such a table or key, is not."""
    _require_table(table)
    wanted = read_key(table, key)
    with db.reading() as session:
        found = records.read_one(session, portfolio, table, wanted)
        if found is None:
            records.require(session, portfolio)
    return Row(wanted, found.record, found.version) if found else None


def cell_rows(db: Database, portfolio: str, table: str) -> list[list[Any]]:
    """The rows of one table as a sheet shows them: the version, then every cell as its CSV text. Raises NotFound."""
    _require_table(table)
    with db.reading() as session:
        records.require(session, portfolio)
        found = records.read_cells(session, portfolio, table)
    texts = [_Texts(column) for column in columns(table)]
    return [[version, *map(_Texts.__getitem__, texts, values)] for version, *values in found]


def known_ids(db: Database, portfolio: str, column: Column, most: int) -> tuple[str, ...]:
    """The ids that a column may refer to, as the other table has them; no more than `most`."""
    if column.refers is None:
        return ()
    there = [c.name for c in key_columns(column.refers)]
    with db.reading() as session:
        name = column.name if column.name in there else there[0]
        return tuple(records.names(session, portfolio, column.refers, name, most))


def edit_record(  # noqa: PLR0917 - the words of an edit, in the order they are said
    db: Database, portfolio: str, table: str, key: Iterable[Any], changes: Mapping[str, str], version: int, who: str
) -> int:
    """Write some cells, as typed, of one record; its new version. Raises as `change_records`."""
    return change_records(db, portfolio, [RecordChange(EDIT, table, tuple(key), changes, version)], who) or version


def add_record(db: Database, portfolio: str, table: str, cells: Mapping[str, str], who: str) -> int:
    """Add one record from cells as typed; its version. Raises as `change_records`."""
    return change_records(db, portfolio, [RecordChange(ADD, table, (), cells)], who) or 0


def remove_record(  # noqa: PLR0917 - as edit_record
    db: Database, portfolio: str, table: str, key: Iterable[Any], version: int, who: str
) -> None:
    """Remove one record. Raises as `change_records`."""
    change_records(db, portfolio, [RecordChange(REMOVE, table, tuple(key), {}, version)], who)


def change_records(db: Database, portfolio: str, changes: Sequence[RecordChange], who: str) -> int | None:
    """Make all changes at once, or none; the version of every record written, None when all stay as they are.

    Records that need each other (a need and its eligible pools) come and go together. Raises NotFound, Refused,
    InvalidInput with every fault, or Conflict with what another wrote since the version named.
    """
    judged = _foreseen(db, portfolio, changes)
    if judged is not None and not judged.drafts:
        return None
    with db.session() as session:
        version = records.advance(session, portfolio)
        if judged is None or judged.state != state_before(session, portfolio, version):
            judged = _judged(session, portfolio, changes, version)
        if not judged.drafts:
            session.rollback()
            return None
        for draft in judged.drafts:
            _write(session, portfolio, draft, version)
            audit.add_changes(session, portfolio, who, draft.verb, [_audit_row(draft, version)])
        line = audit.written(session)
    keep(db, portfolio, version, line, judged.after)
    return version


def _foreseen(db: Database, portfolio: str, changes: Sequence[RecordChange]) -> _Judged | None:
    """The changes judged while nobody has to wait for it; good as long as nobody writes. None: not known what is there.

    Raises as `change_records`: who comes second is told so without holding anybody up.
    """
    with db.reading() as session:
        there = known(session, portfolio)
        return _of(there[1], there[0], _drafts(session, portfolio, changes)) if there else None


def _judged(session: Session, portfolio: str, changes: Sequence[RecordChange], version: int) -> _Judged:
    """The changes judged by who holds the portfolio, and has counted the write."""
    drafts = _drafts(session, portfolio, changes)
    return _of(as_it_was(session, portfolio, version), None, drafts)


def _of(before: Problem, state: State | None, drafts: Iterable[_Draft]) -> _Judged:
    """The whole problem with these records exchanged, which must be valid. Raises InvalidInput."""
    changed = tuple(d for d in drafts if d.old != d.new)
    put: dict[str, list[Any]] = {}
    gone: dict[str, list[Any]] = {}
    for draft in changed:
        rows_of, record = (gone, draft.old) if draft.new is None else (put, draft.new)
        rows_of.setdefault(draft.table, []).append(record)
    return _Judged(changed, before.exchange(put, gone) if changed else before, state)


def _drafts(session: Session, portfolio: str, changes: Iterable[RecordChange]) -> list[_Draft]:
    drafts: list[_Draft] = []
    faults: list[Fault] = []
    for change in changes:
        _require_table(change.table)
        try:
            drafts.append(_draft(session, portfolio, change))
        except InvalidInput as invalid:
            faults.extend(invalid.faults)
    if faults:
        raise InvalidInput(faults)
    if len({(d.table, d.key) for d in drafts}) < len(drafts):
        raise Refused("the same record is changed twice")
    return drafts


def _draft(session: Session, portfolio: str, change: RecordChange) -> _Draft:
    table = change.table
    if change.operation != EDIT and table == HEAD:
        raise Refused("a portfolio is added by importing it, and not removed")
    if change.operation == ADD:
        new = record_of(table, change.cells)
        if records.read_one(session, portfolio, table, key_of(new)) is not None:
            raise Conflict(subject(table, new), _since(session, portfolio, table, key_of(new), 0))
        return _Draft(ADD, table, None, new)
    old = _unchanged(session, portfolio, table, read_key(table, change.key), change.version).record
    if change.operation == REMOVE:
        return _Draft(REMOVE, table, old, None)
    new = with_cells(table, old, change.cells)
    if key_of(new) != key_of(old):
        raise Refused("the key of a record does not change: remove it and add another")
    return _Draft(EDIT, table, old, new)


def _require_table(table: str) -> None:
    if table not in TABLES:
        raise NotFound("table", table)


def _unchanged(session: Session, portfolio: str, table: str, key: Key, version: int) -> Stored:
    """The row, provided that nobody wrote it since `version`."""
    stored = records.read_one(session, portfolio, table, key)
    if stored is not None and stored.version == version:
        return stored
    changed = _since(session, portfolio, table, key, version)
    if stored is None and not changed:
        raise NotFound(table, key_text(table, key))
    raise Conflict(f"{table} {key_text(table, key)}", changed)


def _since(session: Session, portfolio: str, table: str, key: Key, version: int) -> list[Change]:
    entries = audit.changes_since(session, portfolio, table, key_text(table, key), version)
    return [Change(column, old, new, e.who, e.at) for e in entries for column, (old, new) in e.detail.items()]


def _write(session: Session, portfolio: str, draft: _Draft, version: int) -> None:
    if draft.new is None:
        records.delete(session, portfolio, draft.table, [draft.key])
    elif draft.old is None:
        records.insert(session, portfolio, draft.table, [draft.new], version)
    else:
        records.update(session, portfolio, draft.table, draft.new, version)


def _audit_row(draft: _Draft, version: int) -> dict[str, Any]:
    key = key_text(draft.table, draft.key)
    return {
        "subject": f"{draft.table} {key}",
        "record_table": draft.table,
        "record_key": key,
        "version": version,
        "detail": changed_cells(draft.table, draft.old, draft.new),
    }
