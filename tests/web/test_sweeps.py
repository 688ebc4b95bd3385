"""The pages of sweeps: what to vary, results as they come, the file, and what cannot be asked."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from app.actions import sweeps, work
from app.actions.import_data import import_portfolio
from app.store import sweeps as store
from solver.sweep import Result, grid_of
from tests.cli.tiny import tiny
from tests.web.conftest import Site, serious_faults, serving

VARY = "projects.ads.value = 1, 5\npolicy.weeks = 2, 3\n"
SOLVED = Result(
    "ab", "code-red", "optimal",
    {"0": {"attained": 30.0, "ideal": 40.0, "bound": 30.1, "gap_percent": 0.25}}, moves={"gpu": 5.0},
)  # fmt: skip
BROKEN = Result("", "code-red", "invalid", message="names no record of projects.csv")


@pytest.fixture
def site(empty: Site, tmp_path: Path) -> Site:
    """The smallest company with something to decide."""
    import_portfolio(empty.db, tiny(tmp_path / "in"), "ann")
    return empty


def asked(site: Site) -> int:
    """A sweep that nobody works on."""
    work.leave_to_others()
    made = sweeps.start(site.db, "tiny", None, "code-red", grid_of(VARY), "ann")
    work.shut_down()
    return made


def test_values_are_varied_in_every_combination(site: Site) -> None:
    client = site.app.test_client()
    assert "pools.engineers.factor = 0.9, 1, 1.1" in client.get("/sweeps?of=policy:code-red").text
    work.leave_to_others()
    answer = client.post("/sweeps", data={"of": "policy:code-red", "vary": VARY, "seconds": "5"})
    work.shut_down()
    shown = client.get(answer.location).text
    assert "Waiting for its turn" in shown
    assert "No result yet." in shown
    run = sweeps.get(site.db, 1)
    assert (run.count, run.policy, run.scenario) == (4, "code-red", None)
    assert "0 of 4" in client.get("/sweeps").text
    assert client.get(f"/jobs/{run.job}").location.startswith("/sweeps/1?")
    assert client.post("/sweeps/1/cancel").status_code == 303
    assert "Cancelled: 0 of 4 are solved" in client.get("/sweeps/1").text


@pytest.mark.parametrize("data", [
    {"vary": "", "seconds": "5"}, {"vary": "policy.weeks", "seconds": "5"}, {"vary": "nonsense = 1", "seconds": "5"},
    {"vary": VARY, "seconds": "0"}, {"vary": VARY, "seconds": "x"}, {"vary": VARY},
    {"vary": f"policy.weeks={','.join('1' * 200)}\nprojects.ads.value={','.join('1' * 200)}", "seconds": "5"},
])  # fmt: skip
def test_what_cannot_be_varied_is_refused(site: Site, data: dict[str, str]) -> None:
    answer = site.app.test_client().post("/sweeps", data={"of": "policy:code-red", **data})
    assert 400 <= answer.status_code < 500
    assert sweeps.listing(site.db, "tiny") == []


def test_results_are_a_table_and_a_file(site: Site, page: Page) -> None:
    run = asked(site)
    with site.db.session() as session:
        store.keep(session, run, [0, 2], "ab", SOLVED.as_dict())
        store.keep(session, run, [3], "", BROKEN.as_dict())
    client = site.app.test_client()
    rows = list(csv.DictReader(client.get(f"/sweeps/{run}/results.csv").text.splitlines()))
    assert [(r["scenario"], r["policy.weeks"], r["status"]) for r in rows] == [
        ("1", "2", "optimal"), ("3", "2", "optimal"), ("4", "3", "invalid")
    ]  # fmt: skip
    with serving(site) as live:
        page.goto(f"{live.address}/sweeps/{run}")
        expect(page.locator("#sweep tbody tr")).to_have_count(3)
        expect(page.locator("#sweep tbody tr").nth(1)).to_contain_text("0.25")
        expect(page.locator("#sweep tbody tr").nth(2)).to_contain_text("names no record of projects.csv")
        assert serious_faults(page) == []
        page.goto(f"{live.address}/sweeps")
        assert serious_faults(page) == []
