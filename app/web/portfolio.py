"""Portfolio: what the organisation runs, table by table, to look at and to edit in place."""

from __future__ import annotations

from flask import Blueprint, render_template, request

from app.errors import NotFound
from app.web import context
from app.web.capacity import SHOWN as CAPACITY
from app.web.table_page import edit_address, table_page
from solver.records import TABLES

page = Blueprint("portfolio", __name__)
SHOWN = (*(table for table in TABLES if table not in ("portfolio", *CAPACITY)), "portfolio")
"""Every table that the page of the capacity does not show; the one row of the portfolio itself comes last."""


@page.get("/portfolio")
def show() -> str:
    """One table with search and pages."""
    table = request.args.get("table", SHOWN[0])
    if table not in SHOWN:
        raise NotFound("table", table)
    return render_template(
        "portfolio.html",
        view=table_page(table),
        shown=SHOWN,
        info=context.chosen(),
    )


@page.app_context_processor
def _addresses() -> dict[str, object]:
    return {"edit_address": edit_address}
