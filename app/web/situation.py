"""Situation: what is in force, what the signals say, the plan of record, and what needs a decision."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from app.actions import acknowledge as seen
from app.actions import audit
from app.actions.advice import Advice
from app.actions.edit import rows
from app.actions.end_early import end_early, weeks_to_end
from app.actions.situation import situation
from app.errors import Refused
from app.web import context
from app.web.limits import options
from app.web.plan_page import reading_of
from app.web.reading.goals import class_rows, goals
from app.web.reading.signals import chart
from solver.records import Signal

page = Blueprint("situation", __name__)
RECENT = 12


@page.get("/")
def show() -> str:
    """The first page; without any portfolio, the ways to get one."""
    if context.chosen() is None:
        return render_template("start.html")
    portfolio = context.portfolio_id()
    now = situation(context.db(), portfolio)
    record = now.plan_of_record
    found = goals(reading_of(record)) if record else []
    return render_template(
        "situation.html",
        now=now,
        policies=[row.record for row in rows(context.db(), portfolio, "policies")],
        charts=[_chart(advice, now.signals.get(advice.signal, ())) for advice in now.advice],
        classes=class_rows(record.outcome.classes, found) if record else [],
        ends=weeks_to_end(now.in_force.policy) if record and now.in_force else [],
        entries=audit.entries(context.db(), portfolio, RECENT),
    )


@page.post("/acknowledge")
def acknowledge() -> Response:
    """Say that an advice was seen, and why no code red is declared."""
    said = request.form
    seen.acknowledge(
        context.db(), context.portfolio_id(), said.get("trigger", ""), said.get("reason", ""), context.who()
    )
    return redirect(url_for("situation.show", done="acknowledged"), 303)


@page.post("/end-early")
def end() -> Response:
    """Recompute with the code red ending in a week, as a scenario; the plan of record stays until one is approved."""
    text = request.form.get("week", "")
    try:
        week = date.fromisoformat(text)
    except ValueError:
        raise Refused(f"{text!r} is no week to end in; right would be a Monday such as 2026-01-05") from None
    reason = request.form.get("reason", "")
    job = end_early(context.db(), context.portfolio_id(), week, reason, context.who(), options())
    return redirect(url_for("jobs.show", job_id=job), 303)


def _chart(advice: Advice, series: tuple[Signal, ...]) -> dict[str, Any]:
    return {"advice": advice, "data": chart(advice, series)}
