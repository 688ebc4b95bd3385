"""Import: a portfolio from a zip or CSV files, or the example that comes with codered."""

from __future__ import annotations

from pathlib import Path

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from app.actions.import_data import Imported, Source, import_portfolio
from app.errors import NotFound
from app.web import context
from solver.faults import InvalidInput

page = Blueprint("imports", __name__)
EXAMPLE = Path(__file__).resolve().parent.parent.parent / "examples" / "code-red"
Answer = str | Response | tuple[str, int]


@page.get("/import")
def form() -> str:
    """The form for files of one's own."""
    return render_template("import.html", faults=(), notices=())


@page.post("/import")
def upload() -> Answer:
    """Import what was uploaded; with faults the form comes back with all of them."""
    files = {f.filename or "": f.read() for f in request.files.getlist("files") if f.filename}
    if not files:
        return render_template("import.html", faults=(), notices=(), nothing=True), 422
    names = list(files)
    source: Source = files[names[0]] if len(names) == 1 and names[0].lower().endswith(".zip") else files
    return _import(source)


@page.post("/import/example")
def example() -> Answer:
    """Import the example."""
    if not EXAMPLE.is_dir():
        raise NotFound("example", EXAMPLE.name)
    return _import(EXAMPLE)


def _import(source: Source) -> Answer:
    try:
        imported = import_portfolio(context.db(), source, context.who())
    except InvalidInput as invalid:
        return render_template("import.html", faults=invalid.faults, notices=invalid.notices), 422
    return context.remember_who(_answer(imported))


def _answer(imported: Imported) -> Response:
    if imported.notices:
        return Response(render_template("imported.html", imported=imported), mimetype="text/html")
    return redirect(url_for("situation.show", portfolio=imported.portfolio, done="imported"), 303)
