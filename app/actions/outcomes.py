"""Turn a plan's stored files back into the Outcome they were written from."""

from __future__ import annotations

import io
from collections.abc import Mapping
from datetime import date
from typing import Any

import pandas as pd

from solver.plan import COLUMNS, ClassResult, Conflict, Outcome, Plan, Status

NUMBERS = frozenset({"amount", "pace", "progress", "capacity", "used", "spare", "price"})


def outcome_of(summary: Mapping[str, Any], files: Mapping[str, str]) -> Outcome:
    """The outcome whose summary and tables these are."""
    return Outcome(
        status=Status(summary["status"]),
        portfolio=summary["portfolio"],
        policy=summary["policy"],
        plan=_plan(summary, files),
        classes=tuple(
            ClassResult(c["class"], c["name"], c["attained"], c["ideal"], c["bound"]) for c in summary["classes"]
        ),
        conflicts=tuple(Conflict(c["rule"], c["text"]) for c in summary["conflicts"]),
        arrivals=dict(summary["arrivals"]),
        pauses=summary["pauses"],
        cost=summary["cost"],
        digest=summary["digest"],
        versions=dict(summary["versions"]),
        seconds=dict(summary["seconds"]),
        options=dict(summary["options"]),
    )


def _plan(summary: Mapping[str, Any], files: Mapping[str, str]) -> Plan:
    return Plan(
        portfolio=summary["portfolio"],
        policy=summary["policy"],
        start=date.fromisoformat(summary["start"]),
        weeks=summary["weeks"],
        **{name: _frame(name, files[f"{name}.csv"]) for name in COLUMNS},
    )


def _frame(table: str, text: str) -> pd.DataFrame:
    """A table of a plan; an id such as `nan` stays an id, a blank price is missing."""
    frame = pd.read_csv(io.StringIO(text), dtype=str, keep_default_na=False)
    for name in COLUMNS[table]:
        if name in NUMBERS:
            frame[name] = pd.to_numeric(frame[name].replace("", None))
    weeks = {week: date.fromisoformat(week) for week in frame["week"].unique()}
    return frame.assign(week=frame["week"].map(weeks))
