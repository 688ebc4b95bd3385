"""The people page: effective against nominal, what moves bring, and change orders made in the background."""

from __future__ import annotations

import io
import re
import time
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page

from app.actions import recompute
from app.actions.audit import entries
from app.actions.import_data import import_portfolio
from app.actions.plans import plan_orders, store_plan
from app.actions.snapshot import snapshot
from app.db import Database
from app.web.reading.effective import brought, worth
from app.web.reading.frames import Reading
from solver.orders import change_orders
from solver.solve import solve
from tests.cli.test_people import PEOPLE
from tests.cli.tiny import tiny
from tests.databases import Makers
from tests.solver.solving import LIMITS, plan_in
from tests.web.conftest import Site, _site, serving
from tests.web.made_plan import made_outcome


@pytest.fixture
def staffed(tmp_path: Path, makers: Makers, database_kind: str) -> Iterator[Site]:
    """An application with the tiny company, its people, and its plan under the code red."""

    def fill(db: Database) -> None:
        import_portfolio(db, tiny(tmp_path / "in", people=PEOPLE), "ann")
        problem = snapshot(db, "tiny")
        store_plan(db, problem, solve(problem, "code-red", options=LIMITS), None, "ann")

    yield from _site(tmp_path / "site", makers.copy("staffed", fill, database_kind))


def finished(site: Site, address: str) -> str:
    """Where a job leads once it is done."""
    client = site.app.test_client()
    for _ in range(600):
        answer = client.get(address)
        if answer.status_code == 303:
            return answer.location
        time.sleep(0.1)
    raise AssertionError(client.get(address).text)


def test_the_page_shows_what_works_of_what_is_given(staffed: Site) -> None:
    text = staffed.app.test_client().get("/plans/1/people").text
    assert "Engineers: effective and nominal" in text
    assert "effective weeks" in text
    assert "6 people are recorded" in text
    assert text.count("<h1") == 1


def test_the_figures_of_the_page_are_those_of_the_plan(staffed: Site) -> None:
    problem = snapshot(staffed.db, "tiny")
    plan = plan_in(solve(problem, "code-red", options=LIMITS))
    reading = Reading(problem, "code-red", plan)
    rows = {row.project: row for row in worth(reading, "engineer")}
    chat = plan.effective[(plan.effective["project"] == "chat") & (plan.effective["need"] == "people")]
    assert rows["chat"].effective == pytest.approx(chat["effective"].sum())
    assert rows["chat"].lost == pytest.approx(chat["ramp"].sum() + chat["mentor"].sum()) != 0
    assert rows["chat"].cells[0].percent == pytest.approx(100 * chat["effective"].iloc[0] / chat["supply"].iloc[0])
    (came,) = [s for s in brought(reading, "engineer") if s.name == "chat"]
    assert (came.amount, came.weeks, came.unit) == (2.0, 4, "FTE")


def test_orders_are_made_by_a_job_and_stored_beside_the_plan(staffed: Site) -> None:
    client = staffed.app.test_client()
    asked = client.post("/plans/1/people")
    assert asked.status_code == 303
    assert "Change orders of plan 1" in client.get(asked.location).text or client.get(asked.location).status_code == 303
    assert finished(staffed, asked.location).startswith("/plans/1/people")
    text = client.get("/plans/1/people").text
    assert "fewer are not possible: proven" in text
    assert re.search(r'<td class="nowrap" title="">p-\d</td><td>move</td><td>ads</td><td>chat</td>', text)
    stored, problem = plan_orders(staffed.db, 1), snapshot(staffed.db, "tiny")
    assert stored is not None
    fresh = change_orders(problem, plan_in(solve(problem, "code-red", options=LIMITS)), options=LIMITS)
    assert (stored.moves, stored.proven) == (fresh.moves, True)
    assert (entries(staffed.db, "tiny", 1)[0].verb, entries(staffed.db, "tiny", 1)[0].who) == ("order people", "kim")
    names = zipfile.ZipFile(io.BytesIO(client.get("/plans/1/plan.zip").data)).namelist()
    assert {"orders.csv", "uncovered.csv", "orders.json"} <= set(names)
    assert client.get("/plans/1/files/orders.csv").text.startswith("week,person,kind,pool")


def test_orders_can_be_searched(staffed: Site) -> None:
    problem = snapshot(staffed.db, "tiny")
    job = recompute.order(staffed.db, 1, "kim", LIMITS)
    finished(staffed, f"/jobs/{job}")
    client = staffed.app.test_client()
    stored = plan_orders(staffed.db, 1)
    assert stored is not None
    (first, *_) = stored.orders["person"]
    found = client.get(f"/plans/1/people?q={first}").text
    others = {p.person for p in problem.people} - {first}
    assert f">{first}</td>" in found
    assert not [p for p in others if f">{p}</td>" in found]


def test_where_nobody_is_recorded_the_page_says_so_and_makes_no_orders(demo: Site) -> None:
    client = demo.app.test_client()
    problem = snapshot(demo.db, "code-red").replace(people=())
    assert store_plan(demo.db, problem, made_outcome(problem, "code-red"), None, "ann") == 3
    text = client.get("/plans/3/people").text
    assert "there is nobody to send" in text
    assert client.post("/plans/3/people").status_code == 409


def test_a_cancelled_job_leaves_no_orders(staffed: Site) -> None:
    job = recompute.order(staffed.db, 1, "kim", LIMITS)
    recompute.cancel(staffed.db, job, "kim")
    for _ in range(300):
        if recompute.get_job(staffed.db, job).ended:
            break
        time.sleep(0.1)
    state = recompute.get_job(staffed.db, job).state
    assert (state, plan_orders(staffed.db, 1) is None) in (("cancelled", True), ("done", False))


def test_the_page_has_no_faults_in_a_browser_narrow_and_dark(
    staffed: Site, new_page: Callable[..., Page], tmp_path: Path
) -> None:
    finished(staffed, f"/jobs/{recompute.order(staffed.db, 1, 'kim', LIMITS)}")
    with serving(staffed) as site:
        for width, scheme in ((1440, "light"), (390, "dark")):
            page = new_page(viewport={"width": width, "height": 900}, color_scheme=scheme)
            errors: list[str] = []
            page.on("pageerror", lambda error, found=errors: found.append(str(error)))
            page.goto(f"{site.address}/plans/1/people")
            assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
            assert page.locator("#orders table").count() >= 2
            assert errors == []
