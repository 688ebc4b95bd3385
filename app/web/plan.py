"""The plan page: what it attains, what it protects, who pays, who moves, and when everything comes back."""

from __future__ import annotations

from flask import Blueprint, render_template, request

from app.actions.plans import StoredPlan, get_plan, list_plans, plan_of_record
from app.web import context
from app.web.paging import paged
from app.web.plan_page import reading_of, sections
from app.web.reading.moves import filtered
from solver.check import check

page = Blueprint("plan", __name__)
MOVES = 60


@page.get("/plans")
def listing() -> str:
    """Every plan of the portfolio, the newest first."""
    portfolio = context.portfolio_id()
    record = plan_of_record(context.db(), portfolio)
    return render_template("plans.html", plans=list_plans(context.db(), portfolio), record=record)


@page.get("/plans/<int:plan_id>")
def show(plan_id: int) -> str:
    """One plan, beside the plan of record."""
    stored = get_plan(context.db(), plan_id)
    context.page_is_of(stored.portfolio)
    record = plan_of_record(context.db(), stored.portfolio)
    return render_template("plan.html", stored=stored, moves=_moves(stored), **sections(stored, record))


@page.get("/plans/<int:plan_id>/moves")
def moves(plan_id: int) -> str:
    """The list of moves alone, filtered by week and team."""
    stored = get_plan(context.db(), plan_id)
    context.page_is_of(stored.portfolio)
    template = "plan/moves.html" if context.is_htmx() else "moves.html"
    return render_template(template, stored=stored, moves=_moves(stored))


@page.get("/plans/<int:plan_id>/check")
def recheck(plan_id: int) -> str:
    """The independent checker once more, on the stored tables."""
    stored = get_plan(context.db(), plan_id)
    context.page_is_of(stored.portfolio)
    report = check(stored.problem, stored.policy, reading_of(stored).plan, stored.outcome.classes)
    return render_template("check.html", stored=stored, report=report)


def _moves(stored: StoredPlan) -> dict[str, object]:
    week, team = request.args.get("week", ""), request.args.get("team", "")
    found = filtered(reading_of(stored), week, team)
    return {"week": week, "team": team, "page": paged(found, request.args.get("page", ""), MOVES)}
