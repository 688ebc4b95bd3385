"""Plans side by side: the scorecard, what differs, one axis, and the race against business as usual."""

from __future__ import annotations

import json
import re
from dataclasses import replace

import pytest
from flask.testing import FlaskClient
from playwright.sync_api import Page, expect

from app.actions.plans import get_plan, store_plan
from app.actions.scenario_edit import ScenarioEdit, change_scenario, copy_scenario
from app.actions.snapshot import snapshot
from app.web.plan_page import reading_of
from app.web.reading.side_by_side import Side, axis, pools, projects, scorecard
from tests.web.conftest import DEMO, Site
from tests.web.made_plan import made_outcome

BOTH = "/compare?plan=1&plan=2"


def sides(demo: Site, *plans: int) -> list[Side]:
    return [
        Side(letter, f"plan {plan}", stored := get_plan(demo.db, plan), reading_of(stored))
        for letter, plan in zip("ABCD", plans, strict=False)
    ]


def with_scenario(demo: Site) -> int:
    """A third plan: a code red whose supply and stances differ."""
    made = copy_scenario(demo.db, DEMO, None, "Milder", "code-red", "kim")
    change_scenario(demo.db, made, [ScenarioEdit("stances", "code-red/pulse", None)], 1, "kim")
    problem = snapshot(demo.db, DEMO, made)
    return store_plan(demo.db, problem, made_outcome(problem, "code-red"), made, "kim")


def test_a_plan_beside_itself_differs_in_nothing(demo: Site) -> None:
    same = sides(demo, 2, 2)
    assert [row.name for row in scorecard(same) if row.differs] == []
    assert [row.project for row in projects(same) if row.differs] == []
    assert [row.pool for row in pools(same) if row.differs] == []


def test_the_scorecard_has_goals_moves_floors_cost_and_who_pays(demo: Site) -> None:
    rows = {row.name: row for row in scorecard(sides(demo, 1, 2))}
    assert rows["focus"].cells == ("–", "80.0\u00a0%")
    assert rows["Kept in every week"].cells[0] == "nothing is protected"
    assert rows["Nodes that arrive"].differs
    assert "Pulse daily briefing" in rows["Most"].cells[1]
    assert rows["Cost"].cells == ("0 USD", "0 USD")
    assert {"Deadlines met", "GPU", "Engineers"} <= set(rows)


def test_projects_paused_in_one_plan_only_differ(demo: Site) -> None:
    rows = {row.project: row for row in projects(sides(demo, 1, 2))}
    assert rows["pulse"].differs
    paused = [side.paused if side else None for side in rows["pulse"].sides]
    assert paused[0] == 0
    assert (paused[1] or 0) > 0


def test_plans_of_other_weeks_stand_on_one_axis_and_do_not_race(demo: Site, client: FlaskClient) -> None:
    problem = snapshot(demo.db, DEMO)
    head = problem.head
    shorter = problem.replace(portfolio=[replace(head, weeks=head.weeks - 4)])
    plan = store_plan(demo.db, shorter, made_outcome(shorter, "code-red"), None, "ann")
    both = sides(demo, 2, plan)
    one = axis(both)
    assert len(one.weeks) == head.weeks
    assert (one.before(both[1]), one.after(both[1])) == (0, 4)
    assert "B covers other weeks" in client.get(f"/compare?plan=2&plan={plan}").text


def test_the_page_lays_three_plans_side_by_side_with_what_was_asked_differently(
    demo: Site, client: FlaskClient
) -> None:
    plan = with_scenario(demo)
    text = client.get(f"{BOTH}&plan={plan}").text
    assert "3 plans side by side" in text
    assert "Milder" in text
    assert "What C was asked differently from A (1 record)" in text
    assert "stances code-red/pulse" in text


def test_only_what_differs_is_shown_until_everything_is_asked_for(client: FlaskClient) -> None:
    some, everything = client.get(BOTH).text, client.get(f"{BOTH}&all=1").text
    assert "Only what differs is shown" in some
    assert len(re.findall(r"<tr", everything)) > len(re.findall(r"<tr", some))
    assert "Cost" not in some[some.index('id="scorecard"') : some.index('id="projects"')]


@pytest.mark.parametrize(("against", "raced"), [("", 1), ("&against=today", 2), ("&against=B", 1)])
def test_the_race_is_against_what_was_chosen(client: FlaskClient, against: str, raced: int) -> None:
    text = client.get(BOTH + against).text
    data = re.search(r'id="race-data">(.*?)</script>', text)
    assert data is not None
    lines = json.loads(data[1])["lines"]
    assert len(lines) == raced
    section = text[text.index('id="race"') : text.index('id="scorecard"')]
    assert section.count('<th scope="row" class="nowrap">') == len(lines[0]["values"])


def test_without_two_plans_the_page_asks_for_them(client: FlaskClient, empty: Site) -> None:
    text = client.get("/compare").text
    assert "Choose plans" in text
    assert 'value="1" selected' in text
    assert client.get("/compare?plan=1&plan=99").status_code == 404
    assert empty.app.test_client().get("/compare").status_code == 404


def test_scenarios_that_are_ticked_are_compared_with_the_plan_of_record(live: Site, page: Page) -> None:
    plan = with_scenario(live)
    page.goto(live.address + "/scenarios")
    page.get_by_label(f"Compare plan {plan}, Milder").check()
    page.get_by_role("button", name="Compare what is ticked").click()
    expect(page.get_by_role("list", name="The plans")).to_contain_text("Milder")
    expect(page.get_by_role("heading", level=1)).to_have_text("2 plans side by side")


def test_of_more_than_four_plans_the_first_four_are_compared(demo: Site, client: FlaskClient) -> None:
    more = "".join(f"&plan={with_scenario(demo)}" for _ in range(3))
    text = client.get(BOTH + more).text
    assert "4 plans side by side" in text
    assert "these are the first four" in text


def test_plans_are_chosen_and_the_race_is_drawn(live: Site, page: Page) -> None:
    page.goto(live.address + "/plans")
    page.get_by_role("link", name="Compare").click()
    page.get_by_role("button", name="Compare").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("2 plans side by side")
    expect(page.locator("#race canvas").first).to_be_visible()
    page.get_by_label("Business as usual is").select_option("today")
    expect(page.locator("#race")).to_contain_text("everybody keeps what he has today")
