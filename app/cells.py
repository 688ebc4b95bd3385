"""Texts as people type them into records, records back into texts, and keys as one text."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from app.errors import NotFound
from solver.columns import BadCell, Column, Type, monday, read_cell, write_cell
from solver.faults import Fault, InvalidInput
from solver.records import TABLES, columns, key_columns, key_of

Key = tuple[Any, ...]


def cells_of(table: str, record: Any) -> dict[str, str]:
    """Every cell of a record as its CSV text, by column name."""
    return {c.name: write_cell(c, getattr(record, c.attribute)) for c in columns(table)}


def record_of(table: str, cells: Mapping[str, str]) -> Any:
    """A record from its cells; columns not named are blank. Raises InvalidInput with every fault."""
    return TABLES[table](**_values(table, {c.name: cells.get(c.name, "") for c in columns(table)}, cells))


def with_cells(table: str, record: Any, cells: Mapping[str, str]) -> Any:
    """A record with some cells written anew. Raises InvalidInput with every fault."""
    return record_of(table, {**cells_of(table, record), **cells})


def read_key(table: str, key: Iterable[Any]) -> Key:
    """The key of a record from values or texts. Raises NotFound when it cannot be one."""
    parts = tuple(key)
    if len(parts) != len(key_columns(table)):
        raise NotFound(table, parts)
    try:
        return tuple(_key_part(c, part) for c, part in zip(key_columns(table), parts, strict=True))
    except BadCell:
        raise NotFound(table, "/".join(str(p) for p in parts)) from None


def key_text(table: str, key: Key) -> str:
    """A key as one text: its cells, joined by `/`, which no cell of a key contains."""
    return "/".join(write_cell(c, part) for c, part in zip(key_columns(table), key, strict=True))


def key_from_text(table: str, text: str) -> Key:
    """The key that `key_text` wrote."""
    return read_key(table, text.split("/"))


def subject(table: str, record: Any) -> str:
    """A record as people name it in the audit trail."""
    return f"{table} {key_text(table, key_of(record))}"


def _key_part(column: Column, part: Any) -> Any:
    return _snapped(column, read_cell(column, part)) if isinstance(part, str) else part


def _values(table: str, cells: Mapping[str, str], typed: Mapping[str, str]) -> dict[str, Any]:
    known = columns(table)
    names = {c.name for c in known}
    faults = [
        Fault(table, "is not a column", "one of " + ", ".join(c.name for c in known), column=name)
        for name in typed
        if name not in names
    ]
    values = {}
    for column in known:
        try:
            values[column.attribute] = _snapped(column, read_cell(column, cells[column.name]))
        except BadCell as bad:
            key = tuple(cells[c.name] for c in key_columns(table))
            faults.append(Fault(table, bad.message, bad.right, key, column.name, cells[column.name]))
    if faults:
        raise InvalidInput(faults)
    return values


def _snapped(column: Column, value: Any) -> Any:
    return monday(value) if column.type is Type.WEEK and value is not None else value
