"""Writes a portfolio as one workbook to be edited by hand: notes, drop-downs and frozen headers on every sheet."""

from __future__ import annotations

import io
import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from xlsxwriter import Workbook
from xlsxwriter.format import Format
from xlsxwriter.utility import xl_col_to_name
from xlsxwriter.worksheet import Worksheet

from solver.columns import Column, Type, write_cell
from solver.crosschecks.identity import LONGEST_TEXT
from solver.faults import Fault, InvalidInput
from solver.files.formula import escape
from solver.files.workbook import ABOUT
from solver.records import OPTIONAL, TABLES, columns, key_columns, key_of

LAST_ROW = 2**20 - 1
SPARE_ROWS = 500
"""Rows below the last record of a table that a drop-down of its ids covers already."""
FIRST_DATE = date(1900, 3, 1)
"""The first day that every spreadsheet counts alike."""
LONGEST_LIST = 255
_MADE = datetime(2000, 1, 1)
"""A workbook of the same records is the same bytes, whenever it is made."""
_UNHELD = re.compile("[\ufffe\uffff]|_x[0-9A-Fa-f]{4}_x[0-9A-Fa-f]{4}_")
"""What the file format of spreadsheets garbles."""
_DAYS, _NUMBERS = (Type.WEEK, Type.DATE), (Type.AMOUNT, Type.INTEGER)
_HELP = (
    "One sheet per kind of record. Bold headings are required; a note at each heading says what belongs there.",
    "The order of columns and rows is free. Do not rename the sheets or the headings.",
    "Amounts are plain numbers without currency sign. Dates are real dates; where a week is meant, its Monday.",
    "When you upload the workbook, every change is shown first, row by row, and nothing is written before you agree.",
    "A column that you delete keeps what is there; a cell that you empty goes back to its default;",
    "a row that you delete stays, unless you choose to replace the tables by what the workbook holds.",
)


def write_book(tables: Mapping[str, Sequence[Any]]) -> bytes:
    """Records by table as a workbook; reading it gives equal records. A table not named has a sheet with headings.

    Raises InvalidInput for a text that no workbook can hold.
    """
    stream = io.BytesIO()
    book = Workbook(stream, {"in_memory": True})
    book.set_properties({"title": "codered portfolio", "created": _MADE})
    writer = _Writer(book, {table: len(tables.get(table, ())) for table in TABLES})
    writer.about()
    for table in TABLES:
        writer.sheet(table, tables.get(table, ()))
    book.close()
    if writer.faults:
        raise InvalidInput(writer.faults)
    return stream.getvalue()


class _Writer:
    """The workbook being written, and what it could not hold."""

    def __init__(self, book: Workbook, counts: Mapping[str, int]) -> None:
        self.book, self.counts, self.faults = book, counts, list[Fault]()
        self.day = book.add_format({"num_format": "yyyy-mm-dd"})
        self.text = book.add_format({"num_format": "@"})
        head = {"bg_color": "#EEF1F4", "bottom": 1, "font_color": "#14202E"}
        self.heading = {True: book.add_format({**head, "bold": True}), False: book.add_format(head)}
        self.title = book.add_format({"bold": True, "font_size": 14})

    def about(self) -> None:
        """The sheet that explains the others."""
        sheet = self.book.add_worksheet(ABOUT)
        sheet.set_column(0, 0, 16)
        sheet.set_column(1, 1, 110)
        sheet.write_string(0, 0, "codered portfolio", self.title)
        for row, line in enumerate(_HELP, start=2):
            sheet.write_string(row, 0, line)
        for row, (table, kind) in enumerate(TABLES.items(), start=len(_HELP) + 3):
            sheet.write_url(row, 0, f"internal:'{table}'!A1", string=table)
            optional = " May stay empty." if table in OPTIONAL else ""
            sheet.write_string(row, 1, (kind.__doc__ or "").replace("`", "") + optional)

    def sheet(self, table: str, records: Iterable[Any]) -> None:
        """One table."""
        sheet, cols = self.book.add_worksheet(table), columns(table)
        sheet.freeze_panes(1, max(1, len(key_columns(table))) if table != "portfolio" else 1)
        sheet.set_comments_author("codered")
        for place, col in enumerate(cols):
            sheet.set_column(place, place, _width(col), self._format(col))
            sheet.write_string(0, place, col.name, self.heading[col.required])
            sheet.write_comment(0, place, note(col), {"x_scale": 2, "y_scale": 1.2})
            self._offer(sheet, place, col)
        row = 0
        for row, record in enumerate(records, start=1):
            for place, col in enumerate(cols):
                self._cell(sheet, row, place, col, record)
        sheet.autofilter(0, 0, max(row, 1), len(cols) - 1)

    def _format(self, col: Column) -> Format | None:
        if col.type in _NUMBERS:
            return None
        return self.day if col.type in _DAYS else self.text

    def _cell(self, sheet: Worksheet, row: int, place: int, col: Column, record: Any) -> None:
        value = getattr(record, col.attribute)
        if value is None or value == "":
            return
        if col.type in _NUMBERS and _held(value):
            sheet.write_number(row, place, value)
        elif col.type in _DAYS and value >= FIRST_DATE:
            sheet.write_datetime(row, place, datetime(value.year, value.month, value.day), self.day)
        else:
            self._string(sheet, row, place, col, record)

    def _string(self, sheet: Worksheet, row: int, place: int, col: Column, record: Any) -> None:
        cell = write_cell(col, getattr(record, col.attribute))
        text = escape(cell) if col.type is Type.TEXT else cell
        if _UNHELD.search(text) or len(text) > LONGEST_TEXT:
            message, right = "cannot stand in a workbook", "a shorter or plainer text, or CSV files"
            fault = Fault(sheet.get_name(), message, right, key_of(record), col.name, cell[:80], row + 1, book=True)
            self.faults.append(fault)
        else:
            sheet.write_string(row, place, text, self.text)

    def _offer(self, sheet: Worksheet, place: int, col: Column) -> None:
        """The drop-down of a column, or the range of its numbers."""
        rule = self._rule(col)
        if rule:
            words = {"error_title": col.name[:32], "error_message": f"Right would be: {col.right}"[:255]}
            sheet.data_validation(1, place, LAST_ROW, place, {**words, **rule})

    def _rule(self, col: Column) -> dict[str, Any]:
        if col.refers:
            return {"validate": "list", "source": self._ids_of(col), "show_error": False}
        if col.choices and len(",".join(col.choices)) <= LONGEST_LIST:
            return {"validate": "list", "source": list(col.choices)}
        if col.type in _NUMBERS:
            kind = "integer" if col.type is Type.INTEGER else "decimal"
            low, high = col.minimum, col.maximum
            if low is not None and high is not None:
                return {"validate": kind, "criteria": "between", "minimum": low, "maximum": high}
            return {"validate": kind, "criteria": ">=", "value": low} if low is not None else {}
        return {}

    def _ids_of(self, col: Column) -> str:
        """The cells that hold the ids which a column may name."""
        table = col.refers or ""
        names = [c.name for c in columns(table)]
        place = names.index(col.name) if col.name in names else 0
        letter = xl_col_to_name(place)
        return f"='{table}'!${letter}$2:${letter}${self.counts[table] + 1 + SPARE_ROWS}"


def _held(value: float) -> bool:
    """Whether a number is the same after a workbook, which keeps sixteen digits of it."""
    return float(f"{value:.16G}") == value


def _width(col: Column) -> int:
    wide = 28 if col.type in (Type.TEXT, Type.CURVE, Type.RAMP) else 14 if col.type is not Type.ID else 22
    return max(wide, len(col.name) + 4)


def note(col: Column) -> str:
    """What belongs into a column, in a few lines."""
    lines = [col.doc[:1].upper() + col.doc[1:] + (f", in {col.unit}" if col.unit else "") + "."]
    lines.append(f"An id from the sheet {col.refers}." if col.refers else f"Right is: {col.right}.")
    if col.required:
        lines.append("Required.")
    elif col.default not in (None, ""):
        lines.append(f"Blank means {write_cell(col, col.default)}.")
    return "\n".join(lines + (["Part of the key."] if col.key else []))
