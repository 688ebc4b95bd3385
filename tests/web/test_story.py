"""The story in a real browser: a company in trouble, a code red, a plan that is checked, approved and exported."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
from playwright.sync_api import Page, expect

from app.actions.plans import get_plan
from solver.check import check
from tests.web.conftest import Site


def test_from_an_empty_database_to_an_approved_and_exported_plan(live_empty: Site, page: Page, tmp_path: Path) -> None:
    page.goto(live_empty.address)
    page.get_by_role("button", name="Open the example").click()
    expect(page.get_by_text("A code red is advised.")).to_be_visible()

    page.get_by_role("link", name="Declare code red").first.click()
    page.get_by_role("button", name="Declare and recompute").click()
    page.wait_for_url("**/plans/*", timeout=60_000)

    expect(page.get_by_role("heading", level=1)).to_contain_text("Plan 1")
    expect(page.locator("#protected")).to_contain_text("protected in every week")
    expect(page.locator("#protected")).not_to_contain_text("not kept")
    expect(page.locator("#pays tbody tr").first).to_be_visible()
    expect(page.locator("#flows canvas").first).to_be_visible()
    expect(page.locator("#timeline .k-back").first).to_be_visible()
    assert page.locator("#heatmap tbody tr").count() > 10

    page.locator("#moves").get_by_label("Team").select_option("ads-platform")
    expect(page.locator("#moves tbody tr").first).to_contain_text("Ads")

    page.get_by_label("Reason").fill("Visits fell by six percent; the core comes first until February")
    page.get_by_role("button", name="Approve plan 1").click()
    expect(page.get_by_text("The plan is now the plan of record.")).to_be_visible()

    with page.expect_download() as downloading:
        page.get_by_role("link", name="allocation.csv").click()
    saved = tmp_path / "allocation.csv"
    downloading.value.save_as(saved)
    allocation = pd.read_csv(saved)
    assert list(allocation.columns) == ["week", "project", "need", "pool", "amount"]
    assert allocation["amount"].min() > 0

    stored = get_plan(live_empty.db, 1)
    assert stored.outcome.plan is not None
    assert check(stored.problem, stored.policy, stored.outcome.plan, stored.outcome.classes).ok

    page.get_by_role("link", name="Situation").click()
    expect(page.locator("#trail-list li").first).to_contain_text("kim")
    expect(page.get_by_text("code red", exact=True).first).to_be_visible()
