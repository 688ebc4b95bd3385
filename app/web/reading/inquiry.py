"""What an inquiry asks, in words; and the week that a reader asks about first."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from app.actions.inquiries import Inquiry
from app.processes.inquiry import FORCE, PRICE
from app.web.formats import day, percent
from app.web.language import _
from app.web.reading.frames import Reading
from solver.plan import State
from solver.problem import Problem
from solver.words import name, pool_name

AT_REST = (State.PAUSED, State.WAITING)


def in_words(problem: Problem, inquiry: Inquiry) -> str:
    """The question as a reader would put it."""
    asked = inquiry.asked
    if inquiry.kind == PRICE:
        pool, week = pool_name(problem, asked["pool"]), day(date.fromisoformat(asked["week"]))
        return _("What would one unit more of %(pool)s bring in the week of %(week)s?", pool=pool, week=week)
    project = name(problem, asked["project"])
    if inquiry.kind == FORCE and asked["must"] == "in":
        return _("What does each class pay if %(project)s is forced in?", project=project)
    if inquiry.kind == FORCE:
        return _("What does each class pay if %(project)s is forced out?", project=project)
    return _(
        "What would it take for %(project)s to run at a pace of %(pace)s in the week of %(week)s?",
        project=project, pace=_pace(100 * asked["pace"]), week=day(date.fromisoformat(asked["week"])),
    )  # fmt: skip


def _pace(share: float) -> str:
    """In whole percent where it is."""
    return percent(share, 0 if abs(share - round(share)) < 1e-6 else 2)


@dataclass(frozen=True, slots=True)
class Worth:
    """What one unit more of a pool in a week is worth, indicatively, to the highest class that gains."""

    pool: str
    name: str
    week: date
    of: str
    price: float
    asked: bool


def worths(problem: Problem, inquiry: Inquiry) -> list[Worth]:
    """The indicative prices that an inquiry tells, those that were asked for marked."""
    place = (inquiry.asked.get("pool"), inquiry.asked.get("week"))
    return [
        Worth(
            one["pool"], pool_name(problem, one["pool"]), date.fromisoformat(one["week"]), one["name"], one["price"],
            (one["pool"], one["week"]) == place,
        )
        for one in inquiry.prices
    ]  # fmt: skip


def first_rest(reading: Reading, project: str) -> date | None:
    """The first week in which a project rests; the first of all where it never does."""
    weeks = reading.problem.weeks
    resting = (weeks[t] for t, week in enumerate(reading.weeks.get(project, [])) if week.state in AT_REST)
    return next(resting, weeks[0] if weeks else None)
