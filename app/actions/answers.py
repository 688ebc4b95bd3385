"""Do the same request only once: the answer to a request that named a key is kept for a day."""

from __future__ import annotations

from dataclasses import dataclass

from app.db import Database
from app.errors import Refused
from app.store import answers


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer as it was given."""

    status: int
    headers: dict[str, str]
    body: str


def begin(db: Database, key: str, request: str) -> Answer | None:
    """The answer given before; None when the request is new, and from then on is under way.

    `request` is the digest of the whole request. Raises Refused when the key was used for another request, or when
    the same one is under way.
    """
    with db.session() as session:
        row = answers.take(session, key, request)
        if row is None:
            return None
        if row.request != request:
            raise Refused("this idempotency key was used for another request")
        if row.status is None:
            raise Refused("the same request is under way; try again in a moment")
        return Answer(row.status, row.headers, row.body)


def finish(db: Database, key: str, answer: Answer | None) -> None:
    """Keep the answer of a request that was begun; None: it failed on our side, and may be sent again."""
    with db.session() as session:
        if answer is None:
            answers.drop(session, key)
        else:
            answers.keep(session, key, answer.status, answer.headers, answer.body)
