"""One user: a connection that stays open, and the milliseconds of every answer."""

from __future__ import annotations

import http.client
import json
import time
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

PATIENCE = 60.0
BROKEN = 599
"""What counts as the status where no answer came."""


@dataclass(frozen=True, slots=True)
class Answer:
    """A status, its headers, and what came with it."""

    status: int
    headers: dict[str, str]
    body: bytes

    def json(self) -> Any:
        """The body as JSON."""
        return json.loads(self.body)


@dataclass(slots=True)
class Asked:
    """What one user saw: (what was asked, status, milliseconds) of every request."""

    answers: list[tuple[str, int, float]] = field(default_factory=list)


class User:
    """Asks one thing after the other."""

    def __init__(self, port: int, headers: dict[str, str], asked: Asked) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
        self._headers, self._asked = headers, asked

    def ask(
        self, what: str, method: str, path: str, headers: dict[str, str] | None = None, body: bytes = b""
    ) -> Answer:
        """Send a request and read its answer; `what` names it in the figures."""
        begin = time.perf_counter()
        try:
            answer = self._answer(method, path, {**self._headers, **(headers or {})}, body)
        except (OSError, http.client.HTTPException) as error:
            self._connection.close()
            answer = Answer(BROKEN, {}, repr(error).encode())
        self._asked.answers.append((what, answer.status, 1000 * (time.perf_counter() - begin)))
        return answer

    def _answer(self, method: str, path: str, headers: dict[str, str], body: bytes) -> Answer:
        """The answer; once more where the server had closed a connection that was idle, before it read anything."""
        fresh = self._connection.sock is None
        try:
            return self._once(method, path, headers, body)
        except (ConnectionError, http.client.BadStatusLine):
            self._connection.close()
            if fresh or method != "GET":
                raise
            return self._once(method, path, headers, body)

    def _once(self, method: str, path: str, headers: dict[str, str], body: bytes) -> Answer:
        self._connection.request(method, path, body or None, headers)
        with self._connection.getresponse() as response:
            found = response.read()
            return Answer(response.status, {k.lower(): v for k, v in response.getheaders()}, found)


def signed_in(port: int, name: str, password: str) -> dict[str, str]:
    """The cookie of a session that began with the form. Raises RuntimeError where there is none."""
    form = urlencode({"name": name, "password": password}).encode()
    user = User(port, {"Content-Type": "application/x-www-form-urlencoded"}, Asked())
    answer = user.ask("sign in", "POST", "/sign-in", body=form)
    cookie = answer.headers.get("set-cookie", "").partition(";")[0]
    if answer.status != 303 or not cookie:
        raise RuntimeError(f"{name} was not signed in: {answer.status}")
    return {"Cookie": cookie}
