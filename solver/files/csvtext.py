"""One CSV file between bytes and rows of texts, each with the line it starts in."""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Iterable, Iterator, Sequence

from solver.columns import Column
from solver.files.formula import escape, unescape
from solver.files.tabular import WHOLE, Manner, Sheet, read_rows

_WIDE = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE, codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)


def read_sheet(table: str, columns: Sequence[Column], content: bytes, manner: Manner = WHOLE) -> Sheet:
    """The rows of a CSV file; nothing raises, everything wrong is a fault of the sheet."""
    sheet = Sheet(table)
    text = _decode(sheet, content)
    if text is not None:
        read_rows(sheet, columns, _lines(sheet, text), manner)
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


def write_rows(names: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A CSV text from cells, lines ending in a newline; cells are quoted where they must be."""
    lines = [",".join(names)]
    lines += (",".join(map(_quoted, cells)) for cells in rows)
    return "\n".join(lines) + "\n"


def _quoted(cell: str) -> str:
    if '"' in cell or "," in cell or "\n" in cell or "\r" in cell:
        return '"' + cell.replace('"', '""') + '"'
    return cell


__all__ = ["escape", "read_sheet", "unescape", "write_rows"]
