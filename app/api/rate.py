"""How many requests an account may make: what comes faster than its bucket fills is told when to come again.

The buckets are this process's own; with several workers each has one.
"""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from flask import Flask, Response, g

from app.api import context
from app.api.problems import problem

MOST_BUCKETS = 10_000


@dataclass
class Buckets:
    """A bucket of `per_minute` requests for each name, which fills at that rate."""

    per_minute: int
    clock: Callable[[], float] = time.monotonic
    _held: dict[str, tuple[float, float]] = field(default_factory=dict)
    _guard: threading.Lock = field(default_factory=threading.Lock)

    def wait(self, name: str) -> float:
        """Take one request out of the bucket: 0, or the seconds until there is one."""
        now = self.clock()
        with self._guard:
            left, since = self._held.get(name, (float(self.per_minute), now))
            left = min(self.per_minute, left + (now - since) * self.per_minute / 60)
            taken = left - 1 if left >= 1 else left
            self._held[name] = (taken, now)
            if len(self._held) > MOST_BUCKETS:
                self._held.pop(next(iter(self._held)))
        return 0.0 if left >= 1 else (1 - left) * 60 / self.per_minute


def attach(app: Flask) -> None:
    """Ask before every operation; attached after the token is known. A rate of 0 asks nothing."""
    rate = context.rate(app)
    if not rate:
        return
    buckets = Buckets(rate)

    def ask() -> Response | None:
        if "account" not in g:
            return None
        seconds = buckets.wait(context.who())
        if not seconds:
            return None
        answer = problem(429, f"this account may make {rate} requests a minute; come again in {seconds:.1f} seconds")
        answer.headers["Retry-After"] = str(math.ceil(seconds))
        return answer

    app.before_request(ask)
