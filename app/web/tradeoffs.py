"""Trade-offs: ask a question of a policy or scenario, watch its points arrive, and try one as a scenario."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from flask import Blueprint, Response, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from app.actions import decide, frontiers, operate
from app.actions.edit import rows
from app.actions.frontiers import FrontierRun, Question
from app.actions.scenarios import get_scenario, list_scenarios
from app.actions.snapshot import snapshot
from app.errors import Conflict, NotFound, Refused
from app.store.scenarios import ARCHIVED
from app.web import context
from app.web.export import download
from app.web.limits import options
from app.web.reading.frontier import Drawn, drawn
from app.web.subject import chosen, subject
from solver.faults import InvalidInput
from solver.frontier import KINDS
from solver.frontier.files import frontier_csv
from solver.frontier.trace import FEWEST, MOST

page = Blueprint("tradeoffs", __name__)
POINTS = 9


@page.get("/tradeoffs")
def listing() -> str:
    """The questions that can be asked, and those that were."""
    portfolio = context.portfolio_id()
    known = [one for one in list_scenarios(context.db(), portfolio) if one.status != ARCHIVED]
    policies = [row.record for row in rows(context.db(), portfolio, "policies")]
    scenario, policy = chosen(known, [p.policy for p in policies])
    return render_template(
        "tradeoffs.html",
        scenarios=known,
        policies=policies,
        names={one.id: one.name for one in list_scenarios(context.db(), portfolio)},
        chosen=(scenario, policy),
        kinds=KINDS.values(),
        runs=frontiers.listing(context.db(), portfolio),
        limits=(FEWEST, MOST, POINTS, options().time_limit),
        **_asked(portfolio, scenario, policy),
    )


@page.post("/tradeoffs")
def start() -> BaseResponse:
    """Compute a trade-off in the background."""
    scenario, policy = subject(request.form.get("of", ""))
    if scenario is not None:
        policy = get_scenario(context.db(), scenario).policy
    points, seconds = (request.form.get(name, type=float) for name in ("points", "seconds"))
    if points is None or points != int(points) or seconds is None or not 0 < seconds <= options().time_limit:
        most = f"{options().time_limit:g}"
        raise Refused(f"the number of points is a whole number, and the seconds for each are above 0, up to {most}")
    asked = Question(
        request.form.get("kind", ""), policy, scenario, int(points), request.form.get("against_record") == "1"
    )
    limits = replace(options(), time_limit=seconds)
    run = frontiers.start(context.db(), context.portfolio_id(), asked, context.who(), limits)
    return redirect(url_for("tradeoffs.show", run_id=run), 303)


@page.get("/tradeoffs/<int:run_id>")
def show(run_id: int) -> str:
    """One trade-off with the points found so far."""
    facts = _facts(run_id)
    return render_template("tradeoffs/run.html", **facts, changed=_changed(facts["run"]))


@page.get("/tradeoffs/<int:run_id>/state")
def state(run_id: int) -> Response:
    """The part of the page that changes while points arrive."""
    return make_response(render_template("tradeoffs/points.html", **_facts(run_id)))


@page.get("/tradeoffs/<int:run_id>/points.csv")
def file(run_id: int) -> Response:
    """The points as the command line writes them."""
    found = _drawn(_run(run_id))
    return download(frontier_csv(found.kind, found.curve), f"trade-off-{run_id}.csv", "text/csv; charset=utf-8")


@page.post("/tradeoffs/<int:run_id>/cancel")
def cancel(run_id: int) -> BaseResponse | str:
    """Stop it; what was found stays."""
    frontiers.cancel(context.db(), run_id, context.who())
    if context.is_htmx():
        return render_template("tradeoffs/points.html", **_facts(run_id))
    return redirect(url_for("tradeoffs.show", run_id=run_id), 303)


@page.post("/tradeoffs/<int:run_id>/points/<int:number>")
def try_point(run_id: int, number: int) -> BaseResponse:
    """Make a point a scenario and recompute it."""
    context.page_is_of(_run(run_id).portfolio)
    name = request.form.get("name", "")
    job = frontiers.try_point(context.db(), run_id, number, name, context.who(), options())
    return redirect(url_for("jobs.show", job_id=job), 303)


def _asked(portfolio: str, scenario: int | None, policy: str) -> dict[str, Any]:
    """Which questions lack something, and the plan of record that moves may count against."""
    decided = decide.states(context.db(), portfolio)
    record = next((plan for plan, state in decided.items() if state == decide.OF_RECORD), None)
    try:
        problem = snapshot(context.db(), portfolio, scenario)
    except (InvalidInput, Conflict) as broken:
        return {"record": record, "broken": str(broken), "lacks": dict.fromkeys(KINDS, "")}
    if policy not in problem.policy:
        raise NotFound("policy", policy)
    lacks = frontiers.lacking(problem, policy, has_record=record is not None)
    return {"record": record, "broken": "", "lacks": lacks}


def _run(run_id: int) -> FrontierRun:
    run = frontiers.get(context.db(), run_id)
    context.page_is_of(run.portfolio)
    return run


def _drawn(run: FrontierRun) -> Drawn:
    return drawn(KINDS[run.kind], frontiers.points_of(context.db(), run.id))


def _facts(run_id: int) -> dict[str, Any]:
    run = _run(run_id)
    scenario = get_scenario(context.db(), run.scenario) if run.scenario is not None else None
    nobody = run.state == "queued" and not operate.present(context.db())
    return {"run": run, "found": _drawn(run), "scenario": scenario, "nobody": nobody}


def _changed(run: FrontierRun) -> bool:
    """Whether the portfolio is no longer what the points are of."""
    try:
        return run.ended and snapshot(context.db(), run.portfolio, run.scenario).digest != run.digest
    except (InvalidInput, Conflict):
        return True
