"""Deliver what the outbox holds: taken under a lease, signed, sent, and tried again later and later.

A thread of each process that serves does it. What one takes no other takes until its lease has ended; a process that
dies loses it to another. So every message arrives at least once, and twice at worst when its receiver was heard by
nobody: the id tells.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import structlog
from pydantic import SecretStr

from app import outbound
from app.actions.code_red_ends import announce_ends
from app.config import Settings
from app.db import Database
from app.errors import Unavailable
from app.outbound import Network, NoAnswer, NotOutside
from app.secrecy import signature, unseal
from app.store import audit, outbox
from app.store.outbox import DELIVERED, FAILED, WAITING, Taken
from app.version import VERSION

WAITS = tuple(timedelta(seconds=s) for s in (5, 5 * 60, 30 * 60, 2 * 3600, 5 * 3600, 10 * 3600, 14 * 3600))
"""Between one attempt and the next, as Standard Webhooks advises; after the last it has failed."""
LEASE = timedelta(minutes=3)
AT_ONCE, AT_A_TIME = 4, 8
LOOK_SECONDS, ROUND_SECONDS = 2.0, 600.0
PATIENCE = 1.0
KEPT = timedelta(days=30)
GONE = 410

log = structlog.get_logger(__name__)


def deliver_due(db: Database, key: SecretStr | None, allowed: Sequence[Network] = (), only: int | None = None) -> int:
    """Deliver some of what is due, or one delivery alone; how many were tried."""
    with db.reading() as session:
        if not outbox.is_due(session):
            return 0
    with db.session() as session:
        taken = outbox.take(session, AT_A_TIME, LEASE, only)
    with ThreadPoolExecutor(AT_ONCE, thread_name_prefix="codered-webhook") as pool:
        list(pool.map(lambda one: deliver(db, key, allowed, one), taken))
    return len(taken)


def deliver(db: Database, key: SecretStr | None, allowed: Sequence[Network], taken: Taken) -> None:
    """Send one message, and write down what came of it."""
    began = time.monotonic()
    status, message = _send(key, allowed, taken)
    milliseconds = round(1000 * (time.monotonic() - began))
    good = status is not None and 200 <= status < 300
    last = taken.attempt > len(WAITS)
    state = DELIVERED if good else FAILED if last else WAITING
    wait = WAITS[taken.attempt - 1] if state == WAITING else timedelta()
    with db.session() as session:
        outbox.attempted(session, taken, state, wait, status, message, milliseconds)
        if status == GONE:
            outbox.switch_off(session, taken.webhook)
    log.info("webhook", webhook=taken.webhook, message=taken.key, attempt=taken.attempt, status=status, state=state)


def _send(key: SecretStr | None, allowed: Sequence[Network], taken: Taken) -> tuple[int | None, str]:
    """The status that came back, if any, and what is to be said of it."""
    secret = unseal(key, taken.secret)
    if secret is None:
        return None, "its secret cannot be read, because CODERED_SECRET_KEY was changed; remove it, and add it again"
    body, timestamp = taken.body.encode(), int(time.time())
    headers = {
        "Content-Type": "application/json",
        "User-Agent": f"codered/{VERSION}",
        "webhook-id": taken.key,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": signature(secret, taken.key, timestamp, body),
    }
    try:
        status = outbound.post(taken.url, body, headers, allowed)
    except (NotOutside, NoAnswer) as error:
        return None, str(error)
    if status == GONE:
        return status, "its receiver is gone for good; it is told nothing any more"
    return status, "redirects are not followed" if 300 <= status < 400 else ""


class Deliverer:
    """A thread that delivers what the outbox of a database holds, until it is closed."""

    def __init__(self, db: Database, settings: Settings) -> None:
        self._db, self._key, self._allowed = db, settings.secret_key, settings.inside
        self._stop, self._round = threading.Event(), 0.0
        self._thread = threading.Thread(target=self._work, name="codered-deliverer", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """End the thread; what it sends at the moment is sent again later, should it take longer."""
        self._stop.set()
        self._thread.join(PATIENCE)

    def _work(self) -> None:
        while not self._stop.wait(LOOK_SECONDS):
            try:
                self._look()
            except Unavailable as away:
                log.warning("database away", reason=str(away))
            except Exception:
                log.exception("delivering failed; it goes on")
                self._stop.wait(LOOK_SECONDS)

    def _look(self) -> None:
        if time.monotonic() >= self._round:
            self._round = time.monotonic() + ROUND_SECONDS
            announce_ends(self._db)
            with self._db.session() as session:
                outbox.forget(session, audit.now() - KEPT)
        while not self._stop.is_set() and deliver_due(self._db, self._key, self._allowed):
            pass
