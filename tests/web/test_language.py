"""The language of a page: the browser's, until its reader chooses another, there or for the account."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient

from app.actions.audit import entries
from app.web.language import COOKIE
from tests.web.conftest import Site, visitor


def language_of(text: str) -> str:
    return text.split('<html lang="')[1].split('"', maxsplit=1)[0]


@pytest.mark.parametrize(
    ("asked", "shown"),
    [("", "en"), ("ja", "ja"), ("ja-JP,en;q=0.5", "ja"), ("de,fr;q=0.9", "en"), ("en-GB,ja;q=0.9", "en")],
)
def test_a_page_is_in_the_language_that_the_browser_asks_for(client: FlaskClient, asked: str, shown: str) -> None:
    assert language_of(client.get("/plans", headers={"Accept-Language": asked}).text) == shown


def test_a_chosen_language_wins_and_the_reader_goes_on_where_he_was(client: FlaskClient) -> None:
    answer = client.post("/language", data={"language": "ja", "to": "/plans/2?portfolio=code-red"})
    assert (answer.status_code, answer.location) == (303, "/plans/2?portfolio=code-red")
    assert language_of(client.get("/plans", headers={"Accept-Language": "en"}).text) == "ja"
    client.post("/language", data={"language": "en", "to": ""})
    assert language_of(client.get("/plans", headers={"Accept-Language": "ja"}).text) == "en"


def test_nobody_needs_to_sign_in_to_read_the_sign_in_page_in_his_language(demo: Site) -> None:
    client = visitor(demo)
    assert client.post("/language", data={"language": "ja", "to": "/sign-in"}).status_code == 303
    assert language_of(client.get("/sign-in").text) == "ja"


@pytest.mark.parametrize("to", ["//elsewhere.example", "https://elsewhere.example", "/\\elsewhere.example"])
def test_the_switch_leads_to_no_other_server(client: FlaskClient, to: str) -> None:
    assert client.post("/language", data={"language": "ja", "to": to}).location == "/"


def test_a_language_that_pages_are_not_in_is_refused_and_a_strange_cookie_is_passed_over(client: FlaskClient) -> None:
    assert client.post("/language", data={"language": "tlh"}).status_code == 404
    client.set_cookie(COOKIE, "../../etc")
    assert language_of(client.get("/plans").text) == "en"


def test_the_language_of_an_account_holds_in_every_browser_and_one_chosen_in_a_browser_holds_there(demo: Site) -> None:
    here, elsewhere = demo.app.test_client(), demo.app.test_client()
    here.post("/language", data={"language": "en"})
    answer = here.post("/account/language", data={"language": "ja"})
    assert (answer.status_code, answer.location) == (303, "/account?done=language")
    for client in (here, elsewhere):
        assert language_of(client.get("/plans", headers={"Accept-Language": "en"}).text) == "ja"
    assert '<option value="ja" lang="ja" selected>' in here.get("/account").text
    elsewhere.post("/language", data={"language": "en"})
    assert language_of(elsewhere.get("/plans").text) == "en"
    assert language_of(here.get("/plans").text) == "ja"
    told = entries(demo.db, "", 1)[0]
    assert (told.who, told.verb, told.detail) == ("kim", "language", {"language": ["", "ja"]})


def test_without_a_language_of_the_account_the_browser_is_asked_again(client: FlaskClient) -> None:
    client.post("/account/language", data={"language": "ja"})
    client.post("/account/language", data={"language": ""})
    assert language_of(client.get("/plans", headers={"Accept-Language": "en"}).text) == "en"
    assert language_of(client.get("/plans", headers={"Accept-Language": "ja"}).text) == "ja"


def test_an_account_reads_in_no_language_that_pages_are_not_in(client: FlaskClient, demo: Site) -> None:
    assert client.post("/account/language", data={"language": "tlh"}).status_code == 404
    assert visitor(demo).post("/account/language", data={"language": "ja"}).location.startswith("/sign-in")
    assert language_of(client.get("/plans").text) == "en"
