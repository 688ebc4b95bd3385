"""Accounts and their roles: who is admin of everything adds and shuts out, who is admin of a portfolio gives roles."""

from __future__ import annotations

from collections.abc import Callable

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from app.actions import accounts as verbs
from app.errors import NotFound, Refused
from app.roles import EVERYWHERE, ROLES, Role
from app.web import context

page = Blueprint("accounts", __name__)
Answer = Response | str | tuple[str, int]
NO_ROLE = "none"


@page.get("/accounts")
def listing() -> str:
    """Every account, with its roles where the reader is admin."""
    return _page()


@page.post("/accounts")
def add() -> Answer:
    """A new account; without a password it signs in by single sign-on only."""
    form = request.form
    role, password = ROLES.get(form.get("role", "")), form.get("password", "")
    grants = {} if role is None else {_scope(form.get("scope", "")): role}
    return _done(
        lambda: verbs.add_account(context.db(), form.get("name", ""), password or None, grants, context.who()),
        "account-added",
    )


@page.post("/accounts/role")
def role() -> Answer:
    """Give an account a role in a portfolio, or take it away."""
    form, asked = request.form, request.form.get("role", "")
    if asked not in (*ROLES, NO_ROLE):
        raise NotFound("role", asked)
    scope = _scope(form.get("portfolio", ""))
    name = form.get("name", "")
    return _done(lambda: verbs.set_role(context.db(), name, scope, ROLES.get(asked), context.who()), "account-role")


@page.post("/accounts/<name>/password")
def password(name: str) -> Answer:
    """Give an account another password."""
    word = request.form.get("password", "")
    return _done(lambda: verbs.set_password(context.db(), name, word, context.who()), "account-password")


@page.post("/accounts/<name>/shut")
def shut(name: str) -> Answer:
    """Shut an account out."""
    return _done(lambda: verbs.revoke(context.db(), name, context.who()), "account-shut")


@page.post("/accounts/<name>/open")
def open_again(name: str) -> Answer:
    """Let an account in again."""
    return _done(lambda: verbs.restore(context.db(), name, context.who()), "account-opened")


def _done(verb: Callable[[], None], done: str) -> Answer:
    try:
        verb()
    except Refused as refused:
        return _page(str(refused)), 422
    return redirect(url_for("accounts.listing", done=done), 303)


def _scope(typed: str) -> str:
    """The id of a portfolio that is there, or every one. Raises NotFound."""
    if typed == EVERYWHERE or any(p.portfolio == typed for p in context.all_portfolios()):
        return typed
    raise NotFound("portfolio", typed)


def _page(fault: str = "") -> str:
    reader = context.account()
    scopes = [EVERYWHERE, *(p.portfolio for p in context.all_portfolios())]
    mine = [scope for scope in scopes if reader.may(Role.ADMIN, scope)]
    found = verbs.list_accounts(context.db())
    return render_template(
        "accounts.html",
        listed=[(one, {p: r for p, r in one.roles.items() if p in mine}) for one in found],
        scopes=mine,
        roles=list(Role),
        no_role=NO_ROLE,
        everything=reader.may(Role.ADMIN, EVERYWHERE),
        fault=fault,
        typed=request.form.get("name", ""),
    )
