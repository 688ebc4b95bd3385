"""A plan as files: summary.json and one CSV file per table, written and read back."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from itertools import pairwise
from pathlib import Path
from typing import Any

import pandas as pd

from solver.columns import Column, Type, monday, plain
from solver.faults import Fault, InvalidInput
from solver.files.archive import files_in, write_files
from solver.files.csvtext import escape, read_columns, read_sheet, write_rows
from solver.files.people_files import FILES as PEOPLE_FILES
from solver.plan import COLUMNS, LATER, THENS, Outcome, Plan, State, Status

SUMMARY = "summary.json"
PLACES = 6
"""Decimal places of published amounts."""


def _id(name: str) -> Column:
    return Column(name, name, Type.ID, name, required=True, key=True)


def _number(name: str, most: float | None = None, *, required: bool = True) -> Column:
    return Column(name, name, Type.AMOUNT, name, required=required, minimum=0, maximum=most)


def _week(name: str) -> Column:
    return Column(name, name, Type.WEEK, name, required=True, key=True)


_WEEK = _week("week")
_STATE = Column("state", "state", Type.CHOICE, "state", required=True, choices=tuple(map(str, State)))
_REASON = Column("reason", "reason", Type.TEXT, "reason", required=True)
_LEVERS = Column("levers", "levers", Type.SET, "levers", key=True, default="")
_DETAIL = Column("detail", "detail", Type.TEXT, "detail", default="")
_THEN = Column("then", "then", Type.CHOICE, "then", required=True, choices=THENS)
TYPES: dict[str, tuple[Column, ...]] = {
    "allocation": (_WEEK, _id("project"), _id("need"), _id("pool"), _number("amount")),
    "pace": (_WEEK, _id("project"), _STATE, _number("pace", 1 + 1e-6), _number("progress", 1 + 1e-6, required=False)),
    "moves": (_WEEK, _id("pool"), _id("from"), _id("to"), _number("amount")),
    "utilisation": (
        _WEEK, _id("pool"), _number("capacity"), _number("used"), _number("spare"), _number("price", required=False),
    ),
    "effective": (
        _WEEK, _id("project"), _id("need"),
        *(_number(name) for name in ("nominal", "supply", "ramp", "mentor", "effective")),
    ),
    "reasons": (_WEEK, _id("project"), _REASON, _DETAIL),
    "serving": (
        _WEEK, _id("project"), _id("pool"), _LEVERS, _number("demand"), _number("served"), _number("nodes"),
        _number("mfu"), _number("memory", 1 + 1e-6),
    ),
    "ledger": (
        _week("from"), _week("until"), _id("donor"), _id("receiver"), _id("pool"), _number("amount"), _THEN,
        _number("cost", required=False),
    ),
}  # fmt: skip
"""The columns of each table of a plan (named as in `solver.plan.COLUMNS`)."""
_REPEATABLE = frozenset({"moves", "reasons", "ledger"})


def plan_files(outcome: Outcome) -> dict[str, str]:
    """All files of an outcome, name -> text; without a plan it is the summary alone."""
    files = {SUMMARY: json.dumps(_plain_json(outcome.summary()), indent=1, ensure_ascii=False) + "\n"}
    if outcome.plan is not None:
        files |= {f"{name}.csv": _table_text(name, frame) for name, frame in outcome.plan.tables().items()}
    return files


def write_plan(outcome: Outcome, path: str | Path) -> None:
    """Write an outcome as a folder; tables of an earlier plan there do not outlive it."""
    stale = [SUMMARY, *(f"{name}.csv" for name in COLUMNS), *PEOPLE_FILES]
    write_files(path, plan_files(outcome), seal=SUMMARY, stale=stale)


def _plain_json(value: Any) -> Any:
    """The value as JSON knows it: no NaN or infinity, numbers of numpy as numbers."""
    if isinstance(value, Mapping):
        return {str(k): _plain_json(v) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [_plain_json(v) for v in value]
    if value is None or isinstance(value, str | bool | int):
        return value
    number = float(value)
    return number if math.isfinite(number) else None


def _table_text(name: str, frame: pd.DataFrame) -> str:
    cells = [[_cell(col, value) for value in frame[col.name]] for col in TYPES[name]]
    return write_rows([c.name for c in TYPES[name]], zip(*cells, strict=True))


def _cell(col: Column, value: Any) -> str:
    if value is None or value is pd.NaT or (isinstance(value, float) and math.isnan(value)):
        return ""
    if col.type is Type.AMOUNT:
        return plain(round(float(value), PLACES))
    if isinstance(value, datetime):
        return value.date().isoformat()
    return value.isoformat() if isinstance(value, date) else escape(str(value).strip())


def read_plan(path: str | Path | bytes | Mapping[str, bytes]) -> tuple[dict[str, Any], Plan]:
    """The summary and the tables of a plan's folder, zip or named contents. Raises InvalidInput with every fault."""
    names = {SUMMARY, *(f"{name}.csv" for name in COLUMNS)}
    files = files_in(path, lambda name: name in names)
    faults: list[Fault] = []
    summary = _read_summary(files.get(SUMMARY), faults)
    frames = {name: _read_table(name, files.get(f"{name}.csv"), faults) for name in COLUMNS}
    if faults:
        raise InvalidInput(faults)
    start = date.fromisoformat(summary["start"])
    return summary, Plan(summary["portfolio"], summary["policy"], start, summary["weeks"], **frames)


def _read_summary(content: bytes | None, faults: list[Fault]) -> dict[str, Any]:
    if content is None:
        faults.append(Fault(SUMMARY, "is missing", "the summary.json of a plan"))
        return {}
    try:
        summary = json.loads(content.decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:
        line = error.lineno if isinstance(error, json.JSONDecodeError) else None
        faults.append(Fault(SUMMARY, f"is not JSON ({error})", "the summary.json of a plan", line=line))
        return {}
    if not isinstance(summary, dict):
        faults.append(Fault(SUMMARY, "is not a JSON object", "the summary.json of a plan"))
        return {}
    for name, right, holds in _FACTS:
        if not holds(summary.get(name)):
            shown = json.dumps(summary.get(name), ensure_ascii=True)[:80]
            faults.append(Fault(SUMMARY, "is not right", right, column=name, value=shown))
    return summary


def _is_monday(value: Any) -> bool:
    try:
        day = date.fromisoformat(value)
    except (TypeError, ValueError):
        return False
    return day == monday(day)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < 1e300


def _is_class(value: Any) -> bool:
    if not isinstance(value, dict) or not isinstance(value.get("name"), str):
        return False
    return isinstance(value.get("class"), int) and all(_is_number(value.get(n)) for n in ("attained", "ideal", "bound"))


def _are_classes(value: Any) -> bool:
    return isinstance(value, list) and all(map(_is_class, value))


_FACTS: tuple[tuple[str, str, Callable[[Any], bool]], ...] = (
    ("status", "one of " + ", ".join(Status), lambda v: v in tuple(map(str, Status))),
    ("portfolio", "the id of the portfolio", lambda v: isinstance(v, str)),
    ("policy", "the id of the policy", lambda v: isinstance(v, str)),
    ("start", "the first Monday of a plan, such as 2025-12-01", _is_monday),
    ("weeks", "the number of weeks of a plan", lambda v: type(v) is int and 1 <= v <= 260),
    ("classes", "objects with class, name, attained, ideal, bound", _are_classes),
)


def _read_table(name: str, content: bytes | None, faults: list[Fault]) -> pd.DataFrame:
    if content is None and name in LATER:
        return _frame(name, [])
    if content is None:
        faults.append(Fault(name, "is missing", f"a file with the header {','.join(COLUMNS[name])}"))
        return pd.DataFrame()
    known = read_columns(TYPES[name], content)
    if known is not None and _unrepeated(name, known):
        return _frame(name, dict(zip(COLUMNS[name], known, strict=True)))
    sheet = read_sheet(name, TYPES[name], content)
    faults += sheet.faults
    faults += [Fault(n.table, n.message, "an unchanged plan", column=n.column, value=n.value, line=n.line)
               for n in sheet.notices if n.column in COLUMNS[name]]  # fmt: skip
    if sheet.faults:
        return pd.DataFrame()
    rows = [[row.values[c.attribute] for c in TYPES[name]] for row in sheet.rows]
    if name not in _REPEATABLE:
        faults += _repeated(name, [(row.line, cells) for row, cells in zip(sheet.rows, rows, strict=True)])
    return _frame(name, rows)


def _unrepeated(name: str, columns: list[list[Any]]) -> bool:
    """Whether no two rows have the same key, where that matters."""
    keys = [values for column, values in zip(TYPES[name], columns, strict=True) if column.key]
    return name in _REPEATABLE or len(set(zip(*keys, strict=True))) == len(columns[0])


def _frame(name: str, rows: list[list[Any]] | dict[str, list[Any]]) -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=list(COLUMNS[name]))
    return frame.astype({c.name: float if c.type is Type.AMOUNT else object for c in TYPES[name]})


def _repeated(name: str, rows: Sequence[tuple[int, list[Any]]]) -> list[Fault]:
    keys = [place for place, c in enumerate(TYPES[name]) if c.key]
    found = sorted((tuple([str(cells[k]) for k in keys]), line) for line, cells in rows)
    return [
        Fault(name, f"is there more than once: {', '.join(key)}", "one row", key, line=line)
        for (before, _), (key, line) in pairwise(found)
        if key == before
    ]
