"""Scenarios: a list, and one page each to change it in place and see at once what differs from its parent."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from app.actions import scenario_edit as verbs
from app.actions.code_reds import CODE_RED, order_code_reds
from app.actions.decide import OF_RECORD, states
from app.actions.edit import rows
from app.actions.scenario_edit import ScenarioEdit
from app.actions.scenario_view import ScenarioView, list_with_plans, scenario_view
from app.cells import cells_of, key_text
from app.errors import Conflict
from app.store.scenarios import ARCHIVED, DRAFT
from app.web import context
from app.web import scenario_form as form_of
from app.web.paging import paged
from solver.faults import InvalidInput
from solver.problem import Problem
from solver.records import key_of

page = Blueprint("scenarios", __name__)
Answer = str | Response | tuple[str, int]
PROJECTS = 100


@page.get("/scenarios")
def listing() -> str:
    """Every scenario with its parent and newest plan; archived ones only when asked for."""
    portfolio = context.portfolio_id()
    found, archived = list_with_plans(context.db(), portfolio), request.args.get("archived") == "1"
    return render_template(
        "scenarios.html",
        listed=[one for one in found if (one.scenario.status == ARCHIVED) is archived],
        archived=archived,
        record=next((plan for plan, state in states(context.db(), portfolio).items() if state == OF_RECORD), None),
        others=sum((one.scenario.status == ARCHIVED) is not archived for one in found),
        policies=[row.record for row in rows(context.db(), portfolio, "policies")],
        reds=[one.scenario for one in found if one.scenario.kind == CODE_RED and one.scenario.status != ARCHIVED],
    )


@page.post("/scenarios")
def copy() -> Response:
    """Copy a scenario, or the portfolio under one of its policies."""
    source, portfolio = request.form.get("source", type=int), context.portfolio_id()
    name, policy = request.form.get("name", ""), request.form.get("policy", "")
    made = verbs.copy_scenario(context.db(), portfolio, source, name, policy, context.who())
    return _to(made, "copied")


@page.post("/scenarios/order")
def order() -> Response:
    """Combine the code reds that were given a place into one policy, the first one winning."""
    made = order_code_reds(context.db(), context.portfolio_id(), _places(request.form), context.who())
    return _to(made, "ordered")


def _places(form: MultiDict[str, str]) -> dict[int, int | None]:
    """The place of each scenario that is ticked or has one; None where a tick has no place."""
    ticked = [int(text) for text in form.getlist("red") if text.isascii() and text.isdigit()]
    return {scenario: form.get(f"place:{scenario}", type=int) for scenario in ticked}


@page.get("/scenarios/<int:scenario>")
def show(scenario: int) -> str:
    """One scenario."""
    return _page(_view(scenario), MultiDict())


@page.post("/scenarios/<int:scenario>")
def change(scenario: int) -> Answer:
    """Write what was changed; faults and what others wrote meanwhile come back with what was typed."""
    view, form = _view(scenario), request.form
    edits = form_of.edits_of(view, form)
    if "add" in form:
        return _page(view, form, blank=form["add"])
    return _answer(view, form, edits)


@page.post("/scenarios/<int:scenario>/undo")
def undo(scenario: int) -> Answer:
    """Make one record what the parent says."""
    view = _view(scenario)
    table, key = request.form.get("table", ""), request.form.get("key", "")
    same = (r for r in view.before.get(table, ()) if key_text(table, key_of(r)) == key)
    record = next(same, None)
    return _answer(view, request.form, [ScenarioEdit(table, key, cells_of(table, record) if record else None)])


@page.post("/scenarios/<int:scenario>/name")
def rename(scenario: int) -> Answer:
    """Give it another name."""
    view, version = _view(scenario), request.form.get("version", -1, type=int)
    try:
        verbs.rename_scenario(context.db(), scenario, request.form.get("name", ""), version, context.who())
    except InvalidInput as invalid:
        return _page(view, MultiDict(), invalid=invalid), 422
    except Conflict as conflict:
        return _page(_view(scenario), MultiDict(), conflict=conflict), 409
    return _to(scenario, "renamed")


@page.post("/scenarios/<int:scenario>/archive")
def archive(scenario: int) -> Response:
    """Put it away, or take it out again."""
    back = request.form.get("back") == "1"
    verbs.archive_scenario(context.db(), scenario, context.who(), back=back)
    return redirect(url_for("scenarios.listing", done="restored" if back else "archived"), 303)


def _answer(view: ScenarioView, form: MultiDict[str, str], edits: list[ScenarioEdit]) -> Answer:
    scenario, version = view.scenario.id, form.get("version", -1, type=int)
    try:
        after = verbs.change_scenario(context.db(), scenario, edits, version, context.who())
    except InvalidInput as invalid:
        return _page(view, form, invalid=invalid), 422
    except Conflict as conflict:
        return _page(_view(scenario), form, conflict=conflict), 409
    return _to(scenario, "changed" if after != version else "unchanged")


def _to(scenario: int, done: str) -> Response:
    return redirect(url_for("scenarios.show", scenario=scenario, done=done), 303)


def _view(scenario: int) -> ScenarioView:
    view = scenario_view(context.db(), scenario)
    context.page_is_of(view.scenario.portfolio)
    return view


def _page(
    view: ScenarioView, form: MultiDict[str, str], *, invalid: InvalidInput | None = None,
    conflict: Conflict | None = None, blank: str = "",
) -> str:  # fmt: skip
    return render_template(
        "scenario.html",
        view=view,
        faults=invalid.faults if invalid else (),
        conflict=conflict,
        draft=view.scenario.status == DRAFT,
        parts=_parts(view.after, view, form, invalid, blank) if view.after else None,
    )


def _parts(
    problem: Problem, view: ScenarioView, form: MultiDict[str, str], invalid: InvalidInput | None, blank: str
) -> dict[str, Any]:
    cells = form_of.Cells(problem, view.before, form, invalid.faults if invalid else ())
    policy, query = view.scenario.policy, request.args.get("q", "").strip().lower()
    found = [p for p in problem.projects if query in f"{p.project} {p.name} {p.program} {p.owner}".lower()]
    ordered = sorted(found, key=lambda p: (p.program, p.priority, p.project))
    shown = paged(ordered, request.args.get("page", ""), PROJECTS)
    return {
        "policy": form_of.policy_slots(cells, policy),
        "projects": shown,
        "query": query,
        "stances": form_of.stance_lines(cells, problem, policy, shown.rows),
        "floors": form_of.floor_lines(cells, problem, policy),
        "capacity": form_of.capacity_lines(cells, problem),
        "new": {table: _new(problem, form, table, blank) for table in form_of.NEW},
        "blank": {table: form_of.new_fields(table, {}, _proposals(problem)) for table in form_of.NEW},
    }


def _new(problem: Problem, form: MultiDict[str, str], table: str, blank: str) -> list[Any]:
    typed = form_of.added(form, table) + ([{}] if blank == table else [])
    return [form_of.new_fields(table, row, _proposals(problem)) for row in typed]


def _proposals(problem: Problem) -> dict[str, tuple[str, ...]]:
    found = {"project": tuple(problem.project), "pool": tuple(problem.pool)}
    return {name: ids if len(ids) <= PROJECTS * 5 else () for name, ids in found.items()}
