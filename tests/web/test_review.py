"""The decision review: what was forecast beside what is recorded, how to record it, and planning again from there."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from app.actions.approve import approve
from app.actions.edit import add_record, rows
from app.actions.import_data import import_portfolio
from app.actions.plans import store_plan
from app.actions.snapshot import snapshot
from tests.app.company import company, files, outcome
from tests.web.conftest import Site, serious_faults, serving

PAGE = "/plans/1/review"
START = "2025-12-01"


@pytest.fixture
def site(empty: Site) -> Site:
    """The company with its plan of record, 1: speed is built in two weeks, then ads gets its nodes."""
    problem, plan = company()
    import_portfolio(empty.db, files(problem), "ann")
    store_plan(empty.db, problem, outcome(problem, plan), None, "ann")
    approve(empty.db, 1, "the first plan", "kim")
    return empty


def happened(site: Site, **cells: str) -> None:
    add_record(site.db, "tiny", "actuals", cells, "ann")


def text_of(site: Site) -> str:
    return site.app.test_client().get(PAGE).text


def test_before_anything_is_recorded_the_page_says_how_to(site: Site) -> None:
    text = text_of(site)
    assert "nothing yet" in text
    assert "Record what happened" in text
    assert "the first plan" in text
    assert "Plan again" not in text
    assert f'href="{PAGE}' in site.app.test_client().get("/plans/1").text


def test_a_late_build_is_told_with_its_expected_week_and_what_it_cost(site: Site) -> None:
    happened(site, project="speed", week=START, progress="0.25")
    text = text_of(site)
    assert "speed is now expected 1 week later than forecast: in the week of 15 Dec 2025 instead of 8 Dec 2025." in text
    assert "the end of the week of 1 Dec 2025: 1 of 6 weeks" in text
    happened(site, project="speed", week="2025-12-15", progress="0.5")
    assert "speed brought 3 less value so far than forecast (−100 %)." in text_of(site)


def test_a_broken_floor_and_missing_nodes_are_told_first(site: Site) -> None:
    happened(site, project="ads", week="2025-12-15", need="gpu", pool="h100", amount="4")
    text = text_of(site)
    assert "ads was below its floor of gpu, h100 in 1 week, by up to 2 node." in text
    assert "Where amounts are recorded, 4 of the 6 nodes that were to have arrived did (67\u00a0%)." in text
    assert text.index("below its floor") < text.index("Where amounts are recorded")


def test_what_went_as_forecast_says_so(site: Site) -> None:
    happened(site, project="speed", week=START, progress="0.5")
    assert "What is recorded went as forecast." in text_of(site)


def test_a_signal_is_compared_with_what_it_was_before_the_policy_took_effect(site: Site) -> None:
    trigger = {"trigger": "fall", "signal": "visits", "window_days": "2", "drop": "0.06", "policy": "normal"}
    days = {"2025-11-28": "100", "2025-11-29": "100", "2025-12-03": "90", "2025-12-04": "80"}
    for day, value in days.items():
        add_record(site.db, "tiny", "signals", {"signal": "visits", "date": day, "value": value}, "ann")
    add_record(site.db, "tiny", "triggers", trigger, "ann")
    text = text_of(site)
    assert "<strong>100</strong> before the policy took effect, <strong>85</strong>" in text
    assert "−15 %" in text


def test_a_week_as_it_was_planned_is_a_file_to_correct_and_import(site: Site) -> None:
    happened(site, project="speed", week=START, pace="0.5")
    lines = site.app.test_client().get(f"{PAGE}/actuals.csv?week={START}").text.splitlines()
    assert lines[0] == "project,week,need,pool,amount,pace,progress,note"
    assert f"speed,{START},,,,0.5,," in lines
    assert f"speed,{START},gpu,h100,4,,," in lines


def test_a_plan_that_was_never_approved_is_told_as_such(site: Site) -> None:
    problem, plan = company()
    store_plan(site.db, problem, outcome(problem, plan), None, "ann")
    assert "Plan 2 was never approved" in site.app.test_client().get("/plans/2/review").text


@pytest.mark.parametrize(
    ("form", "status", "said"),
    [
        ({"week": "soon"}, 409, "is no week"),
        ({"week": "2027-01-04"}, 409, "outside plan 1"),
        ({"week": START, "version:speed": "0", "pace:speed": "fast"}, 422, "fast"),
        ({"week": START, "version:speed": "0", "pace:speed": "2"}, 422, "2"),
        ({"week": START, "version:speed": "0", "pace:speed": ""}, 409, "Nothing was typed"),
        ({"week": START, "version:speed": "7", "pace:speed": "0.5"}, 404, "actuals"),
    ],
)
def test_what_cannot_be_recorded_is_answered_in_words(site: Site, form: dict[str, str], status: int, said: str) -> None:
    answer = site.app.test_client().post(PAGE, data=form)
    assert (answer.status_code, said in answer.text) == (status, True)
    assert rows(site.db, "tiny", "actuals") == []


def test_two_people_who_record_the_same_week_do_not_overwrite_each_other(site: Site) -> None:
    client, form = site.app.test_client(), {"week": START, "version:speed": "0", "progress:speed": "0.25"}
    assert client.post(PAGE, data=form).status_code == 303
    assert client.post(PAGE, data=form | {"progress:speed": "0.5"}).status_code == 409
    shown = rows(site.db, "tiny", "actuals")[0]
    assert shown.record.progress == 0.25
    again = form | {"version:speed": str(shown.version), "progress:speed": ""}
    assert client.post(PAGE, data=again).status_code == 303
    assert rows(site.db, "tiny", "actuals") == []


def test_planning_again_refuses_what_cannot_be(site: Site) -> None:
    client = site.app.test_client()
    assert client.post(f"{PAGE}/replan", data={"week": START, "freeze": "some"}).status_code == 409
    assert client.post(f"{PAGE}/replan", data={"week": "2027-01-04"}).status_code == 409
    happened(site, project="speed", week=START, need="gpu", pool="h100", amount="2.5")
    answer = client.post(f"{PAGE}/replan", data={"week": "2025-12-08", "freeze": "0"})
    assert (answer.status_code, "multiple of the pool" in answer.text) == (422, True)


def test_a_week_is_recorded_and_the_rest_is_planned_again(site: Site, page: Page) -> None:
    with serving(site) as live:
        page.goto(live.address + PAGE)
        page.get_by_label("Progress of speed").fill("0.25")
        page.get_by_role("button", name="Record", exact=True).click()
        expect(page.get_by_text("What happened is recorded")).to_be_visible()
        expect(page.get_by_role("heading", name="What to learn from it")).to_be_visible()
        page.get_by_role("button", name="Plan again").click()
        page.wait_for_url("**/jobs/*")
        problem = snapshot(site.db, "tiny", 1)
        assert (str(problem.head.start), problem.head.weeks) == ("2025-12-08", 5)
        assert problem.project["speed"].progress == 0.25
        assert snapshot(site.db, "tiny").head.weeks == 6
        page.wait_for_url("**/plans/2*", timeout=120_000)


def test_it_is_printed_without_what_is_only_for_the_screen_and_no_wider_than_a_page(site: Site, page: Page) -> None:
    happened(site, project="speed", week=START, progress="0.25")
    with serving(site) as live:
        page.set_viewport_size({"width": 710, "height": 1000})
        page.goto(live.address + PAGE)
        page.emulate_media(media="print")
        expect(page.get_by_role("heading", name="What to learn from it")).to_be_visible()
        expect(page.get_by_role("heading", name="Record what happened")).to_be_hidden()
        assert page.evaluate("document.documentElement.scrollWidth") <= 710


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_page_is_accessible_and_fits_a_phone(site: Site, new_page: Callable[..., Page], scheme: str) -> None:
    happened(site, project="speed", week=START, progress="0.25")
    happened(site, project="ads", week="2025-12-15", need="gpu", pool="h100", amount="4")
    with serving(site) as live:
        page = new_page(viewport={"width": 390, "height": 800}, color_scheme=scheme)
        page.goto(live.address + PAGE)
        assert page.evaluate("document.documentElement.scrollWidth") <= 390
        assert serious_faults(page) == []
