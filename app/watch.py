"""What both doors of a server do with every request: give it an id, time it, count it, log it, and trace it."""

from __future__ import annotations

import re
import time
import uuid

import structlog
from flask import Flask, Response, g, request

from app import metrics, tracing

HEADER = "X-Request-ID"
_SANE = re.compile(r"[A-Za-z0-9._-]{8,64}\Z")
_SECRET_PATHS = ("calendar.show",)
_PROBES = ("health.live", "health.ready", "health.figures", "static")

log = structlog.get_logger("codered.request")


def attach(app: Flask, door: str) -> None:
    """Watch the requests of one door."""

    def begin() -> None:
        asked = request.headers.get(HEADER, "")
        g.request_id = asked if _SANE.match(asked) else uuid.uuid4().hex
        g.began = time.perf_counter()
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(request=g.request_id)
        g.span = tracing.begin(f"{request.method} {request.endpoint or 'unknown'}", dict(request.headers))

    def end(response: Response) -> Response:
        seconds = time.perf_counter() - g.get("began", time.perf_counter())
        endpoint = request.endpoint or "unknown"
        metrics.answered(door, endpoint, _method(), response.status_code, seconds)
        tell = log.debug if endpoint in _PROBES else log.info
        tell("answered", door=door, method=request.method, path=shown_path(), status=response.status_code,
             ms=round(1000 * seconds, 1))  # fmt: skip
        response.headers[HEADER] = g.get("request_id", "")
        tracing.end(g.pop("span", None), {"http.response.status_code": response.status_code})
        return response

    app.before_request(begin)
    app.after_request(end)


def shown_path() -> str:
    """The path for a log; where it holds a secret, the rule that it matched."""
    if request.endpoint in _SECRET_PATHS and request.url_rule is not None:
        return request.url_rule.rule
    return request.script_root + request.path


def _method() -> str:
    """The method, of those that are known: a label that anybody can make up would never end."""
    return request.method if request.method in ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE") else "other"
