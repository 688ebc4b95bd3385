"""`codered account ...`, and what `serve` and `demo` refuse where others can reach them."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest
from pydantic import SecretStr

from app.actions import accounts, demo_account, sign_in, tokens
from app.cli import main
from app.cli.exposure import refuse_exposure
from app.config import Settings
from app.db import Database
from app.roles import EVERYWHERE, Role

PASSWORD = "correct horse battery"
Captured = pytest.CaptureFixture[str]


@pytest.fixture
def url(url: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """The database that commands use."""
    monkeypatch.setenv("CODERED_DATABASE_URL", url)
    return url


def typed(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(text + "\n"))


def test_an_account_is_added_given_a_role_and_listed(
    url: str, monkeypatch: pytest.MonkeyPatch, capsys: Captured
) -> None:
    typed(monkeypatch, PASSWORD)
    assert main(["account", "add", "Ann", "--role", "admin", "--password-stdin"]) == 0
    assert main(["account", "add", "kim@example.com", "--no-password", "--portfolio", "lab"]) == 0
    assert main(["account", "role", "kim@example.com", "manager", "--portfolio", "lab"]) == 0
    capsys.readouterr()
    assert main(["account", "list", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["accounts"] == [
        {"name": "ann", "disabled": False, "roles": {"*": "admin"}},
        {"name": "kim@example.com", "disabled": False, "roles": {"lab": "manager"}},
    ]
    assert sign_in.sign_in(Database(url), None, "ann", PASSWORD, "", "")
    assert main(["account", "list"]) == 0
    assert "ann  admin in every portfolio" in capsys.readouterr().out


def test_an_account_is_disabled_let_in_again_and_given_another_password(
    url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    db = Database(url)
    typed(monkeypatch, PASSWORD)
    assert main(["account", "add", "ann", "--password-stdin"]) == 0
    assert main(["account", "disable", "ann"]) == 0
    with pytest.raises(sign_in.NotSignedIn):
        sign_in.sign_in(db, None, "ann", PASSWORD, "", "")
    assert main(["account", "disable", "ann", "--undo"]) == 0
    typed(monkeypatch, "battery horse correct")
    assert main(["account", "password", "ann", "--password-stdin"]) == 0
    assert sign_in.sign_in(db, None, "ann", "battery horse correct", "", "")


def test_a_token_goes_to_stdout_alone_and_works(url: str, capsys: Captured) -> None:
    assert main(["account", "add", "ann", "--no-password", "--role", "manager"]) == 0
    capsys.readouterr()
    assert main(["account", "token", "ann", "--role", "viewer", "--portfolio", "lab", "--days", "2"]) == 0
    word = capsys.readouterr().out.strip()
    account = tokens.account_of_token(Database(url), None, word)
    assert account is not None
    assert (account.role("lab"), account.role("other")) == (Role.VIEWER, None)


def test_what_is_refused_is_told_in_words(url: str, monkeypatch: pytest.MonkeyPatch, capsys: Captured) -> None:
    typed(monkeypatch, "password1234")
    assert main(["account", "add", "ann", "--password-stdin"]) == 1
    assert main(["account", "role", "nobody", "viewer"]) == 1
    said = capsys.readouterr().err
    assert "too easy to guess" in said
    assert "no account 'nobody'" in said
    assert "password1234" not in said


@pytest.mark.parametrize("host", ["0.0.0.0", "", "::", "192.0.2.7", "plan.example"])
def test_serve_refuses_default_secrets_where_others_can_reach_it(url: str, host: str, capsys: Captured) -> None:
    demo_account.ensure(_migrated(url))
    assert main(["serve", "--host", host, "--port", "18999"]) == 1
    said = capsys.readouterr().err
    assert "CODERED_SECRET_KEY is not set" in said
    assert "codered account disable demo" in said


def test_serve_is_satisfied_by_a_key_an_admin_and_no_demo(url: str) -> None:
    db, settings = _migrated(url), Settings(secret_key=SecretStr("k" * 40))
    with pytest.raises(Exception, match="nobody could sign in as admin"):
        refuse_exposure("0.0.0.0", settings, db)
    accounts.add_account(db, "ann", PASSWORD, {EVERYWHERE: Role.ADMIN}, "ann")
    refuse_exposure("0.0.0.0", settings, db)
    with pytest.raises(Exception, match="CODERED_DEMO"):
        refuse_exposure("0.0.0.0", Settings(secret_key=SecretStr("k" * 40), demo=True), db)
    with pytest.raises(Exception, match="CODERED_SECRET_KEY"):
        refuse_exposure("0.0.0.0", Settings(secret_key=SecretStr("short")), db)


def test_an_admin_without_a_password_is_one_where_there_is_single_sign_on(url: str) -> None:
    db = _migrated(url)
    accounts.add_account(db, "kim@example.com", None, {EVERYWHERE: Role.ADMIN}, "ann")
    with pytest.raises(Exception, match="nobody could sign in as admin"):
        refuse_exposure("0.0.0.0", Settings(secret_key=SecretStr("k" * 40)), db)
    refuse_exposure("0.0.0.0", Settings(secret_key=SecretStr("k" * 40), oidc_issuer="https://sso.example"), db)


@pytest.mark.parametrize("host", ["127.0.0.1", "::1", "localhost"])
def test_serve_on_this_machine_needs_nothing(url: str, host: str) -> None:
    refuse_exposure(host, Settings(), _migrated(url))


@pytest.mark.parametrize("host", ["0.0.0.0", "", "192.0.2.7"])
def test_the_demo_is_for_this_machine(host: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CODERED_INSTANCE", str(tmp_path))
    assert main(["demo", "--host", host]) == 1
    assert not (tmp_path / "demo.db").exists()


def _migrated(url: str) -> Database:
    db = Database(url)
    db.upgrade()
    return db
