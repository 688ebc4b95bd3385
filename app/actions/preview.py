"""Show what an upload would change, line by line, and then make exactly those changes, or none.

upload -> sheets -> merge with the records of now -> steps, faults, notices -> kept, with the revision compared with
commit: same revision? -> the kept changes -> records and audit trail, in one transaction
"""

from __future__ import annotations

import gzip
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session

from app.actions.export_data import zipped_bytes
from app.actions.import_data import Changes, Imported, write_changes
from app.cells import cells_of, key_from_text, key_text, record_of
from app.db import Database
from app.errors import Conflict, NotFound, Refused
from app.store import locks, records, uploads
from app.store.records import HEAD, Difference
from app.tables import UploadRow
from solver.faults import Fault, InvalidInput, Notice
from solver.files.bookguard import is_workbook
from solver.files.csvtext import write_rows
from solver.files.source import Sheets, sheets_in
from solver.files.tabular import Manner
from solver.merging import VERBS, Merge, Step, merge
from solver.records import TABLES, columns, key_of

Upload = bytes | Mapping[str, bytes]
Source = Path | Upload
SHOWN_FAULTS = 1000
STEP_COLUMNS = ("table", "line", "action", "record", "column", "before", "after")


@dataclass(frozen=True, slots=True)
class Looked:
    """An upload compared with the records of one moment: `revision` 0 means that the portfolio is new."""

    portfolio: str
    revision: int
    merge: Merge
    differences: dict[str, Difference]
    book: bool


@dataclass(frozen=True, slots=True)
class Preview:
    """A kept upload: how many lines do what, by table, and what its author should know."""

    id: str
    portfolio: str
    revision: int
    new: bool
    replacing: bool
    who: str
    counts: dict[str, dict[str, int]]
    faults: tuple[Fault, ...]
    notices: tuple[Notice, ...]
    more_faults: int
    unknown: dict[str, list[str]]
    fits: bool
    book: bool
    applied: str = ""
    """Who has made its changes; blank as long as nobody has."""

    @property
    def totals(self) -> dict[str, int]:
        """Lines by what happens to them."""
        return {verb: sum(of_table[verb] for of_table in self.counts.values()) for verb in VERBS}


def look(db: Database, source: Source, *, portfolio: str | None = None, replacing: bool = False) -> Looked:
    """Compare an upload with the records; nothing is kept. `portfolio`: whose it is when it does not say.

    Raises InvalidInput when the upload cannot be opened, or names no portfolio.
    """
    with db.reading() as session:
        aliases = uploads.aliases(session)
        found = sheets_in(source, lambda table: Manner(partial=True, aliases=aliases.get(table, {})))
        whose = _whose(found, portfolio)
        revision = records.revision(session, whose)
        old = records.read_all(session, whose) if revision else {}
    merged = merge(old, found, replacing=replacing)
    new = merged.problem.tables() if merged.problem else {}
    differences = {table: records.difference(old.get(table, ()), new[table]) for table in new}
    return Looked(whose, revision, merged, differences, found.book)


def preview(db: Database, source: Upload, who: str, *, portfolio: str | None = None, replacing: bool = False) -> str:
    """Compare an upload with the records and keep both for a day; the id of the preview. Raises as `look`."""
    looked = look(db, source, portfolio=portfolio, replacing=replacing)
    facts = {
        "portfolio": looked.portfolio,
        "revision": looked.revision,
        "digest": looked.merge.problem.digest if looked.merge.problem else "",
        "replacing": replacing,
        "who": who,
        "summary": _summary(looked),
        "content": _packed(source),
        "changes": _written(looked.differences),
        "steps": gzip.compress(steps_csv(looked.merge.steps).encode(), compresslevel=3, mtime=0),
    }
    with db.session() as session:
        return uploads.add(session, facts)


def get_preview(db: Database, upload: str) -> Preview:
    """A kept preview. Raises NotFound."""
    with db.reading() as session:
        return _preview(uploads.get(session, upload))


def preview_steps(db: Database, upload: str) -> str:
    """What a preview says of every line, as CSV; one row per changed cell of an update. Raises NotFound."""
    with db.reading() as session:
        return gzip.decompress(uploads.get(session, upload, UploadRow.steps).steps).decode()


def commit(db: Database, upload: str, who: str) -> Imported:
    """Make exactly the changes of a preview, once.

    Raises NotFound, Refused with faults or when they have been made, Conflict when the data changed.
    """
    with db.session() as session:
        row = uploads.get(session, upload, UploadRow.changes)
        shown = _preview(row)
        _refuse_twice(shown)
        if not shown.fits:
            raise Refused("the upload has faults: correct them and upload it again")
        differences = _read(session, row)
        imported = _apply(session, row.portfolio, row.revision, differences, row.digest, who)
        uploads.applied(session, row, who)
    return imported


def _refuse_twice(shown: Preview) -> None:
    if shown.applied:
        raise Refused("these changes have been made already; nothing was written again")


def bring_in(db: Database, looked: Looked, who: str) -> Imported:
    """Make the changes of an upload that was just looked at. Raises InvalidInput with its faults, or Conflict."""
    problem = looked.merge.problem
    if problem is None:
        raise InvalidInput(looked.merge.faults, looked.merge.notices)
    with db.session() as session:
        return _apply(session, looked.portfolio, looked.revision, looked.differences, problem.digest, who)


def map_headings(db: Database, upload: str, columns_by_heading: Mapping[tuple[str, str], str], who: str) -> str:
    """Remember which column headings mean, by (table, heading), and preview the upload again; the new preview's id.

    Raises NotFound, or Refused when its changes have been made.
    """
    with db.session() as session:
        locks.hold(session, locks.HEADINGS)
        row = uploads.get(session, upload, UploadRow.content)
        _refuse_twice(_preview(row))
        for (table, heading), column in columns_by_heading.items():
            if table not in TABLES or column not in {c.name for c in columns(table)}:
                raise NotFound("column", f"{table}.{column}")
            uploads.remember(session, table, heading, column, who)
        uploads.remove(session, upload)
    return preview(db, row.content, who, portfolio=row.portfolio, replacing=row.replacing)


def steps_csv(steps: tuple[Step, ...]) -> str:
    """Steps as CSV, with `STEP_COLUMNS`."""
    return write_rows(STEP_COLUMNS, (cells for step in steps for cells in _step_rows(step)))


def _step_rows(step: Step) -> list[tuple[str, ...]]:
    key = "/".join("" if part is None else str(part) for part in step.key)
    head = (step.table, str(step.line or ""), step.verb, key)
    return [(*head, name, was, now) for name, (was, now) in step.cells.items()] or [(*head, "", "", "")]


def _whose(found: Sheets, portfolio: str | None) -> str:
    """The portfolio that an upload names, else the one it was uploaded to."""
    sheet = found.tables.get(HEAD)
    named = [row.values["portfolio"] for row in sheet.rows if "portfolio" not in row.bad] if sheet else []
    whose = named[0] if named else portfolio
    if whose is None:
        faults = list(sheet.faults) if sheet else []
        missing = Fault(HEAD, "is missing", "one row that names the portfolio", book=found.book)
        raise InvalidInput(faults or [missing], found.notices)
    return str(whose)


def _packed(source: Upload) -> bytes:
    """An upload as the bytes of one zip or workbook, to be kept."""
    if isinstance(source, bytes):
        return source
    if len(source) == 1 and is_workbook(only := next(iter(source.values()))):
        return only
    return zipped_bytes(source)


def _summary(looked: Looked) -> dict[str, Any]:
    merged = looked.merge
    return {
        "counts": merged.counts,
        "faults": [f.as_dict() for f in merged.faults[:SHOWN_FAULTS]],
        "notices": [n.as_dict() for n in merged.notices[:SHOWN_FAULTS]],
        "more_faults": max(0, len(merged.faults) - SHOWN_FAULTS),
        "unknown": {table: list(names) for table, names in merged.unknown.items()},
        "fits": merged.problem is not None,
        "book": looked.book,
    }


def _preview(row: UploadRow) -> Preview:
    facts = dict(row.summary)
    faults = tuple(Fault(**_told(fault)) for fault in facts.pop("faults"))
    notices = tuple(Notice(**_told(notice)) for notice in facts.pop("notices"))
    return Preview(
        id=row.id, portfolio=row.portfolio, revision=row.revision, new=row.revision == 0, replacing=row.replacing,
        who=row.who, faults=faults, notices=notices, **facts,
    )  # fmt: skip


def _told(facts: dict[str, Any]) -> dict[str, Any]:
    return {name: tuple(v) if name == "key" else v for name, v in facts.items() if name not in ("file", "text")}


def _written(differences: Mapping[str, Difference]) -> bytes:
    """The records to write and the keys to remove, by table."""
    found = {
        table: {
            "write": [cells_of(table, r) for r in (*d.created, *(new for _, new in d.updated))],
            "remove": [key_text(table, key_of(r)) for r in d.removed],
        }
        for table, d in differences.items()
        if d.created or d.updated or d.removed
    }
    return gzip.compress(json.dumps(found).encode(), compresslevel=3, mtime=0)


def _read(session: Session, row: UploadRow) -> dict[str, Difference]:
    """The kept changes against the records of now, which are those of then when the revision is the same."""
    differences = {}
    for table, change in json.loads(gzip.decompress(row.changes)).items():
        old = {key_of(s.record): s.record for s in records.read(session, row.portfolio, table)}
        new = dict(old)
        for text in change["remove"]:
            new.pop(key_from_text(table, text), None)
        for cells in change["write"]:
            record = record_of(table, cells)
            new[key_of(record)] = record
        differences[table] = records.difference(old.values(), new.values())
    return differences


def _apply(  # noqa: PLR0917 - what is written, in the order it is said
    session: Session, portfolio: str, revision: int, differences: Mapping[str, Difference], digest: str, who: str
) -> Imported:
    if records.hold(session, portfolio) != revision:
        raise Conflict(f"portfolio {portfolio}")
    created = sum(len(d.created) for d in differences.values())
    updated = sum(len(d.updated) for d in differences.values())
    removed = sum(len(d.removed) for d in differences.values())
    if created or updated or removed:
        head = next((r for r in differences[HEAD].created), None) if HEAD in differences else None
        changes = Changes(head or _head(session, portfolio), revision > 0, differences, digest)
        write_changes(session, changes, who)
    counts = {table: len(d.created) + len(d.updated) for table, d in differences.items()}
    return Imported(portfolio, counts, (), created, updated, removed)


def _head(session: Session, portfolio: str) -> Any:
    return records.read(session, portfolio, HEAD)[0].record
