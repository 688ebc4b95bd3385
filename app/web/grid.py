"""The grid: one table of records as a sheet, judged while it is typed and written as one batch."""

from __future__ import annotations

import json
from typing import Any

from flask import Blueprint, Response, redirect, render_template, request, url_for
from pydantic import ValidationError
from werkzeug.wrappers import Response as BaseResponse

from app.actions import batch
from app.actions.edit import cell_rows
from app.errors import NotFound, Refused
from app.web import context
from app.web.gate import may
from app.web.grid_wire import LARGEST_BATCH, Batch, columns_of, committed, edits_of, judged
from app.web.records import SUPPLY
from solver.records import TABLES, columns

page = Blueprint("grid", __name__)
JSON = "application/json"


@page.get("/grid/<table>")
def show(table: str) -> str:
    """The sheet of one table; its rows come by themselves, and what it shows of them stands in the address."""
    _require(table)
    return render_template(
        "grid.html",
        table=table,
        tables=list(TABLES),
        home="capacity.show" if table in SUPPLY else "portfolio.show",
        doc=TABLES[table].__doc__,
        writes=may("grid.commit"),
        columns=columns(table),
    )


@page.get("/grid")
def choose() -> BaseResponse:
    """To the sheet of the table that was chosen."""
    return redirect(url_for("grid.show", table=request.args.get("table", "needs")), 303)


@page.get("/grid/<table>/rows")
def table_rows(table: str) -> Response:
    """Every row as texts after its version, and what its columns hold."""
    _require(table)
    found = cell_rows(context.db(), context.portfolio_id(), table)
    return _json({"columns": columns_of(table), "rows": found})


@page.post("/grid/<table>/check")
def check(table: str) -> Response:
    """What is wrong with a batch, row by row and column by column; nothing is written."""
    try:
        edits = _asked()
        return _json(judged(table, batch.judge(context.db(), context.portfolio_id(), table, edits)))
    except (ValidationError, NotFound, Refused) as error:
        return _refused(error)


@page.post("/grid/<table>/commit")
def commit(table: str) -> Response:
    """Write the batch, all of it, or nothing and why."""
    try:
        done = batch.commit(context.db(), context.portfolio_id(), table, _asked(), context.who())
    except (ValidationError, NotFound, Refused) as error:
        return _refused(error)
    if done.judged.good:
        return _json(committed(table, done))
    return _json(judged(table, done.judged), 409 if done.judged.clashes else 422)


def _asked() -> list[batch.RowEdit]:
    request.max_content_length = LARGEST_BATCH
    return edits_of(Batch.model_validate_json(request.get_data(cache=False)))


def _refused(error: ValidationError | NotFound | Refused) -> Response:
    if isinstance(error, ValidationError):
        first = error.errors(include_url=False, include_context=False)[0]
        place = " / ".join(str(part) for part in first["loc"]) or "the body"
        return _json({"message": f"The request cannot be read: {place}: {first['msg']}"}, 400)
    text = str(error)
    return _json({"message": text[:1].upper() + text[1:]}, 404 if isinstance(error, NotFound) else 409)


def _json(body: dict[str, Any], status: int = 200) -> Response:
    return Response(json.dumps(body, separators=(",", ":")), status, mimetype=JSON)


def _require(table: str) -> None:
    if table not in TABLES:
        raise NotFound("table", table)
