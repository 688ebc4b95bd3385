"""The plan page: what it attains, what it protects, who pays, who moves, and when everything comes back."""

from __future__ import annotations

from datetime import date

from flask import Blueprint, render_template, request

from app.actions import decide, robust
from app.actions.plans import StoredPlan, get_plan, list_plans, plan_of_record
from app.errors import NotFound
from app.web import context
from app.web.inquiries import asked_of
from app.web.kept import kept
from app.web.paging import paged
from app.web.plan_page import frame, reading_of, sections
from app.web.reading.inquiry import first_rest
from app.web.reading.loans import donors, loans
from app.web.reading.moves import filtered
from app.web.reading.use import uses
from app.web.reading.why import first_asked
from app.web.reading.why import why as spells_of
from solver.check import check

page = Blueprint("plan", __name__)
MOVES = 60


@page.get("/plans")
def listing() -> str:
    """Every plan of the portfolio, the newest first."""
    portfolio = context.portfolio_id()
    states = decide.states(context.db(), portfolio)
    return render_template("plans.html", plans=list_plans(context.db(), portfolio), states=states)


@page.get("/plans/<int:plan_id>")
def show(plan_id: int) -> str:
    """One plan, beside the plan of record."""
    with context.db().one_moment():
        return _shown(plan_id)


def _shown(plan_id: int) -> str:
    stored = get_plan(context.db(), plan_id)
    context.page_is_of(stored.portfolio)
    record = plan_of_record(context.db(), stored.portfolio)
    return render_template(
        "plan.html",
        stored=stored,
        standing=decide.standing(context.db(), plan_id),
        body=kept(stored, record, lambda: _body(stored, record)),
        **frame(stored, record),
        **_hedge(stored),
    )


def _body(stored: StoredPlan, record: StoredPlan | None) -> str:
    """The parts of the page that are the same for every reader."""
    parts = {"moves": _moves(stored), "why": _why(stored), "ledger": _ledger(stored)}
    return render_template("plan/body.html", stored=stored, **parts, **sections(stored, record, request.args))


@page.get("/plans/<int:plan_id>/moves")
def moves(plan_id: int) -> str:
    """The list of moves alone, filtered by week and team."""
    stored = get_plan(context.db(), plan_id)
    context.page_is_of(stored.portfolio)
    template = "plan/moves.html" if context.is_htmx() else "moves.html"
    return render_template(template, stored=stored, moves=_moves(stored))


@page.get("/plans/<int:plan_id>/why")
def why(plan_id: int) -> str:
    """Why one project runs, is slow or rests, week by week."""
    stored = get_plan(context.db(), plan_id)
    context.page_is_of(stored.portfolio)
    if context.is_htmx():
        return render_template("plan/why.html", stored=stored, why=_why(stored))
    found = {**_why(stored), "alone": True}
    found["rest"] = first_rest(reading_of(stored), str(found["project"]))
    return render_template("why.html", stored=stored, why=found, earlier=asked_of(stored))


@page.get("/plans/<int:plan_id>/ledger")
def ledger(plan_id: int) -> str:
    """The loans alone, filtered by donor."""
    stored = get_plan(context.db(), plan_id)
    context.page_is_of(stored.portfolio)
    template = "plan/ledger.html" if context.is_htmx() else "ledger.html"
    return render_template(template, stored=stored, ledger=_ledger(stored))


@page.get("/plans/<int:plan_id>/check")
def recheck(plan_id: int) -> str:
    """The independent checker once more, on the stored tables."""
    stored = get_plan(context.db(), plan_id)
    context.page_is_of(stored.portfolio)
    report = check(stored.problem, stored.policy, reading_of(stored).plan, stored.outcome.classes)
    return render_template("check.html", stored=stored, report=report)


@page.get("/plans/<int:plan_id>/use")
def use(plan_id: int) -> str:
    """Who uses a pool in a week, and so why it is as full as it is."""
    stored = get_plan(context.db(), plan_id)
    context.page_is_of(stored.portfolio)
    pool, week = request.args.get("pool", ""), _week_asked() or stored.problem.weeks[0]
    if pool not in stored.problem.pool or week not in stored.problem.weeks:
        raise NotFound("pool and week", f"{pool} {week}")
    return render_template("use.html", stored=stored, use=uses(reading_of(stored), pool, week))


def _hedge(stored: StoredPlan) -> dict[str, object]:
    """What a robust plan withstands, and the plain plan to compare it with as long as that is there."""
    return {"hedge": robust.futures_of(stored), "plain": robust.plain_plan(context.db(), stored)}


def _why(stored: StoredPlan) -> dict[str, object]:
    reading = reading_of(stored)
    asked = request.args.get("project", "")
    project = asked if asked in stored.problem.project else first_asked(reading)
    return {"project": project, "spells": spells_of(reading, project), "week": _week_asked()}


def _week_asked() -> date | None:
    """The week that a link from a bar or a cell leads to."""
    try:
        return date.fromisoformat(request.args.get("week", ""))
    except ValueError:
        return None


def _ledger(stored: StoredPlan) -> dict[str, object]:
    reading, donor = reading_of(stored), request.args.get("donor", "")
    found = loans(reading, donor)
    return {"donor": donor, "donors": donors(reading), "page": paged(found, request.args.get("page", ""), MOVES)}


def _moves(stored: StoredPlan) -> dict[str, object]:
    week, team = request.args.get("week", ""), request.args.get("team", "")
    found = filtered(reading_of(stored), week, team)
    return {"week": week, "team": team, "page": paged(found, request.args.get("page", ""), MOVES)}
