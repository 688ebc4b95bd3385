"""The grid in a real browser: paste, faults, undo, save, and what another wrote meanwhile; by keyboard alone."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from app.actions.edit import edit_record, remove_record, rows
from app.roles import Role
from app.web import cookie
from solver.records import Capacity, Need
from tests.web.conftest import DEMO, Site, enter, serious_faults, watched


@pytest.fixture
def sheet(browser: Browser) -> Iterator[Page]:
    """A page that may use the clipboard, whose errors fail the test."""
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    context.grant_permissions(["clipboard-read", "clipboard-write"])
    yield from watched(context.new_page())
    context.close()


def go(page: Page, live: Site, address: str) -> None:
    page.goto(live.address + address)
    page.locator("[data-ready]").wait_for()


def cell(page: Page, row: int, column: str) -> Locator:
    """The cell of a column in the nth row that is shown."""
    return page.locator(f".tabulator-table .tabulator-row >> nth={row} >> .tabulator-cell[tabulator-field='{column}']")


def paste(page: Page, text: str) -> None:
    page.evaluate("text => navigator.clipboard.writeText(text)", text)
    page.keyboard.press("Control+v")


def said(page: Page) -> Locator:
    return page.get_by_role("status")


def need(live: Site, *key: str) -> Need:
    row = next(r for r in rows(live.db, DEMO, "needs") if r.key == key)
    assert isinstance(row.record, Need)
    return row.record


def capacity(live: Site) -> dict[tuple[str, str], Capacity]:
    return {(r.record.pool, str(r.record.week)): r.record for r in rows(live.db, DEMO, "capacity")}


def test_a_block_from_a_spreadsheet_is_pasted_judged_undone_corrected_and_saved(live: Site, sheet: Page) -> None:
    go(sheet, live, "/grid/needs?f.project=%3Dads-platform")
    expect(sheet.locator("[data-at=count]")).to_contain_text("4 of 90 rows")
    cell(sheet, 0, "full").click()
    paste(sheet, "24\t8\n17\t-3\r\n")
    expect(cell(sheet, 1, "minimum")).to_have_text("-3")
    expect(cell(sheet, 1, "minimum")).to_have_attribute("aria-invalid", "true")
    faults = sheet.get_by_role("region", name="Faults")
    expect(faults).to_contain_text("ads-platform / data, Minimum")
    expect(faults).to_contain_text("is negative")

    sheet.keyboard.press("Control+z")
    expect(faults).to_be_hidden()
    expect(cell(sheet, 0, "full")).to_have_text("23")
    sheet.keyboard.press("Control+y")
    expect(faults).to_be_visible()
    sheet.keyboard.press("Control+s")
    expect(said(sheet)).to_contain_text("Nothing was saved")
    assert need(live, "ads-platform", "backend").full == 23

    faults.get_by_role("button", name="ads-platform / data, Minimum").click()
    sheet.keyboard.type("3")
    sheet.keyboard.press("Enter")
    expect(faults).to_be_hidden()
    sheet.keyboard.press("Control+s")
    expect(said(sheet)).to_have_text("Saved: 2 changed.")
    assert (need(live, "ads-platform", "backend").full, need(live, "ads-platform", "data").minimum) == (24, 3)
    expect(sheet.get_by_role("button", name="Undo")).to_be_disabled()


def test_rows_are_added_by_their_headings_moved_to_another_week_duplicated_and_deleted(live: Site, sheet: Page) -> None:
    go(sheet, live, "/grid/capacity?f.pool=b200-texas")
    before = capacity(live)
    cell(sheet, 0, "pool").click()
    paste(sheet, "Pool\tWeek\tAmount\nb200-texas\t2026-05-06\t300\nb200-texas\t2026-05-11\t310")
    expect(said(sheet)).to_contain_text("2 of them new")
    moved = sheet.locator(".tabulator-cell.noted")
    expect(moved).to_have_attribute("title", "is no Monday and was moved to 2026-05-04")
    sheet.keyboard.press("Control+s")
    expect(said(sheet)).to_have_text("Saved: 2 added.")
    added = {key: row.amount for key, row in capacity(live).items() if key not in before}
    assert added == {("b200-texas", "2026-05-04"): 300, ("b200-texas", "2026-05-11"): 310}

    sheet.locator(".tabulator-cell", has_text="2026-05-11").click()
    sheet.keyboard.press("Control+d")
    expect(sheet.get_by_role("region", name="Faults")).to_contain_text("is there already")
    week = sheet.locator(".fresh .tabulator-cell[tabulator-field=week]")
    week.dblclick()
    sheet.keyboard.type("2026-05-18")
    sheet.keyboard.press("Enter")
    sheet.locator(".tabulator-cell", has_text="2026-05-04").click()
    sheet.keyboard.press("Control+-")
    expect(sheet.locator(".gone")).to_have_count(1)
    expect(sheet.get_by_role("region", name="Faults")).to_be_hidden()
    sheet.keyboard.press("Control+s")
    expect(said(sheet)).to_have_text("Saved: 1 added, 1 removed.")
    found = {key for key in capacity(live) if key not in before}
    assert found == {("b200-texas", "2026-05-11"), ("b200-texas", "2026-05-18")}


def test_what_another_wrote_meanwhile_stands_beside_ones_own_and_one_chooses(live: Site, sheet: Page) -> None:
    go(sheet, live, "/grid/needs?f.project=%3Dads-platform")
    cell(sheet, 0, "full").click()
    paste(sheet, "30\t9\n20")
    version = next(r.version for r in rows(live.db, DEMO, "needs"))
    edit_record(live.db, DEMO, "needs", ("ads-platform", "backend"), {"full": "26", "standby": "1"}, version, "bob")
    edit_record(live.db, DEMO, "needs", ("ads-platform", "data"), {"full": "18"}, version, "bob")
    sheet.keyboard.press("Control+s")
    clashes = sheet.get_by_role("region", name="Somebody else was faster")
    expect(clashes.locator("tbody tr")).to_have_count(2)
    expect(clashes.locator("tbody tr").first).to_contain_text("bob")
    clashes.get_by_label("26").check()
    clashes.get_by_role("button", name="Use these choices").click()
    expect(cell(sheet, 0, "full")).to_have_text("26")
    expect(cell(sheet, 0, "standby")).to_have_text("1")
    sheet.keyboard.press("Control+s")
    expect(said(sheet)).to_have_text("Saved: 2 changed.")
    kept = need(live, "ads-platform", "backend")
    assert (kept.full, kept.minimum, kept.standby) == (26, 9, 1)
    assert need(live, "ads-platform", "data").full == 20


def test_a_row_that_another_removed_is_added_again_or_let_go(live: Site, sheet: Page) -> None:
    go(sheet, live, "/grid/capacity?f.pool=b200-texas")
    count = cell(sheet, 0, "amount").page.locator(".tabulator-table .tabulator-row").count()
    first, last = cell(sheet, 0, "week").inner_text(), cell(sheet, count - 1, "week").inner_text()
    cell(sheet, count - 1, "amount").click()
    sheet.keyboard.type("77")
    sheet.keyboard.press("Enter")
    row = next(r for r in rows(live.db, DEMO, "capacity") if str(r.key[1]) == last and r.key[0] == "b200-texas")
    remove_record(live.db, DEMO, "capacity", row.key, row.version, "bob")
    sheet.get_by_role("button", name="Save 1 row").click()
    clashes = sheet.get_by_role("region", name="Somebody else was faster")
    expect(clashes).to_contain_text("add it again")
    clashes.get_by_role("button", name="Use these choices").click()
    sheet.get_by_role("button", name="Save 1 row").click()
    expect(said(sheet)).to_have_text("Saved: 1 added.")
    assert capacity(live)["b200-texas", last].amount == 77
    assert ("b200-texas", first) in capacity(live)


def test_a_view_stands_in_the_address_and_is_the_same_when_it_is_opened_again(live: Site, sheet: Page) -> None:
    go(sheet, live, "/grid/projects")
    sheet.get_by_label("Filter Priority").press_sequentially(">2")
    sheet.get_by_label("Sort by").select_option("-value")
    sheet.get_by_text("Columns", exact=True).click()
    sheet.get_by_label("Curve", exact=True).uncheck()
    sheet.wait_for_url("**hide=curve**")
    asked = parse_qs(urlsplit(sheet.url).query)
    assert (asked["f.priority"], asked["sort"], asked["hide"]) == ([">2"], ["-value"], ["curve"])
    first, count = cell(sheet, 0, "project").inner_text(), sheet.locator("[data-at=count]").inner_text()
    sheet.reload()
    sheet.locator("[data-ready]").wait_for()
    expect(cell(sheet, 0, "project")).to_have_text(first)
    expect(sheet.locator("[data-at=count]")).to_have_text(count)
    expect(sheet.locator(".tabulator-col[tabulator-field=curve]")).to_be_hidden()


def test_a_block_is_copied_as_a_spreadsheet_takes_it_and_fills_a_selection(live: Site, sheet: Page) -> None:
    go(sheet, live, "/grid/needs?f.project=%3Dads-platform")
    cell(sheet, 0, "full").click()
    sheet.keyboard.press("Shift+ArrowDown")
    sheet.keyboard.press("Shift+ArrowRight")
    sheet.keyboard.press("Control+c")
    assert sheet.evaluate("navigator.clipboard.readText()") == "23\t7\n16\t5"
    paste(sheet, "5")
    expect(cell(sheet, 1, "minimum")).to_have_text("5")
    assert [cell(sheet, n, name).inner_text() for n in (0, 1) for name in ("full", "minimum")] == ["5"] * 4
    sheet.keyboard.press("Delete")
    expect(cell(sheet, 0, "full")).to_have_text("")
    sheet.keyboard.press("Tab")
    assert not sheet.evaluate("document.activeElement.closest('.tabulator')")


def test_a_table_without_rows_is_filled_by_keyboard_and_saved_from_within_a_cell(live: Site, sheet: Page) -> None:
    [pin] = rows(live.db, DEMO, "pins")
    remove_record(live.db, DEMO, "pins", pin.key, pin.version, "bob")
    go(sheet, live, "/grid/pins")
    expect(sheet.get_by_text("No row to show.")).to_be_visible()
    sheet.locator(".tabulator-tableholder").focus()
    for key in ("ArrowDown", "Delete", "Control+d", "Control+-", "Control+Enter"):
        sheet.keyboard.press(key)
    sheet.locator(".fresh").wait_for()
    for text in (*pin.key[:3], str(pin.key[3])):
        sheet.keyboard.type(text)
        sheet.keyboard.press("Tab")
    sheet.keyboard.press("ArrowRight")
    sheet.keyboard.type(str(pin.record.amount))
    sheet.keyboard.press("Control+s")
    expect(said(sheet)).to_have_text("Saved: 1 added.")
    [again] = rows(live.db, DEMO, "pins")
    assert (again.key, again.record.amount) == (pin.key, pin.record.amount)


def test_a_viewer_looks_and_is_offered_nothing_to_write(live: Site, new_page: Callable[..., Page]) -> None:
    page = new_page(viewport={"width": 390, "height": 800})
    word = enter(live.db, "vera", {DEMO: Role.VIEWER})
    page.context.add_cookies([{"name": cookie.OVER_HTTP, "value": word, "url": live.address}])
    go(page, live, "/grid/needs")
    expect(page.get_by_role("button", name="Save")).to_have_count(0)
    cell(page, 0, "full").dblclick()
    expect(page.locator(".tabulator-editing")).to_have_count(0)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_serious_in_the_grid(live: Site, new_page: Callable[..., Page], scheme: str) -> None:
    page = new_page(viewport={"width": 1440, "height": 900}, color_scheme=scheme)
    go(page, live, "/grid/needs")
    cell(page, 0, "full").dblclick()
    page.keyboard.type("lots")
    page.keyboard.press("Enter")
    page.locator(".faulty").wait_for()
    page.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true; })")
    assert serious_faults(page) == []
