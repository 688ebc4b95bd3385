"""Records: edit, add and remove one row in place, without losing what another wrote."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from app.actions.edit import Row, add_record, edit_record, remove_record, rows
from app.cells import cells_of, read_key
from app.errors import Conflict, NotFound, Refused
from app.web import context
from app.web.language import _
from app.web.table_page import RecordForm, record_form
from solver.faults import InvalidInput
from solver.records import TABLES, columns

page = Blueprint("records", __name__)
SUPPLY = frozenset({"pools", "capacity"})
Answer = str | Response | tuple[str, int]


@page.get("/records/<table>/edit")
def edit(table: str) -> str:
    """The form of one record."""
    row = _row(table, _asked())
    return _render(record_form(table, cells_of(table, row.record), _asked(), row.version))


@page.post("/records/<table>/edit")
def save(table: str) -> Answer:
    """Write what was typed; faults and conflicts come back inside the form."""
    key, cells = tuple(request.form.getlist("k")), _typed(table)
    version = request.form.get("version", -1, type=int)
    changes = {name: text for name, text in cells.items() if name not in _key_names(table)}
    try:
        edit_record(context.db(), context.portfolio_id(), table, key, changes, version, context.who())
    except InvalidInput as invalid:
        return _render(record_form(table, cells, key, version, faults=invalid.faults)), 422
    except Conflict as conflict:
        return _conflict(table, key, cells, conflict)
    except Refused as refused:
        return _render(record_form(table, cells, key, version, message=str(refused))), 409
    return _saved(table, key)


@page.post("/records/<table>/remove")
def remove(table: str) -> Answer:
    """Remove a record; what others need is not removed."""
    key, version = tuple(request.form.getlist("k")), request.form.get("version", -1, type=int)
    try:
        remove_record(context.db(), context.portfolio_id(), table, key, version, context.who())
    except InvalidInput as invalid:
        cells = cells_of(table, _row(table, key).record)
        return _render(record_form(table, cells, key, version, faults=invalid.faults)), 422
    except Conflict as conflict:
        row = _find(table, key)
        return _conflict(table, key, cells_of(table, row.record) if row else {}, conflict)
    if context.is_htmx():
        return Response("", mimetype="text/html")
    return redirect(_back(table, "removed"), 303)


@page.get("/records/<table>/new")
def new(table: str) -> str:
    """An empty form."""
    _require(table)
    proposed = {c.name: request.args[c.name] for c in columns(table) if c.name in request.args}
    return _render(record_form(table, proposed, None, 0))


@page.post("/records/<table>/new")
def add(table: str) -> Answer:
    """Add what was typed."""
    _require(table)
    cells = _typed(table)
    try:
        add_record(context.db(), context.portfolio_id(), table, cells, context.who())
    except InvalidInput as invalid:
        return _render(record_form(table, cells, None, 0, faults=invalid.faults)), 422
    except Conflict as conflict:
        message = _("A record with this key is there already.")
        return _render(record_form(table, cells, None, 0, message=message, changed=conflict.changed)), 409
    except Refused as refused:
        return _render(record_form(table, cells, None, 0, message=str(refused))), 409
    return redirect(_back(table, "added"), 303)


def _conflict(table: str, key: tuple[str, ...], cells: dict[str, str], conflict: Conflict) -> tuple[str, int]:
    """The form with what was typed, what the other wrote, and the version to write over knowingly."""
    row = _find(table, key)
    version = row.version if row else -1
    message = "" if row else _("Somebody else removed this record.")
    return _render(record_form(table, cells, key, version, changed=conflict.changed, message=message)), 409


def _saved(table: str, key: tuple[str, ...]) -> Response:
    if not context.is_htmx():
        return redirect(_back(table, "saved"), 303)
    text = render_template("records/row.html", table=table, columns=columns(table), row=_row(table, key), saved=True)
    return Response(text, mimetype="text/html")


def _render(form: RecordForm) -> str:
    """The form as a row of its table for htmx, else on its own page."""
    in_place = context.is_htmx() and form.key is not None
    template = "records/form_row.html" if in_place else "records/form.html"
    return render_template(template, form=form, back=_back(form.table), width=len(form.fields) + 1)


def _back(table: str, done: str | None = None) -> str:
    return url_for("capacity.show" if table in SUPPLY else "portfolio.show", table=table, done=done)


def _typed(table: str) -> dict[str, str]:
    _require(table)
    return {c.name: request.form.get(c.name, "") for c in columns(table)}


def _key_names(table: str) -> set[str]:
    return {c.name for c in columns(table) if c.key}


def _asked() -> tuple[str, ...]:
    return tuple(request.args.getlist("k"))


def _row(table: str, key: tuple[str, ...]) -> Row:
    row = _find(table, key)
    if row is None:
        raise NotFound(table, "/".join(key))
    return row


def _find(table: str, key: tuple[str, ...]) -> Row | None:
    _require(table)
    wanted = read_key(table, key)
    return next((r for r in rows(context.db(), context.portfolio_id(), table) if r.key == wanted), None)


def _require(table: str) -> None:
    if table not in TABLES:
        raise NotFound("table", table)
