"""What browsers are told and what is refused: content policy, other sites, errors without stack traces."""

from __future__ import annotations

import ast
import hashlib
import io
import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from pydantic import SecretStr

from app import create_app
from app.actions import audit
from app.config import Settings
from app.db import Database
from app.origin import from_elsewhere
from app.roles import Role
from app.web import cookie
from app.web.security import HEADERS
from tests.solver.test_workbook import attempt, book, changed, sheets_of
from tests.web.conftest import DEMO, Site, enter, visitor

ROOT = Path(__file__).resolve().parent.parent.parent
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
VENDOR = ROOT / "app" / "static" / "vendor"


def test_the_content_policy_allows_nothing_inline(client: FlaskClient) -> None:
    policy = client.get("/").headers["Content-Security-Policy"]
    assert "script-src 'self';" in policy
    assert "style-src 'self';" in policy
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: path.name)
def test_no_template_has_inline_script_style_or_handlers(template: Path) -> None:
    text = template.read_text(encoding="utf-8")
    scripts = re.findall(r"<script(?![^>]*\bsrc=)(?![^>]*application/json)[^>]*>", text)
    assert scripts == []
    assert re.findall(r"<style|\sstyle=|\son[a-z]+=|javascript:|hx-on", text) == []


def test_nothing_is_loaded_from_other_hosts(client: FlaskClient) -> None:
    for address in ("/", "/plans/2", "/declare"):
        assert re.findall(r'(?:src|href)="(?:https?:)?//', client.get(address).text) == []


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": "null"},
    ],
)
def test_a_post_from_another_site_is_refused_and_changes_nothing(demo: Site, headers: dict[str, str]) -> None:
    before = audit.entries(demo.db, DEMO)
    answer = demo.app.test_client().post("/plans/2/approve", data={"reason": "because"}, headers=headers)
    assert answer.status_code == 403
    assert audit.entries(demo.db, DEMO) == before


def test_a_post_from_the_page_itself_or_from_no_browser_is_taken() -> None:
    assert not from_elsewhere("same-origin", "http://localhost:8000", "localhost:8000")
    assert not from_elsewhere(None, None, "localhost:8000")
    assert from_elsewhere(None, "http://localhost:9000", "localhost:8000")


@pytest.mark.parametrize(
    "address",
    [
        "/nothing",
        "/plans/99",
        "/jobs/99",
        "/?portfolio=unknown",
        "/portfolio?table=secrets",
        "/records/projects/edit?k=unknown",
        "/plans/1/files/..%2fsecret",
    ],
)
def test_what_is_not_there_is_a_friendly_page(client: FlaskClient, address: str) -> None:
    answer = client.get(address)
    assert answer.status_code == 404
    assert "Nothing here" in answer.text
    assert "Traceback" not in answer.text


def test_a_defect_is_a_friendly_page_without_a_stack_trace(demo: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(self: Database) -> None:
        raise ZeroDivisionError("a secret detail")

    monkeypatch.setattr(Database, "reading", broken)
    answer = demo.app.test_client().get("/plans")
    assert answer.status_code == 500
    assert "Something broke on our side" in answer.text
    assert "secret detail" not in answer.text


def test_an_upload_that_is_too_large_is_refused_in_words(demo: Site) -> None:
    demo.app.config["MAX_CONTENT_LENGTH"] = 1000
    answer = demo.app.test_client().post("/import", data={"files": (io.BytesIO(b"x" * 5000), "a.zip")})
    assert (answer.status_code, "Too large" in answer.text) == (413, True)


def test_of_who_is_not_signed_in_little_is_read(demo: Site) -> None:
    client = visitor(demo)
    assert client.post("/sign-in", data={"name": "x" * 100_000}).status_code == 413
    assert client.post("/import", data={"files": (io.BytesIO(b"x" * 100_000), "a.zip")}).status_code == 303
    answer = client.post("/api/v1/portfolios", data=b"[" * 100_000, content_type="application/json")
    assert (answer.status_code, answer.mimetype) == (401, "application/problem+json")


def test_what_people_type_is_shown_and_never_run(client: FlaskClient) -> None:
    text = client.get("/portfolio?q=<script>alert(1)</script>").text
    assert "<script>alert(1)" not in text
    assert "&lt;script&gt;alert(1)" in text


def test_vendored_files_are_those_that_were_declared() -> None:
    declared = json.loads((VENDOR / "VENDORED.json").read_text())
    assert {d["name"] for d in declared} == {"htmx.org", "echarts", "tabulator-tables"}
    for library in declared:
        folder = VENDOR / library["folder"]
        found = {p.name: hashlib.sha256(p.read_bytes()).hexdigest() for p in folder.iterdir()}
        assert found == library["files"]
        assert any(name.startswith("LICENSE") for name in found)
    assert {d["folder"] for d in declared} | {"VENDORED.json"} == {p.name for p in VENDOR.iterdir()}


def test_no_sql_is_put_together_from_texts() -> None:
    found = []
    for path in (ROOT / "app").rglob("*.py"):
        for call in ast.walk(ast.parse(path.read_text("utf-8"))):
            of_sql = (
                isinstance(call, ast.Call)
                and isinstance(call.func, ast.Attribute)
                and (ast.unparse(call.func) in ("sa.text", "sa.literal_column") or call.func.attr == "exec_driver_sql")
            )
            if isinstance(call, ast.Call) and of_sql:
                found.append(call)
                parts = [[one.body, one.orelse] if isinstance(one, ast.IfExp) else [one] for one in call.args]
                assert all(isinstance(part, ast.Constant) for pair in parts for part in pair), (
                    f"{path}: {ast.unparse(call)}"
                )
    assert found


def test_who_calls_is_believed_of_proxies_only_where_they_are_set_up(
    tmp_path: Path, fresh: Callable[[], str], caplog: pytest.LogCaptureFixture
) -> None:
    claimed = {"X-Forwarded-For": "192.0.2.7", "X-Forwarded-Proto": "https", "X-Forwarded-Host": "plan.example"}
    for proxies, caller in ((0, "127.0.0.1"), (1, "192.0.2.7")):
        set_up = Settings(instance=tmp_path, database_url=fresh(), proxies=proxies, secret_key=SecretStr("k" * 40))
        app = create_app(set_up)
        wrong = {"name": "kim", "password": "a guess"}
        answer = app.test_client().post("/sign-in", data=wrong, headers=claimed)
        assert ("Strict-Transport-Security" in answer.headers) is bool(proxies)
        assert caplog.records[-1].getMessage().endswith(f"from '{caller}'")


def test_without_a_key_of_its_own_the_server_answers_nobody_behind_a_proxy(client: FlaskClient) -> None:
    for name in ("X-Forwarded-For", "Forwarded", "X-Real-IP"):
        assert client.get("/", headers={name: "192.0.2.7"}).status_code == 403
        assert client.get("/api/v1/portfolios", headers={name: "192.0.2.7"}).status_code == 403
    assert client.get("/").status_code == 200


def test_pages_of_somebody_are_kept_by_no_cache(client: FlaskClient) -> None:
    for address in ("/", "/account", f"/export/{DEMO}.zip", "/nothing"):
        assert client.get(address).headers["Cache-Control"] == "no-store"


def test_every_answer_says_what_browsers_may_do_with_it(client: FlaskClient) -> None:
    for address in ("/", "/static/css/codered.css", "/nothing", f"/export/{DEMO}.zip"):
        assert HEADERS.items() <= dict(client.get(address).headers).items(), address


def test_what_is_refused_is_logged_without_what_was_secret(
    demo: Site, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    secret = "correct horse battery"
    client = visitor(demo)
    client.post("/sign-in", data={"name": "kim\nadmin", "password": secret})
    client.set_cookie(cookie.OVER_HTTP, enter(demo.db, "eve", {DEMO: Role.VIEWER}))
    held = client.get_cookie(cookie.OVER_HTTP)
    assert held is not None
    client.post("/plans/2/approve", data={"reason": "mine"})
    client.get("/plans/2", headers={"Authorization": "Bearer codered_secret"})
    told = [record.getMessage() for record in caplog.records]
    assert [text for text in told if text.startswith("signing in failed for 'kim\\nadmin' from '127.0.0.1'")]
    assert [text for text in told if text.startswith("'eve' was refused PLAN, 2: this needs the role executive")]
    written = "\n".join([*told, *capfd.readouterr()])
    assert not [one for one in (secret, held.value, "codered_secret") if one in written]


def test_a_workbook_reads_no_file_of_the_server(tmp_path: Path) -> None:
    kept = tmp_path / "kept.txt"
    kept.write_text("what nobody may read")
    declared = f'<!DOCTYPE x [<!ENTITY leak SYSTEM "file://{kept}">]>'.encode()

    written = []

    def leak(name: str, text: bytes) -> bytes:
        head, _, rest = text.partition(b"?>")
        if not name.endswith("sharedStrings.xml"):
            return text
        written.append(rest.count(b">h100<"))
        return head + b"?>" + declared + rest.replace(b">h100<", b">&leak;<")

    content = changed(book(sheets_of()), leak)
    assert written == [1]
    read, faults = attempt(content)
    shown = str(read) + " ".join(str(fault) for fault in faults)
    assert "what nobody may read" not in shown
