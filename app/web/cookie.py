"""The cookie of a session: not readable by scripts, not sent by other sites, bound to this host where it can be."""

from __future__ import annotations

from flask import request
from werkzeug.wrappers import Response

from app.actions.sign_in import LASTS

OVER_HTTPS, OVER_HTTP = "__Host-codered", "codered"
SIGNED_OUT = "signed-out"
"""Stays after signing out, so that the demonstration does not sign in again by itself."""


def name() -> str:
    """Browsers refuse the prefix `__Host-` without https."""
    return OVER_HTTPS if request.is_secure else OVER_HTTP


def word() -> str:
    """What the browser holds; blank where it was never here."""
    return request.cookies.get(name(), "")


def hold(response: Response, value: str) -> None:
    """Have the browser hold the word of a session, or that it signed out."""
    response.set_cookie(
        name(), value, max_age=LASTS, httponly=True, samesite="Lax", secure=request.is_secure, path="/"
    )  # fmt: skip
