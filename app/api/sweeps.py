"""Sweeps: a portfolio solved in many variations in the background; start, watch, cancel, read the table."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from flask import Response, jsonify, request
from flask_openapi.models.tag import Tag
from flask_openapi.openapi import OpenAPI
from pydantic import Field

from app.actions import sweeps
from app.actions.studies import Study
from app.actions.sweeps import MOST
from app.api import context, models
from app.api.context import Home, Numbered, Once
from app.api.jobs import Limit, options
from app.api.models import WHOLE, Id, Paging, Strict, Text
from app.api.operations import HOME, OF_NUMBER, OF_PORTFOLIO, add, first
from app.api.responses import LOCATION, REPLAYED, REQUEST, answer, declare
from solver.sweep import Scenario
from solver.sweep.targets import target_of

SWEEPS = Tag(name="sweeps", description="A portfolio in many variations: start, watch, cancel, read the table.")
CSV = "text/csv"
LINKS = {"get_sweep": OF_NUMBER, "get_sweep_results": OF_NUMBER, "list_sweeps": OF_PORTFOLIO}


class Variation(Strict):
    """One scenario of a sweep: values by target, such as `pools.east.factor`."""

    name: Text = ""
    values: Annotated[dict[str, Text], Field(max_length=100, examples=[{"pools.east.factor": "0.9"}])]


class NewSweep(Strict):
    """What to solve in which variations, and for how long each."""

    policy: Id
    scenario: Annotated[int, Field(ge=1, le=2**31 - 1), WHOLE] | None = None
    variations: Annotated[list[Variation], Field(min_length=1, max_length=MOST)]
    time_limit: Limit = None


class SweepOut(Strict):
    """A sweep; `done` of its `count` variations have their row in the table."""

    id: int
    job: int | None
    portfolio: str
    scenario: int | None
    policy: str
    count: int
    done: int
    state: Literal["queued", "running", "done", "failed", "cancelled", "parked"]
    message: str
    seconds: float
    who: str


def attach(app: OpenAPI) -> None:
    """Register the operations."""
    page = models.page_model("Sweeps", SweepOut)
    declare(app, page, SweepOut)
    add(app, SWEEPS, "get", f"{HOME}/sweeps", _list_sweeps, {200: answer(page.__name__, links=first("get_sweep"))})
    begun = {202: answer("SweepOut", "Accepted", {**LOCATION, **REPLAYED}, {"cancel_sweep": OF_NUMBER, **LINKS})}
    add(app, SWEEPS, "post", f"{HOME}/sweeps", _start_sweep, begun)
    add(app, SWEEPS, "get", "/sweeps/<int:number>", _get_sweep, {200: answer("SweepOut", links=LINKS)})
    table = {"description": "OK", "headers": REQUEST, "content": {CSV: {"schema": {"type": "string"}}}}
    add(app, SWEEPS, "get", "/sweeps/<int:number>/results", _get_sweep_results, {200: table}, (406,))
    cancelled = {200: answer("SweepOut", links={"get_sweep": OF_NUMBER})}
    add(app, SWEEPS, "post", "/sweeps/<int:number>/cancel", _cancel_sweep, cancelled)


def _list_sweeps(path: Home, query: Paging) -> dict[str, Any]:
    """List the newest sweeps of a portfolio.

    The newest first.
    """
    page = context.page_of(sweeps.listing(context.db(), path.portfolio, query.offset + query.limit + 1), query)
    return {**page, "items": [_told(one) for one in page["items"]]}


def _start_sweep(path: Home, header: Once, body: NewSweep) -> Response:
    """Solve a portfolio, or a scenario of it, in many variations in the background.

    It is of the records as they are now. A variation that does not fit the records is a row that says so.
    """
    varied = [Scenario(v.name.strip() or str(n), v.values) for n, v in enumerate(body.variations, 1)]
    for name in dict.fromkeys(name for one in varied for name in one.values):
        target_of(name)
    limits = options(body.time_limit)
    number = sweeps.start(context.db(), path.portfolio, body.scenario, body.policy, varied, context.who(), limits)
    found = jsonify(_told(sweeps.get(context.db(), number)))
    found.status_code = 202
    found.headers["Location"] = f"{request.script_root}/sweeps/{number}"
    return found


def _get_sweep(path: Numbered) -> dict[str, Any]:
    """Read a sweep.

    How far it is; its results are at /sweeps/{number}/results.
    """
    return _told(sweeps.get(context.db(), path.number))


def _get_sweep_results(path: Numbered) -> Response:
    """Read the results of a sweep.

    As CSV, a row per variation whose result is known.
    """
    context.wanted(CSV)
    return Response(sweeps.table_of(context.db(), path.number), content_type="text/csv; charset=utf-8")


def _cancel_sweep(path: Numbered) -> dict[str, Any]:
    """Cancel a sweep.

    Its results so far stay.
    """
    sweeps.cancel(context.db(), path.number, context.who())
    return _told(sweeps.get(context.db(), path.number))


def _told(sweep: Study) -> dict[str, Any]:
    return {name: getattr(sweep, name) for name in SweepOut.model_fields}
