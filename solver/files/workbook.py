"""A portfolio as one workbook, a sheet per table, read back into the same rows as its CSV files give."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from datetime import date, datetime, time
from typing import Any

from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook, SheetTypeEnum

from solver.columns import plain
from solver.faults import Notice
from solver.files.archive import refused
from solver.files.bookguard import guard
from solver.files.tabular import Manner, Sheet, read_rows
from solver.records import TABLES, columns

ABOUT = "about"
"""The sheet that explains the others; it is not read."""
_UNREADABLE = (CalamineError, ValueError, OverflowError, OSError)


def read_book(
    content: bytes, manner_of: Callable[[str], Manner], name: str = "upload.xlsx"
) -> tuple[dict[str, Sheet], list[Notice]]:
    """The sheets of a workbook by table, and what was passed over. Raises InvalidInput when it cannot be opened."""
    guard(content, name)
    try:
        with CalamineWorkbook.from_filelike(io.BytesIO(content)) as book:
            return _tables(book, manner_of)
    except BaseException as error:
        # A damaged file may make the reader panic, which is no Exception; anything else goes its way.
        if not isinstance(error, _UNREADABLE) and type(error).__name__ != "PanicException":
            raise
        raise refused(name, f"is not a readable workbook ({error})", "a workbook (.xlsx) without a password") from error


def _tables(book: CalamineWorkbook, manner_of: Callable[[str], Manner]) -> tuple[dict[str, Sheet], list[Notice]]:
    found: dict[str, Sheet] = {}
    notices: list[Notice] = []
    for meta in book.sheets_metadata:
        table = meta.name.strip().lower()
        if meta.typ is not SheetTypeEnum.WorkSheet or table == ABOUT:
            continue
        if table not in TABLES:
            notices.append(Notice(meta.name, "is an unknown sheet and was passed over", book=True))
        elif table in found:
            found[table].break_off("is there more than once", "one sheet of that name", None, meta.name)
        else:
            found[table] = _sheet(table, book.get_sheet_by_name(meta.name), manner_of(table))
    return found, notices


def _sheet(table: str, content: CalamineSheet, manner: Manner) -> Sheet:
    sheet = Sheet(table, book=True)
    read_rows(sheet, columns(table), _lines(content), manner)
    return sheet


def _lines(content: CalamineSheet) -> Iterator[tuple[int, list[str]]]:
    """Each row that is not blank, as texts, with its number as the spreadsheet shows it."""
    for number, cells in enumerate(content.iter_rows(), start=1):
        texts = [_text(cell) for cell in cells]
        if any(texts):
            yield number, texts


def _text(cell: Any) -> str:
    """What would stand in the CSV file for a cell."""
    if isinstance(cell, str):
        return cell
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, int | float):
        return plain(cell) if cell >= 0 else f"-{plain(-cell)}"
    if isinstance(cell, datetime):
        return cell.date().isoformat() if cell.time() == time() else cell.isoformat(" ")
    return cell.isoformat() if isinstance(cell, date | time) else str(cell)
