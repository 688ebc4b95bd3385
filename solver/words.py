"""Amounts, weeks and names as the sentences of plans, reasons and repairs say them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from solver.problem import Problem
from solver.records import GPU, MONEY


def number(amount: float, digits: int = 2) -> str:
    """`1,180`, `0.4`: thousands marked, no trailing zeros."""
    text = f"{round(float(amount), digits):,.{digits}f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text == "-0" else text


def day(week: date) -> str:
    """`12 January 2026`."""
    return f"{week.day} {week:%B %Y}"


def listed(parts: Sequence[str], last: str = "and") -> str:
    """`a, b and c`."""
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} {last} {parts[-1]}" if parts else ""


def name(problem: Problem, project: str) -> str:
    """A project as people say it."""
    row = problem.project.get(project)
    return row.name if row and row.name else project


def pool_name(problem: Problem, pool: str) -> str:
    """A pool as people say it."""
    row = problem.pool.get(pool)
    return row.name if row and row.name else pool


def of_pool(problem: Problem, pool: str, amount: float) -> str:
    """`80 nodes`, `1.5 FTE`, `20,000 USD` of a pool."""
    return f"{number(amount)} {plural(problem.unit(pool), amount)}"


def of_need(problem: Problem, project: str, need: str, amount: float) -> str:
    """`400 nodes`: in the unit of its pools where all have the same and give it one to one, else `400 tokens`."""
    rows = problem.pools_of.get((project, need), ())
    units = {problem.unit(row.pool) for row in rows if row.rate == 1.0}
    same = len(units) == 1 and all(row.rate == 1.0 for row in rows)
    return f"{number(amount)} {plural(units.pop(), amount) if same else need}"


def share(pace: float) -> str:
    """`38 %`, and `99.6 %` where rounding would say all."""
    percent = 100.0 * pace
    return f"{number(percent, 1 if 99.0 <= percent < 100.0 else 0)} %"


def plural(unit: str, amount: float) -> str:
    """`node` and `nodes`; units such as FTE or USD stay."""
    return f"{unit}s" if unit == "node" and abs(amount - 1.0) > 1e-9 else unit


def kind_name(kind: str) -> str:
    """A kind of supply in a sentence."""
    return "GPU" if kind == GPU else "money" if kind == MONEY else "engineer"
