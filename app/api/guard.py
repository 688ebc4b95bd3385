"""What the API refuses before anything is read: other sites, other content, what is too large or no JSON.

There are no cookies and no tokens, so whoever reaches the port may write; a browser on this machine reaches it for any
page it shows. Browsers say so (Sec-Fetch-Site, Origin), and are refused; a body must be JSON, which no form can send.
"""

from __future__ import annotations

from flask import Flask, Response, request
from werkzeug.exceptions import BadRequest, Forbidden, UnsupportedMediaType

from app.origin import SAFE, from_elsewhere

HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; "
    "frame-ancestors 'none'; base-uri 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-cache",
}


def attach(app: Flask) -> None:
    """Refuse before, and put the headers on every answer."""
    app.before_request(_refuse)
    app.after_request(_add_headers)


def _refuse() -> None:
    headers = request.headers
    if request.method in SAFE:
        return
    if from_elsewhere(headers.get("Sec-Fetch-Site"), headers.get("Origin"), request.host):
        raise Forbidden("this request came from another site and was refused; nothing was changed")
    if request.get_data():
        if not request.is_json:
            raise UnsupportedMediaType("the body must be application/json")
        _read()


def _read() -> None:
    try:
        request.get_json()
    except (RecursionError, ValueError, UnicodeError) as error:
        raise BadRequest("the body is not JSON") from error


def _add_headers(response: Response) -> Response:
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    return response
