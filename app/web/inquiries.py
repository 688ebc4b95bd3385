"""Inquiries about a plan: what it would take, what forcing costs, what a step of a pool brings; try a way."""

from __future__ import annotations

import math
from typing import Any

from flask import Blueprint, Response, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from app.actions import inquiries, operate
from app.actions.inquiries import Inquiry
from app.actions.plans import StoredPlan, get_plan
from app.actions.question import Question
from app.errors import NotFound
from app.web import context
from app.web.limits import options
from app.web.reading.inquiry import in_words, worths

page = Blueprint("inquiries", __name__)


@page.post("/plans/<int:plan_id>/inquiries")
def ask(plan_id: int) -> BaseResponse:
    """Have a question about the plan answered in the background."""
    form = request.form
    question = Question(
        kind=form.get("kind", ""), project=form.get("project", ""), pool=form.get("pool", ""),
        week=form.get("week", ""), pace=_share(form.get("pace", "")), must=form.get("must", ""),
    )  # fmt: skip
    number = inquiries.ask(context.db(), plan_id, question, context.who())
    return redirect(url_for("inquiries.show", plan_id=plan_id, inquiry=number), 303)


@page.get("/plans/<int:plan_id>/inquiries/<int:inquiry>")
def show(plan_id: int, inquiry: int) -> str:
    """One inquiry with the ways found so far, and the others about the plan."""
    facts = _facts(plan_id, inquiry)
    earlier = [one for one in asked_of(facts["stored"]) if one[0].id != inquiry]
    return render_template("inquiries/page.html", **facts, earlier=earlier)


@page.get("/plans/<int:plan_id>/inquiries/<int:inquiry>/state")
def state(plan_id: int, inquiry: int) -> Response:
    """The part of the page that changes while ways are found."""
    return make_response(render_template("inquiries/found.html", **_facts(plan_id, inquiry)))


@page.post("/plans/<int:plan_id>/inquiries/<int:inquiry>/cancel")
def cancel(plan_id: int, inquiry: int) -> BaseResponse | str:
    """Stop it; the ways found so far stay."""
    _about(plan_id, inquiry)
    inquiries.cancel(context.db(), inquiry, context.who())
    if context.is_htmx():
        return render_template("inquiries/found.html", **_facts(plan_id, inquiry))
    return redirect(url_for("inquiries.show", plan_id=plan_id, inquiry=inquiry), 303)


@page.post("/plans/<int:plan_id>/inquiries/<int:inquiry>/ways/<int:number>")
def try_way(plan_id: int, inquiry: int, number: int) -> BaseResponse:
    """Make a way a scenario and recompute it."""
    stored, _ = _about(plan_id, inquiry)
    context.page_is_of(stored.portfolio)
    job = inquiries.try_way(context.db(), inquiry, number, context.who(), request.form.get("name", ""), options())
    return redirect(url_for("jobs.show", job_id=job), 303)


def asked_of(stored: StoredPlan) -> list[tuple[Inquiry, str]]:
    """The newest inquiries about a plan, each with its question in words."""
    return [(one, in_words(stored.problem, one)) for one in inquiries.listing(context.db(), stored.id)]


def _about(plan_id: int, number: int) -> tuple[StoredPlan, Inquiry]:
    """A plan and an inquiry about it. Raises NotFound, also where it is about another plan."""
    found = inquiries.get(context.db(), number)
    if found.plan != plan_id:
        raise NotFound("inquiry", number)
    return get_plan(context.db(), plan_id), found


def _facts(plan_id: int, number: int) -> dict[str, Any]:
    stored, found = _about(plan_id, number)
    context.page_is_of(stored.portfolio)
    pool = found.asked.get("pool", "")
    return {
        "stored": stored, "run": found, "question": in_words(stored.problem, found),
        "worths": worths(stored.problem, found),
        "applies": inquiries.applies(stored), "unit": stored.problem.unit(pool) if pool else "",
        "nobody": found.state == "queued" and not operate.present(context.db()),
    }  # fmt: skip


def _share(typed: str) -> float:
    """The share that a form gives in percent; what is no number is no pace."""
    try:
        return float(typed.strip() or 10) / 100
    except ValueError:
        return math.nan
