"""What people decide about code reds, by API: an advice is seen, a code red ends early, several get an order."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient

from app.actions.approve import approve
from app.actions.audit import entries
from app.actions.edit import add_record
from app.actions.plans import store_plan
from app.actions.snapshot import snapshot
from app.db import Database
from app.roles import Role
from tests.api.conftest import bearer
from tests.api.test_api import LAB, V1, _ended
from tests.app.lab import outcome
from tests.app.test_end_early import RED

pytestmark = pytest.mark.on_both


def test_signals_are_sent_and_what_they_make_a_trigger_advise_is_acknowledged(
    client: FlaskClient, db: Database
) -> None:
    advice = client.get(f"{LAB}/advice").json["items"][0]
    assert (advice["trigger"], advice["advised"], advice["acknowledged"]) == ("visits-fall", True, None)
    assert advice["before"] == {"value": 203, "first": "2025-11-01", "last": "2025-11-07"}
    place = f"{LAB}/advice/visits-fall/acknowledgement"
    said = client.post(place, json={"reason": "a holiday"})
    assert (said.status_code, said.json["evidence"], said.json["who"]) == (201, "2025-11-14", "kim")
    assert client.get(f"{LAB}/advice").json["items"][0]["acknowledged"] == said.json
    sent = client.post(f"{LAB}/signals", json={"signal": "visits", "date": "2025-11-15", "value": 189})
    assert sent.status_code == 201
    assert client.get(f"{LAB}/advice").json["items"][0]["acknowledged"] is None
    assert client.post(f"{LAB}/advice/latency/acknowledgement", json={"reason": "x"}).status_code == 404
    assert client.post(place, json={"reason": " "}).status_code == 422
    assert [e.verb for e in entries(db, "lab", 2)] == ["add", "acknowledge"]


def test_a_code_red_is_ended_early_as_a_job_whose_plan_is_to_be_approved(client: FlaskClient, db: Database) -> None:
    body = {"week": "2025-12-10", "reason": "visits are back"}
    none = client.post(f"{LAB}/early-end", json=body)
    assert (none.status_code, "no code red in force" in none.json["detail"]) == (409, True)
    add_record(db, "lab", "policies", RED, "ann")
    problem = snapshot(db, "lab")
    approve(db, store_plan(db, problem, outcome(problem, policy="red"), None, "ann"), "visits fell", "eve")
    asked = client.post(f"{LAB}/early-end", json=body)
    assert (asked.status_code, asked.headers["Location"]) == (202, f"{V1}/jobs/{asked.json['id']}")
    job = _ended(client, asked.headers["Location"])
    assert client.get(f"{V1}/plans/{job['plan']}").json["scenario"] == job["scenario"]
    changes = client.get(f"{V1}/scenarios/{job['scenario']}").json["changes"]
    assert any(c["table"] == "policies" and c["cells"].get("end") == "2025-12-08" for c in changes)
    late = client.post(f"{LAB}/early-end", json=body | {"week": "2026-03-02"})
    assert (late.status_code, "from 2025-12-08 to 2025-12-15" in late.json["detail"]) == (409, True)
    assert client.post(f"{LAB}/early-end", json=body | {"week": "soon"}).status_code == 422


def test_several_code_reds_get_an_order(client: FlaskClient, db: Database) -> None:
    for policy in ("red", "latency"):
        add_record(db, "lab", "policies", {**RED, "policy": policy}, "ann")
    made = [client.post(f"{LAB}/scenarios", json={"policy": p, "changes": []}).json["id"] for p in ("red", "latency")]
    order = client.post(f"{LAB}/code-red-orders", json={"scenarios": made[::-1]})
    assert (order.status_code, order.json["policy"]) == (201, "latency-over-red")
    assert client.get(order.headers["Location"]).json == order.json
    assert client.post(f"{LAB}/code-red-orders", json={"scenarios": [made[0]] * 2}).status_code == 409
    assert client.post(f"{LAB}/code-red-orders", json={"scenarios": [made[0], 9_999]}).status_code == 404
    assert client.post(f"{LAB}/code-red-orders", json={"scenarios": made[:1]}).status_code == 422


@pytest.mark.parametrize("place", ["early-end", "code-red-orders", "advice/visits-fall/acknowledgement"])
def test_only_an_executive_decides(client: FlaskClient, db: Database, place: str) -> None:
    manager = {"Authorization": bearer(db, "kim", Role.MANAGER, "lab")}
    assert client.get(f"{LAB}/advice", headers=manager).status_code == 200
    refused = client.post(f"{LAB}/{place}", json={}, headers=manager)
    assert (refused.status_code, "executive" in refused.json["detail"]) == (403, True)
