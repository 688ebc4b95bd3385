"""Webhooks: what happens is written with what it tells, signed, delivered, tried again, and told once."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from pydantic import SecretStr
from sqlalchemy.orm import Session

from app.actions import deliver as delivering
from app.actions import webhooks
from app.actions.approve import approve
from app.actions.audit import entries, verify
from app.actions.code_red_ends import announce_ends
from app.actions.decide import propose, send_back
from app.actions.declare import declare
from app.actions.deliver import WAITS, Deliverer, deliver_due
from app.actions.edit import add_record
from app.actions.plans import store_plan
from app.actions.snapshot import snapshot
from app.actions.webhooks import KINDS, add_webhook, list_deliveries, list_webhooks, remove_webhook, send_again
from app.config import Settings
from app.db import Database
from app.errors import NotFound, Refused
from app.secrecy import seal, signature, unseal
from app.store import outbox
from app.tables import RECORDS
from app.tables.webhooks import DeliveryRow, EventRow
from solver.problem import Problem
from tests.app.lab import outcome
from tests.app.receiver import HERE, Receiver, receiver
from tests.app.test_scenarios import CODE_RED

KEY = SecretStr("k" * 40)


@pytest.fixture
def there() -> Iterator[Receiver]:
    """A receiver."""
    with receiver() as found:
        yield found


@pytest.fixture
def secret(lab: Database, there: Receiver) -> str:
    """The secret of webhook 1, which is told of everything."""
    return add_webhook(lab, KEY, "lab", there.address + "in", KINDS, "ann", list(HERE))[1]


def later(db: Database, by: timedelta) -> None:
    """Have time pass for what waits."""
    with db.session() as session:
        for row in session.scalars(sa.select(DeliveryRow)):
            row.due_at -= by


def go(db: Database) -> int:
    return deliver_due(db, KEY, HERE)


def told(there: Receiver) -> list[dict[str, Any]]:
    return [json.loads(body) for _, body in there.got]


def verified(secret: str, headers: dict[str, str], body: bytes) -> bool:
    """As a receiver does it, from the documentation alone."""
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    made = hmac.new(base64.b64decode(secret.removeprefix("whsec_")), signed, hashlib.sha256).digest()
    return headers["webhook-signature"] == "v1," + base64.b64encode(made).decode()


def test_the_signature_is_that_of_standard_webhooks() -> None:
    """The example of the specification's reference implementations."""
    found = signature(
        "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, b'{"test": 2432232314}'
    )
    assert found == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_every_step_from_declared_to_approved_is_told_in_order_and_signed(
    lab: Database, problem: Problem, there: Receiver, secret: str
) -> None:
    declare(lab, "lab", CODE_RED, "eve")
    store_plan(lab, problem, outcome(problem), None, "ann")
    propose(lab, 1, "best so far", "kim")
    send_back(lab, 1, "ads pay too much", "eve")
    propose(lab, 1, "less so", "kim")
    approve(lab, 1, "agreed", "eve")
    while go(lab):
        pass
    kinds = sorted(told(there), key=lambda one: one["timestamp"])
    assert [one["type"] for one in kinds] == [
        "code_red.declared", "plan.planned", "plan.proposed", "plan.sent_back", "plan.proposed", "plan.approved",
    ]  # fmt: skip
    approved = kinds[-1]["data"]
    assert {k: approved[k] for k in ("portfolio", "who", "plan", "reason")} == {
        "portfolio": "lab", "who": "eve", "plan": 1, "reason": "agreed",
    }  # fmt: skip
    assert kinds[0]["data"]["exit_criteria"] == CODE_RED.exit_criteria
    for headers, body in there.got:
        assert verified(secret, headers, body)
        assert not verified(secret, headers, body + b" ")
        assert abs(int(headers["webhook-timestamp"]) - time.time()) < 60
        assert headers["content-type"] == "application/json"
    assert len({headers["webhook-id"] for headers, _ in there.got}) == len(there.got)


def test_what_was_rolled_back_is_told_to_nobody(lab: Database, there: Receiver, secret: str) -> None:
    def half(session: Session) -> None:
        outbox.announce(session, "lab", outbox.APPROVED, "eve", {})
        raise ArithmeticError

    with pytest.raises(ArithmeticError), lab.session() as session:
        half(session)
    assert go(lab) == 0
    with lab.reading() as session:
        assert session.scalar(sa.select(sa.func.count(EventRow.id))) == 0


def test_a_webhook_is_told_of_its_portfolio_and_its_kinds_only(lab: Database, there: Receiver) -> None:
    add_webhook(lab, KEY, "lab", there.address, ["plan.approved"], "ann", list(HERE))
    with lab.session() as session:
        outbox.announce(session, "lab", outbox.PLANNED, "ann", {})
        outbox.announce(session, "other", outbox.APPROVED, "ann", {})
        outbox.announce(session, "lab", outbox.APPROVED, "ann", {})
    assert go(lab) == 1
    assert [(one["type"], one["data"]["portfolio"]) for one in told(there)] == [("plan.approved", "lab")]


def test_a_failure_is_tried_again_later_and_later_with_the_same_id(lab: Database, there: Receiver, secret: str) -> None:
    there.answers = [500, 302, 200]
    webhooks.try_webhook(lab, 1, "kim")
    waits = []
    for _ in range(3):
        assert (go(lab), go(lab)) == (1, 0)
        (found,), _ = list_deliveries(lab, "lab", 10)
        waits.append(round((found.due_at - datetime.now(UTC)).total_seconds() / 5))
        later(lab, timedelta(hours=1))
    assert waits[:2] == [1, 60]
    assert found.state == "delivered"
    assert [(a.number, a.status, a.message) for a in found.attempts] == [
        (1, 500, ""), (2, 302, "redirects are not followed"), (3, 200, ""),
    ]  # fmt: skip
    assert len({headers["webhook-id"] for headers, _ in there.got}) == 1
    assert all(verified(secret, *one) for one in there.got)


def test_after_the_last_attempt_it_has_failed_and_can_be_sent_again(
    lab: Database, there: Receiver, secret: str
) -> None:
    there.answers = [503]
    webhooks.try_webhook(lab, 1, "kim")
    for _ in range(len(WAITS) + 1):
        assert go(lab) == 1
        later(lab, timedelta(days=1))
    assert go(lab) == 0
    (found,), total = list_deliveries(lab, "lab", 10)
    assert (found.state, len(found.attempts), total) == ("failed", len(WAITS) + 1, 1)
    there.answers = [204]
    with pytest.raises(NotFound):
        send_again(lab, found.id, "other", "kim")
    send_again(lab, found.id, "lab", "kim")
    assert go(lab) == 1
    assert list_deliveries(lab, "lab", 10)[0][0].state == "delivered"
    with pytest.raises(NotFound):
        send_again(lab, 99, "lab", "kim")


def test_who_says_gone_is_told_nothing_any_more(lab: Database, there: Receiver, secret: str) -> None:
    there.answers = [410]
    for _ in range(2):
        webhooks.try_webhook(lab, 1, "kim")
    deliver_due(lab, KEY, HERE, only=1)
    assert [hook.active for hook in list_webhooks(lab, "lab")] == [False]
    assert {one.state for one in list_deliveries(lab, "lab", 10)[0]} == {"failed"}
    with lab.session() as session:
        outbox.announce(session, "lab", outbox.APPROVED, "eve", {})
    assert go(lab) == 0
    with pytest.raises(Refused, match="switched off"):
        webhooks.try_webhook(lab, 1, "kim")


def test_what_one_has_taken_no_other_takes_and_a_dead_one_loses_it(lab: Database, there: Receiver, secret: str) -> None:
    webhooks.try_webhook(lab, 1, "kim")
    with lab.session() as session:
        (mine,) = outbox.take(session, 8, delivering.LEASE)
    assert go(lab) == 0
    later(lab, delivering.LEASE)
    assert go(lab) == 1
    delivering.deliver(lab, KEY, HERE, replace(mine, url=there.address + "late"))
    (found,), _ = list_deliveries(lab, "lab", 10)
    assert (found.state, [a.number for a in found.attempts]) == ("delivered", [2, 1])


def test_many_who_deliver_at_once_send_each_message_once(lab: Database, there: Receiver, secret: str) -> None:
    for _ in range(24):
        webhooks.try_webhook(lab, 1, "kim")
    counts: list[int] = []

    def work() -> None:
        while tried := go(lab):
            counts.append(tried)

    workers = [threading.Thread(target=work) for _ in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert sum(counts) == len(there.got) == len({headers["webhook-id"] for headers, _ in there.got}) == 24


def test_an_address_inside_is_refused_when_added_and_when_its_name_moves_there(lab: Database, there: Receiver) -> None:
    for url in ("http://169.254.169.254/latest", "http://localhost:5432/", "https://[::1]/", there.address):
        with pytest.raises(Refused, match="private network"):
            add_webhook(lab, KEY, "lab", url, KINDS, "ann", [])
    add_webhook(lab, KEY, "lab", there.address, KINDS, "ann", list(HERE))
    webhooks.try_webhook(lab, 1, "kim")
    assert deliver_due(lab, KEY) == 1
    (found,), _ = list_deliveries(lab, "lab", 10)
    assert (found.state, found.attempts[0].status, there.got) == ("waiting", None, [])
    assert "private network" in found.attempts[0].message


def test_a_webhook_needs_known_kinds_and_a_portfolio_and_there_are_not_too_many(
    lab: Database, there: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    for kinds, said in (([], "told of some of"), (["plan.approved", "plan.lost"], "not of 'plan.lost'")):
        with pytest.raises(Refused, match=said):
            add_webhook(lab, KEY, "lab", there.address, kinds, "ann", list(HERE))
    with pytest.raises(NotFound):
        add_webhook(lab, KEY, "nothing", there.address, KINDS, "ann", list(HERE))
    monkeypatch.setattr(webhooks, "MOST", 1)
    add_webhook(lab, KEY, "lab", there.address, KINDS, "ann", list(HERE))
    with pytest.raises(Refused, match="up to 1 webhooks"):
        add_webhook(lab, KEY, "lab", there.address, KINDS, "ann", list(HERE))


def test_a_removed_webhook_takes_its_log_along_and_its_address_is_in_no_audit_line(
    lab: Database, there: Receiver
) -> None:
    add_webhook(lab, KEY, "lab", there.address + "?token=hush", KINDS, "ann", list(HERE))
    webhooks.try_webhook(lab, 1, "kim")
    with pytest.raises(NotFound):
        remove_webhook(lab, 1, "kim", "other")
    remove_webhook(lab, 1, "kim", "lab")
    assert (list_webhooks(lab), list_deliveries(lab, "lab", 10)) == ([], ([], 0))
    assert go(lab) == 0
    lines = entries(lab, "lab", 2)
    assert [line.verb for line in lines] == ["remove webhook", "add webhook"]
    assert "hush" not in str(lines)
    assert verify(lab).good


def test_its_secret_is_sealed_and_useless_with_another_key(lab: Database, there: Receiver, secret: str) -> None:
    with lab.reading() as session:
        stored = session.scalar(sa.text("SELECT secret FROM webhooks"))
    assert isinstance(stored, str)
    assert secret.removeprefix("whsec_") not in stored
    assert unseal(KEY, stored) == secret
    assert unseal(SecretStr("x" * 40), stored) is None
    assert unseal(KEY, "garbage") is None
    assert seal(KEY, secret) != seal(KEY, secret)
    webhooks.try_webhook(lab, 1, "kim")
    deliver_due(lab, SecretStr("x" * 40), HERE)
    (found,), _ = list_deliveries(lab, "lab", 10)
    assert "CODERED_SECRET_KEY was changed" in found.attempts[0].message
    assert there.got == []


def test_a_thread_delivers_by_itself_until_it_is_closed(
    lab: Database, there: Receiver, secret: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(delivering, "LOOK_SECONDS", 0.02)
    thread = Deliverer(lab, Settings(secret_key=KEY, webhook_networks="127.0.0.0/8"))
    webhooks.try_webhook(lab, 1, "kim")
    for _ in range(200):
        if there.got:
            break
        time.sleep(0.02)
    thread.close()
    assert len(there.got) == 1
    webhooks.try_webhook(lab, 1, "kim")
    assert go(lab) == 1


def test_what_was_delivered_long_ago_is_forgotten_and_what_happened_is_not(
    lab: Database, there: Receiver, secret: str
) -> None:
    webhooks.try_webhook(lab, 1, "kim")
    go(lab)
    webhooks.try_webhook(lab, 1, "kim")
    with lab.session() as session:
        outbox.forget(session, datetime.now(UTC) + timedelta(days=1))
    assert [one.state for one in list_deliveries(lab, "lab", 10)[0]] == ["waiting"]
    with lab.reading() as session:
        assert session.scalar(sa.select(sa.func.count(EventRow.id))) == 2


def test_a_network_that_is_none_is_refused_by_the_settings() -> None:
    with pytest.raises(ValueError, match="does not appear to be an IPv4 or IPv6 network"):
        Settings(webhook_networks="10.0.0.0/8, here")


@pytest.fixture
def red(lab: Database) -> int:
    """Plan 1 of the lab, under a code red of the weeks of today and the next two."""
    monday = date.today() - timedelta(days=date.today().weekday())
    cells = {"policy": "red", "kind": "code_red", "owner": "Eve", "reason": "r", "start": monday.isoformat(),
             "end": (monday + timedelta(weeks=3)).isoformat()}  # fmt: skip
    with lab.session() as session:
        session.execute(sa.update(RECORDS["portfolio"]).values(start=monday))
        session.execute(sa.update(RECORDS["capacity"]).values(week=monday))
    add_record(lab, "lab", "policies", cells, "ann")
    problem = snapshot(lab, "lab")
    return store_plan(lab, problem, outcome(problem, policy="red"), None, "ann")


def ended(db: Database) -> list[dict[str, Any]]:
    with db.reading() as session:
        rows = session.scalars(sa.select(EventRow).where(EventRow.kind == outbox.ENDED).order_by(EventRow.id))
        return [json.loads(row.body)["data"] for row in rows]


def test_that_a_code_red_has_ended_on_its_date_is_told_once(lab: Database, red: int) -> None:
    approve(lab, red, "visits fell", "eve")
    announce_ends(lab)
    assert ended(lab) == []
    end = date.today() - timedelta(days=date.today().weekday()) + timedelta(weeks=3)
    for day in (end - timedelta(days=1), end, end + timedelta(days=9)):
        announce_ends(lab, day)
    (one,) = ended(lab)
    assert (one["policy"], one["ended"], one["by"], one["plan"]) == ("red", end.isoformat(), "date", red)


def test_a_code_red_that_was_over_when_it_was_approved_does_not_end(lab: Database, problem: Problem) -> None:
    red_problem = problem.replace(
        policies=[*problem.policies, replace(problem.policies[0], policy="red", kind="code_red", owner="e", reason="r",
                                             start=date(2025, 12, 1), end=date(2025, 12, 15))]
    )  # fmt: skip
    approve(lab, store_plan(lab, red_problem, outcome(red_problem, policy="red"), None, "ann"), "late", "eve")
    announce_ends(lab)
    assert ended(lab) == []


def test_a_plan_without_the_code_red_that_replaces_it_ends_it(lab: Database, red: int) -> None:
    approve(lab, red, "visits fell", "eve")
    problem = snapshot(lab, "lab")
    plan = store_plan(lab, problem, outcome(problem), None, "ann")
    approve(lab, plan, "visits are back", "eve")
    for _ in range(2):
        announce_ends(lab)
    (one,) = ended(lab)
    assert (one["policy"], one["by"], one["replaced_by"]) == ("red", "replaced", plan)
