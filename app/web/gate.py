"""The gate before every page: who is asking by the session's cookie, and whether the table of rights lets them.

cookie -> session -> account -> right of the endpoint -> portfolio of what is asked for -> role there, or refused
"""

from __future__ import annotations

from typing import Any

from flask import Flask, Response, g, redirect, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from app.actions import demo_account
from app.actions.permit import permit
from app.actions.sign_in import begin_session, session_of
from app.errors import Forbidden, NotFound
from app.origin import SAFE, is_this_machine
from app.rights import WEB, Of, Right
from app.roles import Account
from app.web import context, cookie
from app.web.imports import PORTFOLIO as EXAMPLE

_KEYS = {
    Of.PLAN: "plan_id", Of.JOB: "job_id", Of.SCENARIO: "scenario", Of.UPLOAD: "upload", Of.PORTFOLIO: "portfolio",
    Of.FRONTIER: "run_id", Of.SWEEP: "sweep",
}  # fmt: skip


LARGEST_OF_ANYBODY = 64 * 1024
"""Bytes that are read of who is not signed in: a name, a password, and where to go."""


def attach(app: Flask) -> None:
    """Ask before every page, and hand templates what they may offer."""
    app.before_request(_ask)
    app.after_request(_hold)
    app.context_processor(_offered)


def may(endpoint: str) -> bool:
    """Whether the account may use a page for the portfolio that is shown; what it may not, is not offered."""
    account, right, shown = context.account_or_none(), WEB[endpoint], context.shown_portfolio()
    if account is None or right.role is None:
        return account is not None
    if right.of is Of.SOME:
        return account.may_somewhere(right.role)
    if right.of is Of.EXAMPLE:
        return account.may(right.role, EXAMPLE)
    return account.may(right.role, shown if shown and right.of is not Of.ALL else "*")


def _offered() -> dict[str, Any]:
    return {
        "may": may,
        "account": context.account_or_none(),
        "demo": context.settings().demo,
        "signed_in_now": "new_session" in g and "only_the_frame" not in g,
    }


def _ask() -> BaseResponse | None:
    right = WEB.get(request.endpoint or "")
    if request.endpoint is None or (right and right.of is Of.ANYBODY):
        request.max_content_length = LARGEST_OF_ANYBODY
        return None
    account = _signed_in() or _demonstrate()
    if account is None:
        return _to_sign_in()
    g.account = account
    if right is None:
        raise Forbidden("this page is not in the table of rights")
    permit(context.db(), account, right, _key(right))
    return None


def _signed_in() -> Account | None:
    found = session_of(context.db(), context.settings().secret_key, cookie.word())
    if found is None:
        return None
    g.session_id = found[1]
    return found[0]


def _demonstrate() -> Account | None:
    """Sign a browser on this machine in by itself at its first visit, in the demonstration only."""
    settings = context.settings()
    first = not cookie.word() and request.method == "GET" and not context.is_htmx()
    if not (settings.demo and first and is_this_machine(request.remote_addr) and demo_account.is_open(context.db())):
        return None
    word = begin_session(context.db(), settings.secret_key, demo_account.NAME, str(request.user_agent))
    g.new_session = word
    found = session_of(context.db(), settings.secret_key, word)
    if found is None:
        return None
    g.session_id = found[1]
    return found[0]


def _hold(response: Response) -> Response:
    if word := g.pop("new_session", None):
        cookie.hold(response, word)
    return response


def _to_sign_in() -> BaseResponse:
    """To the sign-in page, and from there back to what was asked for."""
    back = request.full_path.rstrip("?") if request.method in SAFE and not context.is_htmx() else None
    address = url_for("sign_in.show", to=back if back != "/" else None)
    if context.is_htmx():
        return Response("sign in first", 401, headers={"HX-Redirect": address})
    return redirect(address, 303)


def _key(right: Right) -> Any:
    """What the right is asked for, from the address or the form."""
    if right.of in _KEYS:
        return (request.view_args or {})[_KEYS[right.of]]
    if right.of is Of.CHOSEN:
        return context.portfolio_id()
    if right.of is Of.NAMED:
        named = request.form.get("portfolio", "").strip()
        if not named:
            raise NotFound("portfolio", "(none named)")
        return named
    return EXAMPLE
