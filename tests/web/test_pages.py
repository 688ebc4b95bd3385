"""Every page, rendered from real SQLite and the example."""

from __future__ import annotations

import io
import re
import zipfile

import pandas as pd
import pytest
from flask.testing import FlaskClient

from app.actions.audit import entries
from app.actions.export_data import export_zip
from app.actions.plans import plan_of_record
from tests.web.conftest import DEMO, Site

PAGES = {
    "/": "Needs a decision",
    "/declare": "What happens to each project",
    "/plans": "proven optimal",
    "/plans/2": "Donors and receivers",
    "/plans/2/moves": "all teams",
    "/plans/2/people": "what moves bring",
    "/plans/2/approve": "Approve plan 2",
    "/portfolio": "next-gen-training",
    "/capacity": "Supply over the horizon",
    "/export": "allocation.csv",
    "/import": "A zip, or all the CSV files",
}


@pytest.mark.parametrize("address", PAGES)
def test_each_page_renders(client: FlaskClient, address: str) -> None:
    answer = client.get(address)
    assert answer.status_code == 200
    assert PAGES[address] in answer.text
    assert answer.text.count("<h1") == 1


def test_an_empty_database_offers_the_example_and_an_import(empty: Site) -> None:
    text = empty.app.test_client().get("/").text
    assert "Start from the example" in text
    assert "Import your folder" in text


def test_the_example_is_imported_from_the_page(empty: Site) -> None:
    client = empty.app.test_client()
    answer = client.post("/import/example")
    assert answer.status_code == 303
    assert "A code red is advised" in client.get(answer.location).text


def test_a_zip_is_imported_and_named_in_the_audit_trail(empty: Site, demo: Site) -> None:
    files = (io.BytesIO(export_zip(demo.db, DEMO)), "portfolio.zip")
    answer = empty.app.test_client().post("/import", data={"files": files, "who": "ann"})
    assert answer.status_code == 303
    assert entries(empty.db, DEMO, 1)[0].who == "ann"


def test_every_fault_of_an_upload_is_shown_with_file_line_and_column(empty: Site) -> None:
    good = zipfile.ZipFile(io.BytesIO(_example_zip()))
    files = {name: good.read(name) for name in good.namelist()}
    files["capacity.csv"] += b"nowhere,2025-12-01,many\n"
    files["projects.csv"] = files["projects.csv"].replace(b",run,", b",walk,", 1)
    upload = {"files": [(io.BytesIO(content), name) for name, content in files.items()]}
    answer = empty.app.test_client().post("/import", data=upload)
    assert answer.status_code == 422
    line = files["capacity.csv"].count(b"\n")
    text = re.sub(r"\s+", " ", answer.text)
    assert f'capacity.csv</code></th><td class="n">{line}</td><td>amount</td><td><code>many</code>' in text
    assert "<code>walk</code>" in text
    assert "one of run, build" in text
    assert empty.app.test_client().get("/").text.count("Start from the example") == 1


def test_an_upload_without_files_says_so(empty: Site) -> None:
    answer = empty.app.test_client().post("/import", data={})
    assert (answer.status_code, "No file was chosen" in answer.text) == (422, True)


def test_the_situation_shows_the_fall_of_the_signal_and_its_means(client: FlaskClient) -> None:
    text = client.get("/").text.replace("\u00a0", " ")
    assert "fell 6.1 %" in text
    assert '"marks": [' in text


def test_the_plan_page_proves_the_protection_of_training_week_by_week(client: FlaskClient) -> None:
    text = client.get("/plans/2").text
    proof = text[text.index('id="protected"') : text.index('id="pays"')]
    assert "protected in every week" in proof
    assert proof.count("≥") >= 26 * 3
    assert " &lt; " not in proof


def test_the_plan_page_shows_the_plan_of_record_beside_it(client: FlaskClient) -> None:
    assert "Beside the plan of record" in client.get("/plans/2").text
    assert "Beside the plan of record" not in client.get("/plans/1").text


def test_moves_are_filtered_by_week_and_team(client: FlaskClient) -> None:
    text = client.get("/plans/2/moves?week=2025-12-01&team=ads-platform", headers={"HX-Request": "true"}).text
    assert "<html" not in text
    body = text[text.index("<tbody>") :]
    assert "Ads" in body
    assert "26 Jan 2026" not in body


def test_an_approval_without_reason_or_name_is_sent_back_with_both_faults(demo: Site) -> None:
    answer = demo.app.test_client().post("/plans/2/approve", data={"reason": " "})
    assert answer.status_code == 422
    assert "needs a reason" in answer.text
    assert "needs a name" in answer.text
    record = plan_of_record(demo.db, DEMO)
    assert record is not None
    assert record.id == 1


def test_an_approval_makes_the_plan_of_record_and_stays_in_the_audit_trail(demo: Site) -> None:
    client = demo.app.test_client()
    answer = client.post("/plans/2/approve", data={"reason": "visits fell", "who": "kim"})
    assert answer.status_code == 303
    assert "plan of record" in client.get(answer.location).text
    entry = entries(demo.db, DEMO, 1)[0]
    assert (entry.who, entry.verb, entry.detail["reason"]) == ("kim", "approve", "visits fell")
    assert client.post("/plans/2/approve", data={"reason": "again", "who": "kim"}).status_code == 409


def test_every_table_is_exported_as_csv_that_pandas_reads(client: FlaskClient) -> None:
    links = re.findall(r'href="(/[^"]+\.csv)"', client.get("/export").text)
    assert len(links) >= 14 + 2 * 5
    for link in links:
        answer = client.get(link)
        assert answer.mimetype == "text/csv"
        frame = pd.read_csv(io.BytesIO(answer.data))
        assert len(frame.columns) > 1, link


def test_a_plan_is_exported_as_a_zip_with_all_its_files(client: FlaskClient) -> None:
    names = zipfile.ZipFile(io.BytesIO(client.get("/plans/2/plan.zip").data)).namelist()
    assert {"summary.json", "allocation.csv", "moves.csv", "utilisation.csv", "pace.csv"} <= set(names)


def test_the_portfolio_is_exported_as_a_zip_that_imports_again(client: FlaskClient, empty: Site) -> None:
    content = client.get(f"/export/{DEMO}.zip").data
    answer = empty.app.test_client().post("/import", data={"files": (io.BytesIO(content), "x.zip")})
    assert answer.status_code == 303


def test_a_plan_is_checked_again_on_demand(client: FlaskClient) -> None:
    text = client.get("/plans/1/check").text
    assert "Recomputed from the published amounts" in text


def _example_zip() -> bytes:
    from app.actions.export_data import zipped
    from app.web.imports import EXAMPLE

    return zipped({path.name: path.read_text(encoding="utf-8") for path in sorted(EXAMPLE.glob("*.csv"))})
