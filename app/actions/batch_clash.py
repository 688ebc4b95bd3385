"""Where a batch of edits meets what others wrote meanwhile: cell by cell, with who wrote it and when."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from app.cells import Key, cells_of, key_from_text
from app.errors import NotFound
from app.store import audit
from app.store.records import Stored
from solver.columns import BadCell, Column, Type, monday, read_cell, write_cell
from solver.records import columns


@dataclass(frozen=True, slots=True)
class RowEdit:
    """One edited row, under the number that its sender knows it by.

    `key`: as it is stored, None for a new row; `cells`: what was typed, by column; `was`: what its writer saw there;
    `version`: of the row as it was seen; it counts where the row is removed.
    """

    row: int
    key: str | None = None
    cells: Mapping[str, str] = field(default_factory=dict)
    was: Mapping[str, str] = field(default_factory=dict)
    version: int = 0
    remove: bool = False


@dataclass(frozen=True, slots=True)
class Clash:
    """An edit of what another wrote meanwhile. `now`: the row as it is, None when it was removed.

    `columns`: the cells that both wrote; none where one of the two removed the row. `who` and `at`: the last writer,
    where the audit trail names one.
    """

    row: int
    columns: tuple[str, ...]
    now: Mapping[str, str] | None
    version: int
    who: str = ""
    at: datetime | None = None


def clashes(
    session: Session, portfolio: str, table: str, edits: Iterable[RowEdit], before: Mapping[Key, Stored]
) -> tuple[Clash, ...]:
    """Every edit that would write over, or rests on, what another wrote. Raises NotFound for a key that is none."""
    known = {c.name: c for c in columns(table)}
    found = []
    for edit in edits:
        if edit.key is None:
            continue
        stored = before.get(key_from_text(table, edit.key))
        both = _both(known, table, edit, stored)
        if both is None:
            continue
        who, at = _last_writer(session, portfolio, table, edit)
        if stored is None:
            if not who:
                raise NotFound(table, edit.key)
            found.append(Clash(edit.row, (), None, 0, who, at))
        else:
            found.append(Clash(edit.row, both, cells_of(table, stored.record), stored.version, who, at))
    return tuple(found)


def _both(known: Mapping[str, Column], table: str, edit: RowEdit, stored: Stored | None) -> tuple[str, ...] | None:
    """The columns that both wrote; empty where the whole row is in question, None where nothing clashes."""
    if stored is None:
        return ()
    if edit.remove:
        return () if stored.version != edit.version else None
    now = cells_of(table, stored.record)
    both = tuple(
        name
        for name, typed in edit.cells.items()
        if now[name] != edit.was.get(name, now[name]) and now[name] != _written(known[name], typed)
    )
    return both or None


def _written(column: Column, typed: str) -> str:
    """A typed cell as it would be stored; itself where it cannot be."""
    try:
        value: Any = read_cell(column, typed)
    except BadCell:
        return typed
    return write_cell(column, monday(value) if column.type is Type.WEEK and value is not None else value)


def _last_writer(session: Session, portfolio: str, table: str, edit: RowEdit) -> tuple[str, datetime | None]:
    entries = audit.changes_since(session, portfolio, table, edit.key or "", edit.version)
    return (entries[-1].who, entries[-1].at) if entries else ("", None)
