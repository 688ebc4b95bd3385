"""The calendar of a portfolio: a secret address for calendar programs, personal, and taken away like a token."""

from __future__ import annotations

from flask import Blueprint, Response, render_template, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from app.actions import tokens
from app.actions.portfolios import list_portfolios
from app.actions.tokens import CALENDAR
from app.actions.week import calendar
from app.errors import NotFound, Refused
from app.roles import Account, Role
from app.secrecy import keyed_hash
from app.web import context
from app.web.language import ENGLISH, speak
from app.web.reading.feed import feed

page = Blueprint("calendar", __name__)
DAYS = tokens.LONGEST_DAYS
LONGEST_LIST = 50


@page.post("/week/calendar")
def add() -> str:
    """Make an address, and show it this once."""
    settings, portfolio = context.settings(), request.form.get("portfolio", "").strip()
    if not any(p.portfolio == portfolio for p in context.all_portfolios()):
        raise NotFound("portfolio", portfolio)
    team = request.form.get("team", "").strip()
    title = f"calendar of {portfolio}{f', {team}' if team else ''}"
    word = tokens.add_token(
        context.db(), settings.secret_key, context.who(), title, Role.VIEWER, portfolio, DAYS, CALENDAR
    )
    link = url_for("calendar.show", word=word, team=team or None, _external=True)
    return render_template("calendar.html", link=link, team=team, days=DAYS)


@page.get("/calendar/<word>.ics")
def show(word: str) -> BaseResponse:
    """The calendar, for who has the address; answered like nothing to everybody else."""
    account = tokens.account_of_token(context.db(), context.settings().secret_key, word, CALENDAR)
    if account is None:
        raise NotFound("calendar", "")
    speak(account.language or ENGLISH)
    portfolio = account.only
    name = _name(account, portfolio)
    teams = request.args.getlist("team")
    if len(teams) > LONGEST_LIST:
        raise Refused(f"a calendar is of up to {LONGEST_LIST} teams; leave them out for all")

    def more(week: object) -> str:
        return url_for("week.show", portfolio=portfolio, **{"from": str(week)}, _external=True)

    source = keyed_hash(context.settings().secret_key, "calendar")
    content = feed(calendar(context.db(), portfolio), name, source, more, teams)
    answer = Response(content, content_type="text/calendar; charset=utf-8")
    answer.headers["Content-Disposition"] = 'inline; filename="codered.ics"'
    answer.headers["Cache-Control"] = "private, no-cache"
    answer.add_etag()
    return answer.make_conditional(request)


def _name(account: Account, portfolio: str) -> str:
    """The portfolio's name, where the account may still see it. Raises NotFound."""
    known = {p.portfolio: p.name or p.portfolio for p in list_portfolios(context.db())}
    if portfolio not in known or not account.may(Role.VIEWER, portfolio):
        raise NotFound("calendar", "")
    return known[portfolio]
