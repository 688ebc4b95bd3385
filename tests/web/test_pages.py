"""Every page, rendered from real SQLite and the example."""

from __future__ import annotations

import io
import re
import zipfile

import pandas as pd
import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from app.actions.audit import entries
from app.actions.export_data import export_zip
from app.actions.plans import plan_of_record
from app.actions.snapshot import snapshot
from solver import folder
from tests.web.conftest import DEMO, Site

PAGES = {
    "/": "Needs a decision",
    "/declare": "What happens to each project",
    "/plans": "proven within tolerance",
    "/plans/2": "Donors and receivers",
    "/plans/2/moves": "all teams",
    "/plans/2/why": "In words",
    "/plans/2/ledger": "all donors",
    "/plans/2/people": "what moves bring",
    "/plans/2/approve": "Approve plan 2",
    "/plans/2/risks": "Recorded risks",
    "/portfolio": "next-gen-training",
    "/capacity": "Supply over the horizon",
    "/export": "allocation.csv",
    "/import": "A workbook, a zip, or CSV files",
}


@pytest.mark.parametrize("address", PAGES)
def test_each_page_renders(client: FlaskClient, address: str) -> None:
    answer = client.get(address)
    assert answer.status_code == 200
    assert PAGES[address] in answer.text
    assert answer.text.count("<h1") == 1


def test_the_plan_says_why_a_project_is_paused_and_when_it_is_back(client: FlaskClient) -> None:
    text = client.get("/plans/2/why?project=pulse").text
    assert "paused by policy" in text
    assert "until 26 January 2026; it runs again in the week of 26 January 2026" in text


def test_the_ledger_lists_what_a_donor_lent_and_that_it_comes_back(client: FlaskClient) -> None:
    text = client.get("/plans/2/ledger?donor=pulse").text
    assert "Pulse daily briefing" in text
    assert "comes back" in text
    assert client.get("/plans/2").text.count("Donor ledger") == 1


def test_an_empty_database_offers_the_example_and_an_import(empty: Site) -> None:
    text = empty.app.test_client().get("/").text
    assert "Start from the example" in text
    assert "Import your folder" in text


def test_an_empty_database_offers_a_template_workbook_that_says_what_it_lacks(empty: Site) -> None:
    client = empty.app.test_client()
    assert "Start from a template workbook" in client.get("/").text
    book = client.get("/template.xlsx")
    assert book.data[:2] == b"PK"
    answer = client.post("/import", data={"files": (io.BytesIO(book.data), "codered-template.xlsx")})
    shown = client.get(answer.location) if answer.status_code == 303 else answer
    assert shown.status_code in (200, 422)
    assert "portfolio" in shown.text
    assert "fault" in shown.text


def test_the_example_is_imported_from_the_page(empty: Site) -> None:
    client = empty.app.test_client()
    answer = client.post("/import/example")
    assert answer.status_code == 303
    assert "A code red is advised" in client.get(answer.location).text


def applied(client: FlaskClient, upload: dict[str, object]) -> TestResponse:
    """Upload, look at the preview, apply it."""
    shown = client.post("/import", data=upload)
    assert shown.status_code == 303
    assert "Nothing has been written yet" in client.get(shown.location).text
    return client.post(f"{shown.location.split('?')[0]}/apply")


def test_a_zip_is_shown_then_imported_and_named_in_the_audit_trail(empty: Site, demo: Site) -> None:
    files = (io.BytesIO(export_zip(demo.db, DEMO)), "portfolio.zip")
    answer = applied(empty.app.test_client(), {"files": files})
    assert answer.status_code == 303
    assert entries(empty.db, DEMO, 1)[0].who == "kim"


def test_every_fault_of_an_upload_is_shown_with_file_line_and_column(empty: Site) -> None:
    good = zipfile.ZipFile(io.BytesIO(_example_zip()))
    files = {name: good.read(name) for name in good.namelist()}
    files["capacity.csv"] += b"nowhere,2025-12-01,many\n"
    files["projects.csv"] = files["projects.csv"].replace(b",run,", b",walk,", 1)
    upload = {"files": [(io.BytesIO(content), name) for name, content in files.items()]}
    client = empty.app.test_client()
    shown = client.post("/import", data=upload).location
    line = files["capacity.csv"].count(b"\n")
    text = re.sub(r"\s+", " ", client.get(shown).text)
    assert f'capacity.csv</code></th><td class="n">{line}</td><td>amount</td><td><code>many</code>' in text
    assert "<code>walk</code>" in text
    assert "one of run, build" in text
    assert "Apply " not in text
    assert client.post(f"{shown}/apply").status_code == 409
    assert client.get("/").text.count("Start from the example") == 1


@pytest.mark.parametrize(
    ("csv", "says"),
    [
        ("project,value\nads-platform,lots\n", ', because of <a href="#faults">1 fault</a>: an upload'),
        ("value\n7\n", ', because of <a href="#faults">1 fault</a>:'),
        ("project,priority\nads-platform,1\n", ": the upload says what the portfolio says already."),
    ],
)
def test_a_preview_without_changes_says_that_and_why(demo: Site, csv: str, says: str) -> None:
    client = demo.app.test_client()
    shown = client.post("/import", data={"files": (io.BytesIO(csv.encode()), "projects.csv")}).location.split("?")[0]
    text = client.get(shown).text
    assert f"Nothing would change{says}" in text
    assert ('id="faults"' in text) is ("fault" in says)
    assert "No such line." not in text
    assert "No such line." in client.get(f"{shown}?do=remove").text


def test_an_upload_is_compared_line_by_line_and_refused_when_the_data_changed(demo: Site) -> None:
    client = demo.app.test_client()
    csv = b"project,value,Boss\nads-platform,77,kim\n"
    shown = client.post("/import", data={"files": (io.BytesIO(csv), "projects.csv")}).location
    text = client.get(shown).text
    assert "Apply 1 change" in text
    assert "<td>value</td>" in text
    mapped = client.post(f"{shown}/headings", data={"as:projects:Boss": "owner"}).location
    assert "is read as the column owner" in client.get(mapped).text
    again = client.post("/import", data={"files": (io.BytesIO(csv), "projects.csv")}).location
    assert client.post(f"{again}/apply").status_code == 303
    for answer in (client.get(again), client.post(f"{again}/apply")):
        assert "These changes have been made by kim, all of them" in answer.text
        assert "Apply 1 change" not in answer.text
    assert (answer.status_code, client.get(f"{again}/steps.csv").status_code) == (409, 200)
    stale = client.post(f"{mapped}/apply")
    assert (stale.status_code, "Somebody changed code-red since" in stale.text) == (409, True)
    assert client.get(f"{mapped}/steps.csv").text.startswith("table,line,action,record,column,before,after\n")


def test_what_cannot_be_opened_comes_back_to_the_form(demo: Site) -> None:
    answer = demo.app.test_client().post("/import", data={"files": (io.BytesIO(b"%PDF-1.7"), "plan.xlsx")})
    assert (answer.status_code, "is a PDF" in answer.text) == (422, True)


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


def test_an_approval_without_reason_is_sent_back(demo: Site) -> None:
    answer = demo.app.test_client().post("/plans/2/approve", data={"reason": " "})
    assert answer.status_code == 422
    assert "needs a reason" in answer.text
    record = plan_of_record(demo.db, DEMO)
    assert record is not None
    assert record.id == 1


def test_an_approval_makes_the_plan_of_record_and_stays_in_the_audit_trail(demo: Site) -> None:
    client = demo.app.test_client()
    answer = client.post("/plans/2/approve", data={"reason": "visits fell"})
    assert answer.status_code == 303
    assert "plan of record" in client.get(answer.location).text
    entry = entries(demo.db, DEMO, 1)[0]
    assert (entry.who, entry.verb, entry.detail["reason"]) == ("kim", "approve", "visits fell")
    assert client.post("/plans/2/approve", data={"reason": "again"}).status_code == 409


def test_every_table_is_exported_as_csv_that_pandas_reads(client: FlaskClient) -> None:
    links = re.findall(r'href="(/[^"]+\.csv)"', client.get("/export").text)
    assert len(links) >= 14 + 2 * 5
    for link in links:
        answer = client.get(link)
        assert answer.mimetype == "text/csv"
        frame = pd.read_csv(io.BytesIO(answer.data))
        assert len(frame.columns) > 1, link


def test_the_workbook_of_the_portfolio_reads_as_the_same_problem(client: FlaskClient, demo: Site) -> None:
    answer = client.get(f"/export/{DEMO}.xlsx")
    assert answer.mimetype.endswith("spreadsheetml.sheet")
    assert folder.read(answer.data).problem == snapshot(demo.db, DEMO)


@pytest.mark.parametrize("kind", ["xlsx", "zip"])
def test_an_empty_template_is_offered(client: FlaskClient, kind: str) -> None:
    assert f"/template.{kind}" in client.get("/export").text
    assert client.get(f"/template.{kind}").data.startswith(b"PK")
    assert client.get("/template.pdf").status_code == 404


def test_a_plan_is_exported_as_a_zip_with_all_its_files(client: FlaskClient) -> None:
    names = zipfile.ZipFile(io.BytesIO(client.get("/plans/2/plan.zip").data)).namelist()
    assert {"summary.json", "allocation.csv", "moves.csv", "utilisation.csv", "pace.csv"} <= set(names)


def test_the_portfolio_is_exported_as_a_zip_that_imports_again(client: FlaskClient, empty: Site) -> None:
    content = client.get(f"/export/{DEMO}.zip").data
    assert applied(empty.app.test_client(), {"files": (io.BytesIO(content), "x.zip")}).status_code == 303


def test_a_plan_is_checked_again_on_demand(client: FlaskClient) -> None:
    text = client.get("/plans/1/check").text
    assert "Recomputed from the published amounts" in text


def _example_zip() -> bytes:
    from app.actions.export_data import zipped
    from app.web.imports import EXAMPLE

    return zipped({path.name: path.read_text(encoding="utf-8") for path in sorted(EXAMPLE.glob("*.csv"))})
