"""Texts as people type them into records, records back into texts, and keys as one text."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from app.errors import NotFound
from solver.cells import cells_of, record_of, snapped, with_cells
from solver.columns import BadCell, Column, read_cell, write_cell
from solver.records import key_columns, key_of

Key = tuple[Any, ...]


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
    return snapped(column, read_cell(column, part)) if isinstance(part, str) else part


__all__ = ["Key", "cells_of", "key_from_text", "key_text", "read_key", "record_of", "subject", "with_cells"]
