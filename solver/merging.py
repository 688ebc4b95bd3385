"""What an upload would make of the records that are there: line by line, and as a whole; nothing is written here."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from solver.columns import write_cell
from solver.crosschecks import cross_check
from solver.crosschecks.identity import REPEATED
from solver.faults import Fault, InvalidInput, Notice
from solver.files.source import Sheets
from solver.files.tabular import Row, Sheet
from solver.problem import Problem
from solver.records import OPTIONAL, TABLES, columns, key_columns, key_of

CREATE, UPDATE, UNCHANGED, REMOVE, FAULT = VERBS = ("create", "update", "unchanged", "remove", "fault")
Key = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Step:
    """What happens to one record. `line`: None where the upload has none for it; `cells`: old and new texts."""

    table: str
    line: int | None
    verb: str
    key: Key
    cells: Mapping[str, tuple[str, str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Merge:
    """An upload laid over the records: `problem` is what would be, None where there are faults."""

    steps: tuple[Step, ...]
    faults: tuple[Fault, ...]
    notices: tuple[Notice, ...]
    problem: Problem | None
    unknown: Mapping[str, tuple[str, ...]]
    """Headers that name no column, by table."""

    @property
    def counts(self) -> dict[str, dict[str, int]]:
        """Steps by table and verb, for tables that the upload has."""
        found: dict[str, dict[str, int]] = {}
        for (table, verb), count in Counter((s.table, s.verb) for s in self.steps).items():
            found.setdefault(table, dict.fromkeys(VERBS, 0))[verb] = count
        return found


def merge(old: Mapping[str, tuple[Any, ...]], upload: Sheets, *, replacing: bool = False) -> Merge:
    """The records after an upload.

    A line whose key is there updates that record, any other creates one. A column that is not there keeps what is; a
    blank cell takes the column's default. What has no line stays, unless `replacing`, and then only in tables that the
    upload has. `old` is empty for a portfolio that is new.
    """
    desk = _Desk(old, upload, replacing)
    for table in TABLES:
        desk.take(table)
    return desk.merged()


class _Desk:
    """The tables as they come about, and where each key was found."""

    def __init__(self, old: Mapping[str, tuple[Any, ...]], upload: Sheets, replacing: bool) -> None:
        self.old, self.upload, self.replacing = old, upload, replacing
        self.tables: dict[str, tuple[Any, ...]] = {}
        self.drafts: dict[str, tuple[Any, ...]] = {}
        self.torn: set[str] = set()
        self.steps: list[Step] = []
        self.faults: list[Fault] = []
        self.lines: dict[str, dict[Key, list[int]]] = {}

    def take(self, table: str) -> None:
        """Lay one table of the upload over what is there."""
        before = {key_of(record): record for record in self.old.get(table, ())}
        sheet = self.upload.tables.get(table)
        if sheet is None:
            self.tables[table] = tuple(before.values())
            if not self.old and table not in OPTIONAL:
                self._missing(table)
            return
        if sheet.torn:
            self.torn.add(table)
        self.faults += sheet.faults
        self._rows(table, sheet, before)

    def _missing(self, table: str) -> None:
        names, kind = ",".join(c.name for c in columns(table)), "sheet" if self.upload.book else "file"
        right = f"a {kind} with the header {names}: the portfolio is new"
        self.faults.append(Fault(table, "is missing", right, book=self.upload.book))
        self.torn.add(table)

    def _rows(self, table: str, sheet: Sheet, before: dict[Key, Any]) -> None:
        keys = [c.attribute for c in key_columns(table)]
        kept = [c.attribute for c in columns(table) if c.attribute not in sheet.present]
        lines: dict[Key, list[int]] = defaultdict(list)
        sound: list[Any] = []
        drafts: list[Any] = []
        for row in sheet.rows:
            key = tuple([row.values[k] for k in keys])
            if not row.bad.isdisjoint(keys):
                self.torn.add(table)
                self.steps.append(Step(table, row.line, FAULT, key))
                continue
            lines[key].append(row.line)
            record, good = self._record(table, row, before.get(key), kept)
            (sound if good else drafts).append(record)
            self.steps.append(_step(table, row.line, key, before.get(key), record) if good
                              else Step(table, row.line, FAULT, key))  # fmt: skip
        rest = [record for key, record in before.items() if key not in lines]
        if self.replacing:
            self.steps += [Step(table, None, REMOVE, key_of(record)) for record in rest]
            rest = []
        self.tables[table], self.drafts[table], self.lines[table] = (*rest, *sound), tuple(drafts), lines

    def _record(self, table: str, row: Row, before: Any | None, kept: list[str]) -> tuple[Any, bool]:
        """The record of a line, and whether it is sound; cells without a column are as they were."""
        lacking = row.bad.intersection(kept)
        if before is not None and kept:
            row.values.update((name, getattr(before, name)) for name in kept)
            return TABLES[table](**row.values), row.bad <= lacking
        for col in columns(table) if lacking else ():
            if col.attribute in lacking:
                message, right = "is a required column but missing, and this row is new", f"a column {col.name}"
                self.faults.append(Fault(table, message, right, column=col.name, line=row.line, book=self.upload.book))
        return TABLES[table](**row.values), not row.bad

    def merged(self) -> Merge:
        """The whole, with the faults between records."""
        problem, found = self._checked()
        order = {table: place for place, table in enumerate(TABLES)}
        faults = sorted(self.faults + self._placed(found), key=lambda f: (order[f.table], f.line or 0))
        notices = [n for table in TABLES if table in self.upload.tables for n in self.upload.tables[table].notices]
        unknown = {table: tuple(sheet.unknown) for table, sheet in self.upload.tables.items() if sheet.unknown}
        steps = self._ordered(order, faults)
        return Merge(steps, tuple(faults), (*notices, *self.upload.notices), None if faults else problem, unknown)

    def _checked(self) -> tuple[Problem | None, list[Fault]]:
        if self.faults:
            return None, cross_check(self.tables, self.drafts, self.torn)
        try:
            return Problem.from_tables(self.tables), []
        except InvalidInput as invalid:
            return None, list(invalid.faults)

    def _ordered(self, order: Mapping[str, int], faults: Iterable[Fault]) -> tuple[Step, ...]:
        """The steps by table and line, what is removed last; a line with a fault does nothing else."""
        wrong = {(f.table, f.line) for f in faults if f.line}
        steps = [replace(s, verb=FAULT, cells={}) if (s.table, s.line) in wrong else s for s in self.steps]
        last = 10**9
        return tuple(sorted(steps, key=lambda s: (order[s.table], s.line or last)))

    def _placed(self, faults: Iterable[Fault]) -> list[Fault]:
        """The faults with their lines; a record that the upload has no line for is named by its key."""
        repeats: Counter[tuple[str, Key]] = Counter()
        placed = []
        for fault in faults:
            lines, nth = self.lines.get(fault.table, {}).get(fault.key, []), 0
            if fault.message.startswith(REPEATED):
                repeats[fault.table, fault.key] += 1
                nth = repeats[fault.table, fault.key]
            line = lines[nth] if nth < len(lines) else fault.line
            placed.append(replace(fault, line=line, book=self.upload.book))
        return placed


def _step(table: str, line: int, key: Key, before: Any | None, after: Any) -> Step:
    if before is None:
        return Step(table, line, CREATE, key)
    if before == after:
        return Step(table, line, UNCHANGED, key)
    pairs = ((c, getattr(before, c.attribute), getattr(after, c.attribute)) for c in columns(table))
    cells = {c.name: (write_cell(c, was), write_cell(c, now)) for c, was, now in pairs if was != now}
    return Step(table, line, UPDATE, key, cells)
