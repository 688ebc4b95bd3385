"""What the grid's page and the server say to each other as JSON."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from app.actions.batch import MOST_EDITS, Clash, Committed, Judged, RowEdit
from app.cells import cells_of
from app.web.fields import field_of
from app.web.table_page import proposals
from solver.columns import Type
from solver.faults import Fault
from solver.records import columns

LARGEST_BATCH = 16 * 1024 * 1024
LONGEST = 40_000
"""A little more than a cell may hold, so that one that is too long is a fault with its place."""
MOST_SHOWN = 500
"""Faults of other records that are listed; one removed pool may break thousands."""
Cells = dict[str, str]


class Edit(BaseModel):
    """One edited row."""

    model_config = ConfigDict(extra="forbid", strict=True)
    row: int = Field(ge=1, le=2**31)
    key: str | None = Field(default=None, max_length=LONGEST)
    cells: Cells = Field(default_factory=dict)
    was: Cells = Field(default_factory=dict)
    version: int = 0
    remove: bool = False


class Batch(BaseModel):
    """All edits that are not written yet."""

    model_config = ConfigDict(extra="forbid", strict=True)
    edits: list[Edit] = Field(max_length=MOST_EDITS)


def edits_of(asked: Batch) -> list[RowEdit]:
    """The edits as the action takes them."""
    return [RowEdit(e.row, e.key, e.cells, e.was, e.version, e.remove) for e in asked.edits]


def columns_of(table: str) -> list[dict[str, Any]]:
    """What each column holds, for its heading, its editor and what is proposed there."""
    return [
        {
            "name": c.name, "label": field_of(c, "").label, "hint": field_of(c, "").hint, "unit": c.unit, "key": c.key,
            "required": c.required, "number": c.type in (Type.AMOUNT, Type.INTEGER),
            "proposals": list(c.choices or proposals(c)),
        }
        for c in columns(table)
    ]  # fmt: skip


def judged(table: str, found: Judged) -> dict[str, Any]:
    """Clashes, faults and notices by row and column; `elsewhere`: faults of records that are not in the batch."""
    here = [fault for fault in found.faults if fault.line]
    elsewhere = [fault for fault in found.faults if not fault.line]
    return {
        "clashes": [_clash(clash) for clash in found.clashes],
        "faults": [_placed(fault) for fault in here],
        "elsewhere": [_named(fault) for fault in elsewhere[:MOST_SHOWN]],
        "more": max(0, len(elsewhere) - MOST_SHOWN),
        "notices": [_placed(notice) for notice in found.notices if notice.line],
        "table": table,
    }


def committed(table: str, done: Committed) -> dict[str, Any]:
    """What was written: each row's key, version and cells as they stand now."""
    rows = {
        number: None if stored is None else {"version": stored.version, "cells": cells_of(table, stored.record)}
        for number, stored in done.rows.items()
    }
    return {"rows": rows, "created": done.created, "updated": done.updated, "removed": done.removed}


def _clash(clash: Clash) -> dict[str, Any]:
    return {
        "row": clash.row, "columns": clash.columns, "now": clash.now, "version": clash.version, "who": clash.who,
        "at": clash.at.isoformat(timespec="minutes") if clash.at else "",
    }  # fmt: skip


def _placed(fault: Fault) -> dict[str, Any]:
    return {"row": fault.line, "column": fault.column, "message": fault.message, "right": fault.right}


def _named(fault: Fault) -> dict[str, Any]:
    key = " / ".join(str(part) for part in fault.key if part is not None)
    return {
        "table": fault.table, "key": key, "column": fault.column, "value": fault.value, "message": fault.message,
        "right": fault.right,
    }  # fmt: skip


__all__ = ["LARGEST_BATCH", "Batch", "columns_of", "committed", "edits_of", "judged"]
