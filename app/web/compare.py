"""Compare two to four plans side by side, and race them against business as usual."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import Blueprint, render_template, request

from app.actions import robust
from app.actions.plans import PlanInfo, get_plan, list_plans, plan_of_record
from app.actions.scenario_view import differences
from app.actions.scenarios import list_scenarios
from app.errors import NotFound
from app.web import context
from app.web.language import _
from app.web.paging import paged
from app.web.plan_page import months_of, reading_of
from app.web.reading import side_by_side as lay
from app.web.reading.race import Race, as_usual, chart, race, totals
from app.web.reading.side_by_side import Side
from app.web.reading.timeline import WORDS

page = Blueprint("compare", __name__)
LETTERS = "ABCD"
LINES = 20
"""Projects, and pools, of a page: each has a line per plan."""
TODAY = "today"


@page.get("/compare")
def show() -> str:
    """The plans asked for by `plan`; without at least two, the choice of them."""
    portfolio = context.portfolio_id()
    known = list_plans(context.db(), portfolio)
    names = {s.id: s.name for s in list_scenarios(context.db(), portfolio)}
    asked = list(dict.fromkeys(request.args.getlist("plan", type=int)))
    sides = _sides(asked[: len(LETTERS)], portfolio, names)
    choice = {
        "plans": known,
        "names": names,
        "asked": asked or _proposed(known, portfolio),
        "letters": LETTERS,
        "most": len(asked) > len(LETTERS),
    }
    parts = _parts(sides) if len(sides) > 1 else {}
    return render_template("compare.html", sides=sides, choice=choice, **parts)


def _proposed(known: Sequence[PlanInfo], portfolio: str) -> list[int]:
    """The plan of record and the newest other one."""
    record = plan_of_record(context.db(), portfolio)
    first = [record.id] if record else []
    return [*first, *[p.id for p in known if p.id not in first]][:2]


def _sides(asked: Sequence[int], portfolio: str, names: dict[int, str]) -> list[Side]:
    found = []
    for letter, number in zip(LETTERS, asked, strict=False):
        stored = get_plan(context.db(), number)
        if stored.portfolio != portfolio:
            raise NotFound("plan", number)
        policy = stored.problem.policy[stored.policy]
        name = names.get(stored.scenario or 0) or policy.name or policy.policy
        hedge = robust.futures_of(stored)
        if hedge:
            share = f"{100 * hedge.share:g}"
            name = _("%(name)s, robust for %(share)s %%", name=name, share=share)
        found.append(Side(letter, name, stored, reading_of(stored)))
    return found


def _parts(sides: Sequence[Side]) -> dict[str, Any]:
    everything = request.args.get("all") == "1"
    races, against, left = _races(sides)
    axis = lay.axis(sides)
    scores, projects, pools = lay.scorecard(sides), lay.projects(sides), lay.pools(sides)
    return {
        "everything": everything,
        "scores": [r for r in scores if everything or r.differs],
        "projects": paged([r for r in projects if everything or r.differs], request.args.get("projects", ""), LINES),
        "pools": paged([r for r in pools if everything or r.differs], request.args.get("pools", ""), LINES),
        "hidden": sum(not r.differs for rows in (scores, projects, pools) for r in rows),
        "axis": axis,
        "months": months_of(axis.weeks),
        "races": races,
        "left": left,
        "race_chart": chart(races),
        "against": against,
        "legend": WORDS,
        "inputs": [(s, list(_inputs(sides[0], s))) for s in sides[1:]],
    }


def _inputs(first: Side, other: Side) -> list[Any]:
    """What the other plan was asked differently."""
    if first.stored.digest == other.stored.digest:
        return []
    return list(differences(first.reading.problem.tables(), other.reading.problem.tables()))


def _races(sides: Sequence[Side]) -> tuple[list[Race], str, list[Side]]:
    """Every plan but the one that is business as usual, its name, and the plans of other weeks, which do not race."""
    base = _base(sides)
    start = base or sides[0]
    weeks = start.reading.problem.weeks
    same = [s for s in sides if s is not base and s.reading.problem.weeks == weeks]
    values = totals(base.reading) if base else None
    found = [
        race(
            f"{s.letter}: {s.name}", weeks, totals(s.reading),
            values if values is not None else as_usual(s.reading),
        )
        for s in same
    ]  # fmt: skip
    return found, base.letter if base else TODAY, [s for s in sides if s is not base and s not in same]


def _base(sides: Sequence[Side]) -> Side | None:
    """Business as usual: what was asked for, else the first plan under a normal policy when others are not."""
    asked = request.args.get("against", "")
    normal = [s for s in sides if s.reading.problem.policy[s.reading.policy].kind == "normal"]
    if asked == TODAY:
        return None
    chosen = next((s for s in sides if s.letter == asked), None)
    return chosen or (normal[0] if 0 < len(normal) < len(sides) else None)
