"""Requests with an idempotency key: the same request again gets the answer it got, and does nothing again."""

from __future__ import annotations

import hashlib

from flask import Flask, Response, g, request

from app.actions import answers
from app.actions.answers import Answer
from app.api import context

HEADER = "Idempotency-Key"
REPLAYED = "Idempotent-Replayed"
KEPT = ("Content-Type", "ETag", "Location")


def attach(app: Flask) -> None:
    """Look before, and keep after, every POST that names a key."""
    app.before_request(_look)
    app.after_request(_keep)


def _look() -> Response | None:
    key = request.headers.get(HEADER, "").strip()
    if request.method != "POST" or not key or len(key) > 200:
        return None
    told = hashlib.sha256()
    for part in (request.full_path.encode(), request.headers.get("If-Match", "").encode(), request.get_data()):
        told.update(len(part).to_bytes(8) + part)
    own = f"{context.who()} {key}"  # two accounts may have the same key; neither gets the other's answer
    before = answers.begin(context.db(), own, told.hexdigest())
    if before is None:
        g.once = own
        return None
    answer = Response(before.body, before.status, headers=before.headers)
    answer.headers[REPLAYED] = "true"
    return answer


def _keep(response: Response) -> Response:
    key = g.pop("once", None)
    if key is not None:
        kept = {name: response.headers[name] for name in KEPT if name in response.headers}
        good = response.status_code < 500
        answers.finish(
            context.db(), key, Answer(response.status_code, kept, response.get_data(as_text=True)) if good else None
        )
    return response
