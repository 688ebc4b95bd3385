"""Scenarios on pages: copied, changed in place beside their parent, never written over somebody else's change."""

from __future__ import annotations

import re
from collections.abc import Callable
from html import unescape

import pytest
from flask.testing import FlaskClient
from playwright.sync_api import Page, expect

from app.actions.scenario_edit import ScenarioEdit, change_scenario, copy_scenario
from app.actions.scenarios import get_scenario
from app.actions.snapshot import snapshot
from tests.web.conftest import DEMO, Site, serious_faults


@pytest.fixture
def scenario(demo: Site) -> int:
    """A copy of the example under its code red."""
    return copy_scenario(demo.db, DEMO, None, "Shorter", "code-red", "ann")


def typed(client: FlaskClient, scenario: int, **other: str) -> dict[str, str]:
    """The form as a browser would send it, with some fields written anew."""
    text = client.get(f"/scenarios/{scenario}").text
    form = text[text.index(f'action="/scenarios/{scenario}?portfolio={DEMO}" class="stack"') :]
    hidden = dict(re.findall(r'<input type="hidden" name="(w\|[^"]+)" value="([^"]*)"', form))
    values = {name: unescape(value) for name, value in hidden.items()}
    version = re.search(r'name="version" value="(\d+)"', form)
    assert version is not None
    cells = {f"c|{name[2:]}": value for name, value in values.items()}
    return {"version": version[1], **values, **cells, **{f"c|{k}": v for k, v in other.items()}}


def test_the_list_leads_to_a_copy_of_the_portfolio(client: FlaskClient) -> None:
    answer = client.post("/scenarios", data={"name": "Try", "policy": "code-red"})
    assert answer.status_code == 303
    assert "Nothing yet: it is what it was copied from." in client.get(answer.location).text
    listed = client.get("/scenarios").text
    assert "Try" in listed
    assert "the portfolio" in listed


def test_a_change_stands_beside_the_old_value_struck_through(client: FlaskClient, scenario: int, demo: Site) -> None:
    before = snapshot(demo.db, DEMO)
    form = typed(client, scenario, **{"policies|code-red|gpu_moves": "123", "stances|code-red/pulse|stance": "normal"})
    answer = client.post(f"/scenarios/{scenario}", data=form)
    assert answer.status_code == 303
    text = client.get(answer.location).text
    table = text[text.index('id="changes"') : text.index("Dates and limits")]
    assert f"<s>{before.policy['code-red'].gpu_moves:g}</s></td><td><strong>123</strong>" in table
    assert "<s>pause</s>" in table
    after = snapshot(demo.db, DEMO, scenario)
    assert after.policy["code-red"].gpu_moves == 123
    assert "pulse" not in after.stances_of("code-red")
    assert snapshot(demo.db, DEMO) == before


def test_a_floor_is_added_and_another_removed(client: FlaskClient, scenario: int, demo: Site) -> None:
    floor = snapshot(demo.db, DEMO).floors_of("code-red")[0]
    form = typed(client, scenario)
    new = {"project": floor.project, "need": floor.need, "pool": "", "week": "2026-01-05", "amount": "5", "share": ""}
    gone = next(name for name in form if name.startswith(f"w|floors|code-red/{floor.project}/{floor.need}"))
    form |= {"x|" + gone.removeprefix("w|").rpartition("|")[0]: "1"}
    form |= {f"n|floors|{name}": text for name, text in new.items()}
    assert client.post(f"/scenarios/{scenario}", data=form).status_code == 303
    after = snapshot(demo.db, DEMO, scenario).floors_of("code-red")
    assert len(after) == len(snapshot(demo.db, DEMO).floors_of("code-red"))
    assert [f.amount for f in after if f.pool is None] == [5]


def test_the_second_of_two_people_keeps_what_was_typed_and_sees_what_was_written(
    client: FlaskClient, scenario: int, demo: Site
) -> None:
    mine = typed(client, scenario, **{"policies|code-red|gpu_moves": "111"})
    theirs = ScenarioEdit("policies", "code-red", {"engineer_moves": "22", "gpu_moves": "99"})
    change_scenario(demo.db, scenario, [theirs], 1, "bob")
    answer = client.post(f"/scenarios/{scenario}", data=mine)
    assert answer.status_code == 409
    assert "Somebody else was faster" in answer.text
    assert "policies code-red: engineer_moves" in answer.text
    assert re.search(r'name="c\|policies\|code-red\|gpu_moves" value="111"', answer.text)
    assert re.search(r'name="c\|policies\|code-red\|engineer_moves" value="22"', answer.text)
    assert snapshot(demo.db, DEMO, scenario).policy["code-red"].gpu_moves == 99


def test_faults_come_back_with_what_was_typed(client: FlaskClient, scenario: int, demo: Site) -> None:
    form = typed(client, scenario, **{"policies|code-red|gpu_moves": "many", "projects|pulse|priority": "9"})
    answer = client.post(f"/scenarios/{scenario}", data=form)
    assert answer.status_code == 422
    assert "Not saved: 2 faults." in answer.text
    assert re.search(r'value="many"[^>]*aria-invalid="true"', answer.text)
    assert get_scenario(demo.db, scenario).version == 1


def test_one_change_is_undone(client: FlaskClient, scenario: int, demo: Site) -> None:
    change_scenario(demo.db, scenario, [ScenarioEdit("projects", "pulse", {"priority": "0"})], 1, "bob")
    form = {"version": "2", "table": "projects", "key": "pulse"}
    assert client.post(f"/scenarios/{scenario}/undo", data=form).status_code == 303
    assert snapshot(demo.db, DEMO, scenario) == snapshot(demo.db, DEMO)


def test_an_archived_scenario_is_out_of_the_way_and_comes_back(client: FlaskClient, scenario: int) -> None:
    assert client.post(f"/scenarios/{scenario}/archive").status_code == 303
    assert "Shorter" not in client.get("/scenarios").text
    assert "Shorter" not in client.get("/").text
    assert "Shorter" in client.get("/scenarios?archived=1").text
    assert "Save changes" not in client.get(f"/scenarios/{scenario}").text
    assert client.post(f"/scenarios/{scenario}/archive", data={"back": "1"}).status_code == 303
    assert "Save changes" in client.get(f"/scenarios/{scenario}").text


def test_a_scenario_is_renamed(client: FlaskClient, scenario: int) -> None:
    answer = client.post(f"/scenarios/{scenario}/name", data={"version": "1", "name": "Six weeks"})
    assert "Six weeks" in client.get(answer.location).text
    assert client.post(f"/scenarios/{scenario}/name", data={"version": "2", "name": " "}).status_code == 422
    assert client.post(f"/scenarios/{scenario}/name", data={"version": "1", "name": "x"}).status_code == 409


def test_the_keyboard_alone_changes_a_stance_and_adds_a_floor(live: Site, page: Page) -> None:
    made = copy_scenario(live.db, DEMO, None, "By keyboard", "code-red", "ann")
    page.goto(f"{live.address}/scenarios/{made}")
    stance = page.get_by_label("Stance of Pulse daily briefing")
    stance.focus()
    page.keyboard.press("f")
    add = page.get_by_role("button", name="Add a floor")
    add.focus()
    page.keyboard.press("Enter")
    expect(page.locator("tr.added input").first).to_be_focused()
    page.locator("tr.added").get_by_role("button", name="Remove").press("Enter")
    page.get_by_role("button", name="Save changes").press("Enter")
    expect(page.get_by_role("status")).to_contain_text("The scenario was changed")
    expect(page.locator("#changes")).to_contain_text("focus")
    assert snapshot(live.db, DEMO, made).stances_of("code-red")["pulse"].stance == "focus"


@pytest.mark.parametrize(("width", "scheme"), [(1440, "light"), (390, "dark")])
def test_a_scenario_is_readable_and_does_not_scroll_sideways(
    live: Site, new_page: Callable[..., Page], width: int, scheme: str
) -> None:
    made = copy_scenario(live.db, DEMO, None, "Wide and narrow", "code-red", "ann")
    change_scenario(live.db, made, [ScenarioEdit("projects", "pulse", {"priority": "0"})], 1, "bob")
    page = new_page(viewport={"width": width, "height": 900}, color_scheme=scheme)
    page.goto(f"{live.address}/scenarios/{made}")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert serious_faults(page) == []
