"""One's own account: where it is signed in, its API tokens, its password."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from app.actions import accounts, sign_in, tokens
from app.actions.sign_in import NotSignedIn, TooManyAttempts
from app.errors import NotFound, Refused
from app.roles import EVERYWHERE, ROLES, Role
from app.web import context
from app.web.language import COOKIE, LANGUAGES, _
from app.web.sign_in import enter

page = Blueprint("account", __name__)
Answer = Response | str | tuple[str, int]
DAYS = 90
BROWSERS = (("Edg", "Edge"), ("OPR", "Opera"), ("Firefox", "Firefox"), ("Chrome", "Chrome"), ("Safari", "Safari"))
SYSTEMS = (("Windows", "Windows"), ("Android", "Android"), ("iPhone", "iPhone"), ("iPad", "iPad"), ("Mac OS", "macOS"),
           ("Linux", "Linux"))  # fmt: skip
"""What of a browser's own words says which it is; the first that is found, since most claim to be several."""


@page.get("/account")
def show() -> str:
    """Everything that can be done with it."""
    return _page()


@page.post("/account/sessions")
def end_session() -> Response:
    """End one session of the account."""
    sign_in.sign_out(context.db(), context.who(), request.form.get("session", ""))
    return redirect(url_for("account.show", done="ended"), 303)


@page.post("/account/tokens")
def add_token() -> Answer:
    """Make a token, and show its secret this once."""
    form, settings = request.form, context.settings()
    role, portfolio = ROLES.get(form.get("role", "")), tokens.scope(form.get("scope", ""))
    try:
        if role is None:
            raise Refused("a token has a role: choose one")
        if portfolio not in dict(_scopes()):
            raise Refused("a token is for a portfolio that you may see, or for every one if you may see all")
        days = form.get("days", 0, type=int)
        made = tokens.add_token(
            context.db(), settings.secret_key, context.who(), form.get("title", ""), role, portfolio, days
        )
    except Refused as refused:
        return _page(token_fault=str(refused)), 422
    return _page(made=made)


@page.post("/account/tokens/<int:token>/remove")
def remove_token(token: int) -> Response:
    """Take a token away."""
    tokens.remove_token(context.db(), context.who(), token)
    return redirect(url_for("account.show", done="token-removed"), 303)


@page.post("/account/language")
def language() -> Response:
    """Read in a language from now on, in every browser; what was chosen in this one alone is forgotten."""
    wanted = request.form.get("language", "")
    if wanted and wanted not in LANGUAGES:
        raise NotFound("language", wanted)
    accounts.set_language(context.db(), context.who(), wanted)
    answer = redirect(url_for("account.show", done="language"), 303)
    answer.delete_cookie(COOKIE, httponly=True, samesite="Lax", secure=request.is_secure, path="/")
    return answer


@page.post("/account/password")
def password() -> Answer:
    """Change the password, for who knows the one before; this browser stays signed in, with a new session."""
    db, name, form = context.db(), context.who(), request.form
    try:
        if form.get("new", "") != form.get("again", ""):
            raise Refused("the two new passwords are not the same")
        sign_in.prove(db, name, form.get("old", ""), request.remote_addr or "")
        accounts.set_password(db, name, form.get("new", ""), name)
    except (Refused, NotSignedIn, TooManyAttempts) as refused:
        return _page(password_fault=str(refused)), 422
    word = sign_in.begin_session(db, context.settings().secret_key, name, str(request.user_agent))
    return enter(word, url_for("account.show", done="password"))


@page.app_template_filter("browser")
def browser(said: str) -> str:
    """A browser's own words in short: which, and on what; its words themselves where they say neither."""
    found = [next((name for part, name in known if part in said), "") for known in (BROWSERS, SYSTEMS)]
    if all(found):
        return _("%(browser)s on %(system)s", browser=found[0], system=found[1])
    return "".join(found) or said[:60] or _("unknown")


def _page(made: str = "", token_fault: str = "", password_fault: str = "") -> str:
    account = context.account()
    return render_template(
        "account.html",
        sessions=sign_in.list_sessions(context.db(), account.name),
        session_id=context.session_id(),
        tokens=tokens.list_tokens(context.db(), account.name),
        roles=[role for role in Role if account.may_somewhere(role)],
        scopes=_scopes(),
        made=made,
        days=DAYS,
        longest=tokens.LONGEST_DAYS,
        token_fault=token_fault,
        password_fault=password_fault,
    )


def _scopes() -> list[tuple[str, str]]:
    """The portfolios that a token can be for, the widest first."""
    everything = [(EVERYWHERE, _("every portfolio"))] if context.account().role(EVERYWHERE) else []
    return [*everything, *((p.portfolio, p.name or p.portfolio) for p in context.all_portfolios())]
