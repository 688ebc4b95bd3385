"""Rows of texts under a header to typed rows, wherever they come from: every cell is read, or is a fault."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from solver.columns import BadCell, Column, Type, monday, read_cell
from solver.crosschecks.identity import unreadable
from solver.faults import Fault, Notice
from solver.files.formula import unescape

MOST_ROWS = 500_000
"""Most rows that are read of one table."""
_SHOWN = 80
Lines = Iterable[tuple[int, list[str]]]
"""Each row's cells with the line it starts in."""


@dataclass(slots=True)
class Row:
    """One row: values by attribute, None where a cell could not be read (its column is then in `bad`)."""

    line: int
    values: dict[str, Any]
    bad: set[str] = field(default_factory=set)


@dataclass(slots=True)
class Sheet:
    """What one table of a file holds. `torn`: some of it could not even be split into rows.

    `book`: it is a sheet of a workbook. `present`: attributes of the columns in the header. `unknown`: headers that
    name no column.
    """

    table: str
    book: bool = False
    rows: list[Row] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    notices: list[Notice] = field(default_factory=list)
    torn: bool = False
    present: frozenset[str] = frozenset()
    unknown: list[str] = field(default_factory=list)

    def fault(
        self, message: str, right: str, line: int | None, column: str | None = None, value: str | None = None
    ) -> None:
        """Note what is wrong."""
        shown = value if value is None or len(value) <= _SHOWN else value[:_SHOWN] + "..."
        self.faults.append(Fault(self.table, message, right, column=column, value=shown, line=line, book=self.book))

    def notice(self, message: str, line: int | None, column: str | None = None, value: str | None = None) -> None:
        """Note what was changed or passed over."""
        self.notices.append(Notice(self.table, message, column=column, value=value, line=line, book=self.book))

    def break_off(self, message: str, right: str, line: int | None, value: str | None = None) -> None:
        """Note what makes the rest of the table unreadable."""
        self.torn = True
        self.fault(message, right, line, value=value)


@dataclass(frozen=True, slots=True)
class Manner:
    """How a table is read. `partial`: a column that is not there is no fault unless it is part of the key.

    `aliases`: column names by header in lower case, for headers that are not a column's own name.
    """

    partial: bool = False
    aliases: Mapping[str, str] = field(default_factory=dict)


WHOLE = Manner()


def read_rows(sheet: Sheet, columns: Sequence[Column], lines: Lines, manner: Manner = WHOLE) -> None:
    """Fill a sheet with the rows of lines, the header first; nothing raises, everything wrong is a fault."""
    told = iter(lines)
    header = next(told, None)
    if header is None:
        if not sheet.torn:
            sheet.break_off("is empty", f"a header row such as {','.join(c.name for c in columns)}", None)
        return
    places = _places(sheet, columns, *header, manner)
    sheet.present = frozenset(c.attribute for c in columns if c.name in places)
    reader = _CellReader(sheet, columns, places, len(header[1]))
    for line, cells in told:
        if len(sheet.rows) >= MOST_ROWS:
            sheet.break_off(f"has more than {MOST_ROWS:,} rows", f"at most {MOST_ROWS:,} rows", line)
            return
        if any(cell.strip() for cell in cells):
            sheet.rows.append(reader.row(line, cells))
        elif not sheet.book:
            sheet.notice("is a row of blank cells and was passed over", line)


def _places(sheet: Sheet, columns: Sequence[Column], line: int, header: list[str], manner: Manner) -> dict[str, int]:
    """The position of each known column; what is missing, double or unknown is told."""
    known = {c.name for c in columns}
    places: dict[str, int] = {}
    for position, written in enumerate(header):
        name = _column_of(sheet, written.strip(), known, line, manner)
        if name in places:
            sheet.fault("is there more than once", "one column of that name", line, name, written)
        elif name in known:
            places[name] = position
        elif name:
            sheet.unknown.append(written.strip())
            sheet.notice("is an unknown column and was passed over", line, written.strip())
    for col in columns:
        if col.required and col.name not in places and (col.key or not manner.partial):
            right = f"a header row such as {','.join(c.name for c in columns)}"
            shown = header[0] if len(header) == 1 else None
            sheet.fault("is a required column but missing", right, line, col.name, shown)
    return places


def _column_of(sheet: Sheet, written: str, known: set[str], line: int, manner: Manner) -> str:
    """The column that a header names, itself or by an alias; else the header in lower case."""
    name = written.lower()
    if name in known or manner.aliases.get(name) not in known:
        return name
    sheet.notice(f"is read as the column {manner.aliases[name]}", line, written)
    return manner.aliases[name]


class _CellReader:
    """Reads the rows under one header; equal cells of a column are read once."""

    def __init__(self, sheet: Sheet, columns: Sequence[Column], places: dict[str, int], width: int) -> None:
        self.sheet, self.width = sheet, width
        self.there: list[tuple[Column, int, dict[str, Any]]] = [
            (c, places[c.name], {}) for c in columns if c.name in places
        ]
        self.absent = {c.attribute: c.default for c in columns if c.name not in places}
        self.lacking = {c.attribute for c in columns if c.required and c.name not in places}

    def row(self, line: int, cells: list[str]) -> Row:
        row = Row(line, dict(self.absent), set(self.lacking))
        fits = self._check_width(line, cells)
        for col, position, seen in self.there:
            text = cells[position] if position < len(cells) else ""
            value = seen.get(text)
            if value is None:
                value = seen[text] = read_text(col, text)
            if isinstance(value, BadCell):
                row.bad.add(col.attribute)
                row.values[col.attribute] = None
                if fits:
                    self.sheet.fault(value.message, value.right, line, col.name, text)
                continue
            row.values[col.attribute], change = value
            if change and fits:
                self.sheet.notice(change, line, col.name, text)
        if not fits:
            row.bad.add("")
        return row

    def _check_width(self, line: int, cells: list[str]) -> bool:
        """Whether a row has as many cells as the header; if not, its cells may have slipped and only its key counts."""
        if len(cells) > self.width:
            message = f"has {len(cells)} cells, but the header has {self.width}"
            right = f"{self.width} cells; a cell with a comma stands in double quotes"
            self.sheet.fault(message, right, line, value=cells[self.width])
        elif len(cells) < self.width:
            name = next((c.name for c, position, _ in self.there if position >= len(cells)), None)
            message = f"has {len(cells)} cells, but the header has {self.width}"
            self.sheet.fault(message, f"{self.width} cells, blank ones with their commas", line, name)
        return len(cells) == self.width


def read_text(col: Column, text: str) -> tuple[Any, str] | BadCell:
    """The value of a cell and how it differs from what was written, or why it cannot be read."""
    try:
        if col.type is Type.TEXT:
            text = unescape(text.strip())
            if why := unreadable(text):
                raise BadCell(why, col.right)
        value = read_cell(col, text)
    except BadCell as bad:
        return bad
    if col.type is Type.WEEK and value is not None and value != monday(value):
        return monday(value), f"is no Monday and was moved to {monday(value)}"
    if col.type is Type.ID and text.strip() and value != text.strip():
        return value, f"is read as {value}"
    return value, ""
