"""Declaring a code red: prefilled, all faults at their fields, and the job that follows, up to its end or cancel."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator

import pytest
from flask.testing import FlaskClient
from playwright.sync_api import Page, expect

from app.actions import work
from app.actions.recompute import get_job
from app.actions.scenarios import list_scenarios
from app.actions.snapshot import snapshot
from app.processes.solver import SolverProcess
from tests.web.conftest import DEMO, Site


@pytest.fixture(scope="module", autouse=True)
def _runner() -> Iterator[None]:
    work.use(work.Worker(SolverProcess("tests.web.made_solver:by_reason")))
    yield
    work.shut_down()


def form(**changes: str | list[str]) -> dict[str, str | list[str]]:
    """A declaration as a browser sends it."""
    return {
        "policy": "winter", "name": "Winter", "owner": "kim", "reason": "visits fell", "start": "2025-12-01",
        "end": "2026-01-26", "exit_criteria": "visits are back", "gpu_moves": "450", "engineer_moves": "90",
        "growth": "", "based_on": "normal", "stance:next-gen-training": "protect", "stance:chat-serving": "focus",
        "stance:ads-platform": "pause", "floor_project": ["next-gen-training"], "floor_need": ["nodes"],
        "floor_pool": ["b200-texas"], "floor_week": [""], "floor_amount": [""], "floor_share": ["1"],
        **changes,
    }  # fmt: skip


def test_the_form_is_prefilled_from_the_portfolio(client: FlaskClient) -> None:
    text = client.get("/declare").text
    row = text[text.index('name="stance:next-gen-training"') :]
    assert '<option value="protect" selected>' in row[: row.index("</select>")]
    assert 'value="b200-texas"' in text


def test_all_faults_of_a_declaration_stand_at_their_fields_at_once(demo: Site) -> None:
    wrong = form(owner="", end="someday", gpu_moves="many", floor_pool=["nowhere"], floor_share=["lots"])
    wrong["priority:ads-platform"] = "9"
    answer = demo.app.test_client().post("/declare", data=wrong)
    assert answer.status_code == 422
    invalid = set(re.findall(r'name="([^"]+)"[^>]*aria-invalid="true"', answer.text))
    assert {"end", "gpu_moves", "floor_share"} <= invalid
    assert 'value="someday"' in answer.text
    assert "plain decimal number" in answer.text
    assert list_scenarios(demo.db, DEMO) == []


def test_a_code_red_without_owner_or_end_is_sent_back(demo: Site) -> None:
    answer = demo.app.test_client().post("/declare", data=form(owner="", end=""))
    assert answer.status_code == 422
    invalid = set(re.findall(r'name="([^"]+)"[^>]*aria-invalid="true"', answer.text))
    assert {"owner", "end"} <= invalid


def test_a_floor_above_capacity_is_shown_at_its_row(demo: Site) -> None:
    answer = demo.app.test_client().post("/declare", data=form(floor_amount=["99999"], floor_share=[""]))
    assert answer.status_code == 422
    assert re.search(r'name="floor_amount"[^>]*aria-invalid="true"', answer.text)


def test_without_scripts_a_floor_row_is_added_by_the_server_and_nothing_typed_is_lost(client: FlaskClient) -> None:
    answer = client.post("/declare", data=form(add_floor="1", reason="because of visits"))
    assert answer.text.count('name="floor_project"') == 1 + 1 + 1  # typed, new, and the template for scripts
    assert "because of visits" in answer.text


def test_a_declaration_becomes_a_scenario_and_its_job_ends_with_a_plan(demo: Site) -> None:
    client = demo.app.test_client()
    answer = client.post("/declare", data=form())
    assert answer.status_code == 303
    job = int(re.findall(r"/jobs/(\d+)", answer.location)[0])
    _wait(demo, job)
    progress = client.get(f"/jobs/{job}/progress")
    assert re.fullmatch(r"/plans/\d+.*", progress.headers["HX-Redirect"])
    page = client.get(client.get(f"/jobs/{job}").location)
    assert "Winter" in page.text
    assert list_scenarios(demo.db, DEMO)[0].who == "kim"


def test_an_infeasible_declaration_names_the_rules_in_conflict(demo: Site) -> None:
    client = demo.app.test_client()
    answer = client.post("/declare", data=form(reason="impossible"))
    _wait(demo, int(re.findall(r"/jobs/(\d+)", answer.location)[0]))
    assert "training keeps 240 nodes of b200-texas" in client.get(answer.location).text


def test_one_click_makes_a_way_out_a_scenario_and_recomputes_it(demo: Site) -> None:
    client = demo.app.test_client()
    first = client.post("/declare", data=form(reason="impossible")).location
    _wait(demo, int(re.findall(r"/jobs/(\d+)", first)[0]))
    page = client.get(first).text
    assert "Ways out" in page
    assert "Add 120 nodes to B200 Texas." in page
    (address,) = re.findall(r'action="([^"]*/repairs/0[^"]*)"', page)
    answer = client.post(address)
    job = get_job(demo.db, int(re.findall(r"/jobs/(\d+)", answer.location)[0]))
    scenario = list_scenarios(demo.db, DEMO)[0]
    assert job.scenario == scenario.id
    assert (scenario.kind, scenario.who) == ("repair", "kim")
    repaired = snapshot(demo.db, DEMO, scenario.id)
    assert repaired.supply("b200-texas")[0] == 400
    assert repaired.policy[job.policy].reason == "impossible"
    assert snapshot(demo.db, DEMO).supply("b200-texas")[0] == 280
    _wait(demo, job.id)  # no job outlives its database


def test_a_way_out_that_is_not_there_is_nothing(demo: Site) -> None:
    client = demo.app.test_client()
    first = client.post("/declare", data=form(reason="impossible")).location
    job = int(re.findall(r"/jobs/(\d+)", first)[0])
    _wait(demo, job)
    assert client.post(f"/jobs/{job}/repairs/1").status_code == 404


def test_a_running_job_shows_bound_and_gap_and_is_cancelled_in_under_a_second(live: Site, page: Page) -> None:
    page.goto(live.address + "/declare")
    page.get_by_label("Reason").first.fill("endless")
    page.get_by_role("button", name="Declare and recompute").click()
    expect(page.get_by_role("status")).to_have_text("Deciding focus")
    row = page.get_by_role("row").filter(has_text="focus").first
    expect(row).to_contain_text("215")
    expect(row).to_contain_text("2.10")
    page.get_by_role("button", name="Cancel").focus()
    page.wait_for_timeout(800)  # two polls later the keyboard must still be where it was
    expect(page.get_by_role("button", name="Cancel")).to_be_focused()
    began = time.monotonic()
    page.keyboard.press("Enter")
    expect(page.get_by_role("status")).to_have_text("Cancelled", timeout=1000)
    assert time.monotonic() - began < 1
    polls: list[str] = []
    page.on("request", lambda request: polls.append(request.url))
    page.wait_for_timeout(800)
    assert polls == []
    expect(page.get_by_role("link", name="Back to the declaration")).to_be_visible()


def test_floors_and_stances_are_changed_with_the_keyboard(live: Site, page: Page) -> None:
    page.goto(live.address + "/declare")
    rows = page.locator("#floors tr")
    before = rows.count()
    page.get_by_role("button", name="Add a floor").press("Enter")
    expect(rows).to_have_count(before + 1)
    expect(rows.last.get_by_label("Project")).to_be_focused()
    rows.last.get_by_role("button", name="Remove").press("Enter")
    expect(rows).to_have_count(before)
    group = page.locator("[data-group]").first
    group.locator("[data-sets]").select_option("pause")
    assert set(group.locator("[data-one]").evaluate_all("all => all.map(one => one.value)")) == {"pause"}


def _wait(site: Site, job: int) -> None:
    began = time.monotonic()
    while not get_job(site.db, job).ended:
        assert time.monotonic() < began + 20
        time.sleep(0.02)
