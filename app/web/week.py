"""For the week: who moves in the next two weeks, acknowledged team by team; what changed; which pools are used how."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from flask import Blueprint, Response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from app.actions.acknowledge_moves import acknowledge_moves
from app.actions.week import ForTheWeek, Team, for_the_week
from app.errors import NotFound, Refused
from app.web import context
from app.web.export import download
from app.web.plan_page import reading_of
from app.web.reading.frames import Reading
from app.web.reading.people import OrderRow
from app.web.reading.people import filtered as orders_of
from app.web.reading.week import UNDER_USED, changed, common, moves, otherwise, team_weeks, uses
from solver.columns import plain
from solver.files.csvtext import escape, write_rows

page = Blueprint("week", __name__)
ASKED = ("from", "team", "pool")
Cells = tuple[object, ...]


@dataclass(frozen=True)
class View:
    """The weeks with what the address asks to be shown of them."""

    found: ForTheWeek
    reading: Reading
    team: str
    pool: str

    def people(self) -> list[OrderRow]:
        """The change orders of these weeks."""
        orders = self.found.orders
        return [
            row
            for row in (orders_of(self.reading, orders) if orders else ())
            if row.week in self.found.weeks
            and (not self.team or self.team in (row.home, row.to))
            and (not self.pool or row.pool == self.pool)
        ]


@page.get("/week")
def show() -> str:
    """The page; without a plan of record it says so."""
    view = _view()
    if view is None:
        return render_template("week.html", week=None)
    found, reading, team, pool = view.found, view.reading, view.team, view.pool
    shown = moves(reading, found.weeks, team, pool)
    return render_template(
        "week.html",
        week=found,
        teams=team_weeks(reading, shown, found.seen, team),
        moved=shown,
        people=view.people(),
        changed=changed(found, reading, team, pool),
        otherwise=otherwise(found, reading, team),
        compared=common(found),
        uses=list(uses(found.record, found.now, found.weeks, pool)),
        under=UNDER_USED,
        team=team,
        pool=pool,
        asked=_asked(),
        **_around(found),
    )


@page.get("/week/<sheet>.csv")
def file(sheet: str) -> Response:
    """One table of the page, of the weeks, team and pool that the address names."""
    view = _view()
    if sheet not in SHEETS or view is None:
        raise NotFound("table", sheet)
    columns, cells = SHEETS[sheet]
    text = write_rows(columns.split(), ([_text(cell) for cell in row] for row in cells(view)))
    name = f"{view.found.record.portfolio}-{view.found.weeks[0]}-{sheet}.csv"
    return download(text, name, "text/csv; charset=utf-8")


@page.post("/week/acknowledge")
def acknowledge() -> BaseResponse:
    """Say that the moves of the ticked teams were seen."""
    form = request.form
    approval = form.get("approval", 0, type=int)
    chosen = {_team(text) for text in form.getlist("moves")}
    acknowledge_moves(context.db(), context.portfolio_id(), approval, chosen, context.who())
    kept: dict[str, Any] = {name: form.get(name) or None for name in ASKED}
    return redirect(url_for("week.show", done="moves-seen", **kept), 303)


def _view() -> View | None:
    found = for_the_week(context.db(), context.portfolio_id(), _date(request.args.get("from", "")))
    if found is None:
        return None
    problem = found.record.problem
    team, pool = request.args.get("team", ""), request.args.get("pool", "")
    if team and team not in problem.project:
        raise NotFound("team", team)
    if pool and pool not in problem.pool:
        raise NotFound("pool", pool)
    return View(found, reading_of(found.record), team, pool)


def _asked() -> dict[str, str]:
    """What the address says, for links that go on from here."""
    return {name: request.args[name] for name in ASKED if request.args.get(name)}


def _around(found: ForTheWeek) -> dict[str, date | None]:
    """The weeks to go back and on to, within the plan."""
    step, known = timedelta(weeks=len(found.weeks)), found.record.problem.weeks
    before, after = found.weeks[0] - step, found.weeks[-1] + timedelta(weeks=1)
    earlier = max(before, known[0]) if found.weeks[0] > known[0] else None
    return {"back": earlier, "on": after if after <= known[-1] else None}


def _date(text: str) -> date | None:
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise Refused(f"{text[:40]!r} is no date to start from; right would be one such as 2026-01-05") from None


def _team(text: str) -> Team:
    week, _, team = text.partition(" ")
    day = _date(week)
    if day is None or not team:
        raise Refused("choose teams of the list: each is a week and a project")
    return day, team


def _text(cell: object) -> str:
    if isinstance(cell, float):
        return plain(round(cell, 6))
    return "" if cell is None else escape(cell) if isinstance(cell, str) else str(cell)


def _moves(view: View) -> Iterator[Cells]:
    for m in moves(view.reading, view.found.weeks, view.team, view.pool):
        yield m.week, m.pool, m.giver, m.receiver, m.amount, m.unit


def _people(view: View) -> Iterator[Cells]:
    for o in view.people():
        yield o.week, o.person, str(o.kind), o.pool, o.site, o.home, o.to, o.fte, o.until, o.back


def _acknowledged(view: View) -> Iterator[Cells]:
    shown = moves(view.reading, view.found.weeks, view.team, view.pool)
    for one in team_weeks(view.reading, shown, view.found.seen, view.team):
        for seen in (*one.seen, *one.stale):
            yield one.week, one.team, seen.who, seen.at.isoformat(), seen.plan, "stale" if seen.stale else "holds"
        if not one.seen:
            yield one.week, one.team, "", "", view.found.record.id, "open"


def _changes(view: View) -> Iterator[Cells]:
    for c in changed(view.found, view.reading, view.team, view.pool):
        yield c.week, c.project, c.need, c.pool, c.before, c.after, c.after - c.before, c.unit


def _states(view: View) -> Iterator[Cells]:
    for s in otherwise(view.found, view.reading, view.team):
        yield s.week, s.project, s.before, s.after, s.pace_before, s.pace_after


def _uses(view: View) -> Iterator[Cells]:
    for u in uses(view.found.record, view.found.now, view.found.weeks, view.pool):
        yield u.week, u.pool, u.planned, u.now, u.used, u.percent, u.unit, u.verdict


SHEETS: dict[str, tuple[str, Callable[[View], Iterable[Cells]]]] = {
    "moves": ("week pool from to amount unit", _moves),
    "people": ("week person kind pool site from to fte until back", _people),
    "acknowledged": ("week team who at plan state", _acknowledged),
    "changes": ("week project need pool before after change unit", _changes),
    "states": ("week project before after pace_before pace_after", _states),
    "use": ("week pool capacity_planned capacity_now used percent unit verdict", _uses),
}
"""The tables that can be downloaded, with their columns."""
