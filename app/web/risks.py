"""Risks of a plan: what is recorded, what a simulation of futures says, and how to ask for one."""

from __future__ import annotations

from flask import Blueprint, Response, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from app.actions import risks, robust
from app.actions.plans import get_plan
from app.errors import NotFound, Refused
from app.web import context
from app.web.export import download
from app.web.limits import options
from app.web.plan_page import months, window
from app.web.reading.chances import chances_of, risk_lines
from solver.risks.files import HEADERS, SUMMARY
from solver.risks.futures import FUTURES

page = Blueprint("risks", __name__)


@page.get("/plans/<int:plan_id>/risks")
def show(plan_id: int) -> str:
    """The recorded risks, and the newest simulation of the plan."""
    stored = get_plan(context.db(), plan_id)
    context.page_is_of(stored.portfolio)
    recorded = risks.recorded(context.db(), stored)
    run = risks.newest(context.db(), stored, recorded)
    return render_template(
        "risks.html",
        stored=stored,
        problem=stored.problem,
        policy=stored.problem.policy[stored.policy],
        window=window(stored.problem, stored.policy),
        months=months(stored.problem),
        recorded=risk_lines(stored.problem, recorded),
        run=run,
        found=chances_of(stored.problem, run.chances) if run and run.chances else None,
        names=(*HEADERS, SUMMARY),
        most=risks.MOST_FUTURES,
        hedge=robust.futures_of(stored) or robust.Futures(),
        proposed=(run.futures, run.seed) if run else (FUTURES, 0),
    )


@page.post("/plans/<int:plan_id>/risks")
def start(plan_id: int) -> BaseResponse:
    """Simulate futures of the plan."""
    futures, seed = _drawn()
    risks.start(context.db(), plan_id, context.who(), futures, seed)
    return redirect(url_for("risks.show", plan_id=plan_id), 303)


@page.post("/plans/<int:plan_id>/robust")
def plan_robustly(plan_id: int) -> BaseResponse:
    """Plan what the plan was made for once more, against futures."""
    futures, seed = _drawn()
    against = robust.Futures(_share(), futures, seed)
    job = robust.start_beside(context.db(), plan_id, context.who(), against, options())
    return redirect(url_for("jobs.show", job_id=job), 303)


def _drawn() -> tuple[int, int]:
    """The number of futures and the seed of a form."""
    asked = [request.form.get(name, "").strip() for name in ("futures", "seed")]
    if not all(text.isascii() and text.isdigit() and len(text) < 10 for text in asked):
        raise Refused("the number of futures and the seed are whole numbers, such as 1000 and 0")
    return int(asked[0]), int(asked[1])


def _share() -> float:
    """The share of the futures that a form gives in percent."""
    try:
        return float(request.form.get("share", "").strip()) / 100
    except ValueError:
        raise Refused("the share of the futures is a number of percent, such as 90") from None


@page.get("/plans/<int:plan_id>/risks/state")
def state(plan_id: int) -> Response:
    """The part of the page that changes while a simulation runs; once it ended, the whole page again."""
    stored = get_plan(context.db(), plan_id)
    context.page_is_of(stored.portfolio)
    run = risks.newest(context.db(), stored, ())
    response = make_response(render_template("risks/running.html", stored=stored, run=run))
    if run is None or run.state != "running":
        response.headers["HX-Redirect"] = url_for("risks.show", plan_id=plan_id)
    return response


@page.get("/plans/<int:plan_id>/risks/files/<name>")
def file(plan_id: int, name: str) -> Response:
    """One file of the newest simulation."""
    stored = get_plan(context.db(), plan_id)
    run = risks.newest(context.db(), stored, ())
    if run is None or name not in run.files:
        raise NotFound("file", name)
    kind = "application/json" if name.endswith(".json") else "text/csv; charset=utf-8"
    return download(run.files[name], f"plan-{plan_id}-{name}", kind)
