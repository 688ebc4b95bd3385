"""For the week: the page and its files, acknowledging in a browser, and the calendar that programs subscribe to."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from datetime import date
from urllib.parse import urlsplit

import pandas as pd
import pytest
from flask.testing import FlaskClient
from icalendar import Calendar
from playwright.sync_api import Page, expect

from app.actions import accounts, tokens
from app.actions.approve import approve
from app.actions.edit import add_record
from app.actions.import_data import import_portfolio
from app.actions.plans import store_orders, store_plan
from app.actions.snapshot import snapshot
from app.roles import EVERYWHERE, Role
from app.web.week import SHEETS
from solver.people import COLUMNS, Orders
from tests.app.lab import FILES, as_bytes
from tests.web.conftest import DEMO, Site, serving, visitor
from tests.web.made_plan import made_outcome

LINK = re.compile(r"http://localhost(/calendar/codered_\S+\.ics)<")


@pytest.fixture
def red(demo: Site) -> Site:
    """The example with its code red as plan of record, and a normal plan before."""
    approve(demo.db, 2, "visits fell", "kim")
    return demo


@pytest.fixture
def link(red: Site) -> str:
    """The path of a calendar of kim."""
    text = red.app.test_client().post("/week/calendar", data={"portfolio": DEMO}).text
    found = LINK.search(text)
    assert found is not None
    return found[1]


def table(client: FlaskClient, sheet: str, query: str = "") -> pd.DataFrame:
    answer = client.get(f"/week/{sheet}.csv{query}")
    assert answer.headers["Content-Disposition"].endswith(f'-{sheet}.csv"')
    return pd.read_csv(io.StringIO(answer.text))


def entries_of(client: FlaskClient, path: str) -> dict[str, dict[str, object]]:
    """The entries of a calendar by UID."""
    answer = client.get(path)
    assert (answer.status_code, answer.mimetype) == (200, "text/calendar")
    found = Calendar.from_ical(answer.data)
    names = ("SUMMARY", "SEQUENCE", "STATUS", "DTSTAMP", "DTSTART")
    listed = [(str(e["UID"]), {n: e.decoded(n) for n in names}) for e in found.walk("VEVENT")]
    assert len(dict(listed)) == len(listed)
    return dict(listed)


def test_without_an_approved_plan_the_page_says_so_and_the_calendar_is_empty(empty: Site) -> None:
    import_portfolio(empty.db, as_bytes(FILES), "ann")
    client = empty.app.test_client()
    assert "No plan is approved yet, so nobody moves." in client.get("/week").text
    assert client.get("/week/moves.csv").status_code == 404
    found = LINK.search(client.post("/week/calendar", data={"portfolio": "lab"}).text)
    assert found is not None
    assert entries_of(visitor(empty), found[1]) == {}


def test_the_page_tells_who_moves_what_changed_and_what_is_used_how(red: Site) -> None:
    text = red.app.test_client().get("/week").text
    assert "For the weeks of 1 Dec 2025 and 8 Dec 2025" in text
    assert "approved by kim" in text
    assert "7 of 7 not acknowledged yet" in text
    assert 'Beside <a href="/plans/1">plan 1</a>, approved before' in text
    assert "16.5 spare" in text
    assert text.count("<h1") == 1


def test_every_table_can_be_had_as_csv_and_says_what_the_plan_says(red: Site) -> None:
    client = red.app.test_client()
    plan = made_outcome(snapshot(red.db, DEMO), "code-red").plan
    assert plan is not None
    weeks = ["2025-12-01", "2025-12-08"]
    moved = table(client, "moves")
    expected = plan.moves[plan.moves["week"].astype(str).isin(weeks)]
    assert moved["amount"].sum() == pytest.approx(expected["amount"].sum())
    assert len(moved) == len(expected) > 20
    use = table(client, "use")
    given = plan.utilisation[plan.utilisation["week"].astype(str).isin(weeks)]
    assert use["used"].sum() == pytest.approx(given["used"].sum())
    assert set(table(client, "states")["after"]) == {"paused"}
    changes = table(client, "changes")
    assert (changes["after"] - changes["before"]).tolist() == pytest.approx(changes["change"].tolist())
    assert set(table(client, "acknowledged")["state"]) == {"open"}
    assert {sheet: client.get(f"/week/{sheet}.csv").status_code for sheet in SHEETS} == dict.fromkeys(SHEETS, 200)
    assert client.get("/week/nothing.csv").status_code == 404


def test_team_and_pool_and_weeks_are_in_the_address(red: Site) -> None:
    client = red.app.test_client()
    ads = table(client, "moves", "?team=ads-platform&pool=sf-data")
    assert set(ads["from"]) == {"ads-platform"}
    assert set(ads["pool"]) == {"sf-data"}
    assert table(client, "moves", "?from=2025-12-08").empty
    later = client.get("/week?from=2026-01-28&team=ads-platform").text
    assert "For the weeks of 26 Jan 2026 and 2 Feb 2026" in later
    assert "/week?from=2026-01-12&amp;team=ads-platform" in later
    assert "show all pools" in client.get("/week?pool=sf-data").text
    assert "Acknowledge the ticked" not in client.get("/week?pool=sf-data").text
    assert client.get("/week?from=soon").status_code == 409
    assert "no date to start from" in client.get("/week?from=soon").text
    assert client.get("/week?team=nobody").status_code == client.get("/week?pool=nothing").status_code == 404


def test_a_pool_whose_capacity_was_lowered_since_is_over_used(red: Site) -> None:
    add_record(red.db, DEMO, "capacity", {"pool": "sf-data", "week": "2025-12-08", "amount": "20"}, "kim")
    use = table(red.app.test_client(), "use", "?pool=sf-data").set_index("week")
    assert use["capacity_now"].tolist() == [48, 20]
    assert use["capacity_planned"].tolist() == [48, 48]
    assert use["verdict"].fillna("").tolist() == ["", "over"]
    assert "over by" in red.app.test_client().get("/week?pool=sf-data").text


def test_people_who_change_project_are_named_on_the_page_in_the_file_and_in_the_calendar(red: Site, link: str) -> None:
    week, later = date(2025, 12, 1), date(2026, 1, 26)
    told = (week, "p-0007", "move", "sf-data", "San Francisco", "ads-platform", "chat-speed", 1.0, None, later)
    frames = {"orders": pd.DataFrame([told], columns=list(COLUMNS["orders"])),
              "uncovered": pd.DataFrame(columns=list(COLUMNS["uncovered"]))}  # fmt: skip
    before = entries_of(visitor(red), link)
    store_orders(red.db, 2, Orders(4, **frames), "kim")
    client = red.app.test_client()
    assert ">p-0007</th><td>move</td><td>Ads platform</td>" in client.get("/week?team=chat-speed").text
    assert ">p-0007<" not in client.get("/week?team=health-agent").text
    (row,) = table(client, "people").to_dict("records")
    assert (row["person"], row["from"], row["to"], row["back"]) == (
        "p-0007",
        "ads-platform",
        "chat-speed",
        "2026-01-26",
    )
    after = entries_of(visitor(red), link)
    assert after.keys() == before.keys()
    assert all(e["SEQUENCE"] > before[uid]["SEQUENCE"] for uid, e in after.items())  # type: ignore[operator]
    unfolded = visitor(red).get(link).text.replace("\r\n ", "")
    assert "p-0007 (move\\, 1 FTE): Ads platform to Chat speed" in unfolded


def test_who_only_reads_is_not_offered_to_acknowledge_and_may_not(red: Site) -> None:
    accounts.add_account(red.db, "zoe", "correct horse battery", {EVERYWHERE: Role.ADMIN}, "ann")
    accounts.set_role(red.db, "kim", EVERYWHERE, Role.VIEWER, "ann")
    client = red.app.test_client()
    assert "Acknowledge the ticked" not in client.get("/week").text
    answer = client.post("/week/acknowledge", data={"approval": "2", "moves": "2025-12-01 ads-platform"})
    assert answer.status_code == 403


def test_what_was_not_on_the_page_is_refused_in_words(red: Site) -> None:
    client = red.app.test_client()
    for moves, said in (("", "choose teams"), ("soon ads", "no date"), ("2025-12-01 nobody", "gives and gets nothing")):
        answer = client.post("/week/acknowledge", data={"approval": "2", "moves": moves})
        assert (answer.status_code, said in answer.text.lower()) == (409, True), moves
    stale = client.post("/week/acknowledge", data={"approval": "1", "moves": "2025-12-01 ads-platform"})
    assert "approved meanwhile" in stale.text


def test_moves_are_acknowledged_in_a_browser_and_go_stale_with_the_next_approval(
    red: Site, page: Page, new_page: Callable[..., Page]
) -> None:
    with serving(red) as site:
        page.goto(f"{site.address}/week")
        box = page.get_by_label("seen: Ads platform, week of 1 Dec 2025")
        box.focus()
        page.keyboard.press("Space")
        expect(box).to_be_checked()
        page.get_by_role("button", name="Acknowledge the ticked").press("Enter")
        expect(page.get_by_role("status")).to_contain_text("acknowledged, until another plan is approved")
        row = page.get_by_role("row").filter(has=page.get_by_role("rowheader", name="Ads platform", exact=True)).first
        expect(row).to_contain_text("kim")
        expect(page.get_by_text("6 of 7 not acknowledged yet")).to_be_visible()
        problem = snapshot(red.db, DEMO)
        approve(red.db, store_plan(red.db, problem, made_outcome(problem, "code-red"), None, "ann"), "again", "eve")
        phone = new_page(viewport={"width": 390, "height": 800}, color_scheme="dark")
        phone.goto(f"{site.address}/week")
        expect(phone.get_by_text("stale").first).to_be_visible()
        assert phone.evaluate("document.documentElement.scrollWidth") <= 390


def test_a_calendar_has_one_entry_per_team_and_week(red: Site, link: str) -> None:
    found = entries_of(visitor(red), link)
    moved = table(red.app.test_client(), "moves")
    said = [str(e["SUMMARY"]) for e in found.values()]
    ads = moved[(moved["from"] == "ads-platform") & (moved["unit"] == "node")]["amount"].sum()
    assert f"Ads platform: gives {ads:.0f} nodes and 38.5 FTE" in said
    assert "Code red for the core chat" in said
    assert {e["STATUS"] for e in found.values()} == {"CONFIRMED"}
    text = visitor(red).get(link).text
    assert "DTSTART;VALUE=DATE:20251201" in text
    assert max(len(line.encode()) for line in text.split("\r\n")) <= 75


def test_a_calendar_is_in_the_language_of_its_owner(red: Site, link: str) -> None:
    english = entries_of(visitor(red), link)
    accounts.set_language(red.db, "kim", "ja")
    japanese = entries_of(visitor(red), link)
    assert japanese.keys() == english.keys()
    said = [str(e["SUMMARY"]) for e in japanese.values()]
    assert any(text.startswith("Ads platform：供出 ") and "ノード" in text for text in said)
    told = [str(e.get("DESCRIPTION", "")) for e in Calendar.from_ical(visitor(red).get(link).data).walk("VEVENT")]
    assert any("受け入れ" in text for text in told), told
    approve(red.db, 1, "no code red after all", "eve")
    assert "コードレッド：取りやめ" in [str(e["SUMMARY"]) for e in entries_of(visitor(red), link).values()]


def test_reading_it_again_changes_entries_and_doubles_none(red: Site, link: str) -> None:
    client = visitor(red)
    first = entries_of(client, link)
    assert entries_of(client, link) == first
    problem = snapshot(red.db, DEMO)
    approve(red.db, store_plan(red.db, problem, made_outcome(problem, "code-red"), None, "ann"), "again", "eve")
    second = entries_of(client, link)
    assert second.keys() == first.keys()
    for uid, entry in second.items():
        assert entry["SEQUENCE"] > first[uid]["SEQUENCE"]  # type: ignore[operator]
        assert entry["DTSTAMP"] >= first[uid]["DTSTAMP"]  # type: ignore[operator]
    approve(red.db, 1, "no code red after all", "eve")
    third = entries_of(client, link)
    dropped = {uid for uid, e in third.items() if e["STATUS"] == "CANCELLED"}
    assert dropped == first.keys()


def test_it_is_not_sent_again_to_who_has_it(red: Site, link: str) -> None:
    client = visitor(red)
    tag = client.get(link).headers["ETag"]
    assert client.get(link, headers={"If-None-Match": tag}).status_code == 304


def test_a_calendar_is_of_the_teams_that_its_address_names(red: Site, link: str) -> None:
    said = [str(e["SUMMARY"]) for e in entries_of(visitor(red), f"{link}?team=ads-platform").values()]
    assert [s for s in said if not s.startswith("Code red")] == [s for s in said if s.startswith("Ads platform")]
    assert visitor(red).get(link + "?" + "&".join(["team=x"] * 60)).status_code == 409


def test_its_secret_opens_calendars_only_and_no_other_token_opens_them(red: Site, link: str) -> None:
    word = link.split("/")[2].removesuffix(".ics")
    key = red.app.extensions["codered"][1].secret_key
    assert tokens.account_of_token(red.db, key, word) is None
    answer = visitor(red).get("/api/v1/portfolios", headers={"Authorization": f"Bearer {word}"})
    assert answer.status_code == 401
    other = tokens.add_token(red.db, key, "kim", "script", Role.ADMIN, EVERYWHERE, 3)
    assert visitor(red).get(f"/calendar/{other}.ics").status_code == 404


def test_an_address_that_was_removed_or_whose_owner_lost_the_role_is_nothing(red: Site, link: str) -> None:
    client = red.app.test_client()
    accounts.add_account(red.db, "zoe", "correct horse battery", {EVERYWHERE: Role.ADMIN}, "ann")
    accounts.set_role(red.db, "kim", EVERYWHERE, None, "ann")
    assert visitor(red).get(link).status_code == 404
    accounts.set_role(red.db, "kim", EVERYWHERE, Role.VIEWER, "ann")
    assert visitor(red).get(link).status_code == 200
    assert "calendar only" in client.get("/account").text
    (mine,) = tokens.list_tokens(red.db, "kim")
    client.post(f"/account/tokens/{mine.id}/remove")
    assert visitor(red).get(link).status_code == 404
    assert client.post("/week/calendar", data={"portfolio": "nothing"}).status_code == 404


def test_its_secret_is_not_written_to_the_log(red: Site, link: str, monkeypatch: pytest.MonkeyPatch) -> None:
    from app import watch

    told: list[dict[str, object]] = []
    monkeypatch.setattr(watch.log, "info", lambda event, **facts: told.append(facts))
    visitor(red).get(link)
    assert told[-1]["path"] == "/calendar/<word>.ics"
    assert urlsplit(link).path not in str(told)
