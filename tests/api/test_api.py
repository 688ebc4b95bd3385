"""What a script does with the API: records, many at once, scenarios, solving, plans; and what it is refused."""

from __future__ import annotations

import io
import random
import string
import time
from typing import Any

import pandas as pd
import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.actions.audit import entries
from app.actions.edit import rows
from app.actions.snapshot import snapshot
from app.db import Database
from solver.columns import LONGEST_ID
from solver.records import TABLES, columns

V1 = "/api/v1"
LAB = f"{V1}/portfolios/lab"
NODES = {"pool": "b200", "kind": "gpu", "type": "b200", "cost": 5}


def test_a_record_is_created_read_changed_and_removed(client: FlaskClient, db: Database) -> None:
    created = client.post(f"{LAB}/pools", json=NODES)
    assert (created.status_code, created.headers["Location"]) == (201, f"{LAB}/pools/b200")
    assert created.json["record"] == {
        "pool": "b200", "name": "", "kind": "gpu", "type": "b200", "site": "", "unit": "", "step": None, "cost": 5.0,
        "period": "week",
    }  # fmt: skip
    assert entries(db, "lab", 1)[0].who == "kim"
    read = client.get(f"{LAB}/pools/b200")
    assert read.headers["ETag"] == created.headers["ETag"] == f'"{read.json["version"]}"'
    assert client.get(f"{LAB}/pools/b200", headers={"If-None-Match": read.headers["ETag"]}).status_code == 304
    changed = client.patch(f"{LAB}/pools/b200", json={"cost": None}, headers={"If-Match": read.headers["ETag"]})
    assert (changed.status_code, changed.json["record"]["cost"], changed.json["record"]["type"]) == (200, 0, "b200")
    gone = client.delete(f"{LAB}/pools/b200", headers={"If-Match": changed.headers["ETag"]})
    assert gone.status_code == 204
    assert client.get(f"{LAB}/pools/b200").status_code == 404


def test_a_change_needs_the_version_that_was_read(client: FlaskClient) -> None:
    place = f"{LAB}/projects/ads"
    assert client.patch(place, json={"value": 5}).status_code == 428
    tag = client.get(place).headers["ETag"]
    assert client.patch(place, json={"value": 5}, headers={"If-Match": tag}).status_code == 200
    late = client.patch(place, json={"value": 6}, headers={"If-Match": tag})
    assert (late.status_code, late.mimetype) == (412, "application/problem+json")
    assert "changed by somebody else" in late.json["detail"]
    assert client.patch(place, json={"value": 6}, headers={"If-Match": "*"}).status_code == 200


def test_put_adds_what_is_not_there_and_needs_a_version_for_what_is(client: FlaskClient) -> None:
    rest = {"kind": "gpu", "type": "b200"}
    assert client.put(f"{LAB}/pools/b200", json=rest).status_code == 201
    assert client.put(f"{LAB}/pools/b200", json=rest).status_code == 428
    again = client.put(f"{LAB}/pools/b200", json={**rest, "name": "Big"}, headers={"If-Match": "*"})
    assert (again.status_code, again.json["record"]["name"]) == (200, "Big")


def test_a_blank_part_of_a_key_is_a_hyphen_in_the_address(client: FlaskClient) -> None:
    body = {"policy": "ordinary", "project": "chat", "need": "gpu", "share": 0.5}
    place = client.post(f"{LAB}/floors", json=body).headers["Location"]
    assert place.endswith("/floors/ordinary/chat/gpu/-/-")
    assert client.get(place).json["record"]["share"] == 0.5


def test_every_kind_of_record_has_its_operations_and_gives_all_columns(client: FlaskClient, db: Database) -> None:
    for table in TABLES:
        if table == "portfolio":
            continue
        page = client.get(f"{LAB}/{table}").json
        assert page["total"] == len(rows(db, "lab", table))
        for item in page["items"]:
            assert list(item["record"]) == [c.name for c in columns(table)]


def test_lists_are_paged_and_filtered(client: FlaskClient) -> None:
    first = client.get(f"{LAB}/needs?limit=2").json
    assert (len(first["items"]), first["total"], first["next"]) == (2, 5, 2)
    last = client.get(f"{LAB}/needs?limit=2&offset=4").json
    assert (len(last["items"]), last["next"]) == (1, None)
    found = client.get(f"{LAB}/needs?project=chat&full=6.0").json["items"]
    assert [item["record"]["need"] for item in found] == ["gpu"]
    assert client.get(f"{LAB}/capacity?week=2025-12-03").json["total"] == 2
    assert client.get(f"{LAB}/needs?colour=red").status_code == 422


def test_every_fault_of_a_body_is_told(client: FlaskClient) -> None:
    answer = client.post(f"{LAB}/pools", json={"pool": "A b", "kind": "cpu", "cost": "5", "color": 1})
    assert (answer.status_code, answer.mimetype) == (422, "application/problem+json")
    assert {f["where"] for f in answer.json["faults"]} == {"pool", "kind", "type", "cost", "color"}


def test_what_does_not_fit_the_rest_is_refused_with_every_fault(client: FlaskClient, db: Database) -> None:
    before = snapshot(db, "lab").digest
    answer = client.post(f"{LAB}/eligible", json={"project": "chat", "need": "cpu", "pool": "h900"})
    assert answer.status_code == 409
    assert len(answer.json["faults"]) == 2
    assert all(f["right"] for f in answer.json["faults"])
    assert snapshot(db, "lab").digest == before


def test_many_records_are_written_at_once_or_not_at_all(client: FlaskClient, db: Database) -> None:
    version = client.get(LAB).headers["ETag"]
    body: dict[str, Any] = {
        "put": {"pools": [NODES], "eligible": [{"project": "chat", "need": "gpu", "pool": "b200"}]},
        "remove": {"baseline": [{"project": "ads", "need": "gpu", "pool": "h100"}]},
    }
    answer = client.post(f"{LAB}/changes", json=body, headers={"If-Match": version})
    assert {k: v for k, v in answer.json.items() if k != "version"} == {"created": 2, "updated": 0, "removed": 1}
    assert client.post(f"{LAB}/changes", json=body, headers={"If-Match": version}).status_code == 412
    body["put"]["capacity"] = [{"pool": "h900", "week": "2025-12-01", "amount": 1}]
    digest = snapshot(db, "lab").digest
    assert client.post(f"{LAB}/changes", json=body).status_code == 409
    assert snapshot(db, "lab").digest == digest


def test_a_whole_portfolio_is_read_and_added_under_another_name(client: FlaskClient, db: Database) -> None:
    whole = client.get(LAB).json
    assert whole["digest"] == snapshot(db, "lab").digest
    records = whole["records"]
    records["portfolio"][0]["portfolio"] = "copy"
    made = client.post(f"{V1}/portfolios", json=records)
    assert (made.status_code, made.headers["Location"]) == (201, f"{V1}/portfolios/copy")
    assert snapshot(db, "copy").tables()["needs"] == snapshot(db, "lab").tables()["needs"]
    assert client.post(f"{V1}/portfolios", json=records).status_code == 409
    assert [p["portfolio"] for p in client.get(f"{V1}/portfolios").json["items"]] == ["copy", "lab"]


def test_the_same_request_with_the_same_key_is_done_once(client: FlaskClient, db: Database) -> None:
    key = {"Idempotency-Key": "run-1"}
    first = client.post(f"{LAB}/pools", json=NODES, headers=key)
    again = client.post(f"{LAB}/pools", json=NODES, headers=key)
    assert (again.status_code, again.json, again.headers["ETag"]) == (201, first.json, first.headers["ETag"])
    assert again.headers["Idempotent-Replayed"] == "true"
    assert client.post(f"{LAB}/pools", json=NODES).status_code == 409
    other = client.post(f"{LAB}/pools", json={**NODES, "pool": "b300"}, headers=key)
    assert (other.status_code, "used for another request" in other.json["detail"]) == (409, True)
    assert len(rows(db, "lab", "pools")) == 3


@pytest.mark.on_both
def test_an_id_of_any_length_that_is_taken_is_found_again_and_a_longer_one_is_refused(client: FlaskClient) -> None:
    letters = random.Random(1).choices(string.ascii_lowercase + string.digits, k=LONGEST_ID + 1)
    longest, longer = "".join(letters[:-1]), "".join(letters)
    made = client.post(f"{LAB}/pools", json={**NODES, "pool": longest})
    assert (made.status_code, made.headers["Location"]) == (201, f"{LAB}/pools/{longest}")
    need = {"project": "ads", "need": longest, "kind": "gpu", "full": 1}
    put = {"needs": [need], "eligible": [{"project": "ads", "need": longest, "pool": longest}]}
    assert client.post(f"{LAB}/changes", json={"put": put}).status_code == 200
    assert client.get(f"{LAB}/eligible/ads/{longest}/{longest}").status_code == 200
    refused = client.post(f"{LAB}/pools", json={**NODES, "pool": longer})
    assert (refused.status_code, refused.json["faults"][0]["where"]) == (422, "pool")
    assert client.put(f"{LAB}/pools/{longer}", json={}).status_code in {404, 422}


def test_a_scenario_is_stored_solved_and_its_plan_read_as_json_and_csv(client: FlaskClient) -> None:
    change = {"operation": "set", "table": "projects", "key": "ads", "cells": {"value": "7"}}
    made = client.post(f"{LAB}/scenarios", json={"policy": "ordinary", "changes": [change]})
    assert made.json["changes"] == [change]
    asked = client.post(f"{LAB}/jobs", json={"policy": "ordinary", "scenario": made.json["id"], "time_limit": 5})
    assert (asked.status_code, asked.headers["Location"]) == (202, f"{V1}/jobs/{asked.json['id']}")
    job = _ended(client, asked.headers["Location"])
    assert job["state"] == "done"
    plan = f"{V1}/plans/{job['plan']}"
    assert client.get(plan).json["summary"]["status"] == "optimal"
    assert client.get(f"{plan}/allocation").json[0]["pool"] == "h100"
    text = client.get(f"{plan}/allocation", headers={"Accept": "text/csv"})
    assert text.mimetype == "text/csv"
    assert list(pd.read_csv(io.StringIO(text.text)))[:2] == ["week", "project"]
    assert client.get(f"{plan}/allocation", headers={"Accept": "image/png"}).status_code == 406
    assert client.post(f"{asked.headers['Location']}/cancel").json["state"] == "done"


def test_a_sweep_is_started_watched_and_read_as_a_table(client: FlaskClient) -> None:
    body = {
        "policy": "ordinary", "time_limit": 5,
        "variations": [
            {"values": {"projects.ads.value": "5"}}, {"name": "none", "values": {"projects.nobody.value": "1"}},
        ],
    }  # fmt: skip
    asked = client.post(f"{LAB}/sweeps", json=body)
    assert (asked.status_code, asked.json["count"], asked.json["done"]) == (202, 2, 0)
    ended = _ended(client, asked.headers["Location"])
    assert (ended["state"], ended["done"]) == ("done", 2)
    table = client.get(f"{asked.headers['Location']}/results", headers={"Accept": "text/csv"})
    assert [line.split(",")[0] for line in table.text.splitlines()] == ["scenario", "1", "none"]
    assert client.get(f"{LAB}/sweeps").json["items"] == [ended]
    wrong = client.post(f"{LAB}/sweeps", json={**body, "variations": [{"values": {"nonsense": "1"}}]})
    assert (wrong.status_code, wrong.json["faults"][0]["message"]) == (409, "is not what a sweep can vary")
    assert client.post(f"{asked.headers['Location']}/cancel", json={}).json["state"] == "done"


def test_a_question_about_a_plan_is_asked_watched_and_read(client: FlaskClient) -> None:
    plan, body = f"{V1}/plans/1", {"kind": "force", "project": "chat", "must": "out"}
    asked = client.post(f"{plan}/inquiries", json=body)
    assert (asked.status_code, asked.json["asked"]) == (202, {"project": "chat", "must": "out"})
    ended = _ended(client, asked.headers["Location"])
    assert (ended["state"], [way["status"] for way in ended["ways"]]) == ("done", ["optimal"])
    after = {one["name"]: one["after"] for one in ended["ways"][0]["classes"]}
    assert after == {"priority 0": 0, "priority 1": 24, "priority 3": 15.75}
    assert client.get(f"{plan}/inquiries").json["items"] == [ended]
    assert client.post(f"{plan}/inquiries", json=body).headers["Location"] == asked.headers["Location"]
    assert client.post(f"{asked.headers['Location']}/cancel").json["state"] == "done"


def test_a_way_becomes_a_scenario_that_is_solved(client: FlaskClient) -> None:
    body = {"kind": "force", "project": "chat", "must": "out"}
    asked = client.post(f"{V1}/plans/1/inquiries", json=body).headers["Location"]
    assert _ended(client, asked)["state"] == "done"
    job = client.post(f"{asked}/scenarios", json={"way": 1, "name": "without chat"})
    assert (job.status_code, job.json["policy"]) == (202, "ordinary")
    assert client.get(f"{V1}/scenarios/{job.json['scenario']}").json["name"] == "without chat"
    assert client.post(f"{asked}/scenarios", json={"way": 2}).status_code == 404
    assert client.post(f"{asked}/scenarios", json={"way": 0}).status_code == 422
    assert client.post(f"{V1}/inquiries/9/scenarios", json={"way": 1}).status_code == 404


def test_every_fault_of_a_question_is_told(client: FlaskClient) -> None:
    plan = f"{V1}/plans/1/inquiries"
    wrong = client.post(plan, json={"kind": "takes", "project": "nobody", "week": "2030-01-01"})
    assert wrong.status_code == 409
    told = [(fault["where"], fault["value"]) for fault in wrong.json["faults"]]
    assert told == [("the question project", "nobody"), ("the question week", "2030-01-01")]
    for body in ({"kind": "luck"}, {"kind": "takes", "pace": 2}, {"kind": "force", "must": "over"}, {}):
        assert client.post(plan, json=body).status_code == 422
    assert client.get(f"{V1}/inquiries/9").status_code == 404
    assert client.get(f"{V1}/plans/99/inquiries").status_code == 404


def test_a_scenario_that_does_not_fit_is_refused(client: FlaskClient) -> None:
    gone = {"operation": "remove", "table": "pools", "key": "h100"}
    assert client.post(f"{LAB}/scenarios", json={"policy": "ordinary", "changes": [gone]}).status_code == 409
    assert client.post(f"{LAB}/scenarios", json={"policy": "nothing", "changes": []}).status_code == 404
    assert client.get(f"{LAB}/scenarios").json["total"] == 0


@pytest.mark.parametrize(
    "headers", [{"Origin": "https://evil.example"}, {"Sec-Fetch-Site": "cross-site"}, {"Origin": "null"}]
)
def test_a_browser_that_writes_for_another_site_is_refused(
    client: FlaskClient, db: Database, headers: dict[str, str]
) -> None:
    before = snapshot(db, "lab").digest
    assert client.post(f"{LAB}/pools", json=NODES, headers=headers).status_code == 403
    assert client.post(f"{V1}/jobs/1/cancel", headers=headers).status_code == 403
    assert snapshot(db, "lab").digest == before


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data"])
def test_a_body_that_a_form_can_send_is_refused(client: FlaskClient, kind: str) -> None:
    answer = client.post(f"{LAB}/pools", data='{"pool": "b200"}', content_type=kind)
    assert (answer.status_code, answer.mimetype) == (415, "application/problem+json")


def test_a_body_that_is_no_json_is_refused(client: FlaskClient) -> None:
    for body in (b"{", b"\xff", b"[" * 100_000, b'{"pool": NaN}'):
        answer = client.post(f"{LAB}/pools", data=body, content_type="application/json")
        assert answer.status_code in (400, 422)
        assert answer.mimetype == "application/problem+json"


def test_a_defect_is_a_problem_without_a_stack_trace(client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(self: Database) -> None:
        raise ZeroDivisionError("a secret detail")

    monkeypatch.setattr(Database, "reading", broken)
    answer = client.get(f"{V1}/portfolios")
    assert (answer.status_code, "secret" in answer.text) == (500, False)


def test_what_is_not_there_or_not_allowed_is_a_problem(client: FlaskClient) -> None:
    assert client.get(f"{V1}/nothing").mimetype == "application/problem+json"
    answer = client.put(f"{V1}/portfolios")
    assert (answer.status_code, "GET" in answer.headers["Allow"]) == (405, True)


def test_the_reference_needs_no_other_host_and_names_every_operation(app: Flask, client: FlaskClient) -> None:
    document = client.get(f"{V1}/openapi.json").json
    assert document["openapi"] == "3.1.0"
    page = client.get(f"{V1}/").text
    assert "http://" not in page.replace("http://www.w3.org", "")
    assert "https://" not in page
    for item in document["paths"].values():
        for operation in item.values():
            assert operation["summary"].rstrip(".") in page
    assert client.get(V1).headers["Location"].endswith(f"{V1}/")


def test_every_column_of_the_records_is_in_the_document_with_an_example(client: FlaskClient) -> None:
    schemas = client.get(f"{V1}/openapi.json").json["components"]["schemas"]
    for table, kind in TABLES.items():
        properties = schemas[kind.__name__]["properties"]
        assert list(properties) == [c.name for c in columns(table)]
        for one in properties.values():
            assert "examples" in one or any("examples" in part for part in one["anyOf"])


def _ended(client: FlaskClient, place: str) -> dict[str, Any]:
    for _ in range(600):
        job: dict[str, Any] = client.get(place).json
        if job["state"] not in ("queued", "running"):
            return job
        time.sleep(0.05)
    raise AssertionError("the job did not end")


def test_a_robust_plan_is_asked_for_with_the_job(client: FlaskClient) -> None:
    robust = {"share": 0.9, "futures": 20, "seed": 7}
    refused = client.post(f"{LAB}/jobs", json={"policy": "ordinary", "robust": robust})
    assert (refused.status_code, "nothing to be robust against" in refused.json["detail"]) == (409, True)
    late = {"risk": "late", "kind": "attrition", "pool": "h100", "distribution": "fixed", "mean": 0.5}
    assert client.post(f"{LAB}/risks", json=late).status_code == 201
    for wrong in ({**robust, "share": 0}, {**robust, "share": 1.5}, {**robust, "futures": 0}, {"futures": 10}):
        assert client.post(f"{LAB}/jobs", json={"policy": "ordinary", "robust": wrong}).status_code == 422
    asked = client.post(f"{LAB}/jobs", json={"policy": "ordinary", "robust": robust})
    assert (asked.status_code, asked.json["kind"]) == (202, "robust")
    job = _ended(client, asked.headers["Location"])
    assert job["state"] == "done", job
    told = client.get(f"{V1}/plans/{job['plan']}").json["summary"]["options"]
    assert {name: told[name] for name in ("robust", "futures", "seed")} == {"robust": 0.9, "futures": 20, "seed": 7}
