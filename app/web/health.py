"""What machines ask a server: is it alive, can it serve, and how is it doing. None of it needs a sign-in."""

from __future__ import annotations

import hmac

from flask import Blueprint, Response, jsonify, request

from app import metrics
from app.actions.readiness import operating_figures, readiness
from app.origin import is_direct, is_this_machine
from app.web import context

page = Blueprint("health", __name__)


@page.get("/healthz")
def live() -> Response:
    """The process answers. It says nothing of the database: a restart would not bring that back."""
    return Response("ok\n", mimetype="text/plain")


@page.get("/readyz")
def ready() -> tuple[Response, int]:
    """Whether requests should be sent here, and the reason why not."""
    found = readiness(context.db())
    return jsonify(ready=found.ready, schema=found.schema, reason=found.reason), 200 if found.ready else 503


@page.get("/metrics")
def figures() -> Response:
    """Figures in Prometheus' form: for who bears `CODERED_METRICS_TOKEN`; where none is set, for this machine only."""
    secret = context.settings().metrics_token
    if not secret and not (is_this_machine(request.remote_addr) and is_direct(request.headers.keys())):
        return Response("set CODERED_METRICS_TOKEN to read the figures from elsewhere\n", 403, mimetype="text/plain")
    if secret and not hmac.compare_digest(
        request.headers.get("Authorization", "").encode(), b"Bearer " + secret.get_secret_value().encode()
    ):
        return Response("the figures need the bearer token of CODERED_METRICS_TOKEN\n", 401, mimetype="text/plain")
    db = context.db()
    return Response(metrics.exposition(lambda: operating_figures(db)), content_type=metrics.CONTENT_TYPE)
