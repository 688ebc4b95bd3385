"""The switch of the language: a cookie of this browser, that anybody may set, signed in or not."""

from __future__ import annotations

from flask import Blueprint, redirect, request
from werkzeug.wrappers import Response

from app.errors import NotFound
from app.web.language import COOKIE, LANGUAGES
from app.web.sign_in import is_here

page = Blueprint("language", __name__)
YEAR = 365 * 24 * 3600


@page.post("/language")
def choose() -> Response:
    """Show pages in a language from now on, and go on where its reader was."""
    wanted, back = request.form.get("language", ""), request.form.get("to", "")
    if wanted not in LANGUAGES:
        raise NotFound("language", wanted)
    answer = redirect(back if is_here(back) else "/", 303)
    answer.set_cookie(COOKIE, wanted, max_age=YEAR, httponly=True, samesite="Lax", secure=request.is_secure, path="/")
    return answer
