"""Questions about a plan in the browser: asked where one wonders, answered way by way, and a way tried at once."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from playwright.sync_api import Page, expect

from app.actions import inquiries, work
from app.actions.import_data import import_portfolio
from app.actions.plans import store_plan
from app.actions.scenarios import get_scenario
from app.actions.snapshot import snapshot
from app.roles import Role
from app.store import inquiries as store
from app.web import cookie
from app.web.language import COOKIE
from solver.folder import read
from solver.plan import Outcome
from solver.progress import Options
from solver.solve import solve
from tests.cli.tiny import tiny
from tests.web.conftest import Site, enter, serious_faults, serving, visitor

WHY, USE = "/plans/1/why?project=ads", "/plans/1/use?pool=nodes&week=2025-12-08"
TAKES = {"kind": "takes", "project": "ads", "week": "2025-12-08", "pace": "50"}
STANCE = {"operation": "remove", "table": "stances", "key": "code-red/ads", "cells": {}}
PIN = {
    "operation": "put", "table": "pins", "key": "ads/gpu/nodes/2025-12-08",
    "cells": {"project": "ads", "need": "gpu", "pool": "nodes", "from": "2025-12-08", "amount": "1"},
}  # fmt: skip
CLASS = {"name": "focus", "before": 40.0, "after": 20.0, "ideal": 40.0, "percent": -50.0, "unproven": 0.1}


@pytest.fixture(scope="module")
def solved(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Outcome]:
    """The smallest company with something to decide, and its plan under the code red, which pauses ads."""
    folder = tiny(tmp_path_factory.mktemp("tiny") / "in")
    return folder, solve(read(folder).problem, "code-red", options=Options(time_limit=10.0))


@pytest.fixture
def site(empty: Site, solved: tuple[Path, Outcome]) -> Site:
    """The company, with its plan, 1."""
    folder, outcome = solved
    import_portfolio(empty.db, folder, "ann")
    assert store_plan(empty.db, snapshot(empty.db, "tiny"), outcome, None, "ann") == 1
    return empty


@pytest.fixture
def client(site: Site) -> FlaskClient:
    """Requests to the company."""
    return site.app.test_client()


def way(text: str = "", **facts: Any) -> dict[str, Any]:
    """A way as it is stored."""
    return {
        "text": text, "status": "optimal", "pays": {}, "unproven": {}, "pins": [], "classes": [], "conflicts": [],
        "step": None, "edits": [], **facts,
    }  # fmt: skip


def found(site: Site, kind: str, asked: dict[str, Any], *ways: dict[str, Any], complete: bool = True) -> str:
    """The address of an inquiry with these ways, as it is stored."""
    with site.db.session() as session:
        number = store.add(session, {"plan": 1, "kind": kind, "asked": asked, "who": "ann"})
        for one in ways:
            store.add_part(session, number, "ways", one)
        if complete:
            store.complete(session, number)
    return f"/plans/1/inquiries/{number}"


def takes(site: Site, *ways: dict[str, Any], complete: bool = True) -> str:
    """The same of what it would take."""
    return found(site, "takes", {"project": "ads", "week": "2025-12-08", "pace": 0.5}, *ways, complete=complete)


def test_the_reasons_offer_the_week_in_which_it_first_rests_or_the_one_asked_about(
    client: FlaskClient,
) -> None:
    text = client.get(WHY).text
    assert '<option value="2025-12-01" selected>' in text
    assert '<option value="2025-12-15" selected>' in client.get(f"{WHY}&week=2025-12-15").text
    assert re.findall(r'name="must" value="(\w+)"', text) == ["in", "out"]


def test_the_plan_and_its_parts_lead_to_the_form(client: FlaskClient) -> None:
    link = 'href="/plans/1/why?project=ads'
    part = client.get(WHY, headers={"HX-Request": "true"}).text
    for text in (client.get("/plans/1").text, part):
        assert link in text
        assert "#ask" in text
        assert 'name="pace"' not in text


def test_who_only_reads_is_offered_nothing_to_ask_and_is_refused(site: Site) -> None:
    address = takes(site, way("no longer pause ads", edits=[STANCE]))
    client = visitor(site)
    client.set_cookie(cookie.OVER_HTTP, enter(site.db, "vic", {"tiny": Role.VIEWER}))
    assert "a manager asks" in client.get(WHY).text
    assert "What would one more bring?" not in client.get(USE).text
    assert "Apply as a scenario" not in client.get(address).text
    assert client.post("/plans/1/inquiries", data=TAKES).status_code == 403
    assert client.post(f"{address}/ways/0").status_code == 403


@pytest.mark.parametrize(
    ("form", "said"),
    [
        ({"kind": "luck"}, ["is no kind of question"]),
        (
            {"project": "nobody", "week": "soon", "pace": "fast"},
            ["is no project of this plan", "is in no week of this plan", "is no pace"],
        ),
        ({"pace": "101"}, ["is no pace"]),
        ({"kind": "force", "must": ""}, ["is no way to force a project"]),
        ({"kind": "price", "pool": "none"}, ["is no pool of this plan"]),
    ],
)
def test_all_that_is_wrong_with_a_question_is_told(
    site: Site, client: FlaskClient, form: dict[str, str], said: list[str]
) -> None:
    answer = client.post("/plans/1/inquiries", data=TAKES | form)
    assert answer.status_code == 422
    assert [text for text in said if text not in answer.text] == []
    assert inquiries.listing(site.db, 1) == []


def test_what_is_not_there_is_not_found(site: Site, client: FlaskClient) -> None:
    address = takes(site, way("nothing else changes", pays={"priority 0": 3.0}))
    assert client.post("/plans/9/inquiries", data=TAKES).status_code == 404
    assert client.get("/plans/1/inquiries/9").status_code == 404
    assert client.get(address.replace("/plans/1", "/plans/2")).status_code == 404
    assert client.post(f"{address}/ways/7").status_code == 404
    refused = client.post(f"{address}/ways/0")
    assert (refused.status_code, "changes no records" in refused.text) == (409, True)


def test_ways_are_told_with_what_the_classes_pay(site: Site, client: FlaskClient) -> None:
    pays = {"pays": {"priority 0": 12.5, "priority 2": 0.1}, "unproven": {"priority 0": 0.25, "priority 2": 0.001}}
    paid = way("ads gives up 2 weeks of full pace", **pays, pins=[PIN])
    text = client.get(takes(site, way("no longer pause ads", edits=[STANCE]), paid)).text
    assert "What would it take for ads to run at a pace of 50\u00a0% in the week of 8 Dec 2025?" in text
    assert "2 ways" in text
    assert "No longer pause ads." in text
    assert "No class pays." in text
    assert "Priority 0 pays 12.50\u00a0% of its ideal. 0.25\u00a0% of it is not proven. " in text
    assert "Priority 2 pays 0.10\u00a0% of its ideal.</strong>" in text
    assert "Applied, it pins what the project then holds in that week." in text
    assert text.count("Apply as a scenario") == 2


def test_forcing_and_prices_are_told_class_by_class(site: Site, client: FlaskClient) -> None:
    forced = found(site, "force", {"project": "chat", "must": "out"}, way("force chat out", classes=[CLASS]))
    text = client.get(forced).text
    assert "What does each class pay if chat is forced out?" in text
    assert "−50.00\u00a0%" in text
    steps = [way("more", classes=[CLASS], step=1.0), way("less", status="infeasible", step=-1.0,
             conflicts=[{"rule": "floors", "text": "chat's floor of 4 nodes"}])]  # fmt: skip
    priced = found(site, "price", {"pool": "nodes", "week": "2025-12-08"}, *steps)
    with site.db.session() as session:
        for week, price in (("2025-12-08", 1.25), ("2025-12-15", 2.5)):
            part = {"pool": "nodes", "week": week, "name": "focus", "price": price}
            store.add_part(session, int(priced.rpartition("/")[2]), "prices", part)
    text = client.get(priced).text
    for said in ("1 node more", "1 node less", "1.25 value per unit and week", "of 4 nodes", forced):
        assert said in text
    dearest = text[text.index("Where one unit more would help most") :]
    assert "/plans/1/use?pool=nodes&amp;week=2025-12-15" in dearest
    assert [figure in dearest for figure in ("1.25", "2.5")] == [True, True]
    assert "2.5 value per unit" not in text


def test_one_that_found_nothing_or_never_ended_says_so(site: Site, client: FlaskClient) -> None:
    assert "no proof against one" in client.get(takes(site)).text
    lost = client.get(takes(site, way("no longer pause ads"), complete=False)).text
    assert "what was found until then is kept" in lost


def test_a_question_that_waits_may_be_cancelled_and_its_job_leads_to_it(site: Site, client: FlaskClient) -> None:
    work.leave_to_others()
    address = client.post("/plans/1/inquiries", data=TAKES).location
    work.shut_down()
    assert "No worker is there" in client.get(address).text
    assert client.get("/jobs/1").location.startswith("/plans/1/inquiries/1")
    assert "inquiry 1" in client.get("/jobs").text
    state = client.post("/plans/1/inquiries/1/cancel", headers={"HX-Request": "true"}).text
    assert "Cancelled" in state
    assert "hx-get" not in state
    assert client.post("/plans/1/inquiries/1/cancel").status_code == 303


def test_the_question_and_its_ways_are_said_in_japanese(site: Site, client: FlaskClient) -> None:
    address = takes(site, way("no longer pause ads", edits=[STANCE]), way("ads gives up 2 weeks of full pace"))
    client.set_cookie(COOKIE, "ja")
    text = client.get(address).text
    assert "adsが2025/12/08の週に50%のペースで稼働するには何が必要ですか？" in text
    assert "Adsの一時停止を外す。" in text
    assert "Adsがフルペース換算で2週分を手放す" in text


def test_ways_arrive_while_the_page_is_open_and_one_becomes_a_scenario(site: Site, page: Page) -> None:
    with serving(site) as live:
        page.goto(live.address + WHY)
        page.get_by_label("At a pace of").fill("50")
        page.get_by_role("button", name="What would it take?").click()
        expect(page.get_by_role("heading", level=1)).to_contain_text("What would it take for ads")
        expect(page.get_by_role("status")).to_contain_text(re.compile(r"\d way"), timeout=60_000)
        page.get_by_role("button", name=re.compile("Apply: no longer pause ads")).first.click()
        page.wait_for_url("**/plans/2*", timeout=60_000)
        assert get_scenario(site.db, 1).name.startswith("No longer pause ads")
        page.goto(live.address + USE)
        page.get_by_role("button", name="What would one more bring?").click()
        expect(page.get_by_role("status")).to_have_text("Solved again", timeout=60_000)
        expect(page.get_by_role("heading", name="1 node more")).to_be_visible()
        expect(page.locator("#earlier li")).to_have_count(1)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_pages_are_accessible_and_fit_a_phone(site: Site, new_page: Callable[..., Page], scheme: str) -> None:
    ways = takes(site, way("no longer pause ads", edits=[STANCE]), way("x", pays={"focus": 2.0}))
    forced = found(
        site, "force", {"project": "chat", "must": "out"}, way("force chat out", classes=[CLASS], edits=[STANCE])
    )
    with serving(site) as live:
        page = new_page(viewport={"width": 390, "height": 800}, color_scheme=scheme)
        for address in (WHY, USE, ways, forced):
            page.goto(live.address + address)
            assert page.evaluate("document.documentElement.scrollWidth") <= 390
            assert serious_faults(page) == []
