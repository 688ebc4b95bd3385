"""Single sign-on against a real provider: the code flow, and everything that a wrong answer may look like."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
from flask.testing import FlaskClient
from playwright.sync_api import Page, expect
from pydantic import SecretStr
from werkzeug.serving import make_server

from app import create_app
from app.actions import accounts, sign_in
from app.config import Settings
from app.db import Database
from app.roles import EVERYWHERE, Role
from tests.web.conftest import Site, serving, visitor
from tests.web.openid import CLIENT, SECRET, Provider

KIM = "kim@example.com"


@pytest.fixture(scope="module")
def served() -> Iterator[Provider]:
    """The provider on a socket of its own."""
    provider = Provider()
    server = make_server("127.0.0.1", 0, provider.app(), threaded=True)
    provider.address = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, args=[0.02], daemon=True)
    thread.start()
    yield provider
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def provider(served: Provider) -> Provider:
    """The provider, which does everything right until a test says otherwise."""
    fresh = Provider(served.address, key=served.key)
    for name in ("user", "claims", "metadata", "algorithm", "stolen_key", "codes", "asked"):
        setattr(served, name, getattr(fresh, name))
    return served


@pytest.fixture
def site(tmp_path: Path, url: str, provider: Provider) -> Iterator[Site]:
    """An installation with single sign-on, and an account for kim that has no password."""
    settings = Settings(
        instance=tmp_path, database_url=url, secret_key=SecretStr("k" * 40),
        oidc_issuer=provider.address, oidc_client_id=CLIENT, oidc_client_secret=SecretStr(SECRET),
    )  # fmt: skip
    app = create_app(settings)
    db: Database = app.extensions["codered"][0]
    accounts.add_account(db, KIM, None, {EVERYWHERE: Role.MANAGER}, "ann")
    yield Site(app, db)
    db.close()


def away(client: FlaskClient, to: str = "/import") -> str:
    """To the provider, and where it sends the browser back to."""
    start = client.get("/sign-in/away", query_string={"to": to})
    assert start.status_code == 302
    answer = requests.get(start.location, allow_redirects=False, timeout=5)
    assert answer.status_code == 302
    return answer.headers["Location"]


def test_who_the_provider_vouches_for_is_signed_in_and_sees_what_was_asked_for(site: Site, provider: Provider) -> None:
    client = visitor(site)
    assert "Single sign-on" in client.get("/sign-in").text
    answer = client.get(away(client))
    assert answer.location == "/import"
    assert client.get("/import").status_code == 200
    assert [s.browser for s in sign_in.list_sessions(site.db, KIM)] == [client.get("/").request.headers["User-Agent"]]
    asked = provider.asked[0]
    assert asked["code_challenge_method"] == "S256"
    assert len(asked["nonce"]) >= 20
    assert len(asked["state"]) >= 20


def test_an_answer_counts_once_and_in_the_browser_that_asked_only(site: Site) -> None:
    client, other = visitor(site), visitor(site)
    back = away(client)
    assert other.get(back).status_code == 422
    assert client.get(back).status_code == 303
    assert client.get(back).status_code == 422
    assert len(sign_in.list_sessions(site.db, KIM)) == 1


def test_an_answer_with_another_state_or_code_or_issuer_is_refused(site: Site) -> None:
    for changed in ("state=guess", "code=guess", "iss=https://evil.example"):
        client = visitor(site)
        back = away(client)
        name = changed.partition("=")[0]
        real = parse_qs(urlsplit(back).query)[name][0]
        path = "/sign-in/back?" + "&".join(
            changed if k == name else f"{k}={v[0]}" for k, v in parse_qs(urlsplit(back).query).items()
        )
        assert real not in changed
        refused = client.get(path)
        assert (refused.status_code, "Single sign-on did not work; start again." in refused.text) == (422, True)
    assert sign_in.list_sessions(site.db, KIM) == []


@pytest.mark.parametrize(
    ("what", "value"),
    [
        ("claims", {"iss": "https://evil.example"}),
        ("claims", {"nonce": "of another sign-in"}),
        ("claims", {"nonce": None}),
        ("claims", {"aud": "another client"}),
        ("claims", {"exp": 1_700_000_000}),
        ("claims", {"sub": None}),
        ("claims", {"email_verified": False}),
        ("claims", {"email": None}),
        ("metadata", {"issuer": "https://evil.example"}),
        ("algorithm", "none"),
        ("algorithm", "HS256"),
        ("stolen_key", True),
    ],
    ids=str,
)
def test_a_wrong_word_of_the_provider_signs_nobody_in(site: Site, provider: Provider, what: str, value: Any) -> None:
    setattr(provider, what, value)
    client = visitor(site)
    if what == "metadata":
        assert client.get("/sign-in/away").status_code == 503
    else:
        refused = client.get(away(client))
        assert (refused.status_code, "Traceback" in refused.text) == (422, False)
    assert client.get("/import").status_code == 303
    assert sign_in.list_sessions(site.db, KIM) == []


def test_who_has_no_account_is_told_to_ask_an_admin(site: Site, provider: Provider) -> None:
    provider.user |= {"sub": "7", "email": "eve@example.com"}
    client = visitor(site)
    assert "There is no account eve@example.com for you here; an admin can add it." in client.get(away(client)).text


def test_an_address_given_to_somebody_else_later_does_not_open_the_account(site: Site, provider: Provider) -> None:
    first = visitor(site)
    assert first.get(away(first)).status_code == 303
    provider.user |= {"sub": "2002"}
    second = visitor(site)
    assert second.get(away(second)).status_code == 422
    provider.user |= {"sub": "1001", "email": "kim.new@example.com"}
    third = visitor(site)
    assert third.get(away(third)).status_code == 303
    accounts.revoke(site.db, KIM, "ann")
    fourth = visitor(site)
    assert fourth.get(away(fourth)).status_code == 422


def test_a_provider_that_does_not_answer_is_told_in_words(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise requests.ConnectionError("nobody there")

    monkeypatch.setattr(requests.Session, "request", refuse)
    answer = visitor(site).get("/sign-in/away")
    assert (answer.status_code, "does not answer; try again" in answer.text) == (503, True)


def test_an_issuer_that_can_be_listened_to_is_refused(tmp_path: Path) -> None:
    settings = Settings(instance=tmp_path, oidc_issuer="http://sso.example")
    with pytest.raises(ValueError, match="must start with https"):
        create_app(settings)


def test_without_a_provider_there_is_no_way_to_one(empty: Site) -> None:
    assert "Single sign-on" not in visitor(empty).get("/sign-in").text
    assert visitor(empty).get("/sign-in/away").status_code == 404
    assert visitor(empty).get("/sign-in/back?code=x&state=y").status_code == 404


def test_one_click_in_a_real_browser(site: Site, page: Page) -> None:
    with serving(site, as_kim=False) as live:
        page.goto(live.address + "/account")
        page.get_by_role("link", name="Single sign-on").click()
        expect(page.get_by_role("heading", level=1)).to_have_text(KIM)
        assert page.url.endswith("/account")
