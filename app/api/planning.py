"""Scenarios, solving in the background, and plans as JSON or CSV."""

from __future__ import annotations

import csv
import io
from typing import Annotated, Any, Literal

from flask import Response, jsonify, request
from flask_openapi.models.tag import Tag
from flask_openapi.openapi import OpenAPI
from pydantic import Field

from app.actions import recompute, scenarios
from app.actions.plans import list_plans, plan_files, plan_info
from app.actions.recompute import Job
from app.api import context, models
from app.api.context import Home, Numbered, Once
from app.api.gate import SECURITY
from app.api.models import ID, PLAIN, Paging, Strict
from app.api.problems import READING, WRITING, refusals
from app.api.records import JSON
from app.cells import key_from_text, key_text, record_of
from app.errors import NotFound
from app.store.scenarios import PUT, REMOVE, SET, ScenarioChange
from solver.plan import COLUMNS
from solver.progress import Options
from solver.records import TABLES, key_of

SCENARIOS = Tag(name="scenarios", description="A portfolio with changes, to be solved under a policy.")
JOBS = Tag(name="jobs", description="Solving in the background: start, watch, cancel, then read the plan.")
PLANS = Tag(name="plans", description="Checked plans; never changed.")
Text = Annotated[str, Field(pattern=PLAIN, max_length=32_767)]
Id = Annotated[str, Field(pattern=ID, examples=["code-red"])]
TABLE_NAMES = tuple(TABLES)
CSV = "text/csv"


class Change(Strict):
    """One change: `put` a whole record, `set` some of its cells, or `remove` it. Cells are texts as in the CSV file."""

    operation: Literal["put", "set", "remove"]
    table: Literal[TABLE_NAMES]  # type: ignore[valid-type]
    key: Annotated[str, Field(description="parts of the key joined by /; may stay empty for put")] = ""
    cells: dict[str, Text] = Field(default_factory=dict)


class NewScenario(Strict):
    """A scenario to be stored."""

    name: Text = ""
    policy: Id
    changes: Annotated[list[Change], Field(max_length=10_000)]


class ScenarioOut(Strict):
    """A stored scenario."""

    id: int
    portfolio: str
    name: str
    policy: str
    kind: str
    status: str
    who: str
    version: int
    changes: list[Change]


class NewJob(Strict):
    """What to solve, and for how long."""

    policy: Id
    scenario: Annotated[int | None, Field(ge=1, le=2**31 - 1)] = None
    time_limit: Annotated[float | None, Field(gt=0, le=3600, allow_inf_nan=False, examples=[60])] = None


class JobOut(Strict):
    """A job; `plan` is there when it is done. `progress` is what the solver reported, the newest last."""

    id: int
    portfolio: str
    policy: str
    scenario: int | None
    kind: Literal["plan", "orders", "futures", "frontier"]
    state: Literal["queued", "running", "done", "failed", "cancelled", "parked"]
    message: str
    seconds: float
    plan: int | None
    progress: list[dict[str, Any]]
    faults: list[dict[str, Any]]
    conflicts: list[dict[str, Any]]


class PlanOut(Strict):
    """A plan: its summary, and where its tables are."""

    id: int
    portfolio: str
    policy: str
    scenario: int | None
    status: str
    who: str
    digest: str
    summary: dict[str, Any]


class TablePath(Numbered):
    """A table of a plan."""

    table: Literal[tuple(COLUMNS)]  # type: ignore[valid-type]


def attach(app: OpenAPI) -> None:
    """Register the operations."""
    reading, writing = refusals(*READING), refusals(*WRITING)
    page, home = models.page_model, "/portfolios/<portfolio>"

    def add(method: str, rule: str, view: Any, tag: Tag, good: dict[int, Any]) -> None:
        bad = reading if method == "get" else writing
        name = view.__name__.removeprefix("_")
        getattr(app, method)(rule, operation_id=name, tags=[tag], responses={**bad, **good}, security=SECURITY)(view)

    add("get", f"{home}/scenarios", _list_scenarios, SCENARIOS, {200: page("Scenarios", ScenarioOut)})
    add("post", f"{home}/scenarios", _create_scenario, SCENARIOS, {201: _linked("ScenarioOut", "get_scenario")})
    add("get", "/scenarios/<int:number>", _get_scenario, SCENARIOS, {200: ScenarioOut, 304: None})
    add("get", f"{home}/jobs", _list_jobs, JOBS, {200: page("Jobs", JobOut)})
    add("post", f"{home}/jobs", _start_job, JOBS, {202: _linked("JobOut", "get_job", "cancel_job")})
    add("get", "/jobs/<int:number>", _get_job, JOBS, {200: JobOut})
    add("post", "/jobs/<int:number>/cancel", _cancel_job, JOBS, {200: JobOut})
    add("get", f"{home}/plans", _list_plans, PLANS, {200: page("Plans", PlanOut)})
    add("get", "/plans/<int:number>", _get_plan, PLANS, {200: PlanOut, 304: None})
    row = {"type": "array", "items": {"type": "object"}}
    table = {"description": "OK", "content": {JSON: {"schema": row}, CSV: {"schema": {"type": "string"}}}}
    add("get", "/plans/<int:number>/<table>", _get_plan_table, PLANS, {200: table})


def _linked(schema: str, *operations: str) -> dict[str, Any]:
    """An answer that names what can be done next."""
    links = {o: {"operationId": o, "parameters": {"number": "$response.body#/id"}} for o in operations}
    content = {JSON: {"schema": {"$ref": f"#/components/schemas/{schema}"}}}
    return {"description": "Stored", "content": content, "links": links}


def _list_scenarios(path: Home, query: Paging) -> dict[str, Any]:
    """List the scenarios of a portfolio.

    The newest first.
    """
    page = context.page_of(scenarios.list_scenarios(context.db(), path.portfolio), query)
    return {**page, "items": [_scenario(s.id) for s in page["items"]]}


def _create_scenario(path: Home, header: Once, body: NewScenario) -> Response:
    """Store a scenario.

    The portfolio with the changes must fit together.
    """
    changes = [_change(c) for c in body.changes]
    number = scenarios.add_scenario(
        context.db(), path.portfolio, body.name.strip() or body.policy, body.policy, changes, context.who()
    )
    found = _scenario(number)
    return context.tagged(found, found["version"], 201, f"/scenarios/{number}")


def _get_scenario(path: Numbered) -> Response:
    """Read a scenario.

    With its changes, in order.
    """
    found = _scenario(path.number)
    return context.tagged(found, found["version"])


def _list_jobs(path: Home, query: Paging) -> dict[str, Any]:
    """List the newest jobs of a portfolio.

    The newest first.
    """
    page = context.page_of(recompute.list_jobs(context.db(), path.portfolio, query.offset + query.limit + 1), query)
    return {**page, "items": [_job(job) for job in page["items"]]}


def _start_job(path: Home, header: Once, body: NewJob) -> Response:
    """Solve a portfolio, or a scenario of it, in the background.

    The answer comes at once; read the job until its state is done, failed, cancelled or parked.
    """
    settings = context.settings()
    options = Options(time_limit=body.time_limit or settings.time_limit, threads=settings.threads)
    number = recompute.start(context.db(), path.portfolio, body.scenario, body.policy, context.who(), options)
    answer = jsonify(_job(recompute.get_job(context.db(), number)))
    answer.status_code = 202
    answer.headers["Location"] = f"{request.script_root}/jobs/{number}"
    return answer


def _get_job(path: Numbered) -> dict[str, Any]:
    """Read a job.

    With what the solver reported so far.
    """
    return _job(recompute.get_job(context.db(), path.number))


def _cancel_job(path: Numbered) -> dict[str, Any]:
    """Cancel a job.

    At once when it waits, within a second when it runs, not at all when it ended.
    """
    recompute.cancel(context.db(), path.number, context.who())
    return _job(recompute.get_job(context.db(), path.number))


def _list_plans(path: Home, query: Paging) -> dict[str, Any]:
    """List the plans of a portfolio.

    The newest first.
    """
    page = context.page_of(list_plans(context.db(), path.portfolio, query.offset + query.limit + 1), query)
    return {**page, "items": [_plan(p.id) for p in page["items"]]}


def _get_plan(path: Numbered) -> Response:
    """Read the summary of a plan.

    Its tables are at /plans/{number}/{table}.
    """
    return context.tagged(_plan(path.number), 1)


def _get_plan_table(path: TablePath) -> Response:
    """Read a table of a plan.

    As JSON or as CSV, by Accept.
    """
    text = plan_files(context.db(), path.number).get(f"{path.table}.csv")
    if text is None:
        raise NotFound("table", path.table)
    if context.wanted(JSON, CSV) == CSV:
        return Response(text, content_type="text/csv; charset=utf-8")
    return jsonify(list(csv.DictReader(io.StringIO(text, newline=""))))


def _change(change: Change) -> ScenarioChange:
    """A change as it is stored; its key is that of its record. Raises InvalidInput, or NotFound for no key."""
    if change.operation == PUT:
        record = record_of(change.table, change.cells)
        return ScenarioChange(PUT, change.table, key_text(change.table, key_of(record)), dict(change.cells))
    key = key_text(change.table, key_from_text(change.table, change.key))
    return ScenarioChange(SET if change.operation == SET else REMOVE, change.table, key, dict(change.cells))


def _scenario(number: int) -> dict[str, Any]:
    found = scenarios.get_scenario(context.db(), number)
    changes = [
        {"operation": c.operation, "table": c.table, "key": c.key, "cells": c.cells}
        for c in scenarios.get_changes(context.db(), number)
    ]
    return {
        "id": found.id, "portfolio": found.portfolio, "name": found.name, "policy": found.policy, "kind": found.kind,
        "status": found.status, "who": found.who, "version": found.version, "changes": changes,
    }  # fmt: skip


def _job(job: Job) -> dict[str, Any]:
    return {
        "id": job.id, "portfolio": job.portfolio, "policy": job.policy, "scenario": job.scenario, "kind": job.kind,
        "state": job.state,
        "message": job.message, "seconds": job.seconds, "plan": job.plan_id, "progress": job.progress,
        "faults": job.faults, "conflicts": job.conflicts,
    }  # fmt: skip


def _plan(number: int) -> dict[str, Any]:
    found = plan_info(context.db(), number)
    return {
        "id": found.id, "portfolio": found.portfolio, "policy": found.policy, "scenario": found.scenario,
        "status": found.status, "who": found.who, "digest": found.digest, "summary": found.summary,
    }  # fmt: skip
