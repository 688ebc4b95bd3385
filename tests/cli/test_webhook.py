"""`codered webhook ...`: added, listed, tried against a real receiver, delivered and removed."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator

import pytest
import structlog

from app.actions.import_data import import_portfolio
from app.cli import main
from app.db import Database
from app.store import outbox
from tests.app.lab import FILES, as_bytes
from tests.app.receiver import Receiver, receiver

Captured = pytest.CaptureFixture[str]


@pytest.fixture(autouse=True)
def _logs_as_before() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = root.handlers, root.level
    yield
    root.handlers, root.level = handlers, level
    structlog.reset_defaults()


@pytest.fixture
def db(url: str, monkeypatch: pytest.MonkeyPatch) -> Database:
    """The lab in the database that commands use, which may call this machine."""
    monkeypatch.setenv("CODERED_DATABASE_URL", url)
    monkeypatch.setenv("CODERED_WEBHOOK_NETWORKS", "127.0.0.0/8")
    found = Database(url)
    import_portfolio(found, as_bytes(FILES), "ann")
    return found


@pytest.fixture
def there() -> Iterator[Receiver]:
    """A receiver."""
    with receiver() as found:
        yield found


def test_a_webhook_is_added_with_its_secret_alone_on_stdout_and_listed(
    db: Database, there: Receiver, capsys: Captured
) -> None:
    assert main(["webhook", "add", there.address, "--portfolio", "lab", "--on", "plan.approved"]) == 0
    assert capsys.readouterr().out.startswith("whsec_")
    assert main(["webhook", "list", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["webhooks"] == [
        {"id": 1, "portfolio": "lab", "url": there.address, "kinds": ["plan.approved"], "active": True}
    ]
    assert main(["webhook", "list", "--portfolio", "other"]) == 0
    assert capsys.readouterr().out == ""


def test_a_trial_message_goes_at_once_and_the_exit_code_says_whether_it_arrived(
    db: Database, there: Receiver, capsys: Captured
) -> None:
    main(["webhook", "add", there.address, "--portfolio", "lab"])
    assert main(["webhook", "test", "1"]) == 0
    assert "delivered: 204" in capsys.readouterr().out
    there.answers = [500]
    assert main(["webhook", "test", "1", "--json"]) == 1
    assert json.loads(capsys.readouterr().out) == {"state": "waiting", "status": 500, "message": ""}
    assert len(there.got) == 2


def test_what_is_due_is_delivered_without_a_server(db: Database, there: Receiver, capsys: Captured) -> None:
    main(["webhook", "add", there.address, "--portfolio", "lab"])
    with db.session() as session:
        outbox.announce(session, "lab", outbox.APPROVED, "eve", {"plan": 1})
    assert main(["webhook", "deliver"]) == 0
    assert "1 delivery tried" in capsys.readouterr().err
    assert json.loads(there.got[0][1])["type"] == "plan.approved"
    assert main(["webhook", "remove", "1"]) == 0
    assert main(["webhook", "remove", "1"]) == 1
    assert "no webhook '1'" in capsys.readouterr().err


def test_what_cannot_be_called_is_refused_in_words(
    db: Database, capsys: Captured, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert main(["webhook", "add", "gopher://x", "--portfolio", "lab"]) == 1
    assert "only http and https" in capsys.readouterr().err
    assert main(["webhook", "add", "http://127.0.0.1/", "--portfolio", "nothing"]) == 1
    monkeypatch.setenv("CODERED_WEBHOOK_NETWORKS", "")
    assert main(["webhook", "add", "http://127.0.0.1/", "--portfolio", "lab"]) == 1
    assert "private network" in capsys.readouterr().err
