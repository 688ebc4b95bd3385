"""Faults and notices: what is wrong with an input, where, and what would be right."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong; `line` counts from 1 with the header as line 1, None where no file was read.

    `book`: the table is a sheet of a workbook, and the line one of its rows.
    """

    table: str
    message: str
    right: str = ""
    key: tuple[Any, ...] = ()
    column: str | None = None
    value: str | None = None
    line: int | None = None
    book: bool = False

    @property
    def file(self) -> str:
        """The file it is in; what is no CSV file goes by its whole name, as `summary.json` and `the question` do."""
        if self.book:
            return f"sheet {self.table}"
        return self.table if any(mark in self.table for mark in "./ ") else f"{self.table}.csv"

    def __str__(self) -> str:
        place = self.file + (f", {'row' if self.book else 'line'} {self.line}" if self.line else "")
        place += f", column {self.column}" if self.column else ""
        found = "" if self.value is None else f" {self.value!r}"
        hint = f"; right would be: {self.right}" if self.right else ""
        return f"{place}:{found} {self.message}{hint}"

    def as_dict(self) -> dict[str, Any]:
        """The fault as plain data, for JSON and pages; `text` is the whole sentence."""
        facts = asdict(self)
        facts["key"] = [None if v is None else str(v) for v in self.key]
        return {**facts, "file": self.file, "text": str(self)}


@dataclass(frozen=True, slots=True)
class Notice(Fault):
    """Something that was changed or passed over while reading, and that its author should know."""


class InvalidInput(Exception):
    """The input has faults: all of them, and the notices met on the way."""

    def __init__(self, faults: Iterable[Fault], notices: Iterable[Notice] = ()) -> None:
        self.faults = tuple(faults)
        self.notices = tuple(notices)
        count = len(self.faults)
        super().__init__(f"{count} fault{'s' if count != 1 else ''}: " + "; ".join(str(f) for f in self.faults[:3]))
