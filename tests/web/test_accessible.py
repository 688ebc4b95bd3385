"""Every page in a real browser: no serious axe finding, nothing wider than a phone, usable by keyboard."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.web.conftest import Site, serious_faults

ADDRESSES = (
    "/", "/declare", "/plans", "/plans/2", "/plans/2/moves", "/plans/2/why", "/plans/2/ledger",
    "/plans/2/approve", "/plans/2/use?pool=h100-east", "/portfolio",
    "/portfolio?table=policies", "/capacity", "/export", "/import", "/records/projects/edit?k=ads-platform", "/nothing",
    "/scenarios", "/compare", "/compare?plan=1&plan=2&all=1", "/plans/2/brief", "/week", "/webhooks",
    "/webhooks/log",     "/account", "/accounts", "/sign-in",
)  # fmt: skip


OPENED = "document.querySelectorAll('details').forEach(one => { one.open = true; })"


@pytest.mark.parametrize("address", ADDRESSES)
def test_axe_finds_nothing_serious_and_no_page_is_wider_than_a_phone(
    live: Site, new_page: Callable[..., Page], address: str
) -> None:
    page = new_page(viewport={"width": 1440, "height": 900}, color_scheme="light")
    page.goto(live.address + address)
    page.evaluate(OPENED)
    assert serious_faults(page) == []
    page.emulate_media(color_scheme="dark")
    page.reload()
    assert page.locator("html").get_attribute("data-theme") == "dark"
    page.evaluate(OPENED)
    assert serious_faults(page) == []
    page.set_viewport_size({"width": 390, "height": 800})
    page.reload()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


@pytest.mark.parametrize("language", ["en", "ja"])
@pytest.mark.parametrize("address", ["/", "/plans/2", "/plans/2/people", "/capacity"])
def test_every_entry_of_a_menu_is_in_sight_on_a_phone(
    live: Site, new_page: Callable[..., Page], address: str, language: str
) -> None:
    page = new_page(viewport={"width": 390, "height": 800}, locale=language)
    page.goto(live.address + address)
    sides = page.locator("nav a").evaluate_all("all => all.map(one => one.getBoundingClientRect())")
    assert len(sides) >= 7
    assert [side for side in sides if side["left"] < 0 or side["right"] > 390] == []


def test_the_first_tab_offers_to_skip_to_the_content(live: Site, page: Page) -> None:
    page.goto(live.address)
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to content")).to_be_focused()
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"


def test_the_theme_is_the_systems_until_it_is_chosen_and_then_stays(live: Site, new_page: Callable[..., Page]) -> None:
    page = new_page(color_scheme="dark")
    page.goto(live.address)
    root = page.locator("html")
    expect(root).to_have_attribute("data-theme", "dark")
    page.get_by_role("button", name="Light theme").click()
    expect(root).to_have_attribute("data-theme", "light")
    page.goto(live.address + "/plans")
    expect(root).to_have_attribute("data-theme", "light")


def test_charts_do_not_shift_the_page_while_they_are_drawn(live: Site, page: Page) -> None:
    page.add_init_script(
        "window.shift = 0; const add = one => { window.shift += one.value; };"
        "new PerformanceObserver(list => list.getEntries().forEach(add))"
        ".observe({ type: 'layout-shift', buffered: true });"
    )
    page.goto(live.address + "/plans/2")
    expect(page.locator("#flows canvas").first).to_be_visible()
    assert page.evaluate("window.shift") < 0.01


def test_a_row_is_edited_in_place_and_the_row_comes_back(live: Site, page: Page) -> None:
    page.goto(live.address + "/portfolio")
    page.get_by_role("link", name="Edit ads-platform").click()
    expect(page.get_by_label("Name", exact=True)).to_be_focused()
    page.get_by_label("Value").fill("123.5")
    page.get_by_role("button", name="Save").click()
    row = page.get_by_role("row").filter(has=page.get_by_role("rowheader", name="ads-platform", exact=True))
    expect(row).to_contain_text("123.5")
    expect(row.get_by_role("link", name="Edit")).to_be_focused()
    assert page.url.endswith("/portfolio")


def test_faults_come_back_into_the_row(live: Site, page: Page) -> None:
    page.goto(live.address + "/portfolio")
    page.get_by_role("link", name="Edit ads-platform").click()
    page.get_by_label("Value").fill("lots")
    page.get_by_role("button", name="Save").click()
    expect(page.locator("input[aria-invalid='true']")).to_have_value("lots")
    expect(page.locator("input[aria-invalid='true']")).to_be_focused()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1440, 390])
def test_a_preview_is_readable_and_does_not_scroll_sideways(
    live: Site, new_page: Callable[..., Page], scheme: str, width: int
) -> None:
    page = new_page(viewport={"width": width, "height": 900}, color_scheme=scheme)
    page.goto(live.address + "/import")
    csv = b"project,value,Boss\nads-platform,77,kim\nnobody,1,\nads-platform,78,\n"
    page.get_by_label("A workbook, a zip, or CSV files").set_input_files(
        {"name": "projects.csv", "mimeType": "text/csv", "buffer": csv}
    )
    page.get_by_role("button", name="Show what changes").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("What the upload changes in code-red")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert serious_faults(page) == []
