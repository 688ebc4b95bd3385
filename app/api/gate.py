"""The gate before every operation: whose token it is, whether it asks too often, and whether the rights let it.

token -> account -> not too often -> right of the operation -> portfolio of what is asked for -> or refused
"""

from __future__ import annotations

from typing import Any

from flask import Flask, Response, g, request
from flask_openapi.models.security_scheme import SecurityScheme

from app.actions.permit import permit
from app.actions.tokens import account_of_token
from app.api import context
from app.api.problems import problem
from app.errors import Forbidden
from app.rights import API, Of, Right

SCHEME = "Bearer"
SCHEMES: dict[str, SecurityScheme | dict[str, Any]] = {
    "token": {
        "type": "http",
        "scheme": "bearer",
        "description": "A personal API token, made on the page of one's account or with `codered account token`.",
    }
}
SECURITY: list[dict[str, list[Any]]] = [{"token": []}]


def attach(app: Flask) -> None:
    """Ask whose token it is, before anything of the request is read."""
    app.before_request(_know)


def attach_right(app: Flask) -> None:
    """Ask whether it may; attached after the body is known to be JSON."""
    app.before_request(_permit)


def _know() -> Response | None:
    right = API.get(request.endpoint or "")
    if request.endpoint is None or (right and right.of is Of.ANYBODY):
        return None
    scheme, _, word = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != SCHEME.lower():
        return _unknown("send a token: Authorization: Bearer codered_...", "")
    account = account_of_token(context.db(), context.settings().secret_key, word.strip())
    if account is None:
        return _unknown("this token is not known, has expired or was removed", ', error="invalid_token"')
    g.account = account
    context.throttle().spend(context.db(), account.name)
    return None


def _permit() -> None:
    if "account" not in g:
        return
    right = API.get(request.endpoint or "")
    if right is None:
        raise Forbidden("this operation is not in the table of rights")
    permit(context.db(), context.account(), right, _key(right))


def _unknown(detail: str, error: str) -> Response:
    answer = problem(401, detail)
    answer.headers["WWW-Authenticate"] = f'{SCHEME} realm="codered"{error}'
    return answer


def _key(right: Right) -> Any:
    """What the right is asked for, from the address; a new portfolio's id from the body, None where it has none."""
    if right.of is Of.NAMED:
        return _named(request.get_json(silent=True))
    place = request.view_args or {}
    return place.get("portfolio" if right.of is Of.PORTFOLIO else "number")


def _named(body: Any) -> str | None:
    head = body.get("portfolio") if isinstance(body, dict) else None
    first = head[0] if isinstance(head, list) and len(head) == 1 else None
    name = first.get("portfolio") if isinstance(first, dict) else None
    return name.strip().lower() if isinstance(name, str) else None
