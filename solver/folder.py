"""The door to files: a folder, a zip, a workbook or bytes to a Problem or all its faults, and back; plans likewise."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from solver.columns import Type, write_cell
from solver.crosschecks import cross_check, remarks
from solver.crosschecks.identity import REPEATED
from solver.faults import Fault, InvalidInput, Notice
from solver.files.archive import write_files
from solver.files.bookwriting import write_book
from solver.files.csvtext import escape, write_rows
from solver.files.plan_files import plan_files, read_plan, write_plan
from solver.files.source import Source, sheets_in
from solver.files.tabular import Row, Sheet
from solver.problem import Problem
from solver.records import OPTIONAL, TABLES, columns, key_columns


@dataclass(frozen=True, slots=True)
class Reading:
    """A portfolio that was read, and what its author should know about the reading."""

    problem: Problem
    notices: tuple[Notice, ...] = ()


def read_folder(path: str | Path) -> Problem:
    """The portfolio of a folder or zip. Raises InvalidInput with every fault."""
    return read(path).problem


def read(source: Source) -> Reading:
    """The portfolio of a folder, zip or workbook (or its bytes), with notices. Raises InvalidInput with every fault."""
    found = sheets_in(source)
    desk = _Desk(book=found.book)
    for table in TABLES:
        desk.take(table, found.tables.get(table))
    desk.notices += sorted(found.notices, key=lambda n: n.table)
    return desk.reading()


def read_files(files: Mapping[str, bytes]) -> Reading:
    """The portfolio of named contents (`pools.csv` -> bytes), with notices. Raises InvalidInput with every fault."""
    return read(files)


@dataclass(slots=True)
class _Desk:
    """What was read so far: sound records, drafts (key readable, more not), and where each key was found."""

    book: bool = False
    tables: dict[str, tuple[Any, ...]] = field(default_factory=dict)
    drafts: dict[str, tuple[Any, ...]] = field(default_factory=dict)
    torn: set[str] = field(default_factory=set)
    faults: list[Fault] = field(default_factory=list)
    notices: list[Notice] = field(default_factory=list)
    lines: dict[str, dict[tuple[Any, ...], list[int]]] = field(default_factory=dict)

    def take(self, table: str, sheet: Sheet | None) -> None:
        """Take what one table holds, or note that it is missing."""
        if sheet is None:
            if table not in OPTIONAL:
                names = ",".join(c.name for c in columns(table))
                kind = "sheet" if self.book else "file"
                self.faults.append(Fault(table, "is missing", f"a {kind} with the header {names}", book=self.book))
                self.torn.add(table)
            return
        self.faults += sheet.faults
        self.notices += sheet.notices
        if sheet.torn:
            self.torn.add(table)
        self._file(table, sheet.rows)

    def _file(self, table: str, rows: list[Row]) -> None:
        record, keys = TABLES[table], [c.attribute for c in key_columns(table)]
        sound: list[Any] = []
        drafts: list[Any] = []
        lines: dict[tuple[Any, ...], list[int]] = defaultdict(list)
        for row in rows:
            if not row.bad.isdisjoint(keys):
                self.torn.add(table)
                continue
            lines[tuple([row.values[k] for k in keys])].append(row.line)
            (drafts if row.bad else sound).append(record(**row.values))
        self.tables[table], self.drafts[table], self.lines[table] = tuple(sound), tuple(drafts), lines

    def reading(self) -> Reading:
        """The problem. Raises InvalidInput with the faults of all files, in their order."""
        if not self.faults:
            try:
                problem = Problem.from_tables(self.tables)
                return Reading(problem, (*self.notices, *remarks(problem.tables())))
            except InvalidInput as invalid:
                found = list(invalid.faults)
        else:
            found = cross_check(self.tables, self.drafts, self.torn)
        order = {table: place for place, table in enumerate(TABLES)}
        faults = sorted(self.faults + self._placed(found), key=lambda f: (order[f.table], f.line or 0))
        raise InvalidInput(faults, self.notices)

    def _placed(self, faults: Iterable[Fault]) -> list[Fault]:
        """The faults with their lines; repeated keys are reported at the second row, the third, and so on."""
        repeats: dict[tuple[str, tuple[Any, ...]], int] = defaultdict(int)
        placed = []
        for fault in faults:
            lines = self.lines.get(fault.table, {}).get(fault.key, [])
            nth = 0
            if fault.message.startswith(REPEATED):
                repeats[fault.table, fault.key] += 1
                nth = repeats[fault.table, fault.key]
            line = lines[nth] if nth < len(lines) else fault.line
            placed.append(replace(fault, line=line, book=self.book))
        return placed


def csv_text(table: str, records: Iterable[Any]) -> str:
    """The CSV text of records of one table, header first."""
    cols = columns(table)

    def cells(record: Any) -> list[str]:
        texts = [(c, write_cell(c, getattr(record, c.attribute))) for c in cols]
        return [escape(text) if c.type is Type.TEXT else text for c, text in texts]

    return write_rows([c.name for c in cols], map(cells, records))


def files_of(problem: Problem) -> dict[str, str]:
    """All files of a portfolio, `pools.csv` -> text; empty tables have their header."""
    return {f"{table}.csv": csv_text(table, rows) for table, rows in problem.tables().items()}


def book_of(problem: Problem) -> bytes:
    """A portfolio as one workbook; reading it gives an equal Problem. Raises InvalidInput for a text too odd."""
    return write_book(problem.tables())


def template_files() -> dict[str, str]:
    """The files of a portfolio with headers only, to be filled in."""
    return {f"{table}.csv": csv_text(table, ()) for table in TABLES}


def template_book() -> bytes:
    """The workbook of a portfolio with headings only, to be filled in."""
    return write_book({})


def write_folder(problem: Problem, path: str | Path) -> None:
    """Write a portfolio as a folder of CSV files; reading it gives an equal Problem."""
    write_files(path, files_of(problem), seal="portfolio.csv")


__all__ = [
    "Reading",
    "book_of",
    "csv_text",
    "files_of",
    "plan_files",
    "read",
    "read_files",
    "read_folder",
    "read_plan",
    "template_book",
    "template_files",
    "write_folder",
    "write_plan",
]
