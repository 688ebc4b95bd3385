"""The variations of a sweep: a grid of values, or a list of scenarios as CSV or JSON."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from math import prod
from typing import Any

from solver.cells import cells_of, record_of
from solver.columns import plain
from solver.edits import PUT, REMOVE, Edit
from solver.faults import InvalidInput
from solver.problem import Problem
from solver.records import TABLES, key_columns
from solver.sweep.targets import POLICY, edits_of, target_of, wrong

NAME, CHANGES = "scenario", "changes"
SET = "set"
MOST = 100_000
"""How many scenarios one sweep may have."""


@dataclass(frozen=True, slots=True)
class Scenario:
    """One variation: a name, its values by target, and changed records as scenarios tell them (operation, table, key,
    cells). Blank values leave things as they are.
    """

    name: str
    values: Mapping[str, str]
    changes: tuple[Mapping[str, Any], ...] = ()

    def policy(self, asked: str) -> str:
        """The policy that is solved: its own, or the sweep's."""
        return self.values.get(POLICY, "").strip().lower() or asked

    def edits(self, problem: Problem, policy: str) -> tuple[Edit, ...]:
        """What makes the base problem this scenario's, in order. Raises InvalidInput.

        Two values that touch one record, such as two columns of a policy, both count.
        """
        edits = [_edit(problem, change) for change in self.changes]
        edits += self._values(_merged(problem, edits), policy)
        return tuple({(e.table, e.key): e for e in edits}.values())

    def _values(self, problem: Problem, policy: str) -> list[Edit]:
        edits: list[Edit] = []
        for name, value in self.values.items():
            if name != POLICY and value.strip():
                made = list(edits_of(problem, policy, target_of(name), value.strip()))
                problem, edits = _merged(problem, made), [*edits, *made]
        return edits


def grid(axes: Sequence[tuple[str, Sequence[str]]]) -> list[Scenario]:
    """Every combination of the values of some targets, the last one changing first. Raises InvalidInput."""
    names = [target_of(name).text for name, _ in axes]
    if twice := sorted({name for name in names if names.count(name) > 1}):
        raise wrong(twice[0], "is varied twice", "each target once")
    _few_enough(prod(len(values) for _, values in axes))
    combinations = product(*(values for _, values in axes))
    return [Scenario(str(n), dict(zip(names, c, strict=True))) for n, c in enumerate(combinations, 1)]


def grid_of(text: str) -> list[Scenario]:
    """The grid of some lines, each a target and its values: `pools.east.factor = 0.8, 0.9, 1`. Raises InvalidInput."""
    axes = []
    for line in filter(str.strip, text.splitlines()):
        target, sign, values = line.partition("=")
        if not sign or not target.strip() or not values.strip():
            raise wrong(NAME, "is not told as a target and its values", "pools.east.factor = 0.8, 0.9, 1", line.strip())
        axes.append((target.strip(), [value.strip() for value in values.split(",")]))
    if not axes:
        raise wrong(NAME, "varies nothing", "a line for each target, such as pools.east.factor = 0.8, 0.9, 1")
    return grid(axes)


def listed_scenarios(text: str, *, as_json: bool = False) -> list[Scenario]:
    """The scenarios of a file: CSV with one target per column, or a JSON list of objects. Raises InvalidInput."""
    rows = _json_rows(text) if as_json else _csv_rows(text)
    _few_enough(len(rows))
    for name in dict.fromkeys(name for row in rows for name in row):
        if name not in (NAME, CHANGES):
            target_of(name)
    return [_scenario(n, row) for n, row in enumerate(rows, 1)]


def _scenario(n: int, row: Mapping[str, Any]) -> Scenario:
    values = {k: _text(k, v) for k, v in row.items() if k not in (NAME, CHANGES)}
    changes = row.get(CHANGES) or []
    if not isinstance(changes, list) or not all(isinstance(c, dict) for c in changes):
        right = '[{"operation": "set", "table": "projects", "key": "ads", "cells": {"value": "7"}}]'
        raise wrong(CHANGES, f"of scenario {n} is not a list of changed records", right)
    return Scenario(_text(NAME, row.get(NAME)) or str(n), values, tuple(changes))


def _text(name: str, value: Any) -> str:
    if value is None or isinstance(value, str):
        return (value or "").strip()
    if isinstance(value, int | float) and not isinstance(value, bool):
        return plain(value)
    raise wrong(name, "is neither a text nor a number", "a text or a number", str(value))


def _csv_rows(text: str) -> list[dict[str, Any]]:
    reader = csv.reader(io.StringIO(text.removeprefix("\ufeff"), newline=""), strict=True)
    try:
        rows = [row for row in reader if any(cell.strip() for cell in row)]
    except csv.Error as error:
        raise wrong(NAME, f"cannot be split into cells ({error})", "a CSV file with a header row") from None
    if len(rows) < 2:
        raise wrong(NAME, "has no row", "a header row with one target per column, and one row per scenario")
    names = [name.strip() for name in rows[0]]
    if twice := sorted({name for name in names if names.count(name) > 1}):
        raise wrong(twice[0], "is a column twice", "each target once")
    for n, row in enumerate(rows[1:], 1):
        if len(row) != len(names):
            raise wrong(NAME, f"{n} has {len(row)} cells where the header has {len(names)}", "one cell per column")
    return [dict(zip(names, row, strict=True)) for row in rows[1:]]


def _json_rows(text: str) -> list[dict[str, Any]]:
    right = 'a list of objects, such as [{"scenario": "scarce", "pools.east.factor": 0.8}]'
    try:
        rows = json.loads(text)
    except ValueError as error:
        raise wrong(NAME, f"is not JSON ({error})", right) from None
    if not isinstance(rows, list) or not rows or not all(isinstance(row, dict) for row in rows):
        raise wrong(NAME, "is not a list of scenarios", right)
    return rows


def _few_enough(count: int) -> None:
    if not 0 < count <= MOST:
        raise wrong(NAME, f"are {count}", f"from 1 to {MOST} of them")


def _edit(problem: Problem, change: Mapping[str, Any]) -> Edit:
    """A changed record in the words of `Edit.as_dict` and of scenarios. Raises InvalidInput."""
    operation, table, key, cells = (change.get(k) for k in ("operation", "table", "key", "cells"))
    if operation not in (PUT, SET, REMOVE) or table not in TABLES or not isinstance(key, str):
        raise wrong(CHANGES, "is not a changed record", "operation put, set or remove, a table, a key", str(change))
    texts = (
        {str(k): _text(f"{table}.{k}", v) for k, v in (cells or {}).items()} if isinstance(cells or {}, dict) else {}
    )
    names = [c.name for c in key_columns(table)]
    rows = {"/".join(cells_of(table, r)[k] for k in names): r for r in getattr(problem, table)}
    found = rows.get(key.lower())
    if operation != PUT and found is None:
        raise wrong(CHANGES, f"names no record of {table}.csv", f"a key that is there: {'/'.join(names)}", key)
    if operation == REMOVE:
        return Edit(table, found, gone=True)
    parts = dict(zip(names, key.lower().split("/"), strict=False))
    before = cells_of(table, found) if operation == SET else {}
    return Edit(table, record_of(table, {**before, **parts, **texts}))


def _merged(problem: Problem, edits: Iterable[Edit]) -> Problem:
    from solver.edits import edited

    return edited(problem, edits) if edits else problem


__all__ = ["InvalidInput", "Scenario", "grid", "grid_of", "listed_scenarios"]
