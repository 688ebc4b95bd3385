"""Errors as pages: what happened, what was not changed, and what to do next; never a stack trace."""

from __future__ import annotations

import logging
from typing import Any

from flask import Flask, render_template, request
from werkzeug.exceptions import HTTPException

from app.errors import Conflict, Forbidden, NotFound, Refused, Unavailable
from app.watch import shown_path
from app.web import context
from solver.faults import InvalidInput

log = logging.getLogger(__name__)
Answer = tuple[str, int]
TITLES = {
    400: ("This request cannot be read", "The address or the form is not complete. Go back and try again."),
    403: ("Refused", "Nothing was changed."),
    404: ("Nothing here", "The address is wrong, or what it named was removed."),
    405: ("Not this way", "This address does not take this kind of request."),
    409: ("Somebody else was faster", "Nothing of yours was written. Look at the change, then decide again."),
    413: ("Too large", "One upload may have up to 64 MB. Nothing was changed."),
    422: ("The input has faults", "Nothing was changed. All faults are listed; correct them and try again."),
    500: (
        "Something broke on our side",
        "The error was logged. Every change is all or nothing; none is half written.",
    ),
    503: ("The database did not answer", "Nothing was written. Try again in a moment."),
}


def attach(app: Flask) -> None:
    """Register a page for every refusal."""
    app.register_error_handler(InvalidInput, _invalid)
    app.register_error_handler(NotFound, lambda error: page(404, _sentence(error)))
    app.register_error_handler(Forbidden, lambda error: page(403, _sentence(error), title="Not with your role"))
    app.register_error_handler(Refused, lambda error: page(409, _sentence(error), title="This is not allowed now"))
    app.register_error_handler(Conflict, lambda error: page(409, _sentence(error), changed=error.changed))
    app.register_error_handler(Unavailable, lambda error: page(503, _sentence(error)))
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(Exception, _unexpected)


def page(status: int, detail: str = "", *, title: str = "", **facts: Any) -> Answer:
    """The error page of a status."""
    heading, advice = TITLES.get(status, ("This did not work", "Go back and try again."))
    context.only_the_frame()
    text = render_template(
        "error.html", status=status, heading=title or heading, advice=advice, detail=detail, path=request.path, **facts
    )
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


def _sentence(error: Exception) -> str:
    text = str(error)
    return text[:1].upper() + text[1:] + ("" if text.endswith(".") else ".")
