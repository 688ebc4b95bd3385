"""`codered replan`: the next weeks as approved, a plan that passes its check, and messages where it cannot be."""

from __future__ import annotations

import csv
import json
from importlib import import_module
from pathlib import Path

import pytest

from app.cli import main
from tests.cli.tiny import tiny

Captured = pytest.CaptureFixture[str]


def rows(folder: Path, week: str) -> list[list[str]]:
    """The allocation of a week."""
    with (folder / "allocation.csv").open() as file:
        return sorted(row for row in csv.reader(file) if row[0] == week)


def test_it_starts_from_the_approved_plan(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder, plan = tiny(tmp_path / "in"), tmp_path / "plan"
    assert main(["solve", str(folder), "--policy", "normal", "--out", str(plan)]) == 0
    monkeypatch.setattr(import_module("solver.solve"), "SMALL", 0)
    assert main(["replan", str(folder), str(plan), "--from", "2025-12-08", "--out", str(tmp_path / "again")]) == 0
    assert json.loads((tmp_path / "again" / "summary.json").read_text())["options"]["from_plan"] is True


def test_frozen_weeks_are_as_approved_and_the_plan_passes_its_check(tmp_path: Path, capsys: Captured) -> None:
    folder, plan, again = tiny(tmp_path / "in"), tmp_path / "plan", tmp_path / "again"
    assert main(["solve", str(folder), "--policy", "normal", "--out", str(plan)]) == 0
    how = ["--from", "2025-12-08", "--freeze", "1", "--out", str(again)]
    assert main(["replan", str(folder), str(plan), *how]) == 0
    assert rows(again, "2025-12-08") == rows(plan, "2025-12-08") != []
    assert main(["check", str(again / "portfolio"), str(again)]) == 0
    capsys.readouterr()
    assert main(["replan", str(folder), str(plan), "--from", "2027-01-04"]) == 2
    assert "outside the horizon" in capsys.readouterr().err
