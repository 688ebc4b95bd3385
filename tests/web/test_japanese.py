"""The pages in Japanese, in a real browser: on a phone and on a screen, nothing too wide, no serious axe finding."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from playwright.sync_api import Page, expect

from app.web.cookie import OVER_HTTP
from tests.web.conftest import Site, serious_faults

ADDRESSES = {
    "/": "決定が必要な事項", "/declare": "コードレッドを宣言", "/plans": "計画", "/plans/2": "計画 2",
    "/plans/2/brief": "数値", "/compare?plan=1&plan=2&all=1": "スコアカード", "/scenarios": "シナリオ",
    "/portfolio?table=policies": "ポートフォリオ", "/capacity": "供給能力", "/import": "ポートフォリオを取り込む",
    "/plans/2/risks": "登録済みのリスク", "/accounts": "アカウントとロール", "/sign-in": "サインイン",
}  # fmt: skip
OTHERS = {
    "/plans/2/people": "人員", "/plans/2/why?project=pulse": "方針で停止", "/plans/2/ledger": "供出台帳",
    "/plans/2/moves": "移動", "/plans/2/approve": "計画 2を承認", "/plans/2/check": "計画 2の検証",
    "/export": "エクスポート", "/account": "APIトークン", "/jobs": "ジョブとワーカー",
    "/nothing": "ここには何もありません",
    "/records/projects/edit?k=ads-platform": "最低稼働週数",
}  # fmt: skip


def test_every_page_is_in_japanese_and_says_so(client: FlaskClient) -> None:
    wrong = []
    for address, words in {**ADDRESSES, **OTHERS}.items():
        text = client.get(address, headers={"Accept-Language": "ja"}).text
        if '<html lang="ja" data-words="{' not in text or words not in text:
            wrong.append(address)
    assert wrong == []


@pytest.mark.parametrize("width", [390, 1440])
def test_no_page_is_too_wide_and_axe_finds_nothing_serious(
    live: Site, new_page: Callable[..., Page], width: int
) -> None:
    page = new_page(viewport={"width": width, "height": 900}, locale="ja-JP")
    wide, serious = [], []
    for address in ADDRESSES:
        page.goto(live.address + address)
        if page.evaluate("document.documentElement.scrollWidth") > width:
            wide.append(address)
        if width > 390 or address in ("/", "/declare"):
            serious += [(address, fault) for fault in serious_faults(page)]
    assert (wide, serious) == ([], [])


def test_the_switch_in_the_footer_changes_the_language_and_stays_on_the_page(
    live: Site, new_page: Callable[..., Page]
) -> None:
    page = new_page()
    page.context.add_cookies([{"name": OVER_HTTP, "value": live.app.config["KIM"], "url": live.address}])
    page.goto(live.address + "/plans/2")
    page.get_by_role("button", name="日本語").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("計画 2")
    assert page.url.endswith("/plans/2")
    expect(page.locator("#flows canvas").first).to_be_visible()
    page.goto(live.address)
    expect(page.get_by_role("link", name="コードレッドを宣言").first).to_be_visible()
    page.get_by_role("button", name="English").click()
    expect(page.get_by_role("link", name="Declare code red").first).to_be_visible()
