"""The pages of webhooks: added with a secret that is shown once, tried, and the log of what came back."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from app.actions import accounts, webhooks
from app.actions.deliver import deliver_due
from app.config import Settings
from app.roles import Role
from app.web import cookie
from tests.app.receiver import HERE, Receiver, receiver
from tests.web.conftest import DEMO, Site, enter, serving, visitor


@pytest.fixture
def there() -> Iterator[Receiver]:
    """A receiver."""
    with receiver() as found:
        yield found


@pytest.fixture
def open_site(demo: Site) -> Site:
    """The example, which may call this machine."""
    db, _ = demo.app.extensions["codered"]
    demo.app.extensions["codered"] = (db, Settings(database_url=str(db.url), webhook_networks="127.0.0.0/8"))
    return demo


def test_a_webhook_is_added_tried_and_removed_in_a_browser(open_site: Site, there: Receiver, page: Page) -> None:
    with serving(open_site) as site:
        page.goto(f"{site.address}/account")
        page.get_by_role("link", name="Webhooks").click()
        page.get_by_label("Address").fill(there.address)
        page.get_by_label("plan.planned").uncheck()
        page.get_by_role("button", name="Add").press("Enter")
        expect(page.get_by_role("alert")).to_contain_text("shown this once")
        secret = page.locator(".secret").inner_text()
        assert re.fullmatch(r"whsec_[A-Za-z0-9+/]{43}=", secret)
        (hook,) = webhooks.list_webhooks(open_site.db, DEMO)
        assert "plan.planned" not in hook.kinds
        page.goto(f"{site.address}/webhooks")
        assert page.locator(".secret").count() == 0
        page.get_by_role("button", name="Try webhook 1").press("Enter")
        expect(page.get_by_text("none yet")).to_be_visible()
        assert deliver_due(open_site.db, None, HERE) == 1
        page.reload()
        expect(page.get_by_text("delivered")).to_be_visible()
        page.get_by_text("webhook.test", exact=True).click()
        expect(page.get_by_text(there.got[0][0]["webhook-id"])).to_be_visible()
        page.goto(f"{site.address}/webhooks")
        page.get_by_role("button", name="Remove webhook 1").press("Enter")
        expect(page.get_by_text("None: nobody is told.")).to_be_visible()


def test_an_address_inside_is_refused_in_words_and_what_was_typed_stays(demo: Site) -> None:
    answer = demo.app.test_client().post("/webhooks", data={"url": "http://127.0.0.1:9/in", "kind": "plan.approved"})
    assert answer.status_code == 422
    assert "address of this machine or of a private network" in answer.text
    assert 'value="http://127.0.0.1:9/in"' in answer.text
    assert answer.text.count(" checked") == 1


def test_a_message_that_failed_is_sent_again_from_the_log(open_site: Site, there: Receiver) -> None:
    client = open_site.app.test_client()
    client.post("/webhooks", data={"url": there.address, "kind": ["plan.approved"]})
    there.answers = [410]
    client.post("/webhooks/1/test")
    deliver_due(open_site.db, None, HERE)
    text = client.get("/webhooks/log").text
    assert "its receiver is gone for good" in text
    assert client.post("/webhooks/deliveries/1/again").status_code == 303
    assert client.post("/webhooks/1/test").status_code == 409
    assert "switched off" in client.get("/webhooks").text
    assert client.get("/webhooks/log?page=999999").status_code == 200


def test_the_webhooks_of_another_portfolio_are_not_there(open_site: Site, there: Receiver) -> None:
    open_site.app.test_client().post("/webhooks", data={"url": there.address, "kind": ["plan.approved"]})
    accounts.add_account(open_site.db, "zoe", None, {}, "ann")
    eve = visitor(open_site)
    eve.set_cookie(cookie.OVER_HTTP, enter(open_site.db, "eve", {"other": Role.ADMIN}))
    for path in ("/webhooks/1/remove", "/webhooks/1/test", "/webhooks/deliveries/1/again"):
        assert eve.post(f"{path}?portfolio={DEMO}").status_code == 404
    assert eve.get(f"/webhooks?portfolio={DEMO}").status_code == 404
    assert len(webhooks.list_webhooks(open_site.db)) == 1
