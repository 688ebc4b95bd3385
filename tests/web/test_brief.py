"""The brief on one page, the decisions about a plan, and the way back."""

from __future__ import annotations

import re
from collections.abc import Callable

from flask.testing import FlaskClient
from playwright.sync_api import Page, expect

from app.actions.decide import standing
from app.actions.plans import get_plan
from app.web.plan_page import reading_of
from app.web.reading.way_back import way_back
from tests.web.conftest import Site


def test_the_brief_has_the_decision_the_numbers_the_donors_and_the_risks(client: FlaskClient) -> None:
    text = client.get("/plans/2/brief").text
    for title in ("The decision", "The numbers", "Goals and their dates", "Who pays", "Risks", "The way back"):
        assert title in text
    assert "Declare a code red from 1 Dec 2025" in text
    assert "Pulse daily briefing" in text
    assert "Not simulated yet: 16 risks are recorded." in text


def test_the_brief_of_a_plan_prints_on_one_page(live: Site, new_page: Callable[..., Page]) -> None:
    page = new_page(viewport={"width": 1440, "height": 900}, color_scheme="dark")
    page.goto(live.address + "/plans/2/brief")
    printed = page.pdf(prefer_css_page_size=True)
    assert len(re.findall(rb"/Type\s*/Page[^s]", printed)) == 1
    page.emulate_media(media="print")
    assert page.evaluate("getComputedStyle(document.querySelector('.brief h1')).color") == "rgb(0, 0, 0)"


def test_the_way_back_tells_who_runs_again_when_and_what_is_still_out(demo: Site) -> None:
    reading = reading_of(get_plan(demo.db, 2))
    weeks = way_back(reading)
    _, last = reading.problem.window("code-red")
    again = {name: one.week for one in weeks for name in one.again}
    assert again["Pulse daily briefing"] == reading.problem.weeks[last]
    assert not weeks[-1].inside
    assert weeks[-1].paused == 0


def test_a_plan_is_proposed_sent_back_and_proposed_again_on_its_page(client: FlaskClient, demo: Site) -> None:
    said = {"reason": "the core first"}
    assert "Propose plan 2" in client.get("/plans/2").text
    assert client.post("/plans/2/propose", data=said).status_code == 303
    assert "Send back plan 2" in client.get("/plans/2").text
    assert client.post("/plans/2/send-back", data={**said, "reason": ""}).status_code == 422
    assert client.post("/plans/2/send-back", data={**said, "reason": "ads pay too much"}).status_code == 303
    text = client.get("/plans/2").text
    assert "ads pay too much" in text
    assert "Approve plan 2" not in text
    assert client.post("/plans/2/approve", data=said).status_code == 409
    assert "sent back" in client.get("/plans").text
    assert standing(demo.db, 2).state == "sent back"


def test_a_proposal_is_made_by_keyboard(live: Site, page: Page) -> None:
    page.goto(live.address + "/plans/2/approve")
    page.get_by_label("Reason").fill("The core comes first")
    page.get_by_role("button", name="Propose plan 2").press("Enter")
    expect(page.get_by_text("The plan is proposed for review.")).to_be_visible()
    expect(page.get_by_role("list", name="Decisions about this plan")).to_contain_text("The core comes first")
