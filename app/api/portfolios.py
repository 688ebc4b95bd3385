"""Whole portfolios: list, add, read, and write many of their records at once."""

from __future__ import annotations

from typing import Annotated, Any

from flask import Response
from flask_openapi.models.tag import Tag
from flask_openapi.openapi import OpenAPI
from pydantic import BaseModel, Field, create_model

from app.actions.bulk import add_portfolio, write_many
from app.actions.portfolios import list_portfolios
from app.actions.snapshot import snapshot
from app.api import context, models
from app.api.context import Home, Known, Once, OnceSince
from app.api.gate import SECURITY
from app.api.models import ID, Paging, Strict
from app.api.responses import ETAG, LOCATION, READ, REPLAYED, WRITE, answer, declare, nothing, refusals
from app.cells import read_key
from app.errors import NotFound
from app.roles import Role
from app.store.records import HEAD
from solver.records import OPTIONAL, TABLES, key_columns

TAG = Tag(name="portfolios", description="What an organisation plans over: all its records together.")
MOST = 100_000


class PortfolioHead(Strict):
    """A portfolio in a list; `version` counts every write to any of its records."""

    portfolio: Annotated[str, Field(pattern=ID)]
    name: str
    start: Annotated[str, Field(json_schema_extra={"format": "date"})]
    weeks: int
    version: int


def _tables(name: str, doc: str, of: Any, *, whole: bool) -> type[BaseModel]:
    """A model with a list for every table."""
    fields: dict[str, Any] = {}
    for table in TABLES:
        kind: Any = list[of(table)]  # type: ignore[misc]
        needed = whole and table not in OPTIONAL
        most = 1 if table == HEAD else MOST
        fields[table] = (
            (Annotated[kind, Field(min_length=1 if table == HEAD else 0, max_length=most)], ...)
            if needed
            else (Annotated[kind, Field(max_length=most)], Field(default_factory=list))
        )
    return create_model(name, __base__=Strict, __doc__=doc, **fields)


Records = _tables("Records", "All records of a portfolio, by table.", models.record_model, whole=True)
Upserts = _tables("Upserts", "Records to create or overwrite, by table.", models.record_model, whole=False)
Keys = _tables("Keys", "Keys of records to remove, by table.", models.key_model, whole=False)

Whole = create_model(
    "WholePortfolio", __base__=Strict, __doc__="A portfolio with everything in it.",
    portfolio=(str, ...), version=(int, ...), digest=(str, ...), records=(Records, ...),
)  # fmt: skip
Many = create_model(
    "Changes", __base__=Strict, __doc__="Records to put and to remove, all at once or not at all.",
    put=(Upserts, Field(default_factory=Upserts)), remove=(Keys, Field(default_factory=Keys)),
)  # fmt: skip


class Counts(Strict):
    """What a bulk write did; `version` is the portfolio's afterwards."""

    created: int
    updated: int
    removed: int
    version: int


def attach(app: OpenAPI) -> None:
    """Register the operations."""
    page = models.page_model("Portfolios", PortfolioHead)
    declare(app, page, Whole, Counts)
    place, links = {"portfolio": "$response.body#/portfolio"}, _links()
    first = {"get_portfolio": {"portfolio": "$response.body#/items/0/portfolio"}}
    created = answer("WholePortfolio", "Created", {**ETAG, **LOCATION, **REPLAYED}, {"get_portfolio": place, **links})
    whole: dict[Any, Any] = {
        200: answer("WholePortfolio", headers=ETAG, links=links),
        304: nothing("Not Modified", ETAG),
    }
    done = answer("Counts", headers=REPLAYED, links={"get_portfolio": {"portfolio": "$request.path.portfolio"}})
    reading, writing = refusals(*READ), refusals(*WRITE)
    told: dict[str, Any] = {"tags": [TAG], "security": SECURITY}
    app.get("/portfolios", operation_id="list_portfolios",
            responses={**reading, 200: answer(page.__name__, links=first)}, **told)(_list)  # fmt: skip
    app.post("/portfolios", operation_id="create_portfolio", responses={**writing, 201: created}, **told)(
        _with_body(_create, Records)
    )
    app.get("/portfolios/<portfolio>", operation_id="get_portfolio",
            responses={**reading, **whole}, **told)(_get)  # fmt: skip
    app.post("/portfolios/<portfolio>/changes", operation_id="write_many",
             responses={**refusals(*WRITE, 412), 200: done}, **told)(_with_body(_write, Many))  # fmt: skip


def _links() -> dict[str, dict[str, Any]]:
    """From a whole portfolio: to its lists, to another record of each kind, to a scenario and to a plan of it."""
    place = {"portfolio": "$response.body#/portfolio"}
    names = [name for t in TABLES if t != HEAD for name in (f"list_{t}", f"create_{models.name_of(t)}")]
    policy = {"policy": "$response.body#/records/policies/0/policy"}
    return {
        **dict.fromkeys([*names, "list_scenarios", "list_jobs", "list_plans"], place),
        "write_many": {**place, "header.If-Match": "$response.header.ETag"},
        "create_scenario": {**place, "body": {**policy, "changes": []}},
        "start_job": {**place, "body": policy},
    }


def _with_body(view: Any, body: type[BaseModel]) -> Any:
    view.__annotations__["body"] = body
    return view


def _list(query: Paging) -> dict[str, Any]:
    """List the portfolios.

    Those that the token may see, each with its version, which counts every write.
    """
    found = [p for p in list_portfolios(context.db()) if context.account().may(Role.VIEWER, p.portfolio)]
    items = [
        {"portfolio": p.portfolio, "name": p.name, "start": p.start.isoformat(), "weeks": p.weeks,
         "version": p.version} for p in found
    ]  # fmt: skip
    return context.page_of(items, query)


def _create(header: Once, body: Any) -> Response:
    """Add a portfolio with all its records.

    All of it or nothing; the records must fit together.
    """
    rows = {table: [models.as_cells(r) for r in of_table] for table, of_table in body.model_dump().items()}
    portfolio = add_portfolio(context.db(), rows, context.who())
    return _whole(portfolio, 201)


def _get(path: Home, header: Known) -> Response:
    """Read a portfolio with all its records.

    The digest is that of the problem that the planner solves.
    """
    return _whole(path.portfolio)


def _write(path: Home, header: OnceSince, body: Any) -> Response | dict[str, Any]:
    """Put and remove many records at once.

    All of it or nothing. With If-Match it is refused when the portfolio was written since that version.
    """
    data = body.model_dump()
    put = {table: [models.as_cells(r) for r in of_table] for table, of_table in data["put"].items()}
    gone = {
        table: [_key(table, models.as_cells(key)) for key in keys]
        for table, keys in data["remove"].items()
    }  # fmt: skip
    version = context.version_asked(0) if context.names_version() else None
    if isinstance(version, Response):
        return version
    done = write_many(context.db(), path.portfolio, put, gone, context.who(), version or None)
    return {"created": done.created, "updated": done.updated, "removed": done.removed, "version": done.version}


def _key(table: str, cells: dict[str, str]) -> tuple[Any, ...]:
    return read_key(table, [cells[c.name] for c in key_columns(table)])


def _whole(portfolio: str, status: int = 200) -> Response:
    problem = snapshot(context.db(), portfolio)
    info = next((p for p in list_portfolios(context.db()) if p.portfolio == portfolio), None)
    if info is None:
        raise NotFound("portfolio", portfolio)
    body = {
        "portfolio": portfolio, "version": info.version, "digest": problem.digest,
        "records": {t: [models.as_json(t, r) for r in of_table] for t, of_table in problem.tables().items()},
    }  # fmt: skip
    return context.tagged(body, info.version, status, f"/portfolios/{portfolio}" if status == 201 else "")
