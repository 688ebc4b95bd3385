"""Changes of single records, and the problem that they make: what a what-if or a repair consists of."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from solver.columns import write_cell
from solver.problem import Problem
from solver.records import columns, key_columns, key_of

PUT, REMOVE = "put", "remove"


@dataclass(frozen=True, slots=True)
class Edit:
    """One record as it is to be (`record`), or the one that is to go (`gone`)."""

    table: str
    record: Any
    gone: bool = False

    @property
    def key(self) -> str:
        """The key as one text: its cells, joined by `/`."""
        return "/".join(write_cell(c, getattr(self.record, c.attribute)) for c in key_columns(self.table))

    def as_dict(self) -> dict[str, Any]:
        """The edit as plain data: `operation` (put or remove), `table`, `key` and the record's `cells` as texts."""
        cells = {c.name: write_cell(c, getattr(self.record, c.attribute)) for c in columns(self.table)}
        operation = REMOVE if self.gone else PUT
        return {"operation": operation, "table": self.table, "key": self.key, "cells": {} if self.gone else cells}


def edited(problem: Problem, edits: Iterable[Edit]) -> Problem:
    """The problem after some edits, in order. Raises InvalidInput when the records no longer fit together."""
    tables: dict[str, dict[tuple[Any, ...], Any]] = {}
    for edit in edits:
        rows = tables.setdefault(edit.table, {key_of(row): row for row in getattr(problem, edit.table)})
        if edit.gone:
            rows.pop(key_of(edit.record), None)
        else:
            rows[key_of(edit.record)] = edit.record
    return problem.replace(**{table: rows.values() for table, rows in tables.items()})
