"""Errors as problem+json (RFC 9457), with every fault; never a stack trace."""

from __future__ import annotations

import json
import logging
from http import HTTPStatus
from typing import Any

from flask import Flask, Response, request
from pydantic import BaseModel, ValidationError
from werkzeug.exceptions import HTTPException

from app.api.responses import PROBLEM
from app.errors import Conflict, Forbidden, NotFound, Refused, TooMany, Unavailable
from solver.faults import InvalidInput

log = logging.getLogger(__name__)


class FaultDetails(BaseModel):
    """One thing that is wrong, where, and what would be right."""

    where: str
    message: str
    right: str = ""
    value: str | None = None


class ProblemDetails(BaseModel):
    """Why a request was refused; `faults` are all that were found."""

    type: str
    title: str
    status: int
    detail: str
    faults: list[FaultDetails]


def problem(status: int, detail: str, faults: list[dict[str, Any]] | None = None) -> Response:
    """The answer of a refusal."""
    facts = {
        "type": "about:blank", "title": HTTPStatus(status).phrase, "status": status, "detail": detail,
        "faults": faults or [],
    }  # fmt: skip
    return Response(json.dumps(facts), status=status, content_type=PROBLEM)


def attach(app: Flask) -> None:
    """Register an answer for every refusal."""
    app.register_error_handler(InvalidInput, _invalid)
    app.register_error_handler(NotFound, lambda error: problem(404, str(error)))
    app.register_error_handler(Forbidden, lambda error: problem(403, str(error)))
    app.register_error_handler(Refused, lambda error: problem(409, str(error)))
    app.register_error_handler(Conflict, _conflict)
    app.register_error_handler(TooMany, _too_many)
    app.register_error_handler(Unavailable, lambda error: problem(503, str(error)))
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(Exception, _unexpected)


def invalid_request(error: ValidationError) -> Response:
    """Names, types and ranges that are not as declared, all of them; 428 where only the version is missing."""
    if [(e["type"], e["loc"]) for e in error.errors()] == [("missing", ("If-Match",))]:
        return problem(428, "name the version you read in If-Match, or * for any")
    faults = [
        {"where": "/".join(str(part) for part in e["loc"]) or "body", "message": e["msg"], "value": _shown(e["input"])}
        for e in error.errors(include_url=False, include_context=False)
    ]
    return problem(422, f"the request has {len(faults)} fault{'s' if len(faults) != 1 else ''}", faults)


def _shown(value: Any) -> str:
    text = repr(value) if not isinstance(value, str) else value
    return text if len(text) <= 80 else text[:80] + "..."


def _invalid(error: InvalidInput) -> Response:
    """Each record is sound by itself, but they do not fit together as the portfolio is now."""
    faults = [
        {
            "where": "/".join([f.table, *(str(k) for k in f.key if k is not None)]) + (f" {f.column or ''}".rstrip()),
            "message": f.message,
            "right": f.right,
            "value": f.value,
        }
        for f in error.faults
    ]
    return problem(409, "the records do not fit together; nothing was written", faults)


def _conflict(error: Conflict) -> Response:
    return problem(412 if request.headers.get("If-Match") else 409, str(error))


def _too_many(error: TooMany) -> Response:
    answer = problem(429, str(error))
    answer.headers["Retry-After"] = str(error.seconds)
    return answer


def _http(error: HTTPException) -> Response | HTTPException:
    status = error.code or 500
    if error.response is not None or status < 400:
        return error
    answer = problem(status, error.description or "")
    for name, value in error.get_headers():
        if name == "Allow":
            answer.headers[name] = value
    return answer


def _unexpected(error: Exception) -> Response:
    log.exception("%s %s failed", request.method, request.path, exc_info=error)
    return problem(500, "something broke on our side; the error was logged, and nothing is half written")
