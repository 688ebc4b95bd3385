"""Errors as pages: what happened, what was not changed, and what to do next; never a stack trace."""

from __future__ import annotations

import logging
from typing import Any

from flask import Flask, render_template, request
from werkzeug.exceptions import HTTPException

from app.errors import Conflict, Forbidden, NotFound, Refused, Unavailable
from app.watch import shown_path
from app.web import context
from app.web.language import N_, _
from app.web.said import said, sentence
from solver.faults import InvalidInput

log = logging.getLogger(__name__)
Answer = tuple[str, int]
TITLES = {
    400: (N_("This request cannot be read"), N_("The address or the form is not complete. Go back and try again.")),
    403: (N_("Refused"), N_("Nothing was changed.")),
    404: (N_("Nothing here"), N_("The address is wrong, or what it named was removed.")),
    405: (N_("Not this way"), N_("This address does not take this kind of request.")),
    409: (N_("Somebody else was faster"), N_("Nothing of yours was written. Look at the change, then decide again.")),
    413: (N_("Too large"), N_("One upload may have up to 64 MB. Nothing was changed.")),
    422: (N_("The input has faults"), N_("Nothing was changed. All faults are listed; correct them and try again.")),
    500: (
        N_("Something broke on our side"),
        N_("The error was logged. Every change is all or nothing; none is half written."),
    ),
    503: (N_("The database did not answer"), N_("Nothing was written. Try again in a moment.")),
}


def attach(app: Flask) -> None:
    """Register a page for every refusal."""
    app.register_error_handler(InvalidInput, _invalid)
    app.register_error_handler(NotFound, lambda error: page(404, sentence(error)))
    app.register_error_handler(Forbidden, lambda error: page(403, sentence(error), title=N_("Not with your role")))
    app.register_error_handler(Refused, lambda error: page(409, sentence(error), title=N_("This is not allowed now")))
    app.register_error_handler(Conflict, lambda error: page(409, sentence(error), changed=error.changed))
    app.register_error_handler(Unavailable, lambda error: page(503, sentence(error)))
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(Exception, _unexpected)


def page(status: int, detail: str = "", *, title: str = "", **facts: Any) -> Answer:
    """The error page of a status."""
    heading, advice = TITLES.get(status, (N_("This did not work"), N_("Go back and try again.")))
    context.only_the_frame()
    text = render_template(
        "error.html", status=status, heading=_(title or heading), advice=_(advice), detail=said(detail),
        path=request.path, **facts,
    )  # fmt: skip
    return text, status


def _invalid(error: InvalidInput) -> Answer:
    return page(422, faults=error.faults, notices=error.notices)


def _http(error: HTTPException) -> Answer | HTTPException:
    status = error.code or 500
    if status < 400:
        return error
    own_words = error.description if status in (400, 403) and error.description else ""
    return page(status, own_words)


def _unexpected(error: Exception) -> Answer:
    log.exception("%s %s failed", request.method, shown_path(), exc_info=error)
    return page(500)
