"""What grows with a portfolio is shown in pages, each turned by itself and without losing what was asked."""

from __future__ import annotations

import re
import sys

import pytest
from flask.testing import FlaskClient
from playwright.sync_api import Page, expect

from tests.web.conftest import Site


@pytest.fixture(autouse=True)
def _short_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("plan_page.LINES", "plan_page.ROWS"):
        monkeypatch.setattr(f"app.web.{name}", 4)
    monkeypatch.setattr(sys.modules["app.web.compare"], "LINES", 4)
    monkeypatch.setattr("app.web.kept._written", {})


def part(text: str, name: str) -> str:
    return re.findall(rf'<section class="panel[^"]*" id="{name}".*?</section>', text, re.DOTALL)[0]


def lines(text: str, name: str) -> list[str]:
    return re.findall(r'<tr><th scope="row" title="([^"]*)"', part(text, name))


@pytest.mark.parametrize("name", ["timeline", "heatmap"])
def test_a_grid_has_a_page_of_lines_and_the_pages_hold_every_line_once(client: FlaskClient, name: str) -> None:
    first, second = client.get("/plans/2").text, client.get(f"/plans/2?{name}=2").text
    assert f"{name}=2#{name}" in part(first, name)
    ours = set(lines(first, name))
    assert len(ours) == 4
    assert ours.isdisjoint(lines(second, name))
    assert f"{name}=1#{name}" in part(second, name)


def test_turning_one_part_keeps_the_page_of_another(client: FlaskClient) -> None:
    text = client.get("/plans/2?heatmap=2&timeline=3").text
    assert re.search(r"heatmap=2&amp;timeline=4#timeline|timeline=4&amp;heatmap=2#timeline", text)


def test_a_project_is_found_on_the_timeline(client: FlaskClient) -> None:
    text = client.get("/plans/2?find=ads+PLATFORM").text
    assert "Ads platform" in part(text, "timeline")
    assert "Video generation" not in part(text, "timeline")
    assert "No project matches “nobody”" in client.get("/plans/2?find=nobody").text


def test_the_pages_of_a_comparison_keep_the_plans(client: FlaskClient) -> None:
    text = client.get("/compare?plan=1&plan=2").text
    assert "plan=1&amp;plan=2&amp;projects=2#projects" in text
    assert client.get("/compare?plan=1&plan=2&projects=2").status_code == 200


def test_words_in_the_address_cannot_make_links_lead_away(client: FlaskClient) -> None:
    text = client.get("/plans/2?_external=1&_scheme=javascript&endpoint=x&timeline=%22%3E%3Cscript%3E").text
    hrefs = re.findall(r'href="([^"]*#timeline)"', text)
    assert any("timeline=2" in one for one in hrefs)
    assert all(one.startswith(("/plans/2", "#")) for one in hrefs)


def test_a_part_is_turned_in_place(live: Site, page: Page) -> None:
    page.goto(live.address + "/plans/2")
    page.evaluate("window.stays = true")
    page.get_by_role("link", name="Next of utilisation").click()
    expect(page.locator("#heatmap nav")).to_contain_text("5–8 of")
    assert page.evaluate("window.stays") is True
