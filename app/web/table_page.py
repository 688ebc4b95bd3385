"""One table of records as a page shows it: searched, paged, with the forms to change a row."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from flask import request, url_for

from app.actions.edit import Row, known_ids, rows
from app.cells import cells_of
from app.errors import Change
from app.web import context
from app.web.fields import Field, field_of
from app.web.paging import Page, paged
from solver.columns import Column
from solver.faults import Fault
from solver.records import columns, key_columns

ROWS = 50
PROPOSED_FOR = 500
"""Above this many ids a list of proposals is no help any more."""


@dataclass(frozen=True, slots=True)
class TablePage:
    """What is shown of a table; `total` counts all its rows, the page those that match."""

    table: str
    columns: tuple[Column, ...]
    page: Page[Row]
    query: str
    total: int


@dataclass(frozen=True, slots=True)
class RecordForm:
    """A row being edited or added: fields, what others changed meanwhile, and faults of no field."""

    table: str
    fields: tuple[Field, ...]
    key: tuple[str, ...] | None
    version: int
    faults: tuple[Fault, ...] = ()
    changed: Sequence[Change] = ()
    message: str = ""


def table_page(table: str) -> TablePage:
    """The page of a table that the address asks for (`q`, `page`)."""
    query = request.args.get("q", "").strip()
    found = rows(context.db(), context.portfolio_id(), table)
    words = query.lower().split()
    shown = [row for row in found if _matches(table, row, words)] if words else found
    return TablePage(table, columns(table), paged(shown, request.args.get("page", ""), ROWS), query, len(found))


def key_texts(table: str, record: Any) -> tuple[str, ...]:
    """The key of a record as texts, for addresses."""
    cells = cells_of(table, record)
    return tuple(cells[c.name] for c in key_columns(table))


def edit_address(table: str, record: Any) -> str:
    """Where a record is edited."""
    parts = urlencode([("k", text) for text in key_texts(table, record)])
    address = url_for("records.edit", table=table)
    return f"{address}{'&' if '?' in address else '?'}{parts}"


def record_form(
    table: str, cells: Mapping[str, str], key: tuple[str, ...] | None, version: int, *,
    faults: Sequence[Fault] = (), changed: Sequence[Change] = (), message: str = "",
) -> RecordForm:  # fmt: skip
    """The form of a record (`key` None: a new one); faults stand at their fields where they have one here."""
    own = [f for f in faults if _of_this(f, table, key) and f.column]
    fields = tuple(
        field_of(
            column,
            cells.get(column.name, ""),
            [f for f in own if f.column == column.name],
            proposals=proposals(column),
            fixed=column.key and key is not None,
        )
        for column in columns(table)
    )
    placed = [f for f in own if any(f.column == field.name for field in fields)]
    rest = tuple(f for f in faults if f not in placed)
    return RecordForm(table, fields, key, version, rest, changed, message)


def proposals(column: Column) -> tuple[str, ...]:
    """The ids that a reference may name."""
    found = known_ids(context.db(), context.portfolio_id(), column, PROPOSED_FOR + 1)
    return found if len(found) <= PROPOSED_FOR else ()


def _of_this(fault: Fault, table: str, key: tuple[str, ...] | None) -> bool:
    """A fault without a key, or of a new record, can only be of what was typed here."""
    if fault.table != table:
        return False
    return key is None or not fault.key or tuple("" if k is None else str(k) for k in fault.key) == key


def _matches(table: str, row: Row, words: list[str]) -> bool:
    text = " ".join(cells_of(table, row.record).values()).lower()
    return all(word in text for word in words)
