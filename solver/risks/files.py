"""Chances as files: one CSV table per question, and chances.json with all of them but the single futures."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict
from datetime import date
from typing import Any

from solver.columns import plain
from solver.files.csvtext import write_rows
from solver.risks.chances import Chances, Value

SUMMARY = "chances.json"
PLACES = 6
_VALUE = ("planned", "p10", "p50", "p90", "mean", "reached")
HEADERS: dict[str, tuple[str, ...]] = {
    "class_values.csv": ("class", "name", "ideal", *_VALUE),
    "goal_dates.csv": ("project", "class", "deadline", "planned", "p10", "p50", "p90", "in_time", "within"),
    "floor_chances.csv": ("week", "project", "need", "pool", "chance"),
    "project_values.csv": ("project", "class", *_VALUE, "cut", "weeks_cut"),
    "futures.csv": ("future", "class", "attained"),
}
"""The tables and their columns; chances and shares are from 0 to 1, a blank date is later than the horizon."""


def chances_files(chances: Chances) -> dict[str, str]:
    """All files, name -> text."""
    rows = {
        "class_values.csv": ((c.rank, c.name, c.ideal, *_cells(c.value)) for c in chances.classes),
        "goal_dates.csv": (
            (g.project, g.rank, g.deadline, g.planned, g.p10, g.p50, g.p90, g.in_time, g.within) for g in chances.goals
        ),
        "floor_chances.csv": (
            (week, f.project, f.need, f.pool, chance)
            for f in chances.floors for week, chance in zip(chances.weeks, f.weeks, strict=True)
        ),
        "project_values.csv": (
            (p.project, p.rank, *_cells(p.value), p.cut, p.weeks_cut) for p in chances.projects
        ),
        "futures.csv": (
            (future + 1, rank, value) for rank, found in chances.attained.items() for future, value in enumerate(found)
        ),
    }  # fmt: skip
    files = {name: _table(name, rows[name]) for name in HEADERS}
    return {SUMMARY: json.dumps(summary(chances), indent=1, ensure_ascii=False) + "\n", **files}


def summary(chances: Chances) -> dict[str, Any]:
    """The chances as plain data, for JSON and pages; single futures are in futures.csv alone."""
    facts = {name: value for name, value in asdict(chances).items() if name != "attained"}
    plain_facts: dict[str, Any] = json.loads(json.dumps(facts, default=date.isoformat))
    return plain_facts


def _cells(value: Value) -> tuple[float, ...]:
    return value.planned, value.p10, value.p50, value.p90, value.mean, value.reached


def _table(name: str, rows: Iterable[tuple[Any, ...]]) -> str:
    return write_rows(HEADERS[name], ([_cell(value) for value in row] for row in rows))


def _cell(value: Any) -> str:
    if value is None:
        return ""
    return value if isinstance(value, str) else value.isoformat() if isinstance(value, date) else _number(value)


def _number(value: float) -> str:
    rounded = round(float(value), PLACES)
    return f"-{plain(-rounded)}" if rounded < 0 else plain(rounded)
