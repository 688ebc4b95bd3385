"""Webhooks of a portfolio: who is told of what, a trial message, and the log of deliveries."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from app.actions import webhooks as verbs
from app.actions.webhooks import (
    KINDS,
    add_webhook,
    list_deliveries,
    list_webhooks,
    remove_webhook,
    send_again,
    try_webhook,
)
from app.errors import Refused
from app.web import context
from app.web.paging import Page

page = Blueprint("webhooks", __name__)
Answer = Response | str | tuple[str, int]
ROWS = 30


@page.get("/webhooks")
def listing() -> str:
    """Every webhook of the portfolio, and a form for another."""
    return _page()


@page.post("/webhooks")
def add() -> Answer:
    """Add one, and show its secret this once."""
    form, settings = request.form, context.settings()
    try:
        _, secret = add_webhook(
            context.db(), settings.secret_key, context.portfolio_id(), form.get("url", ""), form.getlist("kind"),
            context.who(), settings.inside,
        )  # fmt: skip
    except Refused as refused:
        return _page(fault=str(refused)), 422
    return _page(secret=secret)


@page.post("/webhooks/<int:webhook>/remove")
def remove(webhook: int) -> Response:
    """Remove one, with its log."""
    remove_webhook(context.db(), webhook, context.who(), context.portfolio_id())
    return redirect(url_for("webhooks.listing", done="webhook-removed"), 303)


@page.post("/webhooks/<int:webhook>/test")
def test(webhook: int) -> Response:
    """Send a trial message; the log shows what comes of it."""
    try_webhook(context.db(), webhook, context.who(), context.portfolio_id())
    return redirect(url_for("webhooks.log", done="webhook-test"), 303)


@page.get("/webhooks/log")
def log() -> str:
    """Deliveries with their attempts, the newest first."""
    asked = request.args.get("page", "")
    number = max(1, int(asked)) if asked.isascii() and asked.isdigit() and len(asked) < 7 else 1
    found, total = list_deliveries(context.db(), context.portfolio_id(), ROWS, (number - 1) * ROWS)
    first = (number - 1) * ROWS
    shown = Page(found, number, max(1, -(-total // ROWS)), total, first + 1 if found else 0, first + len(found))
    addresses = {hook.id: hook.url for hook in list_webhooks(context.db(), context.portfolio_id())}
    return render_template("deliveries.html", listed=shown, addresses=addresses)


@page.post("/webhooks/deliveries/<int:delivery>/again")
def again(delivery: int) -> Response:
    """Make a delivery that ended once more."""
    send_again(context.db(), delivery, context.portfolio_id(), context.who())
    return redirect(url_for("webhooks.log", done="webhook-again"), 303)


def _page(secret: str = "", fault: str = "") -> str:
    form = request.form
    return render_template(
        "webhooks.html",
        listed=list_webhooks(context.db(), context.portfolio_id()),
        kinds=KINDS,
        chosen=form.getlist("kind") if fault else KINDS,
        typed=form.get("url", "") if fault else "",
        most=verbs.MOST,
        secret=secret,
        fault=fault,
    )
