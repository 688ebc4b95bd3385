"""One CSV file between bytes and typed rows: every cell is read, or is a fault with its line and column."""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from solver.columns import BadCell, Column, Type, monday, read_cell
from solver.crosschecks.identity import unreadable
from solver.faults import Fault, Notice

_FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""First characters that make a spreadsheet run a cell."""
_WIDE = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE, codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)
_SHOWN = 80


@dataclass(slots=True)
class Row:
    """One row: values by attribute, None where a cell could not be read (its column is then in `bad`)."""

    line: int
    values: dict[str, Any]
    bad: set[str] = field(default_factory=set)


@dataclass(slots=True)
class Sheet:
    """What one file holds. `torn`: some of it could not even be split into rows."""

    table: str
    rows: list[Row] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    notices: list[Notice] = field(default_factory=list)
    torn: bool = False

    def fault(
        self, message: str, right: str, line: int | None, column: str | None = None, value: str | None = None
    ) -> None:
        """Note what is wrong."""
        shown = value if value is None or len(value) <= _SHOWN else value[:_SHOWN] + "..."
        self.faults.append(Fault(self.table, message, right, column=column, value=shown, line=line))

    def break_off(self, message: str, right: str, line: int | None, value: str | None = None) -> None:
        """Note what makes the rest of the file unreadable."""
        self.torn = True
        self.fault(message, right, line, value=value)


def read_sheet(table: str, columns: Sequence[Column], content: bytes) -> Sheet:
    """The rows of a CSV file; nothing raises, everything wrong is a fault of the sheet."""
    sheet = Sheet(table)
    text = _decode(sheet, content)
    if text is None:
        return sheet
    lines = _lines(sheet, text)
    header = next(lines, None)
    if header is None:
        if not sheet.torn:
            names = ",".join(c.name for c in columns)
            sheet.break_off("is empty", f"a header row such as {names}", None)
        return sheet
    places = _places(sheet, columns, *header)
    reader = _CellReader(sheet, columns, places, len(header[1]))
    for line, cells in lines:
        if any(cell.strip() for cell in cells):
            sheet.rows.append(reader.row(line, cells))
        else:
            sheet.notices.append(Notice(table, "is a row of blank cells and was passed over", line=line))
    return sheet


def _decode(sheet: Sheet, content: bytes) -> str | None:
    if content.startswith(_WIDE):
        sheet.break_off("is UTF-16 or UTF-32", "UTF-8, as `CSV UTF-8` in a spreadsheet", 1, f"0x{content[0]:02x}")
        return None
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = error.object[: error.start]
        line, byte = before.count(b"\n") + 1, error.start - before.rfind(b"\n")
        message = f"is not UTF-8 (byte {byte} of the line)"
        sheet.break_off(message, "UTF-8, as `CSV UTF-8` in a spreadsheet", line, f"0x{error.object[error.start]:02x}")
        return None
    if "\0" in text:
        line = text[: text.index("\0")].count("\n") + 1
        sheet.break_off("has a NUL character", "a text file without NUL characters", line, "\0")
        return None
    return text


def _lines(sheet: Sheet, text: str) -> Iterator[tuple[int, list[str]]]:
    """Each row with the line it starts in; a row that cannot be split ends the file."""
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    line = 1
    while True:
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            value = "".join(text.splitlines(keepends=True)[line - 1 : line]).strip()
            right = 'a cell in double quotes, with each quote inside doubled, as "a ""b"" c"'
            sheet.break_off(f"cannot be split into cells ({error})", right, line, value)
            return
        if cells:
            yield line, cells
        line = reader.line_num + 1


def _places(sheet: Sheet, columns: Sequence[Column], line: int, header: list[str]) -> dict[str, int]:
    """The position of each known column; what is missing, double or unknown is told."""
    names = [name.strip().lower() for name in header]
    known = {c.name for c in columns}
    places: dict[str, int] = {}
    for position, name in enumerate(names):
        if name in places:
            sheet.fault("is there more than once", "one column of that name", line, name, header[position])
        elif name in known:
            places[name] = position
        elif name:
            message = "is an unknown column and was passed over"
            sheet.notices.append(Notice(sheet.table, message, column=header[position].strip(), line=line))
    for col in columns:
        if col.required and col.name not in places:
            right = f"a header row such as {','.join(c.name for c in columns)}"
            shown = header[0] if len(header) == 1 else None
            sheet.fault("is a required column but missing", right, line, col.name, shown)
    return places


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
                value = seen[text] = _read(col, text)
            if isinstance(value, BadCell):
                row.bad.add(col.attribute)
                row.values[col.attribute] = None
                if fits:
                    self.sheet.fault(value.message, value.right, line, col.name, text)
                continue
            row.values[col.attribute], change = value
            if change and fits:
                self.sheet.notices.append(Notice(self.sheet.table, change, column=col.name, value=text, line=line))
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


def _read(col: Column, text: str) -> tuple[Any, str] | BadCell:
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


def write_rows(names: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A CSV text from cells, lines ending in a newline; cells are quoted where they must be."""
    lines = [",".join(names)]
    lines += (",".join(map(_quoted, cells)) for cells in rows)
    return "\n".join(lines) + "\n"


def _quoted(cell: str) -> str:
    if '"' in cell or "," in cell or "\n" in cell or "\r" in cell:
        return '"' + cell.replace('"', '""') + '"'
    return cell


def escape(text: str) -> str:
    """A text that no spreadsheet takes for a formula: with an apostrophe before it where needed."""
    return "'" + text if text.startswith(_FORMULA) or _looks_escaped(text) else text


def unescape(text: str) -> str:
    """What `escape` was given."""
    return text[1:] if _looks_escaped(text) else text


def _looks_escaped(text: str) -> bool:
    return text.startswith("'") and text[1:].startswith((*_FORMULA, "'"))
