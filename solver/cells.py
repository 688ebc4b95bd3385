"""Texts as people type them into records, and records back into texts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from solver.columns import BadCell, Column, Type, monday, read_cell, write_cell
from solver.faults import Fault, InvalidInput
from solver.records import TABLES, columns, key_columns


def cells_of(table: str, record: Any) -> dict[str, str]:
    """Every cell of a record as its CSV text, by column name."""
    return {c.name: write_cell(c, getattr(record, c.attribute)) for c in columns(table)}


def record_of(table: str, cells: Mapping[str, str]) -> Any:
    """A record from its cells; columns not named are blank. Raises InvalidInput with every fault."""
    return TABLES[table](**_values(table, {c.name: cells.get(c.name, "") for c in columns(table)}, cells))


def with_cells(table: str, record: Any, cells: Mapping[str, str]) -> Any:
    """A record with some cells written anew. Raises InvalidInput with every fault."""
    return record_of(table, {**cells_of(table, record), **cells})


def snapped(column: Column, value: Any) -> Any:
    """The value itself; a week as its Monday."""
    return monday(value) if column.type is Type.WEEK and value is not None else value


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
            values[column.attribute] = snapped(column, read_cell(column, cells[column.name]))
        except BadCell as bad:
            key = tuple(cells[c.name] for c in key_columns(table))
            faults.append(Fault(table, bad.message, bad.right, key, column.name, cells[column.name]))
    if faults:
        raise InvalidInput(faults)
    return values
