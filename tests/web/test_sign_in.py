"""Signing in and out, the cookie, one's own account, and the accounts that an admin looks after."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from playwright.sync_api import Page, expect
from pydantic import SecretStr

from app import create_app
from app.actions import accounts, demo_account, sign_in, tokens
from app.config import Settings
from app.roles import EVERYWHERE, Role
from app.web import cookie
from app.web.account import browser
from app.web.sign_in import is_here
from tests.web.conftest import DEMO, Site, enter, serving, visitor

PASSWORD = "correct horse battery"


@pytest.fixture
def ann(demo: Site) -> FlaskClient:
    """A visitor; ann has an account with a password and manages the example."""
    accounts.add_account(demo.db, "ann", PASSWORD, {DEMO: Role.MANAGER}, "kim")
    return visitor(demo)


@pytest.fixture
def show(tmp_path: Path, url: str) -> Iterator[Site]:
    """The demonstration, empty."""
    app = create_app(Settings(instance=tmp_path, database_url=url, demo=True))
    db = app.extensions["codered"][0]
    demo_account.ensure(db)
    yield Site(app, db)
    db.close()


def typed(client: FlaskClient, password: str = PASSWORD, **more: str) -> str:
    """Sign in; where it leads."""
    answer = client.post("/sign-in", data={"name": "Ann ", "password": password, **more})
    return answer.location if answer.status_code == 303 else f"{answer.status_code} {answer.text}"


def test_who_signs_in_sees_what_was_asked_for_and_signs_what_is_written(ann: FlaskClient, demo: Site) -> None:
    asked = ann.get("/plans?x=1")
    assert asked.location == "/sign-in?to=/plans?x%3D1"
    assert 'value="/plans?x=1"' in ann.get(asked.location).text
    assert typed(ann, to="/plans?x=1") == "/plans?x=1"
    assert ann.get("/plans?x=1").status_code == 200
    assert ann.post("/plans/2/propose", data={"reason": "look", "who": "mallory"}).status_code == 303
    from app.actions.audit import entries

    assert entries(demo.db, DEMO, 1)[0].who == "ann"


@pytest.mark.parametrize("to", ["//evil.example", "https://evil.example", "/\\evil.example", "/\tx", "evil", ""])
def test_signing_in_leads_to_this_server_only(ann: FlaskClient, to: str) -> None:
    assert not is_here(to)
    assert typed(ann, to=to) == "/"


def test_a_wrong_password_is_told_without_saying_what_is_wrong_and_slows_down(ann: FlaskClient) -> None:
    told = typed(ann, "wrong password")
    assert told.startswith("422")
    assert "The name or the password is not right." in told
    for _ in range(sign_in.MOST_OF_NAME - 1):
        typed(ann, "wrong password")
    assert typed(ann).startswith("429")


@pytest.mark.parametrize(("scheme", "name"), [("http", cookie.OVER_HTTP), ("https", cookie.OVER_HTTPS)])
def test_the_cookie_is_for_this_host_and_no_script(ann: FlaskClient, scheme: str, name: str) -> None:
    answer = ann.post("/sign-in", data={"name": "ann", "password": PASSWORD}, base_url=f"{scheme}://localhost")
    held = answer.headers["Set-Cookie"]
    assert held.startswith(f"{name}=")
    assert {"HttpOnly", "SameSite=Lax", "Path=/"} <= set(held.split("; "))
    assert ("Secure" in held.split("; ")) is (scheme == "https")
    assert "Domain" not in held
    assert ("Strict-Transport-Security" in answer.headers) is (scheme == "https")


def test_a_session_from_before_is_not_taken_over(ann: FlaskClient, demo: Site) -> None:
    ann.set_cookie(cookie.OVER_HTTP, "chosen-by-somebody-else")
    typed(ann)
    first = ann.get_cookie(cookie.OVER_HTTP)
    assert first is not None
    assert first.value != "chosen-by-somebody-else"
    typed(ann)
    assert sign_in.session_of(demo.db, None, first.value) is None
    assert len(sign_in.list_sessions(demo.db, "ann")) == 1


def test_who_signs_out_is_out_on_the_server_too(ann: FlaskClient, demo: Site) -> None:
    typed(ann)
    held = ann.get_cookie(cookie.OVER_HTTP)
    assert held is not None
    assert ann.post("/sign-out").location.startswith("/sign-in")
    ann.set_cookie(cookie.OVER_HTTP, held.value)
    assert ann.get("/plans").status_code == 303


def test_a_part_of_a_page_that_needs_a_session_leads_the_page_to_the_sign_in(ann: FlaskClient) -> None:
    answer = ann.get("/plans/2/moves", headers={"HX-Request": "true"})
    assert (answer.status_code, answer.headers["HX-Redirect"]) == (401, "/sign-in")


def test_a_session_elsewhere_is_ended_from_the_account(ann: FlaskClient, demo: Site) -> None:
    typed(ann)
    other = sign_in.begin_session(demo.db, None, "ann", "Old telephone")
    page = ann.get("/account").text
    assert "Old telephone" in page
    ended = re.search(r'name="session" value="([0-9a-f]{64})"', page)
    assert ended
    assert ann.post("/account/sessions", data={"session": ended[1]}).status_code == 303
    assert sign_in.session_of(demo.db, None, other) is None
    theirs = sign_in.session_of(demo.db, None, enter(demo.db, "eve", {}))
    assert theirs is not None
    assert ann.post("/account/sessions", data={"session": theirs[1]}).status_code == 404


def test_a_token_is_shown_once_and_does_no_more_than_asked(ann: FlaskClient, demo: Site) -> None:
    typed(ann)
    form = {"title": "nightly", "role": "viewer", "scope": DEMO, "days": "3"}
    made = ann.post("/account/tokens", data=form)
    word = re.search(r"codered_[\w-]{43}", made.text)
    assert word
    assert made.headers["Cache-Control"] == "no-store"
    account = tokens.account_of_token(demo.db, None, word[0])
    assert account is not None
    assert (account.name, account.role(DEMO), account.role("other")) == ("ann", Role.VIEWER, None)
    assert word[0] not in ann.get("/account").text
    number = tokens.list_tokens(demo.db, "ann")[0].id
    assert ann.post(f"/account/tokens/{number}/remove").status_code == 303
    assert tokens.account_of_token(demo.db, None, word[0]) is None


@pytest.mark.parametrize("change", [{"role": "admin"}, {"days": "400"}, {"title": ""}, {"scope": ""}, {"role": "king"}])
def test_a_token_for_more_than_one_may_is_refused_in_words(ann: FlaskClient, change: dict[str, str]) -> None:
    typed(ann)
    form = {"title": "nightly", "role": "viewer", "scope": DEMO, "days": "3"} | change
    answer = ann.post("/account/tokens", data=form)
    assert answer.status_code == 422
    assert 'id="token-fault"' in answer.text


def test_the_password_is_changed_by_who_knows_the_one_before(ann: FlaskClient, demo: Site) -> None:
    typed(ann)
    new = "battery horse correct"
    wrong = ann.post("/account/password", data={"old": "a guess", "new": new, "again": new})
    assert (wrong.status_code, "not right" in wrong.text) == (422, True)
    unlike = ann.post("/account/password", data={"old": PASSWORD, "new": new, "again": "other"})
    assert "not the same" in unlike.text
    other = sign_in.begin_session(demo.db, None, "ann", "Old telephone")
    assert ann.post("/account/password", data={"old": PASSWORD, "new": new, "again": new}).status_code == 303
    assert ann.get("/account").status_code == 200
    assert sign_in.session_of(demo.db, None, other) is None
    assert typed(visitor(demo), new) == "/"


def test_an_admin_adds_an_account_gives_a_role_and_shuts_it_out(client: FlaskClient, demo: Site) -> None:
    form = {"name": "Lee", "password": PASSWORD, "role": "viewer", "scope": DEMO}
    assert client.post("/accounts", data=form).status_code == 303
    again = client.post("/accounts", data=form)
    assert (again.status_code, "There is an account lee already." in again.text) == (422, True)
    given = {"name": "lee", "portfolio": DEMO, "role": "executive"}
    assert client.post("/accounts/role", data=given).status_code == 303
    found = {one.name: one for one in accounts.list_accounts(demo.db)}
    assert found["lee"].roles == {DEMO: Role.EXECUTIVE}
    assert client.post("/accounts/lee/shut").status_code == 303
    with pytest.raises(sign_in.NotSignedIn):
        sign_in.sign_in(demo.db, None, "lee", PASSWORD, "", "")
    assert client.post("/accounts/lee/open").status_code == 303
    assert client.post("/accounts/lee/password", data={"password": "another long one"}).status_code == 303
    assert sign_in.sign_in(demo.db, None, "lee", "another long one", "", "")


def test_an_admin_of_one_portfolio_gives_roles_there_only(demo: Site) -> None:
    client = visitor(demo)
    client.set_cookie(cookie.OVER_HTTP, enter(demo.db, "lee", {DEMO: Role.ADMIN}))
    given = {"name": "lee", "portfolio": DEMO, "role": "viewer"}
    assert client.get("/accounts").status_code == 200
    assert client.post("/accounts/role", data=given | {"portfolio": EVERYWHERE}).status_code == 403
    assert client.post("/accounts", data={"name": "x", "role": "admin", "scope": EVERYWHERE}).status_code == 403
    assert client.post("/accounts/role", data=given).status_code == 303


def test_the_demonstration_signs_in_by_itself_until_one_signs_out(show: Site) -> None:
    client = visitor(show)
    first = client.get("/")
    assert (first.status_code, "has signed you in by itself" in first.text) == (200, True)
    assert len(sign_in.list_sessions(show.db, "demo")) == 1
    second = client.get("/import")
    assert (second.status_code, "has signed you in" in second.text, "signs in by itself" in second.text) == (
        200, False, True,
    )  # fmt: skip
    assert len(sign_in.list_sessions(show.db, "demo")) == 1
    client.post("/sign-out")
    out = client.get("/")
    assert out.location == "/sign-in"
    assert demo_account.PASSWORD in client.get("/sign-in").text


def test_the_demonstration_signs_nobody_in_from_another_machine_or_name(show: Site) -> None:
    client = visitor(show)
    assert client.get("/", environ_base={"REMOTE_ADDR": "192.0.2.7"}).status_code == 403
    assert client.get("/", headers={"Host": "rebound.example"}).status_code == 403
    show.app.extensions["codered"] = (show.db, Settings(demo=True, secret_key=SecretStr("k" * 40)))
    assert client.get("/", environ_base={"REMOTE_ADDR": "192.0.2.7"}).status_code == 303
    assert sign_in.list_sessions(show.db, "demo") == []


def test_one_click_signs_in_again_and_out(show: Site, page: Page) -> None:
    with serving(show, as_kim=False) as site:
        page.goto(site.address)
        expect(page.get_by_role("heading", level=1)).to_have_text("Nothing is planned here yet")
        page.get_by_role("link", name="Account demo").click()
        page.get_by_role("button", name="Sign out").click()
        expect(page.get_by_text("You are signed out.")).to_be_visible()
        page.goto(site.address)
        page.get_by_role("button", name="Sign in as demo").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("Nothing is planned here yet")


@pytest.mark.parametrize(
    ("said", "short"),
    [
        ("Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/140.0 Safari/537.36 Edg/140.0", "Edge on Windows"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 19 like Mac OS X) Version/19 Safari/604.1", "Safari on iPhone"),
        ("Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0", "Firefox on Linux"),
        ("curl/8.5", "curl/8.5"),
        ("", "unknown"),
    ],
)
def test_a_browser_is_named_in_short(said: str, short: str) -> None:
    assert browser(said) == short


TEXTS = st.text(max_size=300) | st.sampled_from(["", "ann", "\0", "*", "code-red", "viewer", "9" * 30, "-1", "//x"])
FIELDS = ["name", "password", "to", "session", "title", "role", "scope", "days", "old", "new", "again", "portfolio"]
FORMS = (
    "/sign-in", "/account/sessions", "/account/tokens", "/account/password", "/accounts", "/accounts/role",
    "/accounts/ann/password", "/accounts/%00/shut",
)  # fmt: skip


@given(st.sampled_from(FORMS), st.dictionaries(st.sampled_from(FIELDS), TEXTS), st.booleans())
@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_is_typed_is_answered_in_words(
    demo: Site, address: str, form: dict[str, str], signed_in: bool
) -> None:
    client = demo.app.test_client() if signed_in else visitor(demo)
    answer = client.post(address, data=form)
    assert answer.status_code < 500
    assert "Traceback" not in answer.text


@given(st.text(st.characters(min_codepoint=32, max_codepoint=255), max_size=300))
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_a_cookie_or_a_token_says_is_answered_in_words(demo: Site, said: str) -> None:
    client = visitor(demo)
    assert client.get("/plans", headers={"Cookie": f"{cookie.OVER_HTTP}={said}"}).status_code == 303
    for header in (said, f"Bearer {said}", f"Bearer {tokens.PREFIX}{said}"):
        assert client.get("/api/v1/portfolios", headers={"Authorization": header}).status_code == 401


def test_a_site_without_an_admin_says_how_to_make_one(empty: Site) -> None:
    assert "codered account add NAME --role admin" in visitor(empty).get("/sign-in").text
