"""The grid by request: its page, its rows, what is wrong with a batch, and what is written."""

from __future__ import annotations

import json
from typing import Any

import pytest
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.actions.audit import verify
from app.actions.edit import edit_record, rows
from app.roles import Role
from app.web import cookie
from solver.records import TABLES, columns
from tests.web.conftest import DEMO, Site, enter, visitor

KEY = "ads-platform/backend"


def edit(version: int = 1, **cells: str) -> dict[str, Any]:
    was = {"full": "23", "minimum": "7"}
    return {"row": 4, "key": KEY, "version": version, "cells": cells, "was": {name: was[name] for name in cells}}


def post(client: FlaskClient, what: str, *edits: dict[str, Any], table: str = "needs") -> Any:
    return client.post(f"/grid/{table}/{what}", json={"edits": list(edits)})


def full(demo: Site) -> float | None:
    return next(r.record.full for r in rows(demo.db, DEMO, "needs") if r.key == ("ads-platform", "backend"))


def test_every_kind_of_record_has_a_grid_and_its_rows_as_texts(client: FlaskClient) -> None:
    for table in TABLES:
        page = client.get(f"/grid/{table}").text
        assert f'data-rows="/grid/{table}/rows"' in page
        assert f"?table={table}" in page
        found = client.get(f"/grid/{table}/rows").get_json()
        assert [c["name"] for c in found["columns"]] == [c.name for c in columns(table)]
        assert all(len(row) == len(columns(table)) + 1 for row in found["rows"])
    needs = client.get("/grid/needs/rows").get_json()["rows"]
    assert [1, "ads-platform", "backend", "engineer", "23", "7", "2"] in needs


def test_the_plain_tables_lead_to_the_grid_and_it_leads_back_without_scripts(client: FlaskClient) -> None:
    assert 'href="/grid/capacity"' in client.get("/capacity").text
    assert 'href="/grid/needs"' in client.get("/portfolio?table=needs").text
    page = client.get("/grid/needs").text
    assert "<noscript>" in page
    assert 'href="/portfolio?table=needs"' in page
    assert client.get("/grid?table=pins").location == "/grid/pins"


def test_choices_and_ids_are_proposed_where_a_column_takes_them(client: FlaskClient) -> None:
    found = {c["name"]: c["proposals"] for c in client.get("/grid/eligible/rows").get_json()["columns"]}
    assert "b200-texas" in found["pool"]
    assert "backend" in found["need"]
    assert found["rate"] == []
    kinds = {c["name"]: c["proposals"] for c in client.get("/grid/needs/rows").get_json()["columns"]}["kind"]
    assert kinds == ["gpu", "engineer", "money"]


def test_faults_come_by_row_and_column_with_what_would_be_right(demo: Site) -> None:
    client, trail = demo.app.test_client(), verify(demo.db)
    for what, status in (("check", 200), ("commit", 422)):
        answer = post(client, what, edit(full="lots"))
        assert answer.status_code == status
        [fault] = answer.get_json()["faults"]
        assert (fault["row"], fault["column"], fault["message"]) == (4, "full", "is not a plain decimal number")
        assert "12.5" in fault["right"]
    assert (full(demo), verify(demo.db)) == (23, trail)


def test_a_batch_is_written_and_comes_back_as_it_is_stored(demo: Site) -> None:
    answer = post(demo.app.test_client(), "commit", edit(full=" 24.0 "))
    body = answer.get_json()
    assert (answer.status_code, body["updated"], full(demo)) == (200, 1, 24)
    assert body["rows"]["4"]["cells"]["full"] == "24"
    assert body["rows"]["4"]["version"] > 1


def test_what_another_wrote_is_shown_and_not_written_over(demo: Site) -> None:
    edit_record(demo.db, DEMO, "needs", ("ads-platform", "backend"), {"full": "26"}, 1, "bob")
    answer = post(demo.app.test_client(), "commit", edit(full="24"))
    [clash] = answer.get_json()["clashes"]
    assert (answer.status_code, clash["columns"], clash["now"]["full"], clash["who"]) == (409, ["full"], "26", "bob")
    assert full(demo) == 26


def test_a_removed_pool_lists_the_faults_of_what_needs_it(client: FlaskClient) -> None:
    body = post(
        client, "check", {"row": 1, "key": "b200-texas", "version": 1, "remove": True}, table="pools"
    ).get_json()
    assert {fault["table"] for fault in body["elsewhere"]} >= {"capacity", "eligible"}


def test_a_viewer_reads_and_a_manager_writes(demo: Site) -> None:
    for role, statuses in ((Role.VIEWER, (200, 403, 403)), (Role.MANAGER, (200, 200, 200))):
        client = visitor(demo)
        client.set_cookie(cookie.OVER_HTTP, enter(demo.db, role.name.lower(), {DEMO: role}))
        page = client.get("/grid/needs")
        found = (page.status_code, post(client, "check").status_code, post(client, "commit").status_code)
        assert found == statuses
        assert ("data-writes" in page.text) == (role is Role.MANAGER)


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ("", 400),
        ("[]", 400),
        ('{"edits":[{"row":0}]}', 400),
        ('{"edits":[{"row":1,"cells":{"full":7}}]}', 400),
        ('{"edits":[{"row":1,"colour":"red"}]}', 400),
        ('{"edits":[{"row":1,"cells":{"colour":"red"}}]}', 409),
        ('{"edits":[{"row":1,"key":"nobody/here"}]}', 404),
        ('{"edits":[{"row":1,"key":"a"}]}', 404),
        ("\xff", 400),
    ],
)
def test_what_cannot_be_read_is_refused_in_words(client: FlaskClient, body: str, status: int) -> None:
    for what in ("check", "commit"):
        answer = client.post(f"/grid/needs/{what}", data=body.encode("latin-1"), content_type="application/json")
        assert answer.status_code == status
        assert answer.get_json()["message"]
    assert client.get("/grid/wishes").status_code == 404
    assert post(client, "check", table="wishes").status_code == 404


def test_a_body_that_is_too_large_is_refused(client: FlaskClient) -> None:
    answer = client.post("/grid/needs/commit", data=b" " * (17 * 1024 * 1024), content_type="application/json")
    assert answer.status_code == 413


texts = st.one_of(
    st.text(max_size=6), st.sampled_from(["", "7", "-1", "1e9", "2026-01-07", "gpu", "h100", "a/b", "\0"])
)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    table=st.sampled_from(["needs", "capacity", "pins", "projects", "portfolio", "floors"]),
    lines=st.lists(st.lists(texts, min_size=6, max_size=6), max_size=3),
    data=st.data(),
)
def test_whatever_is_typed_is_answered_with_places_and_never_breaks(
    client: FlaskClient, table: str, lines: list[list[str]], data: st.DataObject
) -> None:
    names = [c.name for c in columns(table)]
    found = client.get(f"/grid/{table}/rows").get_json()["rows"][:2]
    known = ["/".join(row[n] for n, column in enumerate(columns(table), 1) if column.key) for row in found]
    edits = []
    for number, line in enumerate(lines, 1):
        cells = dict(zip(names, line, strict=False))
        key = data.draw(st.sampled_from([None, "a/b", *known]))
        edits.append({"row": number, "key": key, "cells": cells, "version": 1, "remove": data.draw(st.booleans())})
    answer = client.post(f"/grid/{table}/check", data=json.dumps({"edits": edits}), content_type="application/json")
    assert answer.status_code in (200, 404, 409)
    body = answer.get_json()
    if answer.status_code == 200:
        assert all(fault["row"] in range(1, len(lines) + 1) for fault in body["faults"])
    else:
        assert body["message"]
