"""Decision review: what a plan forecast against what happened, how to record that, and planning again from here."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from flask import Blueprint, Response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from app.actions import decide
from app.actions import replan as again
from app.actions.advice import since
from app.actions.edit import rows
from app.actions.plans import StoredPlan, get_plan
from app.actions.record_actuals import Entry, record_actuals
from app.cells import cells_of
from app.errors import Refused
from app.web import context
from app.web.export import download
from app.web.limits import options
from app.web.paging import Page, paged
from app.web.plan_page import reading_of, window
from app.web.reading.review import Review, lessons
from app.web.reading.signals import chart
from solver.columns import monday
from solver.files.csvtext import write_rows
from solver.records import Actual, columns

page = Blueprint("review", __name__)
SHOWN = 60
"""Projects of which the largest deviations are told; a form has as many."""


@page.get("/plans/<int:plan_id>/review")
def show(plan_id: int) -> str:
    """The review up to the last recorded week."""
    stored, review = _reviewed(plan_id)
    policy = stored.problem.policy[stored.policy]
    shown = [line for line in review.lines if line.differs or line.recorded]
    return render_template(
        "review.html",
        stored=stored,
        policy=policy,
        window=window(stored.problem, stored.policy),
        standing=decide.standing(context.db(), plan_id),
        review=review,
        lines=shown[:SHOWN],
        more=max(0, len(shown) - SHOWN),
        silent=sum(not line.recorded for line in review.lines),
        lessons=lessons(review) if review.until else [],
        signals=_signals(stored, policy.start or stored.problem.head.start),
        form=_form(stored, review),
    )


@page.get("/plans/<int:plan_id>/review/actuals.csv")
def table(plan_id: int) -> Response:
    """One week as it was planned or is recorded, as a file to correct and to import."""
    stored, review = _reviewed(plan_id)
    week = _week(stored, request.args.get("week", ""), review)
    names = [c.name for c in columns("actuals")]
    lines = [[*cells_of("actuals", row).values()] for row in _as_planned(review, week)]
    return download(write_rows(names, lines), f"actuals-{week}.csv", "text/csv; charset=utf-8")


@page.post("/plans/<int:plan_id>/review")
def record(plan_id: int) -> BaseResponse:
    """Record how projects ran in a week."""
    stored, review = _reviewed(plan_id)
    form, week = request.form, _week(stored, request.form.get("week", ""), review)
    entries = [
        Entry(
            name, form.get(f"pace:{name}", ""), form.get(f"progress:{name}", ""),
            form.get(f"version:{name}", 0, type=int),
        )
        for name in stored.problem.project if f"version:{name}" in form
    ]  # fmt: skip
    record_actuals(context.db(), stored.portfolio, week, entries, context.who())
    return redirect(url_for("review.show", plan_id=plan_id, week=week.isoformat(), done="recorded"), 303)


@page.post("/plans/<int:plan_id>/review/replan")
def replan(plan_id: int) -> BaseResponse:
    """Plan again from a week on, after what is recorded."""
    stored, _ = _reviewed(plan_id)
    freeze = request.form.get("freeze", "0").strip()
    if not (freeze.isascii() and freeze.isdigit() and len(freeze) < 4):
        raise Refused("the number of weeks that stay as planned is a whole number, such as 0 or 2")
    week = _week(stored, request.form.get("week", ""), None)
    job = again.replan(context.db(), plan_id, week, int(freeze), context.who(), options())
    return redirect(url_for("jobs.show", job_id=job), 303)


def _reviewed(plan_id: int) -> tuple[StoredPlan, Review]:
    stored = get_plan(context.db(), plan_id)
    context.page_is_of(stored.portfolio)
    actuals = tuple(row.record for row in rows(context.db(), stored.portfolio, "actuals"))
    return stored, Review(reading_of(stored), actuals)


def _week(stored: StoredPlan, text: str, review: Review | None) -> date:
    """The week asked for; without one, the first that is not recorded. Raises Refused outside the plan."""
    weeks = stored.problem.weeks
    if not text and review is not None:
        return min(review.until + timedelta(weeks=1), weeks[-1]) if review.until else weeks[0]
    try:
        week = monday(date.fromisoformat(text))
    except ValueError:
        raise Refused(f"“{text}” is no week; right would be a date such as {weeks[0]}") from None
    if week not in weeks:
        raise Refused(f"{week} is outside plan {stored.id}; right would be a week from {weeks[0]} to {weeks[-1]}")
    return week


def _signals(stored: StoredPlan, day: date) -> list[dict[str, Any]]:
    """Each signal that a trigger watches, since the policy took effect."""
    triggers, series = (
        [row.record for row in rows(context.db(), stored.portfolio, t)] for t in ("triggers", "signals")
    )
    found: list[dict[str, Any]] = []
    for trigger in triggers:
        own = sorted((s for s in series if s.signal == trigger.signal), key=lambda s: s.day)
        advice = since(trigger, own, day)
        if own and not any(one["advice"].signal == trigger.signal for one in found):
            found.append({"advice": advice, "data": chart(advice, tuple(own)), "measured": own[-1].day >= day})
    return found


def _form(stored: StoredPlan, review: Review) -> dict[str, Any]:
    """The week to record, and its projects beside what was planned."""
    week = _week(stored, request.args.get("week", ""), review)
    t = stored.problem.week_index(week)
    known = {r.record.project: r for r in rows(context.db(), stored.portfolio, "actuals") if _is_course(r.record, week)}
    open_projects = sorted(
        (p for p in stored.problem.projects if p.status != "done"), key=lambda p: (p.program, p.project)
    )
    shown: Page[Any] = paged(open_projects, request.args.get("page", ""), SHOWN)
    return {
        "week": week,
        "page": shown,
        "lines": [
            {"project": p, "name": review.forecast.label(p.project), "planned": review.forecast.weeks[p.project][t],
             "cells": cells_of("actuals", known[p.project].record) if p.project in known else {},
             "version": known[p.project].version if p.project in known else 0}
            for p in shown.rows
        ],
    }  # fmt: skip


def _is_course(row: Actual, week: date) -> bool:
    return row.need is None and row.week == week


def _as_planned(review: Review, week: date) -> list[Actual]:
    """A row for each project and each amount of a week: recorded, or else planned."""
    problem, t = review.problem, review.problem.week_index(week)
    known = {(r.project, r.need, r.pool): r for r in review.actuals if r.week == week}
    found: list[Actual] = []
    for line in problem.projects:
        if line.status == "done":
            continue
        planned = review.forecast.weeks[line.project][t]
        progress = planned.progress if line.kind == "build" else None
        made = Actual(project=line.project, week=week, pace=planned.pace, progress=progress)
        found.append(known.get((line.project, None, None), made))
    for (project, need, pool), amounts in sorted(review.forecast.amounts.items()):
        made = Actual(project=project, week=week, need=need, pool=pool, amount=amounts[t])
        found.append(known.get((project, need, pool), made))
    return found
