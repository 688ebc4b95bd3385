"""Approve: a plan becomes the plan of record, with a reason."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from app.actions import approve as verb
from app.actions.plans import get_plan, plan_of_record
from app.web import context
from app.web.plan_page import reading_of
from app.web.reading.goals import class_rows, goals

page = Blueprint("approve", __name__)


@page.get("/plans/<int:plan_id>/approve")
def form(plan_id: int) -> str:
    """The decision on a page of its own: what is approved, and what it replaces."""
    return _page(plan_id)


@page.post("/plans/<int:plan_id>/approve")
def approve(plan_id: int) -> Response | tuple[str, int]:
    """Approve, or say what is missing."""
    reason, name = request.form.get("reason", "").strip(), request.form.get("who", "").strip()
    missing = {
        field: text
        for field, given, text in (
            ("who", name, "Who approves? The audit trail needs a name."),
            ("reason", reason, "An approval needs a reason: somebody will ask in a year."),
        )
        if not given
    }
    if missing:
        return _page(plan_id, missing), 422
    verb.approve(context.db(), plan_id, reason, name)
    return context.remember_who(redirect(url_for("plan.show", plan_id=plan_id, done="approved"), 303))


def _page(plan_id: int, missing: dict[str, str] | None = None) -> str:
    stored = get_plan(context.db(), plan_id)
    context.page_is_of(stored.portfolio)
    return render_template(
        "approve.html",
        stored=stored,
        record=plan_of_record(context.db(), stored.portfolio),
        classes=class_rows(stored.outcome.classes, goals(reading_of(stored))),
        missing=missing or {},
        reason=request.form.get("reason", ""),
    )
