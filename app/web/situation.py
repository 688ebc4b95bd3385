"""Situation: what is in force, what the signals say, the plan of record, and what needs a decision."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, render_template

from app.actions import audit
from app.actions.advice import Advice
from app.actions.edit import rows
from app.actions.situation import situation
from app.web import context
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
        entries=audit.entries(context.db(), portfolio, RECENT),
    )


def _chart(advice: Advice, series: tuple[Signal, ...]) -> dict[str, Any]:
    return {"advice": advice, "data": chart(advice, series)}
