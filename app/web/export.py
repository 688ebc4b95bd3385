"""Export: every table as CSV, the portfolio as a zip or a workbook, each plan as a zip, and empty templates."""

from __future__ import annotations

from flask import Blueprint, Response, render_template

from app.actions.export_data import (
    export_book,
    export_files,
    export_plan_files,
    export_plan_zip,
    export_zip,
    template,
)
from app.actions.plans import get_plan, list_plans
from app.actions.snapshot import snapshot
from app.errors import NotFound
from app.web import context
from solver.records import TABLES

page = Blueprint("export", __name__)
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@page.get("/export")
def show() -> str:
    """Every file with its number of rows."""
    problem = snapshot(context.db(), context.portfolio_id())
    rows = {table: len(found) for table, found in problem.tables().items()}
    plans = list_plans(context.db(), context.portfolio_id())
    return render_template("export.html", rows=rows, tables=TABLES, plans=plans)


@page.get("/export/<portfolio>.zip")
def portfolio_zip(portfolio: str) -> Response:
    """The portfolio as one zip."""
    return download(export_zip(context.db(), portfolio), f"{portfolio}.zip", "application/zip")


@page.get("/export/<portfolio>.xlsx")
def portfolio_book(portfolio: str) -> Response:
    """The portfolio as one workbook."""
    return download(export_book(context.db(), portfolio), f"{portfolio}.xlsx", XLSX)


@page.get("/template.<kind>")
def empty(kind: str) -> Response:
    """An empty portfolio to be filled in."""
    return download(template(kind), f"codered-template.{kind}", XLSX if kind == "xlsx" else "application/zip")


@page.get("/export/<portfolio>/<table>.csv")
def table_csv(portfolio: str, table: str) -> Response:
    """One table of a portfolio."""
    files = export_files(context.db(), portfolio)
    return _file(files, f"{table}.csv", f"{portfolio}-{table}.csv")


@page.get("/plans/<int:plan_id>/plan.zip")
def plan_zip(plan_id: int) -> Response:
    """A plan as one zip."""
    name = f"{get_plan(context.db(), plan_id).portfolio}-plan-{plan_id}.zip"
    return download(export_plan_zip(context.db(), plan_id), name, "application/zip")


@page.get("/plans/<int:plan_id>/files/<name>")
def plan_file(plan_id: int, name: str) -> Response:
    """One file of a plan."""
    return _file(export_plan_files(context.db(), plan_id), name, f"plan-{plan_id}-{name}")


def download(content: bytes | str, name: str, kind: str) -> Response:
    """An answer that browsers save under a name (ids need no quoting)."""
    return Response(content, content_type=kind, headers={"Content-Disposition": f'attachment; filename="{name}"'})


def _file(files: dict[str, str], name: str, saved_as: str) -> Response:
    if name not in files:
        raise NotFound("file", name)
    return download(files[name], saved_as, "application/json" if name.endswith(".json") else "text/csv; charset=utf-8")
