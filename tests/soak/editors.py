"""People who edit records by the API at the same time: each names the version that it read, many the same records."""

from __future__ import annotations

import json
import random
import threading
import time
from dataclasses import dataclass, field

from tests.soak.asking import Answer, Asked, User

TAKEN = (409, 412)
"""What a second writer is told."""
HOT_SHARE = 0.6
"""Of the edits, those of the few records that everybody edits."""


@dataclass(frozen=True, slots=True)
class Target:
    """A record that is edited, and which of its columns."""

    portfolio: str
    table: str
    key: str
    column: str

    @property
    def path(self) -> str:
        """Its address."""
        return f"/api/v1/portfolios/{self.portfolio}/{self.table}/{self.key}"


@dataclass(frozen=True, slots=True)
class Accepted:
    """A write that was answered with 200: over which version, and the new one."""

    target: Target
    before: int
    version: int
    value: float


@dataclass(slots=True)
class Edits:
    """What one editor did: `taken` counts the writes that came second and were refused."""

    asked: Asked = field(default_factory=Asked)
    accepted: list[Accepted] = field(default_factory=list)
    taken: int = 0
    strange: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Plan:
    """Who edits what for how long; `pause` is the mean number of seconds before every write and after it."""

    port: int
    tokens: tuple[str, ...]
    hot: tuple[Target, ...]
    rest: tuple[Target, ...]
    seconds: float
    pause: float
    first: int = 0


def edit(plan: Plan) -> list[Edits]:
    """All editors at the same time, until the seconds are over."""
    found = [Edits() for _ in plan.tokens]
    until = time.monotonic() + plan.seconds
    threads = [threading.Thread(target=_edit, args=(plan, number, edits, until)) for number, edits in enumerate(found)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return found


def _edit(plan: Plan, number: int, edits: Edits, until: float) -> None:
    user = User(plan.port, {"Authorization": f"Bearer {plan.tokens[number]}"}, edits.asked)
    chance = random.Random(number)
    time.sleep(chance.uniform(0, plan.pause))
    count = 0
    while time.monotonic() < until:
        count += 1
        hot = plan.hot if not plan.rest or chance.random() < HOT_SHARE else plan.rest
        # No two writes of a soak ever say the same, so that a value tells whose write it is.
        _write(user, chance.choice(hot), (plan.first + number) * 100_000 + count, edits, _Waits(chance, plan.pause))


class _Waits:
    def __init__(self, chance: random.Random, mean: float) -> None:
        self._chance, self._mean = chance, mean

    def __call__(self) -> None:
        time.sleep(self._chance.uniform(0, 2 * self._mean))


def _write(user: User, target: Target, value: float, edits: Edits, wait: _Waits) -> None:
    """Read, think, write over what was read; who comes second reads again, and goes on until the write is in."""
    while True:
        read = user.ask("read", "GET", target.path)
        if read.status != 200:
            edits.strange.append(f"GET {target.path}: {read.status} {read.body[:200]!r}")
            return
        wait()
        written = _send(user, target, value, read.headers["etag"])
        if written.status == 200:
            before, after = int(read.headers["etag"].strip('"')), written.json()["version"]
            edits.accepted.append(Accepted(target, before, after, value))
            wait()
            return
        if written.status not in TAKEN:
            edits.strange.append(f"PATCH {target.path}: {written.status} {written.body[:200]!r}")
            return
        edits.taken += 1


def _send(user: User, target: Target, value: float, tag: str) -> Answer:
    headers = {"If-Match": tag, "Content-Type": "application/json"}
    return user.ask("write", "PATCH", target.path, headers, json.dumps({target.column: value}).encode())
