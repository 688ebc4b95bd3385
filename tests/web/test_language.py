"""The language of a page: the browser's, until its reader chooses another."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient

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
