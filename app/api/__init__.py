"""The API door: REST under /api/v1 on the same actions as pages and command line; an application of its own.

request -> guard (site) -> gate (token) -> guard (content) -> gate (right) -> once (idempotency) -> model (strict JSON)
-> action -> JSON, or problem+json
"""

from __future__ import annotations

import threading
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from flask import Flask
from flask_openapi.models.info import Info
from flask_openapi.models.server import Server
from flask_openapi.openapi import OpenAPI
from werkzeug.middleware.dispatcher import DispatcherMiddleware

from app import watch
from app.api import (
    context,
    decisions,
    gate,
    guard,
    inquiries,
    jobs,
    once,
    plans,
    portfolios,
    problems,
    records,
    reference,
    scenarios,
    sweeps,
)
from app.config import Settings
from app.db import Database
from app.version import VERSION

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIEnvironment

ROOT = "/api/v1"
LARGEST_BODY = 64 * 1024 * 1024
TEMPLATES = Path(__file__).resolve().parent.parent.parent / "templates"
ABOUT = (
    "Portfolios, their records, scenarios, solving and plans. Every write is all or nothing, and is refused with every "
    "fault when the records do not fit together."
)


def build() -> OpenAPI:
    """The API as an application; what it stands on comes with each request."""
    app = OpenAPI(
        "app.api",
        info=Info(title="codered", version=VERSION, description=ABOUT),
        servers=[Server(url=ROOT)],
        security_schemes=gate.SCHEMES,
        doc_ui=False,
        validation_error_model=problems.ProblemDetails,
        validation_error_callback=problems.invalid_request,
        template_folder=str(TEMPLATES),
        static_folder=None,
    )
    app.openapi_version = "3.1.0"
    app.config.update(MAX_CONTENT_LENGTH=LARGEST_BODY)
    app.json.sort_keys = False  # type: ignore[attr-defined]
    watch.attach(app, "api")
    guard.attach(app)
    gate.attach(app)
    guard.attach_content(app)
    gate.attach_right(app)
    once.attach(app)
    problems.attach(app)
    for part in (portfolios, records, decisions, scenarios, jobs, sweeps, plans, inquiries, reference):
        part.attach(app)
    return app


whole = cache(build)
"""The one of this process: making it takes a second, and all sites may share it."""
_making = threading.Lock()


def mount(site: Flask, database: Database, settings: Settings) -> None:
    """Put the API beside the pages, under its own root; it is made when it is first asked for."""
    door = context.standing_on(database, settings, _answer)
    site.wsgi_app = DispatcherMiddleware(site.wsgi_app, {ROOT: door})  # type: ignore[method-assign]


def _answer(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
    with _making:
        made = whole()
    return made.wsgi_app(environ, start_response)
