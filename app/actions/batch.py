"""Judge and write a batch of changed rows of one table, as a grid sends it: all of it, or nothing.

edits -> laid over the rows of now -> clashes with what others wrote -> read as a CSV line is read -> checked with every
other record -> the difference -> written, with its lines in the audit trail
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy.orm import Session

from app.actions.batch_clash import Clash, RowEdit, clashes
from app.actions.edit import ADD, EDIT, REMOVE
from app.actions.import_data import changed_cells
from app.cells import key_from_text, key_text, subject
from app.db import Database
from app.errors import NotFound, Refused
from app.store import audit, records
from app.store.records import HEAD, Difference, Stored
from solver.columns import Type, write_cell
from solver.faults import Fault, Notice
from solver.files.formula import escape
from solver.files.source import Sheets
from solver.files.tabular import Sheet, read_rows
from solver.merging import Merge, merge
from solver.records import TABLES, columns, key_columns, key_of

MOST_EDITS = 20_000
Key = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Judged:
    """What a batch comes to: `faults` and `notices` name the edit by their line, None where another record is meant."""

    clashes: tuple[Clash, ...] = ()
    faults: tuple[Fault, ...] = ()
    notices: tuple[Notice, ...] = ()

    @property
    def good(self) -> bool:
        """Whether it may be written."""
        return not (self.clashes or self.faults)


@dataclass(frozen=True, slots=True)
class Committed:
    """What was written, or why nothing was; `rows`: what now stands under each number, None where nothing does."""

    judged: Judged
    rows: Mapping[int, Stored | None] = field(default_factory=dict)
    created: int = 0
    updated: int = 0
    removed: int = 0


@dataclass(frozen=True, slots=True)
class _Laid:
    """The rows of the table before, what they would be, and the key of each edit that stays a row."""

    judged: Judged
    before: Mapping[Key, Stored]
    merged: Merge | None
    keys: Mapping[int, Key]


def judge(db: Database, portfolio: str, table: str, edits: Sequence[RowEdit]) -> Judged:
    """Every clash, fault and notice of a batch; nothing is written. Raises NotFound or Refused."""
    _require(table, edits)
    with db.reading() as session:
        return _lay(session, portfolio, table, edits).judged


def commit(db: Database, portfolio: str, table: str, edits: Sequence[RowEdit], who: str) -> Committed:
    """Write the batch, or nothing when it clashes or has faults. Raises NotFound or Refused."""
    _require(table, edits)
    with db.session() as session:
        version = records.advance(session, portfolio)
        laid = _lay(session, portfolio, table, edits)
        if laid.merged is None or laid.merged.problem is None:
            session.rollback()
            return Committed(laid.judged)
        after = getattr(laid.merged.problem, table)
        difference = records.difference([stored.record for stored in laid.before.values()], after)
        if not (difference.created or difference.updated or difference.removed):
            session.rollback()
        else:
            _write(session, portfolio, table, difference, version, who)
        return _committed(laid, difference, edits, after, version)


def _require(table: str, edits: Sequence[RowEdit]) -> None:
    if table not in TABLES:
        raise NotFound("table", table)
    if len(edits) > MOST_EDITS:
        raise Refused(f"a batch has at most {MOST_EDITS:,} rows, this one has {len(edits):,}")
    known = [key_from_text(table, e.key) for e in edits if e.key is not None]
    if len(set(known)) < len(known) or len({e.row for e in edits}) < len(edits):
        raise Refused("the same row is in the batch twice")
    names = {c.name for c in columns(table)}
    strange = sorted({name for e in edits for name in (*e.cells, *e.was) if name not in names})
    if strange:
        raise Refused(f"{table} has no column {strange[0]!r}")


def _lay(session: Session, portfolio: str, table: str, edits: Sequence[RowEdit]) -> _Laid:
    found = {name: records.read(session, portfolio, name) for name in TABLES}
    if not found[HEAD]:
        raise NotFound("portfolio", portfolio)
    before = {key_of(stored.record): stored for stored in found[table]}
    clashing = clashes(session, portfolio, table, edits, before)
    if clashing:
        return _Laid(Judged(clashing), before, None, {})
    old = {name: tuple(stored.record for stored in rows) for name, rows in found.items()}
    rest = {key: stored.record for key, stored in before.items()}
    for edit in edits:
        if edit.key is not None:
            rest.pop(key_from_text(table, edit.key))
    old[table] = tuple(rest.values())
    sheet = _sheet(table, edits, before)
    keys = {row.line: tuple(row.values[c.attribute] for c in key_columns(table)) for row in sheet.rows}
    sheet.faults += _taken(table, keys, rest)
    return _laid(merge(old, Sheets({table: sheet})), portfolio, table, before, keys)


def _laid(merged: Merge, portfolio: str, table: str, before: Mapping[Key, Stored], keys: Mapping[int, Key]) -> _Laid:
    faults = list(merged.faults)
    if merged.problem is not None and merged.problem.head.portfolio != portfolio:
        faults.append(Fault(HEAD, "does not change", portfolio, column=HEAD, line=next(iter(keys), None)))
    judged = Judged((), tuple(faults), merged.notices)
    return _Laid(judged, before, merged if judged.good else None, keys)


def _sheet(table: str, edits: Sequence[RowEdit], before: Mapping[Key, Stored]) -> Sheet:
    """The edited rows as lines of a file, each under the number that its sender gave it."""
    names = [c.name for c in columns(table)]
    sheet, lines = Sheet(table), []
    for edit in edits:
        if edit.remove:
            continue
        base = {} if edit.key is None else _texts(table, before[key_from_text(table, edit.key)].record)
        cells = [{**base, **edit.cells}.get(name, "") for name in names]
        if edit.key is not None and not any(text.strip() for text in cells):
            # A line of blank cells says nothing in a file; here it is a row that lost its key.
            column = key_columns(table)[0]
            sheet.fault("is blank but required", column.right, edit.row, column.name, "")
            continue
        lines.append((edit.row, cells))
    read_rows(sheet, columns(table), [(0, names), *lines])
    return sheet


def _texts(table: str, record: Any) -> dict[str, str]:
    """Every cell as a file would hold it."""
    pairs = ((c, write_cell(c, getattr(record, c.attribute))) for c in columns(table))
    return {c.name: escape(text) if c.type is Type.TEXT else text for c, text in pairs}


def _taken(table: str, keys: Mapping[int, Key], rest: Mapping[Key, Any]) -> list[Fault]:
    """Rows that would take the key of another one."""
    column = key_columns(table)[-1]
    return [
        Fault(table, "is there already", "a key that no other row has", key, column.name, key_text(table, key), line)
        for line, key in keys.items()
        if key in rest
    ]


def _write(session: Session, portfolio: str, table: str, difference: Difference, version: int, who: str) -> None:  # noqa: PLR0917 - what is written, and by whom
    records.apply(session, portfolio, table, difference, version)
    made = [(None, record) for record in difference.created]
    gone = [(record, None) for record in difference.removed]
    for verb, pairs in ((REMOVE, gone), (EDIT, difference.updated), (ADD, made)):
        lines = [_audit_line(table, old, new, version) for old, new in pairs]
        audit.add_changes(session, portfolio, who, verb, lines)


def _audit_line(table: str, old: Any | None, new: Any | None, version: int) -> dict[str, Any]:
    record = old if new is None else new
    return {
        "subject": subject(table, record),
        "record_table": table,
        "record_key": key_text(table, key_of(record)),
        "version": version,
        "detail": changed_cells(table, old, new),
    }


def _committed(
    laid: _Laid, difference: Difference, edits: Sequence[RowEdit], after: Sequence[Any], version: int
) -> Committed:
    written = {key_of(new) for _, new in difference.updated} | {key_of(new) for new in difference.created}
    by_key = {key_of(record): record for record in after}
    rows: dict[int, Stored | None] = {}
    for edit in edits:
        key = None if edit.remove else laid.keys.get(edit.row)
        if key is None:
            rows[edit.row] = None
        else:
            rows[edit.row] = Stored(by_key[key], version if key in written else laid.before[key].version)
    counts = (len(difference.created), len(difference.updated), len(difference.removed))
    return Committed(laid.judged, rows, *counts)


__all__ = ["MOST_EDITS", "Clash", "Committed", "Judged", "RowEdit", "commit", "judge"]
