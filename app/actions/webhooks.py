"""Add, list, remove and try the webhooks of a portfolio, and read what they were told."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from pydantic import SecretStr

from app import outbound
from app.db import Database
from app.errors import Refused
from app.outbound import Network, NoAnswer, NotOutside
from app.secrecy import new_signing_secret, seal
from app.store import audit, outbox, records, webhooks
from app.tables.webhooks import AttemptedRow, DeliveryRow, EventRow, WebhookRow

KINDS = outbox.KINDS
MOST = 50
"""Webhooks that a portfolio may have."""


@dataclass(frozen=True, slots=True)
class Webhook:
    """Who is told of what; the secret is not shown again."""

    id: int
    portfolio: str
    url: str
    kinds: tuple[str, ...]
    active: bool
    who: str
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Attempt:
    """One attempt, and what came of it."""

    number: int
    at: datetime
    status: int | None
    message: str
    milliseconds: int


@dataclass(frozen=True, slots=True)
class Delivery:
    """An event told to a webhook, or to be told."""

    id: int
    webhook: int
    kind: str
    key: str
    state: str
    at: datetime
    due_at: datetime
    body: str
    attempts: tuple[Attempt, ...]

    @property
    def arrived(self) -> bool:
        """Whether its receiver took it."""
        return self.state == outbox.DELIVERED


def add_webhook(  # noqa: PLR0917 - who is told of what, and how it may be reached
    db: Database, key: SecretStr | None, portfolio: str, url: str, kinds: Collection[str], who: str,
    allowed: list[Network],
) -> tuple[int, str]:  # fmt: skip
    """A new webhook; its number and its secret, which is never shown again. Raises NotFound, Refused."""
    url, wanted = url.strip(), [kind for kind in KINDS if kind in kinds]
    unknown = sorted(set(kinds) - set(KINDS))
    if unknown or not wanted:
        raise Refused(f"a webhook is told of some of {', '.join(KINDS)}{f', not of {unknown[0]!r}' if unknown else ''}")
    try:
        outbound.checked(outbound.target(url), allowed)
    except (NotOutside, NoAnswer) as error:
        raise Refused(str(error)) from error
    secret = new_signing_secret()
    with db.session() as session:
        records.require(session, portfolio)
        if len(webhooks.of(session, portfolio)) >= MOST:
            raise Refused(f"a portfolio has up to {MOST} webhooks; remove one first")
        number = webhooks.add(session, portfolio, url, wanted, secret=seal(key, secret), who=who)
        detail = {"host": outbound.target(url).name, "kinds": wanted}
        audit.add(session, portfolio, who, "add webhook", subject=f"webhook {number}", detail=detail)
    return number, secret


def list_webhooks(db: Database, portfolio: str | None = None) -> list[Webhook]:
    """The webhooks of a portfolio, or of all."""
    with db.reading() as session:
        return [_webhook(row) for row in webhooks.of(session, portfolio)]


def remove_webhook(db: Database, number: int, who: str, portfolio: str | None = None) -> None:
    """Tell an address nothing any more, and forget what it was told. Raises NotFound."""
    with db.session() as session:
        row = webhooks.get(session, number, portfolio)
        session.delete(row)
        detail = {"host": outbound.target(row.url).name, "kinds": row.kinds}
        audit.add(session, row.portfolio, who, "remove webhook", subject=f"webhook {number}", detail=detail)


def try_webhook(db: Database, number: int, who: str, portfolio: str | None = None) -> int:
    """Send a trial message, as soon as somebody delivers; the delivery. Raises NotFound, Refused."""
    with db.session() as session:
        row = webhooks.get(session, number, portfolio)
        if not row.active:
            raise Refused("this webhook is switched off: its receiver said that it is gone; remove it, and add another")
        return outbox.announce_test(session, row, who)


def send_again(db: Database, delivery: int, portfolio: str, who: str) -> None:
    """Have a delivery that ended made once more. Raises NotFound."""
    with db.session() as session:
        number = outbox.again(session, delivery, portfolio)
        audit.add(session, portfolio, who, "send again", subject=f"webhook {number}", detail={"delivery": delivery})


def list_deliveries(db: Database, portfolio: str, most: int, skipped: int = 0) -> tuple[list[Delivery], int]:
    """Deliveries to the webhooks of a portfolio, the newest first, and how many there are."""
    with db.reading() as session:
        rows = outbox.deliveries(session, portfolio, most, skipped)
        tried = outbox.attempts(session, [row.id for row, _ in rows])
        total = outbox.count(session, portfolio)
    return [_delivery(row, event, [a for a in tried if a.delivery == row.id]) for row, event in rows], total


def get_delivery(db: Database, number: int) -> Delivery:
    """One delivery as it is now. Raises NotFound."""
    with db.reading() as session:
        row, event = outbox.delivery(session, number)
        return _delivery(row, event, list(outbox.attempts(session, [number])))


def _webhook(row: WebhookRow) -> Webhook:
    return Webhook(row.id, row.portfolio, row.url, tuple(row.kinds), row.active, row.who, row.created_at)


def _delivery(row: DeliveryRow, event: EventRow, tried: list[AttemptedRow]) -> Delivery:
    attempts = tuple(Attempt(a.number, a.at, a.status, a.message, a.milliseconds) for a in tried)
    return Delivery(
        id=row.id, webhook=row.webhook, kind=event.kind, key=event.key, state=row.state, at=event.at,
        due_at=row.due_at, body=event.body, attempts=attempts,
    )  # fmt: skip
