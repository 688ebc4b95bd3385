"""The brief: one page that an executive can print, with the decision, the numbers, the donors and the risks."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, render_template

from app.actions import decide, risks
from app.actions.plans import StoredPlan, get_plan, plan_of_record
from app.web import context
from app.web.export import download
from app.web.language import ENGLISH, language, speak
from app.web.plan_page import noticeable, reading_of, window
from app.web.reading.chances import chances_of
from app.web.reading.frames import Reading
from app.web.reading.goals import class_rows, goals
from app.web.reading.loans import donors
from app.web.reading.protection import protections
from app.web.reading.race import as_usual, race, totals
from app.web.reading.values import against_today
from app.web.reading.way_back import way_back
from app.web.slide.content import slide

page = Blueprint("brief", __name__)
DONORS = 6
GOALS = 8


@page.get("/plans/<int:plan_id>/brief")
def show(plan_id: int) -> str:
    """One plan on one page."""
    stored = get_plan(context.db(), plan_id)
    context.page_is_of(stored.portfolio)
    return render_template("brief.html", stored=stored, **facts_of(stored))


@page.get("/plans/<int:plan_id>/brief.png")
def picture(plan_id: int) -> Response:
    """The same as a picture of a slide's size; in English where the machine has no font for the reader's language."""
    from app.web.slide.draw import draw  # here: what draws takes a second to load, and few ask for it
    from app.web.slide.sheet import can_write

    if not can_write(language()):
        speak(ENGLISH)
    stored = get_plan(context.db(), plan_id)
    context.page_is_of(stored.portfolio)
    return download(draw(slide(stored, facts_of(stored))), f"{stored.portfolio}-plan-{plan_id}-brief.png", "image/png")


def facts_of(stored: StoredPlan) -> dict[str, Any]:
    reading = reading_of(stored)
    problem, found = reading.problem, goals(reading)
    dated = [g for g in found if g.deadline]
    return {
        "policy": problem.policy[stored.policy],
        "window": window(problem, stored.policy),
        "standing": decide.standing(context.db(), stored.id),
        "record": plan_of_record(context.db(), stored.portfolio),
        "classes": class_rows(stored.outcome.classes, found),
        "goals": dated[:GOALS],
        "dated": len(dated),
        "met": sum(bool(g.met) for g in dated),
        "protected": protections(reading),
        "race": race("", problem.weeks, totals(reading), as_usual(reading)),
        "back": way_back(reading),
        **_payers(reading),
        **_risks(stored),
    }


def _payers(reading: Reading) -> dict[str, Any]:
    found = [a for a in noticeable(against_today(reading)) if a.change < 0]
    return {
        "payers": found[:DONORS],
        "paying": len(found),
        "more_payers": len(found) - DONORS,
        "given_up": sum(a.change for a in found),
        "lent": {d.project: d for d in donors(reading)},
    }


def _risks(stored: StoredPlan) -> dict[str, Any]:
    recorded = risks.recorded(context.db(), stored)
    run = risks.newest(context.db(), stored, recorded)
    chances = chances_of(stored.problem, run.chances) if run and run.chances else None
    return {"run": run, "recorded": len(recorded), "chances": chances}
