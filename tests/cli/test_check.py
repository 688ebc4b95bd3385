"""`codered check`: somebody's plan against the rules."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from app.cli import main
from tests.cli.tiny import tiny

Captured = pytest.CaptureFixture[str]


@pytest.fixture
def solved(tmp_path: Path, capsys: Captured) -> tuple[str, Path]:
    """A folder and the plan made from it."""
    folder, out = tiny(tmp_path / "in"), tmp_path / "out"
    assert main(["solve", str(folder), "--policy", "code-red", "--out", str(out)]) == 0
    capsys.readouterr()
    return str(folder), out


def test_a_plan_of_the_solver_passes(solved: tuple[str, Path], capsys: Captured) -> None:
    folder, out = solved
    assert main(["check", folder, str(out)]) == 0
    assert "the plan obeys every rule" in capsys.readouterr().err


def test_an_amount_raised_by_hand_is_a_violation(solved: tuple[str, Path], capsys: Captured) -> None:
    folder, out = solved
    lines = (out / "allocation.csv").read_text(encoding="utf-8").splitlines()
    place = next(n for n, line in enumerate(lines) if ",nodes," in line)
    lines[place] = lines[place].rsplit(",", 1)[0] + ",11"
    (out / "allocation.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    assert main(["check", folder, str(out), "--json"]) == 1
    shown = capsys.readouterr()
    answer = json.loads(shown.out)
    assert not answer["ok"]
    assert "capacity" in {v["rule"] for v in answer["violations"]}
    assert "violation: capacity: nodes in the week of 2025-12-01: " in shown.err


def test_a_value_that_the_amounts_do_not_support_is_a_violation(solved: tuple[str, Path], capsys: Captured) -> None:
    folder, out = solved
    summary = json.loads((out / "summary.json").read_text(encoding="utf-8"))
    summary["classes"][0]["attained"] *= 1.5
    (out / "summary.json").write_text(json.dumps(summary), encoding="utf-8")
    assert main(["check", folder, str(out)]) == 1
    assert "violation" in capsys.readouterr().err


def test_a_plan_that_cannot_be_read_is_invalid(solved: tuple[str, Path], capsys: Captured) -> None:
    folder, out = solved
    (out / "pace.csv").unlink()
    assert main(["check", folder, str(out)]) == 2
    assert "pace.csv" in capsys.readouterr().err


def test_a_plan_of_a_policy_that_is_gone_is_invalid(solved: tuple[str, Path], tmp_path: Path, capsys: Captured) -> None:
    folder = tiny(tmp_path / "other", policies="policy,kind\nnormal,normal\n", stances="policy,project,stance\n")
    assert main(["check", str(folder), str(solved[1])]) == 2
    assert "'code-red'" in capsys.readouterr().err


def test_a_plan_made_from_other_records_is_noted(solved: tuple[str, Path], tmp_path: Path, capsys: Captured) -> None:
    folder = tiny(tmp_path / "more", capacity="pool,week,amount\nnodes,2025-12-01,12\nengineers,2025-12-01,6\n")
    main(["check", str(folder), str(solved[1])])
    assert "the digests differ" in capsys.readouterr().err


def test_of_a_plan_of_other_weeks_that_is_all_there_is_to_say(
    solved: tuple[str, Path], tmp_path: Path, capsys: Captured
) -> None:
    folder, out = solved
    later = tmp_path / "later"
    assert main(["replan", folder, str(out), "--from", "2025-12-08", "--out", str(later)]) == 0
    capsys.readouterr()
    assert main(["check", folder, str(later)]) == 1
    told = [line for line in capsys.readouterr().err.splitlines() if not line.startswith("notice")]
    assert told[0] == "violation: tables: start is 2025-12-08 instead of 2025-12-01"
    assert told[1].startswith("violation: tables: weeks is ")
    assert told[2:] == ["2 violations"]
    assert main(["check", str(later / "portfolio"), str(later)]) == 0
