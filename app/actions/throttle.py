"""Hold back who asks too often: so many requests of an account in a minute, counted by all processes together.

A process has requests granted in parts, by one write for many of them, and spends each part from memory.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

import structlog

from app.db import Database
from app.errors import TooMany, Unavailable
from app.store import spent

MINUTE = 60
PARTS = 20
"""Of the requests of a minute, a process is granted the twentieth part at once."""
NOTHING = -1
"""All of the minute was granted, here or elsewhere."""
LONGEST = 10_000
"""Accounts that a process remembers before it forgets those of minutes before."""

log = structlog.get_logger(__name__)


class Throttle:
    """What this process may still spend of each account in the minute; `most` 0: no limit."""

    def __init__(self, most: int, clock: Callable[[], float] = time.time) -> None:
        self._most, self._clock = most, clock
        self._left: dict[str, tuple[int, int]] = {}
        self._guard = threading.Lock()

    def spend(self, db: Database, account: str) -> None:
        """Count a request of an account. Raises TooMany, with the seconds until the next minute."""
        if not self._most:
            return
        now = self._clock()
        minute = int(now // MINUTE)
        passes = self._from_memory(account, minute)
        if passes is None:
            granted = self._granted(db, account, minute)
            passes = granted > 0
            with self._guard:
                self._left[account] = minute, granted - 1 if passes else NOTHING
        if not passes:
            self._refuse(now)

    def _from_memory(self, account: str, minute: int) -> bool | None:
        """Whether it passes, as far as this process knows; None where it has to ask for another part."""
        with self._guard:
            known, left = self._left.get(account, (minute, 0))
            if known != minute or left == 0:
                return None
            if left == NOTHING:
                return False
            self._left[account] = minute, left - 1
            return True

    def _granted(self, db: Database, account: str, minute: int) -> int:
        """Another part; where the database does not answer, nobody is held back for that."""
        part = max(1, self._most // PARTS)
        with self._guard:
            if len(self._left) > LONGEST:
                self._left = {name: known for name, known in self._left.items() if known[0] == minute}
        try:
            with db.session() as session:
                return spent.grant(session, account, minute, part, self._most)
        except Unavailable:
            log.warning("requests are not counted: the database does not answer")
            return part

    def _refuse(self, now: float) -> None:
        seconds = MINUTE - int(now % MINUTE)
        raise TooMany(f"an account may ask {self._most:,} times a minute; go on in {seconds} seconds", seconds)
