"""What the API refuses before anything is read: other sites, other content, what is too large or no JSON.

Cookies are not read here and a token is no browser's to send by itself; even so a browser that says (Sec-Fetch-Site,
Origin) that another site writes is refused, and a body must be JSON, which no form can send.
"""

from __future__ import annotations

from flask import Flask, Response, request
from werkzeug.exceptions import BadRequest, Forbidden, UnsupportedMediaType

from app.api import context
from app.origin import SAFE, calls_by_name, from_elsewhere, is_direct, is_this_machine

HEADERS = {
    "Content-Security-Policy": "default-src 'none'; object-src 'none'; form-action 'none'; style-src 'self'; "
    "script-src 'self'; img-src 'self'; frame-ancestors 'none'; base-uri 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-cache",
}


def attach(app: Flask) -> None:
    """Refuse before, and put the headers on every answer."""
    app.before_request(_refuse)
    app.after_request(_add_headers)


def attach_content(app: Flask) -> None:
    """Read the body; attached after the token is known, so that nobody else's is read."""
    app.before_request(_read)


def _refuse() -> None:
    headers, settings = request.headers, context.settings()
    if not settings.has_key and not (is_this_machine(request.remote_addr) and is_direct(request.headers.keys())):
        raise Forbidden("without CODERED_SECRET_KEY this server answers its own machine only")
    if not calls_by_name(request.host, settings.trusted_hosts):
        raise Forbidden("this server is not called by that name; CODERED_HOSTS lists its names")
    if request.method in SAFE:
        return
    if from_elsewhere(headers.get("Sec-Fetch-Site"), headers.get("Origin"), request.host):
        raise Forbidden("this request came from another site and was refused; nothing was changed")


def _read() -> None:
    if request.method in SAFE or not request.get_data():
        return
    if not request.is_json:
        raise UnsupportedMediaType("the body must be application/json")
    try:
        request.get_json()
    except (RecursionError, ValueError, UnicodeError) as error:
        raise BadRequest("the body is not JSON") from error


def _add_headers(response: Response) -> Response:
    if request.is_secure:
        response.headers.setdefault("Strict-Transport-Security", "max-age=31536000")
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    return response
