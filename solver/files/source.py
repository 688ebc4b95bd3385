"""What somebody hands over (a folder, a zip, a workbook or single files) as the sheets of its tables."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from solver.faults import Fault, InvalidInput, Notice
from solver.files.archive import MOST_BYTES, files_in, refused
from solver.files.bookguard import is_workbook
from solver.files.csvtext import read_sheet
from solver.files.tabular import WHOLE, Manner, Sheet
from solver.files.workbook import read_book
from solver.records import TABLES, columns

Source = str | Path | bytes | Mapping[str, bytes]
_KINDS = {
    b"PK": "is a zip or a workbook, not a CSV text",
    b"\xd0\xcf\x11\xe0": "is an old workbook (.xls), or one with a password",
    b"%PDF": "is a PDF",
    b"\x1f\x8b": "is a gzip file, not a CSV text",
}
"""First bytes of what is taken for CSV by mistake."""


@dataclass(slots=True)
class Sheets:
    """The sheets that were found, by table, and what was passed over beside them. `book`: from a workbook."""

    tables: dict[str, Sheet] = field(default_factory=dict)
    notices: list[Notice] = field(default_factory=list)
    book: bool = False


def sheets_in(source: Source, manner_of: Callable[[str], Manner] = lambda _: WHOLE) -> Sheets:
    """The sheets of a source, each table read in its manner. Raises InvalidInput when it cannot be opened."""
    name, content = _one_file(source)
    if content is not None and is_workbook(content):
        tables, notices = read_book(content, manner_of, name)
        return Sheets(tables, notices, book=True)
    if content is not None and name.lower().endswith((".xlsx", ".xlsm")):
        raise refused(name, _what_it_is(content), "a workbook (.xlsx) without a password")
    return _from_files(files_in(source, _is_table), manner_of)


def _one_file(source: Source) -> tuple[str, bytes | None]:
    """The name and content of a source that is a single file."""
    if isinstance(source, bytes):
        return "upload", source
    if isinstance(source, Mapping):
        books = [name for name, content in source.items() if is_workbook(content) or _named_book(name)]
        if books and len(source) > 1:
            raise refused(books[0], "is a workbook among other files", "one workbook, or CSV files")
        return (books[0], source[books[0]]) if books else ("", None)
    path = Path(source)
    if not path.is_file():
        return "", None
    with path.open("rb") as stream:
        return path.name, stream.read(MOST_BYTES + 1)


def _from_files(files: Mapping[str, bytes], manner_of: Callable[[str], Manner]) -> Sheets:
    found = Sheets()
    for file, content in files.items():
        table = file.removesuffix(".csv")
        if table not in TABLES:
            found.notices.append(Notice(table, "is an unknown file and was passed over"))
            continue
        if kind := next((kind for start, kind in _KINDS.items() if content.startswith(start)), None):
            raise InvalidInput([Fault(table, kind, "a CSV text in UTF-8")])
        found.tables[table] = read_sheet(table, columns(table), content, manner_of(table))
    return found


def _named_book(name: str) -> bool:
    return name.lower().endswith((".xlsx", ".xlsm"))


def _what_it_is(content: bytes) -> str:
    known = (kind for start, kind in _KINDS.items() if start != b"PK" and content.startswith(start))
    return next(known, "is not a workbook")


def _is_table(name: str) -> bool:
    return name.endswith(".csv") and not name.startswith(".")
