"""From a bar, a cell or a band to the reasons of the planner, and back."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from playwright.sync_api import Page, expect

from app.actions.plans import get_plan
from app.web.plan_page import reading_of
from app.web.reading.flows import flows
from app.web.reading.use import uses
from tests.web.conftest import Site


def test_who_uses_a_pool_adds_up_to_what_the_heatmap_says(demo: Site) -> None:
    reading = reading_of(get_plan(demo.db, 2))
    pool, weeks = reading.problem.pools[0].pool, reading.problem.weeks
    for t in (0, 3):
        found = uses(reading, pool, weeks[t])
        own = [amounts[t] for key, amounts in reading.amounts.items() if key[2] == pool]
        assert found.used == pytest.approx(sum(own))
        assert found.supply == reading.problem.supply(pool)[t]
    today = sum(a for key, a in reading.problem.baseline_of.items() if key[2] == pool)
    assert sum(user.before for user in uses(reading, pool, weeks[0]).users) == pytest.approx(today)


def test_bands_know_their_projects_and_others_know_none(demo: Site) -> None:
    reading = reading_of(get_plan(demo.db, 2))
    chart = flows(reading, "gpu")[0].chart()
    named = {node["label"]: node["project"] for node in chart["nodes"]}
    assert all(reading.label(project) == label for label, project in named.items() if project)
    assert any(named.values())


def test_bars_cells_and_tables_lead_to_reasons_and_back(client: FlaskClient) -> None:
    text = client.get("/plans/2").text
    bar = re.search(r'<a tabindex="-1" href="(/plans/2/why\?[^"]*week=[^"]*)"', text)
    cell = re.search(r'<a tabindex="-1" href="(/plans/2/use\?[^"]*week=[^"]*)"', text)
    assert bar
    assert cell
    why, use = (client.get(found[1].replace("&amp;", "&")).text for found in (bar, cell))
    assert 'aria-current="true"' in why
    assert "#timeline" in why
    assert "/plans/2/why?" in use
    assert "#heatmap" in use


def test_a_pool_or_week_that_is_not_there_is_not_found(client: FlaskClient, demo: Site) -> None:
    problem = get_plan(demo.db, 2).problem
    pool, late = problem.pools[0].pool, problem.weeks[-1] + timedelta(weeks=1)
    assert client.get("/plans/2/use?pool=nothing").status_code == 404
    assert client.get(f"/plans/2/use?pool={pool}&week={late}").status_code == 404
    assert client.get(f"/plans/2/use?pool={pool}&week=soon").status_code == 200


def test_a_band_leads_to_why_by_pointer_and_its_table_by_keyboard(live: Site, page: Page) -> None:
    page.goto(live.address + "/plans/2#flows")
    chart = page.locator("#flows [data-chart] canvas").first
    expect(chart).to_be_visible()
    box = chart.bounding_box()
    assert box
    page.evaluate("document.querySelector('#flows [data-chart]').scrollIntoView()")
    node = page.evaluate(
        "() => { const box = document.querySelector('#flows [data-chart]');"
        " const item = echarts.getInstanceByDom(box).getModel().getSeriesByIndex(0).getGraph().nodes[0].getLayout();"
        " return [item.x + item.dx / 2 + (box.clientWidth < 520 ? 96 : 220), item.y + item.dy / 2 + 8]; }"
    )  # fmt: skip
    chart.click(position={"x": node[0], "y": node[1]})
    page.wait_for_url("**/plans/2/why?*project=*")
    page.get_by_role("link", name="On the timeline").press("Enter")
    page.wait_for_url("**/plans/2?*find=*")
    page.locator("#flows summary", has_text="The numbers").first.press("Enter")
    page.locator("#flows table a").first.press("Enter")
    page.wait_for_url("**/plans/2/why?*project=*")
