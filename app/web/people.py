"""The people page of a plan: what its moves bring, and the change orders for people where they were made."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from app.actions import recompute
from app.actions.plans import StoredPlan, get_plan, plan_orders
from app.web import context
from app.web.limits import options
from app.web.paging import paged
from app.web.plan_page import months, reading_of, window
from app.web.reading.effective import brought, worth
from app.web.reading.frames import Reading, rows
from app.web.reading.people import filtered
from solver.people import Orders
from solver.records import ENGINEER, GPU

page = Blueprint("people", __name__)
STAYS = 20
LINES = 40
ORDERS = 60


@page.get("/plans/<int:plan_id>/people")
def show(plan_id: int) -> str:
    """Effective against nominal supply, stays and orders."""
    stored = get_plan(context.db(), plan_id)
    context.page_is_of(stored.portfolio)
    reading, orders = reading_of(stored), plan_orders(context.db(), plan_id)
    return render_template("people.html", **_shared(stored, reading), **_orders(reading, orders))


@page.post("/plans/<int:plan_id>/people")
def order(plan_id: int) -> Response:
    """Have change orders made in the background."""
    job = recompute.order(context.db(), plan_id, context.who(), options())
    return redirect(url_for("jobs.show", job_id=job), 303)


def _shared(stored: StoredPlan, reading: Reading) -> dict[str, Any]:
    problem = reading.problem
    return {
        "stored": stored,
        "problem": problem,
        "policy": problem.policy[reading.policy],
        "window": window(problem, reading.policy),
        "months": months(problem),
        "kinds": [
            _kind(reading, ENGINEER, "Engineers", "FTE"),
            _kind(reading, GPU, "GPUs", "nodes"),
        ],
    }


def _kind(reading: Reading, kind: str, title: str, unit: str) -> tuple[Any, ...]:
    """What works of what is given, a page of it by project, and a page of the stays."""
    found, asked = worth(reading, kind), request.args
    lines = paged(found, asked.get(f"worth-{kind}", ""), LINES)
    return title, unit, found, lines, paged(brought(reading, kind), asked.get(kind, ""), STAYS), kind


def _uncovered(orders: Orders) -> list[dict[str, Any]]:
    """FTE-weeks by pool and project."""
    sums: dict[tuple[str, str], float] = {}
    for _, pool, project, fte in rows(orders.uncovered):
        sums[pool, project] = sums.get((pool, project), 0.0) + float(fte)
    return [{"pool": pool, "project": project, "fte": fte} for (pool, project), fte in sorted(sums.items())]


def _orders(reading: Reading, orders: Orders | None) -> dict[str, Any]:
    if orders is None:
        return {"orders": None}
    words = request.args.get("q", "").strip()
    found = filtered(reading, orders, words)
    return {
        "orders": orders, "facts": orders.summary(), "query": words,
        "listed": paged(found, request.args.get("page", ""), ORDERS),
        "open": _uncovered(orders),
    }  # fmt: skip
