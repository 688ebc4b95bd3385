"""Declare a code red: one form, prefilled, whose faults stand at their fields, all at once."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from app.actions import recompute
from app.actions.declare import POLICY_FIELDS, Declaration, declare, prefill
from app.actions.snapshot import snapshot
from app.web import context
from app.web.declare_form import FLOOR_FIELDS, blank_floor, form_of
from app.web.limits import options
from solver.faults import Fault, InvalidInput

page = Blueprint("declare", __name__)
Answer = str | Response | tuple[str, int]


@page.get("/declare")
def show() -> str:
    """The form, prefilled from the portfolio."""
    return _page(prefill(context.db(), context.portfolio_id()))


@page.post("/declare")
def submit() -> Answer:
    """Store the declaration as a scenario and recompute it; with faults, the form again."""
    declaration, portfolio = read(request.form), context.portfolio_id()
    if "add_floor" in request.form:
        return _page(declaration, spare_rows=1)
    try:
        scenario = declare(context.db(), portfolio, declaration, context.who())
    except InvalidInput as invalid:
        return _page(declaration, invalid.faults), 422
    policy = declaration.policy.strip().lower()
    job = recompute.start(context.db(), portfolio, scenario, policy, context.who(), options())
    return redirect(url_for("jobs.show", job_id=job), 303)


def read(form: MultiDict[str, str]) -> Declaration:
    """The declaration as typed; floors without any text are no floors."""
    columns = [form.getlist(f"floor_{name}") for name in FLOOR_FIELDS]
    floors = [dict(zip(FLOOR_FIELDS, cells, strict=False)) for cells in zip(*columns, strict=False)]
    return Declaration(
        **{name: form.get(name, "") for name in POLICY_FIELDS},
        stances=_named(form, "stance:"),
        priorities={p: text for p, text in _named(form, "priority:").items() if text.strip()},
        floors=tuple(floor for floor in floors if any(text.strip() for text in floor.values())),
        based_on=form.get("based_on", ""),
    )


def _named(form: MultiDict[str, str], prefix: str) -> dict[str, str]:
    return {name.removeprefix(prefix): text for name, text in form.items() if name.startswith(prefix)}


def _page(declaration: Declaration, faults: tuple[Fault, ...] = (), spare_rows: int = 0) -> str:
    problem = snapshot(context.db(), context.portfolio_id())
    return render_template(
        "declare.html",
        form=form_of(problem, declaration, faults),
        problem=problem,
        spare=[blank_floor() for _ in range(spare_rows)],
        blank=blank_floor(),
        faults=faults,
    )
