"""Trade-offs in the browser: asked, drawn as points arrive, and a point becomes a scenario with one click."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from app.actions import frontiers, work
from app.actions.import_data import import_portfolio
from app.actions.scenarios import get_changes, get_scenario
from app.store import frontiers as store
from solver.frontier import Point
from tests.cli.tiny import tiny
from tests.web.conftest import Site, serious_faults, serving


@pytest.fixture
def site(empty: Site, tmp_path: Path) -> Site:
    """The smallest company with something to decide."""
    import_portfolio(empty.db, tiny(tmp_path / "in"), "ann")
    return empty


def found(site: Site, *points: Point, complete: bool = True) -> int:
    """A trade-off with these points, as it is stored."""
    with site.db.session() as session:
        facts = {
            "portfolio": "tiny", "scenario": None, "policy": "code-red", "kind": "donors", "points": 5, "plan": None,
            "options": {"time_limit": 5.0}, "digest": "", "who": "ann",
        }  # fmt: skip
        run = store.add(session, facts)
        for number, point in enumerate(points):
            store.add_point(session, run, number, point.as_dict())
        if complete:
            store.complete(session, run)
    return run


STANDS = Point("as it stands", 0, "optimal", 20.0, 40.0, 0.0, as_it_stands=True)
MIDDLE = Point("donors keep 50 % of today", 0.5, "optimal", 8.0, 36.0, 0.1, unproven=1.0)
CHEAP = Point("donors keep 100 % of today", 1, "optimal", 0.0, 0.0, 0.0)
WORSE = Point("donors keep 75 % of today", 0.75, "feasible", 10.0, 30.0, 2.0)
NONE = Point("donors keep 90 % of today", 0.9, "infeasible", message="no plan can obey all rules with this change")


def test_the_page_offers_the_questions_and_says_what_the_others_lack(site: Site) -> None:
    text = site.app.test_client().get("/tradeoffs?of=policy:code-red").text
    assert "What if the donors keep a part of what they have?" in text
    assert "Needs a policy that protects a project, such as the training." in text
    assert "Needs a plan of record." in text
    assert text.count("disabled") >= 3


def test_a_plan_of_record_may_be_kept_and_its_moves_left_out(demo: Site) -> None:
    client = demo.app.test_client()
    text = client.get("/tradeoffs?plan=2").text
    assert 'href="/tradeoffs' in client.get("/plans").text
    assert "Count only moves that plan 1, the plan of record, does not have" in text
    assert "Needs a plan of record" not in text
    work.leave_to_others()
    asked = {"of": "policy:code-red", "kind": "keep", "points": "3", "seconds": "5"}
    answer = client.post("/tradeoffs", data=asked)
    work.shut_down()
    assert frontiers.get(demo.db, 1).plan == 1
    shown = client.get(answer.location).text
    assert "does not have are counted" in shown
    assert "Waiting for its turn" in shown


def test_the_knee_is_told_in_words_with_what_is_proven_of_it(site: Site) -> None:
    run = found(site, STANDS, MIDDLE, CHEAP, WORSE, NONE)
    text = site.app.test_client().get(f"/tradeoffs/{run}").text
    assert "90\u00a0% of the gain of the core for 40\u00a0% of the donors’ loss." in text
    assert "The knee is “donors keep 50 % of today”" in text
    assert text.count("another is better") == 1
    assert "no plan can obey all rules with this change" in text
    assert "was changed after these points were computed" in text


def test_one_that_never_ended_is_told(site: Site) -> None:
    run = found(site, STANDS, complete=False)
    assert "what was found until then is kept" in site.app.test_client().get(f"/tradeoffs/{run}").text.lower()


@pytest.mark.parametrize(
    ("form", "status", "said"),
    [
        ({"points": "2"}, 409, "from 3 to 40 points"),
        ({"points": "many"}, 409, "whole number"),
        ({"seconds": "0"}, 409, "above 0"),
        ({"kind": "luck"}, 422, "has no such trade-off"),
        ({"kind": "training"}, 422, "protects no project"),
        ({"of": "policy:nothing"}, 404, "nothing"),
        ({"of": "scenario:99"}, 404, "99"),
    ],
)
def test_what_cannot_be_asked_is_answered_in_words(site: Site, form: dict[str, str], status: int, said: str) -> None:
    asked = {"of": "policy:code-red", "kind": "donors", "points": "5", "seconds": "5"} | form
    answer = site.app.test_client().post("/tradeoffs", data=asked)
    assert answer.status_code == status
    assert said in answer.text
    assert frontiers.listing(site.db, "tiny") == []


def test_a_point_without_a_plan_cannot_be_tried(site: Site) -> None:
    run, client = found(site, STANDS, NONE), site.app.test_client()
    assert client.post(f"/tradeoffs/{run}/points/1").status_code == 409
    assert client.post(f"/tradeoffs/{run}/points/7").status_code == 404
    assert client.get("/tradeoffs/99").status_code == 404


def test_the_points_are_a_csv_file(site: Site) -> None:
    run = found(site, STANDS, MIDDLE)
    lines = site.app.test_client().get(f"/tradeoffs/{run}/points.csv").text.splitlines()
    assert lines[0].startswith("label,setting,status,x,x_unit,y")
    assert len(lines) == 3


def test_points_arrive_while_the_page_is_open_and_one_becomes_a_scenario(site: Site, page: Page) -> None:
    with serving(site) as live:
        page.goto(live.address + "/tradeoffs?of=policy:code-red")
        page.get_by_role("radio", name="Core gain against donors’ loss").check()
        page.get_by_label("Points", exact=True).fill("4")
        page.get_by_role("button", name="Compute").click()
        expect(page.get_by_role("heading", name="Core gain against donors’ loss")).to_be_visible()
        expect(page.get_by_role("status")).to_have_text("4 points", timeout=60_000)
        expect(page.locator("#chart canvas")).to_be_visible()
        row = page.get_by_role("row").filter(has_text="Donors keep 100 % of today")
        row.get_by_role("button").click()
        page.wait_for_url("**/jobs/*")
        scenario = get_scenario(site.db, 1)
        assert scenario.name == "Core gain against donors’ loss: donors keep 100 % of today"
        assert {change.table for change in get_changes(site.db, 1)} == {"stances", "floors"}
        page.wait_for_url("**/plans/*", timeout=120_000)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_pages_are_accessible_and_fit_a_phone(site: Site, new_page: Callable[..., Page], scheme: str) -> None:
    run = found(site, STANDS, MIDDLE, CHEAP, WORSE, NONE)
    with serving(site) as live:
        page = new_page(viewport={"width": 390, "height": 800}, color_scheme=scheme)
        for address in ("/tradeoffs?of=policy:code-red", f"/tradeoffs/{run}"):
            page.goto(live.address + address)
            assert page.evaluate("document.documentElement.scrollWidth") <= 390
            assert serious_faults(page) == []
