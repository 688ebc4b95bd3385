"""Records looked at and edited in place: search, pages, faults at fields, and no lost update."""

from __future__ import annotations

import re

from flask.testing import FlaskClient

from app.actions.edit import edit_record, rows
from app.web.paging import paged
from solver.records import TABLES, Project, columns
from tests.web.conftest import DEMO, Site

IN_PLACE = {"HX-Request": "true"}


def project(demo: Site, name: str = "ads-platform") -> tuple[Project, int]:
    row = next(r for r in rows(demo.db, DEMO, "projects") if r.key == (name,))
    return row.record, row.version


def typed(demo: Site, **changes: str) -> dict[str, str]:
    """The whole form as a browser sends it."""
    from app.cells import cells_of

    record, version = project(demo)
    return {**cells_of("projects", record), "k": record.project, "version": str(version), **changes}


def test_every_table_can_be_looked_at_and_has_a_form(client: FlaskClient) -> None:
    for table in TABLES:
        page = "capacity" if table in ("pools", "capacity") else "portfolio"
        text = client.get(f"/{page}?table={table}").text
        assert f"Rows of {table}" in text
        form = client.get(f"/records/{table}/new").text
        assert all(f'name="{column.name}"' in form for column in columns(table))


def test_the_search_finds_rows_by_any_cell_and_says_when_nothing_matches(client: FlaskClient) -> None:
    assert "ads-platform" not in client.get("/portfolio?q=training").text
    assert "No row matches" in client.get("/portfolio?q=zzz").text


def test_a_big_table_comes_in_pages(client: FlaskClient) -> None:
    first = client.get("/portfolio?table=eligible").text
    second = client.get("/portfolio?table=eligible&page=2").text
    assert "1–50 of" in first
    assert "51–100 of" in second
    assert 'rel="next"' in first
    assert 'rel="prev"' in second


def test_a_page_that_does_not_exist_is_the_nearest_one() -> None:
    assert paged(range(10), "99", 4).rows == range(8, 10)
    assert paged(range(10), "²", 4).number == 1
    assert paged([], "1", 4).total == 0


def test_a_row_is_edited_in_place(demo: Site) -> None:
    client = demo.app.test_client()
    form = client.get("/records/projects/edit?k=ads-platform", headers=IN_PLACE).text
    assert form.lstrip().startswith("<tr>")
    answer = client.post("/records/projects/edit", data=typed(demo, value="77.5"), headers=IN_PLACE)
    assert answer.status_code == 200
    assert answer.text.lstrip().startswith("<tr")
    assert project(demo)[0].value == 77.5


def test_without_scripts_the_same_form_is_a_page_and_leads_back(demo: Site) -> None:
    client = demo.app.test_client()
    assert "<h1>ads-platform</h1>" in client.get("/records/projects/edit?k=ads-platform").text
    answer = client.post("/records/projects/edit", data=typed(demo, value="78"))
    assert answer.status_code == 303
    assert "The record was saved" in client.get(answer.location).text


def test_all_faults_of_a_record_stand_at_their_fields(demo: Site) -> None:
    answer = demo.app.test_client().post(
        "/records/projects/edit", data=typed(demo, value="lots", priority="9"), headers=IN_PLACE
    )
    assert answer.status_code == 422
    assert len(re.findall(r'name="(?:value|priority)"[^>]*aria-invalid="true"', answer.text)) == 2
    assert "plain decimal number" in answer.text
    assert project(demo)[0].value != "lots"


def test_the_second_writer_is_told_what_the_first_one_wrote(demo: Site) -> None:
    client, mine = demo.app.test_client(), typed(demo, value="11")
    record, version = project(demo)
    edit_record(demo.db, DEMO, "projects", (record.project,), {"value": "99"}, version, "bob")
    answer = client.post("/records/projects/edit", data=mine, headers=IN_PLACE)
    assert answer.status_code == 409
    assert "Somebody else was faster" in answer.text
    assert "<strong>99</strong></td><td>bob</td>" in answer.text
    assert project(demo)[0].value == 99
    again = {**mine, "version": str(project(demo)[1])}
    assert f'name="version" value="{again["version"]}"' in answer.text
    assert client.post("/records/projects/edit", data=again, headers=IN_PLACE).status_code == 200
    assert project(demo)[0].value == 11


def test_a_record_is_added_and_removed(demo: Site) -> None:
    client = demo.app.test_client()
    delivery = {"pool": "b200-texas", "week": "2026-04-06", "amount": "99"}
    answer = client.post("/records/capacity/new", data=delivery)
    assert answer.status_code == 303
    assert "/capacity" in answer.location
    added = next(r for r in rows(demo.db, DEMO, "capacity") if r.record.amount == 99)
    gone = {"k": ["b200-texas", "2026-04-06"], "version": str(added.version)}
    assert client.post("/records/capacity/remove", data=gone, headers=IN_PLACE).text == ""
    assert not [r for r in rows(demo.db, DEMO, "capacity") if r.record.amount == 99]


def test_a_record_that_is_there_already_is_not_added_twice(client: FlaskClient) -> None:
    row = {"project": "ads-platform", "kind": "run", "priority": "1", "value": "1"}
    answer = client.post("/records/projects/new", data=row)
    assert (answer.status_code, "is there already" in answer.text) == (409, True)


def test_a_pool_that_others_need_is_not_removed_and_the_reasons_are_listed(demo: Site) -> None:
    pool = next(r for r in rows(demo.db, DEMO, "pools") if r.key == ("b200-texas",))
    answer = demo.app.test_client().post(
        "/records/pools/remove", data={"k": "b200-texas", "version": str(pool.version)}, headers=IN_PLACE
    )
    assert answer.status_code == 422
    assert "eligible.csv" in answer.text
    assert pool in rows(demo.db, DEMO, "pools")


def test_the_head_of_a_portfolio_is_neither_added_nor_removed(client: FlaskClient) -> None:
    row = {"portfolio": "other", "start": "2025-12-01", "weeks": "3"}
    assert client.post("/records/portfolio/new", data=row).status_code == 409
