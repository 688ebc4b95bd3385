"""Decide: a plan is proposed, sent back, or becomes the plan of record, each with a reason."""

from __future__ import annotations

from collections.abc import Callable

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from app.actions import approve as verb
from app.actions import decide
from app.actions.plans import get_plan, plan_of_record
from app.db import Database
from app.web import context
from app.web.language import _
from app.web.plan_page import reading_of
from app.web.reading.goals import class_rows, goals

page = Blueprint("approve", __name__)
Answer = Response | tuple[str, int]


@page.get("/plans/<int:plan_id>/approve")
def form(plan_id: int) -> str:
    """The decision on a page of its own: what is approved, and what it replaces."""
    return _page(plan_id)


@page.post("/plans/<int:plan_id>/approve")
def approve(plan_id: int) -> Answer:
    """Approve, or say what is missing."""
    return _decided(plan_id, verb.approve, "approved")


@page.post("/plans/<int:plan_id>/propose")
def propose(plan_id: int) -> Answer:
    """Put the plan up for review."""
    return _decided(plan_id, decide.propose, "proposed")


@page.post("/plans/<int:plan_id>/send-back")
def send_back(plan_id: int) -> Answer:
    """Send the plan back."""
    return _decided(plan_id, decide.send_back, "sent-back")


def _decided(plan_id: int, action: Callable[[Database, int, str, str], None], done: str) -> Answer:
    reason = request.form.get("reason", "").strip()
    if not reason:
        return _page(plan_id, {"reason": _("A decision needs a reason: somebody will ask in a year.")}), 422
    action(context.db(), plan_id, reason, context.who())
    return redirect(url_for("plan.show", plan_id=plan_id, done=done), 303)


def _page(plan_id: int, missing: dict[str, str] | None = None) -> str:
    stored = get_plan(context.db(), plan_id)
    context.page_is_of(stored.portfolio)
    return render_template(
        "approve.html",
        stored=stored,
        standing=decide.standing(context.db(), plan_id),
        record=plan_of_record(context.db(), stored.portfolio),
        classes=class_rows(stored.outcome.classes, goals(reading_of(stored))),
        missing=missing or {},
        reason=request.form.get("reason", ""),
    )
