"""What browsers are told, and which requests are refused: a strict content policy, and nothing from elsewhere."""

from __future__ import annotations

from flask import Flask, Response, abort, request

from app.origin import SAFE, calls_by_name, from_elsewhere, is_direct, is_this_machine
from app.web import context

POLICY = (
    "default-src 'none'; object-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "font-src 'self'; connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}


def attach(app: Flask) -> None:
    """Refuse callers, names and writes from elsewhere, and put the headers on every answer."""
    app.before_request(_refuse_other_machines)
    app.before_request(_refuse_other_sites)
    app.after_request(_add_headers)


def _refuse_other_machines() -> None:
    settings = context.settings()
    if not settings.has_key and not (is_this_machine(request.remote_addr) and is_direct(request.headers.keys())):
        abort(403, "Without CODERED_SECRET_KEY this server answers its own machine only.")
    if not calls_by_name(request.host, settings.trusted_hosts):
        abort(403, "This server is not called by that name; CODERED_HOSTS lists its names.")


def _refuse_other_sites() -> None:
    headers = request.headers
    if request.method not in SAFE and from_elsewhere(
        headers.get("Sec-Fetch-Site"), headers.get("Origin"), request.host
    ):
        abort(403, "This request came from another site and was refused. Nothing was changed.")


def _add_headers(response: Response) -> Response:
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    if request.is_secure:
        response.headers.setdefault("Strict-Transport-Security", "max-age=31536000")
    if request.endpoint != "static":
        response.headers.setdefault("Cache-Control", "no-store")
    return response
