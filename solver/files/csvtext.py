"""One CSV file between bytes and rows of texts, each with the line it starts in."""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from solver.columns import BadCell, Column
from solver.files.formula import escape, unescape
from solver.files.tabular import MOST_ROWS, WHOLE, Manner, Sheet, read_rows, read_text

_WIDE = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE, codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)


def read_sheet(table: str, columns: Sequence[Column], content: bytes, manner: Manner = WHOLE) -> Sheet:
    """The rows of a CSV file; nothing raises, everything wrong is a fault of the sheet."""
    sheet = Sheet(table)
    text = _decode(sheet, content)
    if text is not None:
        read_rows(sheet, columns, _lines(sheet, text), manner)
    return sheet


def read_columns(columns: Sequence[Column], content: bytes) -> list[list[Any]] | None:
    """The columns of a file in which nothing is wrong or read as something else, each distinct cell read once.

    None where there is anything to tell: then `read_sheet` tells it, row by row.
    """
    names = [c.name for c in columns]
    try:
        rows = list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""), strict=True))
    except (UnicodeDecodeError, csv.Error):
        return None
    fits = all(len(row) == len(names) for row in rows) and len(rows) <= MOST_ROWS and b"\0" not in content
    if not rows or rows[0] != names or not fits:
        return None
    found = [_values(column, cells) for column, cells in zip(columns, zip(*rows[1:], strict=True), strict=False)]
    known = [values for values in found if values is not None]
    return known if len(known) == len(columns) else [[] for _ in columns] if len(rows) == 1 else None


def _values(column: Column, cells: Sequence[str]) -> list[Any] | None:
    known = {text: read_text(column, text) for text in set(cells)}
    if any(isinstance(value, BadCell) or value[1] for value in known.values()):
        return None
    values = {text: value[0] for text, value in known.items() if not isinstance(value, BadCell)}
    return [values[text] for text in cells]


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


def write_rows(names: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A CSV text from cells, lines ending in a newline; cells are quoted where they must be."""
    lines = [",".join(names)]
    lines += (",".join(map(_quoted, cells)) for cells in rows)
    return "\n".join(lines) + "\n"


def _quoted(cell: str) -> str:
    if '"' in cell or "," in cell or "\n" in cell or "\r" in cell:
        return '"' + cell.replace('"', '""') + '"'
    return cell


__all__ = ["escape", "read_columns", "read_sheet", "unescape", "write_rows"]
