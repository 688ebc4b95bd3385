"""Change orders as files: orders.csv, uncovered.csv and orders.json, written and read back."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from datetime import date
from typing import Any

import pandas as pd

from solver.columns import Column, Type, plain
from solver.faults import Fault, InvalidInput
from solver.files.archive import write_files
from solver.files.csvtext import escape, read_sheet, write_rows
from solver.people import COLUMNS, Kind, Orders, PoolOrders

FACTS = "orders.json"
FILES = (*(f"{name}.csv" for name in COLUMNS), FACTS)
"""The files of change orders, beside those of their plan."""
_WEEKS = frozenset({"week", "until", "back"})
_FACTS = ("pool", "people", "fte", "moves", "moves_bound", "uncovered", "uncovered_bound", "share_weeks", "seconds")


def _column(name: str) -> Column:
    if name in _WEEKS:
        return Column(name, name, Type.WEEK, name, required=name == "week")
    if name == "kind":
        return Column(name, name, Type.CHOICE, name, required=True, choices=tuple(map(str, Kind)))
    if name == "fte":
        return Column(name, name, Type.AMOUNT, name, required=True, minimum=0)
    return Column(name, name, Type.TEXT if name == "site" else Type.ID, name, required=name != "site", default="")


TYPES: dict[str, tuple[Column, ...]] = {table: tuple(map(_column, names)) for table, names in COLUMNS.items()}
"""The columns of each table of change orders."""


def orders_files(orders: Orders) -> dict[str, str]:
    """All files of change orders, name -> text."""
    tables = {"orders": orders.orders, "uncovered": orders.uncovered}
    files = {f"{name}.csv": _text(COLUMNS[name], frame) for name, frame in tables.items()}
    return {**files, FACTS: json.dumps(orders.summary(), indent=1, ensure_ascii=False) + "\n"}


def _text(names: tuple[str, ...], frame: pd.DataFrame) -> str:
    cells = ([_cell(value) for value in row] for row in frame[list(names)].itertuples(index=False, name=None))
    return write_rows(list(names), cells)


def _cell(value: Any) -> str:
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, int | float) and math.isfinite(value):
        return plain(round(float(value), 6))
    return escape(value.strip()) if isinstance(value, str) else ""


def write_orders(orders: Orders, path: Any) -> None:
    """Write change orders into a folder, all files or none."""
    write_files(path, orders_files(orders), seal=FACTS, stale=FILES)


def read_orders(files: Mapping[str, str]) -> Orders | None:
    """The change orders among the files of a plan, None where there are none. Raises InvalidInput."""
    if FACTS not in files:
        return None
    frames = {name: _read(name, files.get(f"{name}.csv", "")) for name in COLUMNS}
    facts = _read_facts(files[FACTS])
    pools = tuple(PoolOrders(**{name: pool[name] for name in _FACTS}) for pool in facts["pools"])
    left_out = tuple(facts["left_out"])
    return Orders(facts["dwell"], frames["orders"], frames["uncovered"], pools, left_out, facts["seconds"])


def _read_facts(text: str) -> dict[str, Any]:
    try:
        facts = json.loads(text)
        sound = isinstance(facts["dwell"], int) and all(all(n in p for n in _FACTS) for p in facts["pools"])
        sound = sound and isinstance(facts["left_out"], list) and isinstance(facts["seconds"], int | float)
    except (ValueError, RecursionError, KeyError, TypeError):
        sound = False
    if not sound:
        raise InvalidInput([Fault(FACTS, "is not what `codered people` wrote", "orders.json as it was written")])
    return dict(facts)


def _read(name: str, text: str) -> pd.DataFrame:
    sheet = read_sheet(name, TYPES[name], text.encode())
    if sheet.faults:
        raise InvalidInput(sheet.faults)
    rows = [[row.values[column] for column in COLUMNS[name]] for row in sheet.rows]
    return pd.DataFrame(rows, columns=list(COLUMNS[name]), dtype=object)
