"""Sign in and out: one page, one cookie; what was asked for before is shown afterwards."""

from __future__ import annotations

from typing import cast

from flask import Blueprint, redirect, render_template, request, session, url_for
from werkzeug.wrappers import Response

from app.actions import accounts, demo_account
from app.actions import sign_in as verb
from app.actions.provider import sign_in_with
from app.actions.sign_in import NotSignedIn, TooManyAttempts
from app.errors import NotFound
from app.web import context, cookie, provider

page = Blueprint("sign_in", __name__)
Answer = Response | str | tuple[str, int]


@page.get("/sign-in")
def show() -> Answer:
    """The form; in the demonstration with its account filled in."""
    return _page()


@page.post("/sign-in")
def submit() -> Answer:
    """Begin a session, or say that the name or the password is not right."""
    name, password = request.form.get("name", ""), request.form.get("password", "")
    address, browser = request.remote_addr or "", str(request.user_agent)
    try:
        word = verb.sign_in(context.db(), context.settings().secret_key, name, password, address, browser)
    except NotSignedIn as refused:
        return _page(str(refused)), 422
    except TooManyAttempts as refused:
        return _page(str(refused)), 429
    _end_before()
    return enter(word, request.form.get("to", ""))


@page.get("/sign-in/away")
def away() -> Answer:
    """To the provider of single sign-on."""
    if not provider.is_there():
        raise NotFound("provider", "single sign-on")
    session.clear()
    session["to"] = request.args.get("to", "")
    try:
        return cast(Response, provider.send(url_for("sign_in.back", _external=True)))
    except NotSignedIn as refused:
        return _page(str(refused)), 503


@page.get("/sign-in/back")
def back() -> Answer:
    """Back from the provider: begin a session for who it vouches for."""
    if not provider.is_there():
        raise NotFound("provider", "single sign-on")
    settings = context.settings()
    try:
        vouched = provider.answer(settings)
        word = sign_in_with(context.db(), settings.secret_key, vouched, str(request.user_agent))
    except NotSignedIn as refused:
        session.clear()
        return _page(str(refused)), 422
    _end_before()
    to = session.get("to", "")
    session.clear()
    return enter(word, to)


@page.post("/sign-out")
def out() -> Response:
    """End this session."""
    verb.sign_out(context.db(), context.who(), context.session_id())
    answer = redirect(url_for("sign_in.show", done="signed-out"), 303)
    cookie.hold(answer, cookie.SIGNED_OUT)
    return answer


def enter(word: str, to: str) -> Response:
    """The browser holds the word from now on, and sees what it asked for before."""
    answer = redirect(to if is_here(to) else url_for("situation.show"), 303)
    cookie.hold(answer, word)
    return answer


def is_here(address: str) -> bool:
    """Whether an address is a path of this server: what a browser reads as another host is not."""
    return address.startswith("/") and not address.startswith(("//", "/\\")) and address.isprintable()


def _end_before() -> None:
    """Whoever signs in over a session leaves none behind."""
    found = verb.session_of(context.db(), context.settings().secret_key, cookie.word())
    if found is not None:
        verb.sign_out(context.db(), found[0].name, found[1])


def _page(fault: str = "") -> str:
    shown = context.settings().demo and demo_account.is_open(context.db())
    return render_template(
        "sign_in.html",
        fault=fault,
        name=request.form.get("name", demo_account.NAME if shown else ""),
        to=request.values.get("to", ""),
        known=(demo_account.NAME, demo_account.PASSWORD) if shown else None,
        provider=provider.is_there(),
        nobody=not accounts.has_admin(context.db(), provider=provider.is_there()),
    )
