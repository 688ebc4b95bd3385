"""Sweeps: say what to vary, watch the scenarios being solved, and take the table of their results along."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from flask import Blueprint, Response, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from app.actions import operate, sweeps
from app.actions.edit import rows
from app.actions.scenarios import get_scenario, list_scenarios
from app.actions.studies import Study
from app.actions.sweeps import MOST, Row
from app.errors import Refused
from app.store.scenarios import ARCHIVED
from app.web import context
from app.web.export import download
from app.web.limits import options
from app.web.subject import chosen, subject
from solver.sweep import grid_of

page = Blueprint("sweeps", __name__)
SHOWN = 200
"""Rows on the page; the file has them all."""


@page.get("/sweeps")
def listing() -> str:
    """What can be varied, and the sweeps that were asked for."""
    portfolio = context.portfolio_id()
    everything = list_scenarios(context.db(), portfolio)
    known = [one for one in everything if one.status != ARCHIVED]
    policies = [row.record for row in rows(context.db(), portfolio, "policies")]
    return render_template(
        "sweeps.html",
        scenarios=known,
        policies=policies,
        names={one.id: one.name for one in everything},
        chosen=chosen(known, [p.policy for p in policies]),
        runs=sweeps.listing(context.db(), portfolio),
        example=next(
            (f"pools.{row.record.pool}.factor = 0.9, 1, 1.1" for row in rows(context.db(), portfolio, "pools")), ""
        ),
        limits=(MOST, options().time_limit),
    )


@page.post("/sweeps")
def start() -> BaseResponse:
    """Solve every combination in the background."""
    scenario, policy = subject(request.form.get("of", ""))
    if scenario is not None:
        policy = get_scenario(context.db(), scenario).policy
    seconds = request.form.get("seconds", type=float)
    if seconds is None or not 0 < seconds <= options().time_limit:
        raise Refused(f"the seconds for each are above 0, up to {options().time_limit:g}")
    limits, varied = replace(options(), time_limit=seconds), grid_of(request.form.get("vary", ""))
    portfolio = context.portfolio_id()
    found = sweeps.start(context.db(), portfolio, scenario, policy, varied, context.who(), limits)
    return redirect(url_for("sweeps.show", sweep=found), 303)


@page.get("/sweeps/<int:sweep>")
def show(sweep: int) -> str:
    """One sweep with its results so far."""
    return render_template("sweeps/run.html", **_facts(sweep))


@page.get("/sweeps/<int:sweep>/state")
def state(sweep: int) -> Response:
    """The part of the page that changes while scenarios are solved."""
    return make_response(render_template("sweeps/rows.html", **_facts(sweep)))


@page.get("/sweeps/<int:sweep>/results.csv")
def file(sweep: int) -> Response:
    """The results as the command line writes them."""
    _page_of(sweep)
    return download(sweeps.table_of(context.db(), sweep), f"sweep-{sweep}.csv", "text/csv; charset=utf-8")


@page.post("/sweeps/<int:sweep>/cancel")
def cancel(sweep: int) -> BaseResponse | str:
    """Stop it; what was found stays."""
    sweeps.cancel(context.db(), sweep, context.who())
    if context.is_htmx():
        return render_template("sweeps/rows.html", **_facts(sweep))
    return redirect(url_for("sweeps.show", sweep=sweep), 303)


@dataclass(frozen=True)
class Line:
    """A scenario: what is varied in it, and what each class attains, by rank."""

    name: str
    values: list[str]
    status: str
    message: str
    attained: list[float | None]
    gap_percent: float | None
    moves: float | None


def _lines(found: list[Row], targets: list[str], ranks: list[str]) -> Iterator[Line]:
    for scenario, result in found:
        gaps = [c["gap_percent"] for c in result.classes.values()]
        yield Line(
            scenario.name, [scenario.values.get(name, "") for name in targets], result.status, result.message,
            [result.classes[rank]["attained"] if rank in result.classes else None for rank in ranks],
            max(gaps) if gaps else None, sum(result.moves.values()) if result.classes else None,
        )  # fmt: skip


def _page_of(sweep: int) -> Study:
    found = sweeps.get(context.db(), sweep)
    context.page_is_of(found.portfolio)
    return found


def _facts(sweep: int) -> dict[str, Any]:
    run = _page_of(sweep)
    found = sweeps.rows_of(context.db(), sweep)
    targets = list(dict.fromkeys(name for scenario, _ in found for name in scenario.values))
    ranks = sorted({rank for _, result in found for rank in result.classes}, key=int)
    scenario = get_scenario(context.db(), run.scenario) if run.scenario is not None else None
    return {
        "run": run, "scenario": scenario, "targets": targets, "ranks": [int(rank) for rank in ranks],
        "lines": list(_lines(found[:SHOWN], targets, ranks)), "more": max(0, len(found) - SHOWN),
        "nobody": run.state == "queued" and not operate.present(context.db()),
    }  # fmt: skip
