"""What every page stands on: the database, the chosen portfolio, and who is asking."""

from __future__ import annotations

from typing import Any, cast

from flask import Flask, current_app, g, request

from app.actions import portfolios
from app.actions.portfolios import PortfolioInfo
from app.config import Settings
from app.db import Database
from app.errors import Forbidden, NotFound
from app.roles import EVERYWHERE, Account, Role
from app.version import VERSION
from app.web.language import N_, _

DONE = {
    "imported": N_("The portfolio was imported."),
    "saved": N_("The record was saved."),
    "added": N_("The record was added."),
    "removed": N_("The record was removed."),
    "approved": N_("The plan is now the plan of record."),
    "proposed": N_("The plan is proposed for review."),
    "sent-back": N_("The plan was sent back, with the reason."),
    "copied": N_("The scenario was copied. Change it below; nothing else changes."),
    "changed": N_("The scenario was changed. The portfolio and the plan of record are as they were."),
    "unchanged": N_("Nothing was changed: it says what was typed already."),
    "renamed": N_("The scenario was renamed."),
    "archived": N_("The scenario was put into the archive."),
    "restored": N_("The scenario was taken out of the archive."),
    "acknowledged": N_("The advice is acknowledged, with the reason, until another day is measured."),
    "moves-seen": N_("The moves are acknowledged, until another plan is approved."),
    "webhook-removed": N_("The webhook was removed, with the log of its deliveries."),
    "webhook-test": N_("A trial message is on its way; load this page again to see what came of it."),
    "webhook-again": N_("The message is sent once more; load this page again to see what came of it."),
    "ordered": N_("The code reds are one policy now, in the order given. Recompute it to see its plan."),
    "recorded": N_("What happened is recorded. The plan and the portfolio's digest are as they were."),
    "cancelled": N_("The recompute was cancelled."),
    "signed-out": N_("You are signed out."),
    "ended": N_("That session has ended."),
    "token-removed": N_("The token no longer works."),
    "password": N_("The password was changed. Every other session has ended, and every token was removed."),
    "language": N_("Your language was changed, for every browser."),
    "account-added": N_("The account was added."),
    "account-role": N_("The role was changed; it holds from the next request on."),
    "account-password": N_("The password was changed; the account was signed out everywhere."),
    "account-shut": N_("The account is shut out: its sessions have ended, its tokens were removed."),
    "account-opened": N_("The account may sign in again."),
}
"""What a page says after something was done; named by `?done=` so that no session is needed."""


def attach(app: Flask, database: Database, settings: Settings) -> None:
    """Give the application its database, and templates what all of them show."""
    app.extensions["codered"] = (database, settings)
    app.context_processor(_shown_everywhere)
    app.url_defaults(_keep_portfolio)


def db() -> Database:
    """The database of the running application."""
    return cast(tuple[Database, Settings], current_app.extensions["codered"])[0]


def settings() -> Settings:
    """The settings of the running application."""
    return cast(tuple[Database, Settings], current_app.extensions["codered"])[1]


def all_portfolios() -> list[PortfolioInfo]:
    """Every portfolio that the account may see, read once per request."""
    if "portfolios" not in g:
        known, reader = portfolios.list_portfolios(db()), account_or_none()
        g.portfolios = [p for p in known if reader and reader.may(Role.VIEWER, p.portfolio)]
    return cast(list[PortfolioInfo], g.portfolios)


def chosen() -> PortfolioInfo | None:
    """The portfolio named by `?portfolio=`, else the first; None where there is none. Raises NotFound."""
    if account_or_none() is None:
        return None
    asked = g.get("portfolio_of_page") or request.args.get("portfolio")
    known = all_portfolios()
    if asked is None:
        return known[0] if known else None
    for info in known:
        if info.portfolio == asked:
            return info
    raise NotFound("portfolio", asked)


def portfolio_id() -> str:
    """The id of the chosen portfolio. Raises NotFound where there is none."""
    info = chosen()
    if info is None:
        raise NotFound("portfolio", "(none yet)")
    return info.portfolio


def page_is_of(portfolio: str) -> None:
    """A page about something of a portfolio shows that portfolio, whatever was chosen."""
    g.portfolio_of_page = portfolio


def account_or_none() -> Account | None:
    """Who is asking; None on the pages for everybody."""
    return cast(Account | None, g.get("account"))


def account() -> Account:
    """Who is asking."""
    found = account_or_none()
    if found is None:
        raise Forbidden("sign in first")
    return found


def who() -> str:
    """The name of who is asking, for the audit trail."""
    return account().name


def session_id() -> str:
    """The session of who is asking; of no use as a cookie."""
    return cast(str, g.session_id)


def shown_portfolio() -> str:
    """The id of the portfolio that the page shows; blank where there is none."""
    info = next(iter(g.get("portfolios", [])), None) if "only_the_frame" in g else chosen()
    return info.portfolio if info else ""


def is_htmx() -> bool:
    """Whether htmx asked and wants only the part that it swaps."""
    return request.headers.get("HX-Request") == "true"


def only_the_frame() -> None:
    """An error page reads neither the form nor the database again: they may be what failed."""
    g.only_the_frame = True


def _shown_everywhere() -> dict[str, Any]:
    failed, done = "only_the_frame" in g, request.args.get("done", "")
    known = g.get("portfolios", []) if failed else all_portfolios()
    return {
        "portfolio": next(iter(known), None) if failed else chosen(),
        "portfolios": known,
        "version": VERSION,
        "done": _(DONE[done]) if done in DONE else None,
        "everywhere": EVERYWHERE,
    }


def _keep_portfolio(endpoint: str, values: dict[str, Any]) -> None:
    if endpoint != "static" and "portfolio" not in values and "only_the_frame" not in g:
        asked = g.get("portfolio_of_page") or request.args.get("portfolio")
        if asked:
            values["portfolio"] = asked
