"""The risks page of a plan: how to record risks, a simulation that nobody waits for, and what it says."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from app.actions.import_data import import_portfolio
from app.actions.plans import store_plan
from solver.records import Risk
from tests.app.company import LATE, SLIP, company, files, outcome
from tests.web.conftest import Site, serious_faults, serving

PAGE = "/plans/1/risks"


def fill(site: Site, *recorded: Risk) -> None:
    """The company with these risks, and its plan, 1."""
    problem, plan = company(*recorded)
    import_portfolio(site.db, files(problem), "ann")
    assert store_plan(site.db, problem, outcome(problem, plan), None, "ann") == 1


def simulated(site: Site, page: Page) -> None:
    page.goto(site.address + PAGE)
    page.get_by_label("Futures", exact=True).fill("300")
    page.get_by_role("button", name="Simulate", exact=True).click()
    expect(page.get_by_role("heading", name="What each priority class attains")).to_be_visible(timeout=180_000)


def test_without_risks_the_page_says_how_to_record_them(empty: Site) -> None:
    fill(empty)
    text = empty.app.test_client().get(PAGE).text
    assert "No risks are recorded yet" in text
    assert "/records/risks/new" in text
    assert "Simulate" not in text


def test_the_plan_leads_to_its_risks(empty: Site) -> None:
    fill(empty, LATE)
    assert f'href="{PAGE}' in empty.app.test_client().get("/plans/1").text


def test_recorded_risks_are_told_in_words(empty: Site) -> None:
    fill(empty, LATE, SLIP)
    text = empty.app.test_client().get(PAGE).text
    assert "uniform: from 0, to 3 weeks" in text
    assert "mean 25\u00a0%" in text
    assert "from 1 Dec 2025 to 22 Dec 2025" in text
    assert "a guess" in text


@pytest.mark.parametrize("futures", ["many", "", "-1", "0", "10001"])
def test_a_number_of_futures_that_cannot_be_is_refused_in_words(empty: Site, futures: str) -> None:
    fill(empty, LATE)
    answer = empty.app.test_client().post(PAGE, data={"futures": futures, "seed": "0"})
    assert answer.status_code == 409
    assert "number of futures" in answer.text


def test_a_plan_or_file_that_is_not_there_is_not_found(empty: Site) -> None:
    fill(empty, LATE)
    client = empty.app.test_client()
    assert client.get("/plans/9/risks").status_code == 404
    assert client.get(f"{PAGE}/files/futures.csv").status_code == 404


def test_a_simulation_runs_in_the_background_and_shows_classes_goals_and_floors(empty: Site, page: Page) -> None:
    fill(empty, LATE, SLIP)
    with serving(empty) as site:
        simulated(site, page)
        expect(page.locator("#classes canvas")).to_be_visible()
        expect(page.locator("#goals")).to_contain_text("speed")
        expect(page.locator("#floors")).to_contain_text("ads, gpu, h100")
        expect(page.get_by_label("At a glance")).to_contain_text("300")
        assert page.request.get(f"{site.address}{PAGE}/files/futures.csv").text().count("\n") == 601


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_page_is_accessible_and_fits_a_phone(empty: Site, new_page: Callable[..., Page], scheme: str) -> None:
    fill(empty, LATE, SLIP)
    with serving(empty) as site:
        page = new_page(viewport={"width": 390, "height": 800}, color_scheme=scheme)
        simulated(site, page)
        assert page.evaluate("document.documentElement.scrollWidth") <= 390
        assert serious_faults(page) == []


@pytest.mark.parametrize(("width", "language"), [(1440, "en"), (1440, "ja"), (390, "en"), (390, "ja")])
def test_each_form_has_its_fields_and_its_button_on_one_line_or_below_each_other(
    empty: Site, new_page: Callable[..., Page], width: int, language: str
) -> None:
    fill(empty, LATE, SLIP)
    with serving(empty) as site:
        page = new_page(viewport={"width": width, "height": 800}, locale=language)
        page.goto(site.address + PAGE)
        forms = page.locator("form.search").evaluate_all(
            "all => all.map(one => [...one.querySelectorAll('input, button')].map(it => it.getBoundingClientRect()))"
        )
    assert [len(form) for form in forms] == [3, 4]
    side = "top" if width > 390 else "left"
    for form in forms:
        assert {round(part[side]) for part in form} == {round(form[0][side])}
