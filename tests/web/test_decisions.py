"""Decisions on the first pages: an advice is acknowledged, a code red ends early, and several get an order."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

import pytest
from flask.testing import FlaskClient
from playwright.sync_api import Page, expect

from app.actions import work
from app.actions.approve import approve
from app.actions.audit import entries
from app.actions.decide import propose
from app.actions.declare import declare, prefill
from app.actions.plans import plan_of_record, store_plan
from app.actions.recompute import get_job
from app.actions.snapshot import snapshot
from app.processes.solver import SolverProcess
from tests.web.conftest import DEMO, Site
from tests.web.made_plan import made_outcome
from tests.web.test_declare import _wait


@pytest.fixture(scope="module", autouse=True)
def _runner() -> Iterator[None]:
    work.use(work.Worker(SolverProcess("tests.web.made_solver:by_reason")))
    yield
    work.shut_down()


@pytest.fixture
def red(demo: Site) -> Site:
    """The example with its code red as plan of record."""
    approve(demo.db, 2, "visits fell", "kim")
    return demo


def test_an_advice_is_acknowledged_by_keyboard_with_a_reason_that_all_can_read(live: Site, page: Page) -> None:
    page.goto(live.address)
    page.get_by_text("Acknowledge without declaring").press("Enter")
    page.get_by_label("Why no code red is declared").fill("A holiday week")
    page.get_by_role("button", name="Acknowledge", exact=True).press("Enter")
    expect(page.get_by_text("until another day is measured.")).to_be_visible()
    advice = page.locator(".note.bad")
    expect(advice).to_contain_text("A code red is advised.")
    expect(advice).to_contain_text("Acknowledged by kim")
    expect(advice).to_contain_text("A holiday week")
    assert page.get_by_text("Acknowledge without declaring").count() == 0


def test_an_advice_that_the_code_red_in_force_answers_says_so(red: Site) -> None:
    text = red.app.test_client().get("/").text
    assert "is being answered" in text
    assert "A code red is advised." not in text
    assert "Acknowledge without declaring" not in text


def test_an_advice_that_a_declared_code_red_answers_says_by_whom_and_how_far_in_a_calm_tone(
    live: Site, page: Page
) -> None:
    scenario = declare(live.db, DEMO, prefill(live.db, DEMO), "ann")
    page.goto(live.address)
    answering = page.get_by_label("Being answered").locator(".note")
    expect(answering).to_contain_text("Code red for the core chat, which is not in force yet. Declared by ann,")
    expect(answering).to_contain_text("Its owner is Chief Executive.")
    expect(answering).to_contain_text("It has no plan yet.")
    assert page.locator(".note.bad, .tag.bad").count() == 0
    expect(page.locator("#signals .tag")).to_have_text("being answered")
    problem = snapshot(live.db, DEMO, scenario)
    plan = store_plan(live.db, problem, made_outcome(problem, "code-red"), scenario, "ann")
    propose(live.db, plan, "every floor is kept", "ann")
    page.reload()
    expect(answering).to_contain_text(f"Plan {plan} waits for approval, proposed by ann: “every floor is kept”")
    answering.get_by_role("link", name=f"Plan {plan}").click()
    page.wait_for_url(f"**/plans/{plan}")


def test_an_acknowledgement_without_a_reason_is_refused(client: FlaskClient, demo: Site) -> None:
    answer = client.post("/acknowledge", data={"trigger": "visits-fall", "reason": " "})
    assert answer.status_code == 409
    assert "needs a reason" in answer.text
    assert client.post("/acknowledge", data={"trigger": "nothing", "reason": "seen"}).status_code == 404


def test_an_earlier_end_is_offered_only_for_a_code_red(client: FlaskClient, demo: Site) -> None:
    assert "End it early" not in client.get("/").text
    approve(demo.db, 2, "visits fell", "kim")
    assert "End it early" in client.get("/").text


def test_ending_early_makes_a_scenario_and_its_recompute_and_leaves_the_plan_of_record(red: Site) -> None:
    client = red.app.test_client()
    weeks = re.findall(r'<option value="(2\d{3}-\d\d-\d\d)">', client.get("/").text)
    assert (weeks[0], weeks[-1], len(weeks)) == ("2025-12-08", "2026-01-19", 7)
    answer = client.post("/end-early", data={"week": weeks[2], "reason": "visits are back"})
    assert answer.status_code == 303
    job = get_job(red.db, int(re.findall(r"/jobs/(\d+)", answer.location)[0]))
    assert job.scenario is not None
    ended = snapshot(red.db, DEMO, job.scenario).policy["code-red"]
    assert str(ended.end) == weeks[2]
    told = next(e for e in entries(red.db, DEMO, 5) if e.verb == "end early")
    assert (told.who, told.detail["reason"]) == ("kim", "visits are back")
    record = plan_of_record(red.db, DEMO)
    assert record is not None
    assert record.id == 2
    _wait(red, job.id)
    assert "The policy holds in no week of this plan" in client.get(client.get(answer.location).location).text


@pytest.mark.parametrize(
    ("week", "says"), [("soon", "right would be a Monday"), ("", "is no week"), ("2025-12-01", "no earlier end")]
)
def test_a_week_that_is_none_is_refused_in_words(red: Site, week: str, says: str) -> None:
    answer = red.app.test_client().post("/end-early", data={"week": week, "reason": "visits are back"})
    assert answer.status_code == 409
    assert says in answer.text


def test_two_code_reds_become_one_policy_in_the_order_that_was_given(demo: Site) -> None:
    client = demo.app.test_client()
    assert "Several code reds at once" not in client.get("/scenarios").text
    form = prefill(demo.db, DEMO)
    first = declare(demo.db, DEMO, form, "kim")
    second = declare(demo.db, DEMO, replace(form, policy="price-red", name="Prices"), "kim")
    assert "Several code reds at once" in client.get("/scenarios").text
    missing = client.post("/scenarios/order", data={"red": [first, second], f"place:{second}": "1"})
    assert missing.status_code == 409
    assert "explicit order" in missing.text
    given = {"red": [first, second], f"place:{second}": "1", f"place:{first}": "2"}
    answer = client.post("/scenarios/order", data=given)
    assert answer.status_code == 303
    assert "in the order given" in client.get(answer.location).text
    made = int(re.findall(r"/scenarios/(\d+)", answer.location)[0])
    assert f"price-red-over-{form.policy}" in snapshot(demo.db, DEMO, made).policy
