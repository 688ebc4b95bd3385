"""Import: upload files or a workbook, see what would change line by line, then make it so; or the example."""

from __future__ import annotations

import csv
import io
from pathlib import Path

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from app.actions.import_data import import_portfolio
from app.actions.preview import commit, get_preview, map_headings, preview, preview_steps
from app.errors import Conflict, NotFound, Refused
from app.web import context
from app.web.export import download
from app.web.paging import paged
from solver.faults import InvalidInput
from solver.merging import FAULT, UNCHANGED, VERBS
from solver.records import TABLES, columns

page = Blueprint("imports", __name__)
EXAMPLE = Path(__file__).resolve().parent.parent.parent / "examples" / "code-red"
PORTFOLIO = "code-red"
"""The id of the example."""
ROWS = 100
Answer = str | Response | tuple[str, int]


@page.get("/import")
def form() -> str:
    """The form for files of one's own."""
    return render_template("import.html", faults=(), notices=())


@page.post("/import")
def upload() -> Answer:
    """Compare what was uploaded with the records; only what cannot be opened comes back to the form."""
    files = {f.filename or "": f.read() for f in request.files.getlist("files") if f.filename}
    if not files:
        return render_template("import.html", faults=(), notices=(), nothing=True), 422
    names = list(files)
    source = files[names[0]] if len(names) == 1 and names[0].lower().endswith(".zip") else files
    known = context.chosen()
    replacing = request.form.get("replace") == "yes"
    try:
        kept = preview(
            context.db(), source, context.who(), portfolio=known.portfolio if known else None, replacing=replacing
        )
    except InvalidInput as invalid:
        return render_template("import.html", faults=invalid.faults, notices=invalid.notices), 422
    return redirect(url_for("imports.show", upload=kept), 303)


@page.get("/import/<upload>")
def show(upload: str) -> str:
    """What an upload would change, filtered by `do` and paged."""
    return _shown(upload)


@page.get("/import/<upload>/steps.csv")
def steps(upload: str) -> Response:
    """Every line of a preview as CSV."""
    return download(preview_steps(context.db(), upload), "preview.csv", "text/csv; charset=utf-8")


@page.post("/import/<upload>/apply")
def apply(upload: str) -> Answer:
    """Make exactly the changes that were shown."""
    try:
        imported = commit(context.db(), upload, context.who())
    except Conflict:
        return _shown(upload, stale=True), 409
    except Refused:
        return _shown(upload), 409
    return redirect(url_for("situation.show", portfolio=imported.portfolio, done="imported"), 303)


@page.post("/import/<upload>/headings")
def headings(upload: str) -> Answer:
    """Remember what headings mean, and compare again."""
    asked = {name: column for name, column in request.form.items() if name.startswith("as:") and column}
    mapped = {(name.split(":", 2)[1], name.split(":", 2)[2]): column for name, column in asked.items()}
    if not mapped:
        return redirect(url_for("imports.show", upload=upload), 303)
    return redirect(url_for("imports.show", upload=map_headings(context.db(), upload, mapped, context.who())), 303)


@page.post("/import/example")
def example() -> Answer:
    """Import the example."""
    if not EXAMPLE.is_dir():
        raise NotFound("example", EXAMPLE.name)
    imported = import_portfolio(context.db(), EXAMPLE, context.who())
    return redirect(url_for("situation.show", portfolio=imported.portfolio, done="imported"), 303)


def _shown(upload: str, *, stale: bool = False) -> str:
    seen = get_preview(context.db(), upload)
    if any(info.portfolio == seen.portfolio for info in context.all_portfolios()):
        context.page_is_of(seen.portfolio)
    chosen = request.args.get("do", "")
    rows = list(csv.reader(io.StringIO(preview_steps(context.db(), upload), newline="")))[1:]
    rows = [row for row in rows if row[2] == chosen or (chosen not in VERBS and row[2] not in (UNCHANGED, FAULT))]
    unknown = {table: (names, [c.name for c in columns(table)]) for table, names in seen.unknown.items()}
    return render_template(
        "preview.html", seen=seen, stale=stale, chosen=chosen, verbs=VERBS, unknown=unknown, tables=TABLES,
        view=paged(rows, request.args.get("page", ""), ROWS),
    )  # fmt: skip
