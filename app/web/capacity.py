"""Capacity: what every pool supplies, when that changes, and the tables behind it, edited in place."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from flask import Blueprint, render_template, request

from app.actions.snapshot import snapshot
from app.errors import NotFound
from app.web import context
from app.web.table_page import table_page
from solver.problem import Problem
from solver.records import KINDS, Pool

page = Blueprint("capacity", __name__)
SHOWN = ("capacity", "pools")


@dataclass(frozen=True, slots=True)
class Supply:
    """A pool with its supply over the horizon as spells: from a week on, so much."""

    pool: Pool
    unit: str
    first: float
    last: float
    steps: tuple[tuple[date, float, float], ...]


@page.get("/capacity")
def show() -> str:
    """Supply by pool, and one of the two tables with search and pages."""
    table = request.args.get("table", SHOWN[0])
    if table not in SHOWN:
        raise NotFound("table", table)
    problem = snapshot(context.db(), context.portfolio_id())
    return render_template(
        "capacity.html",
        view=table_page(table),
        shown=SHOWN,
        kinds=[(kind, [supply(problem, p) for p in problem.pools if p.kind == kind]) for kind in KINDS],
    )


def supply(problem: Problem, pool: Pool) -> Supply:
    """The pool's first and last amount, and every change between: week, amount, difference."""
    amounts = problem.supply(pool.pool)
    steps = tuple(
        (problem.weeks[t], amounts[t], amounts[t] - amounts[t - 1])
        for t in range(1, len(amounts))
        if amounts[t] != amounts[t - 1]
    )
    return Supply(pool, problem.unit(pool.pool), amounts[0], amounts[-1], steps)
