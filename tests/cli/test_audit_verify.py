"""`codered audit verify`: whether the trail is as it was written."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from app.cli import main
from app.db import Database
from tests.cli.tiny import tiny

pytestmark = pytest.mark.on_both

Captured = pytest.CaptureFixture[str]


def run(*words: str, url: str) -> int:
    return main([*words, "--database", url])


def test_the_audit_trail_is_verified(tmp_path: Path, url: str, capsys: Captured) -> None:
    assert run("import", str(tiny(tmp_path / "in")), url=url) == 0
    assert run("audit", "verify", "--json", url=url) == 0
    answer = json.loads(capsys.readouterr().out)
    assert (answer["status"], answer["lines"]) == ("good", 1)
    assert run("audit", "verify", "--end", "0" * 64, url=url) == 1
    assert "lines were cut off" in capsys.readouterr().err
    on = " ON audit" if url.startswith("postgresql") else ""
    with Database(url).session() as session:
        session.connection().exec_driver_sql(f"DROP TRIGGER audit_refuses_update{on}")
        session.connection().exec_driver_sql("UPDATE audit SET who = 'eve'")
    assert run("audit", "verify", url=url) == 1
    assert "line 1 of the audit trail" in capsys.readouterr().err
