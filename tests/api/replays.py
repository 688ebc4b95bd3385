"""What a run of requests knows of answers that were told again: a resource that one speaks of may be gone since.

An answer to a POST with an idempotency key is kept for a day, and says what happened then. Schemathesis takes every 201
for a resource that is there now, and looks for a removal among the requests of one scenario only; the removal may have
been in one before, which had chosen the same key and the same body.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from schemathesis.core.transport import Response
from schemathesis.engine.recorder import Interaction, ScenarioRecorder

NOT_FOUND = "ensure_resource_availability"
REPLAYED = "idempotent-replayed"


class Removed:
    """The addresses whose resource was removed, and not made again, by any scenario so far."""

    def __init__(self) -> None:
        self._gone: set[str] = set()

    def excused(self, recorder: ScenarioRecorder) -> set[str]:
        """The cases of a scenario that found nothing, rightly: their resource was made by an answer told again, and
        the newest that any request did with it is that it was removed.
        """
        found: set[str] = set()
        for case_id, asked in recorder.interactions.items():
            parent = recorder.cases[case_id].parent_id
            if _is_replay(recorder.interactions.get(parent or "")) and self._is_gone(asked):
                found.add(case_id)
            self._take(asked)
        return found

    def _take(self, asked: Interaction) -> None:
        answer = asked.response
        if answer is None or not answer.status_code < 300:
            return
        if asked.request.method == "DELETE":
            self._gone.add(_path(asked.request.uri))
        elif answer.status_code == 201 and not _is_replay(asked):
            self._gone.discard(_path(_header(answer, "location")))

    def _is_gone(self, asked: Interaction) -> bool:
        path = _path(asked.request.uri)
        return any(path == gone or path.startswith(f"{gone}/") for gone in self._gone)


def _is_replay(asked: Interaction | None) -> bool:
    return asked is not None and asked.response is not None and _header(asked.response, REPLAYED) == "true"


def _header(answer: Response, name: str) -> str:
    headers: Mapping[str, Any] = answer.headers
    return next(iter(headers.get(name, ())), "")


def _path(address: str) -> str:
    return urlsplit(address).path
