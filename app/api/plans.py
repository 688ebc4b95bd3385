"""Plans: their summaries, and their tables as JSON or CSV; never changed."""

from __future__ import annotations

import csv
import io
from typing import Any, Literal

from flask import Response, jsonify
from flask_openapi.models.tag import Tag
from flask_openapi.openapi import OpenAPI

from app.actions.plans import list_plans, plan_files, plan_info
from app.api import context, models
from app.api.context import Home, Known, Numbered
from app.api.models import Paging, Strict
from app.api.operations import HOME, OF_NUMBER, OF_PORTFOLIO, add, first
from app.api.responses import ETAG, JSON, REQUEST, answer, declare, nothing
from app.errors import NotFound
from solver.columns import Column, Type
from solver.files.formula import unescape
from solver.files.plan_files import TYPES
from solver.plan import COLUMNS

PLANS = Tag(name="plans", description="Checked plans; never changed.")
CSV = "text/csv"
LINKS = {
    "get_plan_table": {**OF_NUMBER, "table": "allocation"}, "get_portfolio": OF_PORTFOLIO, "list_plans": OF_PORTFOLIO,
}  # fmt: skip


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
    page = models.page_model("Plans", PlanOut)
    declare(app, page, PlanOut)
    add(app, PLANS, "get", f"{HOME}/plans", _list_plans, {200: answer(page.__name__, links=first("get_plan"))})
    found = {200: answer("PlanOut", headers=ETAG, links=LINKS), 304: nothing("Not Modified", ETAG)}
    add(app, PLANS, "get", "/plans/<int:number>", _get_plan, found)
    rows = {"type": "array", "items": {"anyOf": [_row(name) for name in TYPES]}}
    content = {JSON: {"schema": rows}, CSV: {"schema": {"type": "string"}}}
    table = {"description": "OK", "headers": REQUEST, "content": content}
    add(app, PLANS, "get", "/plans/<int:number>/<table>", _get_plan_table, {200: table}, (406,))


def _row(table: str) -> dict[str, Any]:
    """A row of a table of a plan, as a schema."""
    cells = {c.name: _cell(c) for c in TYPES[table]}
    return {"type": "object", "title": table, "properties": cells, "required": list(cells)}


def _cell(col: Column) -> dict[str, Any]:
    if col.type is Type.AMOUNT:
        return {"type": "number"} if col.required else {"anyOf": [{"type": "number"}, {"type": "null"}]}
    return {"type": "string", "format": "date"} if col.type is Type.WEEK else {"type": "string"}


def _list_plans(path: Home, query: Paging) -> dict[str, Any]:
    """List the plans of a portfolio.

    The newest first.
    """
    page = context.page_of(list_plans(context.db(), path.portfolio, query.offset + query.limit + 1), query)
    return {**page, "items": [_plan(p.id) for p in page["items"]]}


def _get_plan(path: Numbered, header: Known) -> Response:
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
    read = [(c.name, float if c.type is Type.AMOUNT else unescape) for c in TYPES[path.table]]
    rows = csv.DictReader(io.StringIO(text, newline=""))
    return jsonify(
        [{name: of(row[name]) if row[name] or of is unescape else None for name, of in read} for row in rows]
    )


def _plan(number: int) -> dict[str, Any]:
    found = plan_info(context.db(), number)
    return {
        "id": found.id, "portfolio": found.portfolio, "policy": found.policy, "scenario": found.scenario,
        "status": found.status, "who": found.who, "digest": found.digest, "summary": found.summary,
    }  # fmt: skip
