"""What happened and who is still to be told: written with what happened, taken by whoever delivers."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.errors import NotFound
from app.store import webhooks
from app.store.audit import now
from app.store.jobs import now_of
from app.tables.webhooks import AttemptedRow, DeliveryRow, EventRow, WebhookRow

DECLARED, PLANNED, PROPOSED = "code_red.declared", "plan.planned", "plan.proposed"
SENT_BACK, APPROVED, ENDED = "plan.sent_back", "plan.approved", "code_red.ended"
KINDS = (DECLARED, PLANNED, PROPOSED, SENT_BACK, APPROVED, ENDED)
TEST = "webhook.test"
WAITING, DELIVERED, FAILED = "waiting", "delivered", "failed"
STATES = (WAITING, DELIVERED, FAILED)


@dataclass(frozen=True, slots=True)
class Taken:
    """A delivery that was taken: what to send where. `attempt` tells this taking from a later one."""

    id: int
    attempt: int
    webhook: int
    url: str
    secret: str
    key: str
    body: str


def announce(  # noqa: PLR0917 - what happened, where, and who did it
    session: Session, portfolio: str, kind: str, who: str, data: dict[str, Any], key: str = ""
) -> None:
    """Write down what happened, and that every webhook that wants to know is to be told.

    With a `key` it happens only once: nothing is written when that is known already.
    """
    if key and is_known(session, key):
        return
    event = _event(session, portfolio, kind, {"portfolio": portfolio, "who": who, **data}, key)
    wanting = [row.id for row in webhooks.of(session, portfolio) if row.active and kind in row.kinds]
    if wanting:
        moment = now_of(session)
        session.add_all(_delivery(number, event, moment) for number in wanting)


def announce_test(session: Session, webhook: WebhookRow, who: str) -> int:
    """A trial message to one webhook; the delivery."""
    data = {"portfolio": webhook.portfolio, "who": who, "webhook": webhook.id}
    row = _delivery(webhook.id, _event(session, webhook.portfolio, TEST, data, ""), now_of(session))
    session.add(row)
    session.flush()
    return row.id


def is_known(session: Session, key: str) -> bool:
    """Whether an event with this key was written."""
    return session.scalar(sa.select(EventRow.id).where(EventRow.key == key)) is not None


def _event(session: Session, portfolio: str, kind: str, data: dict[str, Any], key: str) -> int:
    at = now()
    body = json.dumps({"type": kind, "timestamp": at.isoformat(), "data": data}, ensure_ascii=False)
    row = EventRow(key=key or f"msg_{uuid.uuid4().hex}", portfolio=portfolio, kind=kind, at=at, body=body)
    session.add(row)
    session.flush()
    return row.id


def _delivery(webhook: int, event: int, due_at: datetime) -> DeliveryRow:
    return DeliveryRow(webhook=webhook, event=event, state=WAITING, attempts=0, due_at=due_at, finished_at=None)


def is_due(session: Session) -> bool:
    """Whether anything waits to be delivered now."""
    due = DeliveryRow.state == WAITING, DeliveryRow.due_at <= now_of(session)
    return session.scalar(sa.select(DeliveryRow.id).where(*due).limit(1)) is not None


def take(session: Session, most: int, lease: timedelta, only: int | None = None) -> list[Taken]:
    """Take what is due, `only` one of it where that is named; nobody else takes it before the lease has ended."""
    moment = now_of(session)
    due = sa.select(DeliveryRow).where(DeliveryRow.state == WAITING, DeliveryRow.due_at <= moment)
    due = due if only is None else due.where(DeliveryRow.id == only)
    due = due.order_by(DeliveryRow.due_at, DeliveryRow.id).limit(most).with_for_update(skip_locked=True)
    rows = list(session.scalars(due))
    for row in rows:
        row.attempts, row.due_at = row.attempts + 1, moment + lease
    session.flush()
    return [_taken(session, row) for row in rows]


def _taken(session: Session, row: DeliveryRow) -> Taken:
    hook, event = webhooks.get(session, row.webhook), session.get_one(EventRow, row.event)
    return Taken(row.id, row.attempts, hook.id, hook.url, hook.secret, event.key, event.body)


def attempted(  # noqa: PLR0917 - what was tried and what came of it
    session: Session, taken: Taken, state: str, wait: timedelta, status: int | None, message: str, milliseconds: int
) -> None:
    """Write down an attempt and what follows: delivered, failed, or due again after a wait.

    Who was too slow and lost it to another notes the attempt only.
    """
    moment = now_of(session)
    row = session.get(DeliveryRow, taken.id, with_for_update=True)
    if row is None:
        return  # the webhook was removed meanwhile
    facts = {"number": taken.attempt, "at": moment, "status": status, "message": message}
    session.add(AttemptedRow(delivery=taken.id, milliseconds=milliseconds, **facts))
    if row.attempts == taken.attempt and row.state == WAITING:
        row.state, row.due_at = state, moment + wait
        row.finished_at = None if state == WAITING else moment


def switch_off(session: Session, webhook: int) -> None:
    """Tell a webhook nothing any more: it said that it is gone."""
    session.execute(sa.update(WebhookRow).where(WebhookRow.id == webhook).values(active=False))
    waiting = sa.update(DeliveryRow).where(DeliveryRow.webhook == webhook, DeliveryRow.state == WAITING)
    session.execute(waiting.values(state=FAILED, finished_at=now_of(session)))


def again(session: Session, delivery: int, portfolio: str) -> int:
    """Have a delivery that ended made once more, from the first attempt on; its webhook. Raises NotFound."""
    row = session.get(DeliveryRow, delivery, with_for_update=True)
    if row is None or row.state == WAITING:
        raise NotFound("delivery that ended", delivery)
    hook = webhooks.get(session, row.webhook, portfolio)
    row.state, row.attempts, row.due_at, row.finished_at = WAITING, 0, now_of(session), None
    return hook.id


def delivery(session: Session, number: int) -> tuple[DeliveryRow, EventRow]:
    """One delivery with its event. Raises NotFound."""
    row = session.get(DeliveryRow, number)
    if row is None:
        raise NotFound("delivery", number)
    return row, session.get_one(EventRow, row.event)


def deliveries(session: Session, portfolio: str, most: int, skipped: int = 0) -> list[tuple[DeliveryRow, EventRow]]:
    """The deliveries to the webhooks of a portfolio, the newest first, with their events."""
    query = sa.select(DeliveryRow, EventRow).join(EventRow, EventRow.id == DeliveryRow.event)
    query = query.join(WebhookRow, WebhookRow.id == DeliveryRow.webhook).where(WebhookRow.portfolio == portfolio)
    query = query.order_by(DeliveryRow.id.desc()).limit(most).offset(skipped)
    return [(row, event) for row, event in session.execute(query)]


def count(session: Session, portfolio: str) -> int:
    """How many deliveries there are to the webhooks of a portfolio."""
    query = sa.select(sa.func.count(DeliveryRow.id)).join(WebhookRow, WebhookRow.id == DeliveryRow.webhook)
    return session.scalar(query.where(WebhookRow.portfolio == portfolio)) or 0


def attempts(session: Session, numbers: Iterable[int]) -> Sequence[AttemptedRow]:
    """The attempts of some deliveries, in order."""
    query = sa.select(AttemptedRow).where(AttemptedRow.delivery.in_(list(numbers))).order_by(AttemptedRow.id)
    return list(session.scalars(query))


def forget(session: Session, before: datetime) -> None:
    """Remove the deliveries that ended before a moment; what happened stays."""
    ended = sa.delete(DeliveryRow).where(DeliveryRow.state != WAITING, DeliveryRow.finished_at < before)
    session.execute(ended)
