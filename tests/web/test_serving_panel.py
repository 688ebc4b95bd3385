"""Serving on the plan page: what the levers free, how hard nodes work, and the numbers behind the chart."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import pytest
from flask.testing import FlaskClient
from playwright.sync_api import Page

from app.actions.edit import edit_record
from app.actions.import_data import import_portfolio
from app.actions.plans import store_plan
from app.web.reading.frames import Reading
from app.web.reading.serving import service_panels
from solver import solve
from solver.folder import files_of
from tests.solver.handmade import project
from tests.solver.served import chat, lever, measured, served
from tests.solver.solving import LIMITS, plan_in
from tests.web.conftest import Site, serious_faults, serving

PROBLEM = served(
    chat((1900,)), measured(("h100", "", 1000.0), ("h100", "fp8", 2000.0)), lever(), project("ads", 4, priority=2),
    nodes=2,
)  # fmt: skip


@pytest.fixture(scope="module")
def outcome() -> object:
    return solve(PROBLEM, "normal", options=LIMITS)


@pytest.fixture
def site(empty: Site, outcome: object) -> Site:
    """An application with a plan of a portfolio that has a service."""
    import_portfolio(empty.db, {name: text.encode() for name, text in files_of(PROBLEM).items()}, "ann")
    store_plan(empty.db, PROBLEM, outcome, None, "ann")  # type: ignore[arg-type]
    return empty


@pytest.fixture
def shown(site: Site) -> Iterator[Site]:
    with serving(site) as one:
        yield one


def test_the_panel_answers_engine_or_pit_crew(site: Site) -> None:
    text = site.app.test_client().get("/plans/1").text
    assert "More engine or better pit crew?" in text
    assert "Serving: chat" in text
    assert "the cap is 50" in text
    for row in ("Freed by<br>fp8", "Node-weeks freed", "Week by week"):
        assert row in text


def test_a_measured_row_without_levers_is_edited_under_its_blank_key(site: Site) -> None:
    client = site.app.test_client()
    shown = client.get("/portfolio?table=throughput").text
    address = re.findall(r'href="([^"]*/records/throughput/edit[^"]*)"', shown)[0].replace("&amp;", "&")
    form = client.get(address)
    assert form.status_code == 200
    assert 'value="1000"' in form.text
    edit_record(site.db, "tiny", "throughput", ("chat", "h100", ""), {"source": "our own test"}, 1, "ann")
    assert "our own test" in client.get("/portfolio?table=throughput").text


def test_a_plan_without_services_has_no_panel(client: FlaskClient) -> None:
    assert "pit crew" not in client.get("/plans/2").text


def test_the_readings_numbers_are_those_of_the_plan(outcome: object) -> None:
    plan = plan_in(outcome)  # type: ignore[arg-type]
    (panel,) = service_panels(Reading(PROBLEM, "normal", plan))
    chart = panel.chart()
    assert chart["nodes"] == [2, 1, 1, 1]
    assert [one["nodes"] for one in chart["freed"]] == [[0, 1, 1, 1]]
    assert panel.first is panel.crew.weeks[0]
    assert panel.last is panel.crew.weeks[-1]
    assert panel.share_served == pytest.approx(1.0)
    assert panel.node_weeks_per_engineer_week == pytest.approx(3.0)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1440, 390])
def test_the_chart_is_drawn_and_the_page_is_accessible(
    shown: Site, new_page: Callable[..., Page], scheme: str, width: int
) -> None:
    page = new_page(viewport={"width": width, "height": 900}, color_scheme=scheme)
    page.goto(shown.address + "/plans/1")
    page.wait_for_selector("#serving canvas")
    page.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true; })")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert serious_faults(page) == []
