"""`codered risks` and `codered solve --robust`: futures of a plan, as tables, files and JSON."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from app.cli import main
from tests.cli.tiny import FILES, tiny

Captured = pytest.CaptureFixture[str]
RISKS = {
    "capacity": FILES["capacity"] + "nodes,2025-12-15,12\n",
    "risks": (
        "risk,kind,pool,project,distribution,low,high,mean\nlate,delay,nodes,,uniform,0,2,\n"
        "leave,attrition,engineers,,fixed,,,0.9\nsurge,surge,,chat,uniform,0,0.5,\n"
    ),
}


@pytest.fixture
def solved(tmp_path: Path) -> tuple[str, str]:
    """A folder with risks, and a plan for it."""
    folder, plan = str(tiny(tmp_path / "in", **RISKS)), str(tmp_path / "plan")
    assert main(["solve", folder, "--policy", "code-red", "--out", plan]) == 0
    return folder, plan


def test_the_futures_of_a_plan_are_shown_and_written(solved: tuple[str, str], tmp_path: Path, capsys: Captured) -> None:
    capsys.readouterr()
    assert main(["risks", *solved, "--futures", "200", "--out", str(tmp_path / "out")]) == 0
    shown = capsys.readouterr()
    assert "200 futures of 3 risks, seed 0" in shown.out
    assert "focus" in shown.out
    assert "P90" in shown.out
    assert {p.name for p in (tmp_path / "out").iterdir()} == {
        "chances.json", "class_values.csv", "goal_dates.csv", "floor_chances.csv", "project_values.csv", "futures.csv",
    }  # fmt: skip


def test_the_answer_as_json_is_the_same_for_the_same_seed(solved: tuple[str, str], capsys: Captured) -> None:
    answers = []
    for seed in ("3", "3", "4"):
        capsys.readouterr()
        assert main(["risks", *solved, "--futures", "100", "--seed", seed, "--json"]) == 0
        answers.append(json.loads(capsys.readouterr().out))
    assert [a.pop("seconds") > 0 for a in answers] == [True] * 3
    assert answers[0] == answers[1]
    assert answers[0]["classes"] != answers[2]["classes"]


def test_without_risks_every_future_is_the_plan_and_it_is_said(tmp_path: Path, capsys: Captured) -> None:
    folder, plan = str(tiny(tmp_path / "in")), str(tmp_path / "plan")
    assert main(["solve", folder, "--policy", "code-red", "--out", plan]) == 0
    assert main(["risks", folder, plan, "--futures", "10", "--json"]) == 0
    shown = capsys.readouterr()
    assert "has no risks.csv" in shown.err
    assert main(["solve", folder, "--policy", "code-red", "--robust", "0.9"]) == 2
    assert "nothing to be robust against" in capsys.readouterr().err


def test_a_plan_may_be_robust_against_some_kinds_of_risk_alone(
    solved: tuple[str, str], tmp_path: Path, capsys: Captured
) -> None:
    asked = ["solve", solved[0], "--policy", "code-red", "--robust", "1", "--out", str(tmp_path / "out")]
    assert main([*asked, "--against", "surge"]) == 0
    assert (tmp_path / "out" / "portfolio" / "capacity.csv").read_text().count("\n") == 4
    assert main([*asked, "--against", "slip"]) == 2
    assert "no risk of kind slip" in capsys.readouterr().err


def test_a_plan_of_another_portfolio_is_refused_with_what_is_wrong(
    solved: tuple[str, str], tmp_path: Path, capsys: Captured
) -> None:
    other = str(tiny(tmp_path / "other", capacity=FILES["capacity"] + "nodes,2025-12-08,5\n"))
    assert main(["risks", other, solved[1]]) == 2
    assert "given of" in capsys.readouterr().err


def test_a_robust_plan_is_written_with_the_portfolio_it_answers_and_withstands_its_futures(
    solved: tuple[str, str], tmp_path: Path, capsys: Captured
) -> None:
    folder, robust = solved[0], tmp_path / "robust"
    asked = ["--robust", "1", "--futures", "50", "--seed", "2", "--out", str(robust)]
    assert main(["solve", folder, "--policy", "code-red", *asked]) == 0
    assert json.loads((robust / "summary.json").read_text())["options"]["robust"] == 1.0
    assert main(["check", str(robust / "portfolio"), str(robust)]) == 0
    capsys.readouterr()
    assert main(["risks", folder, str(robust), "--futures", "50", "--seed", "2", "--json"]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert [c["value"]["reached"] for c in answer["classes"]] == [1.0] * len(answer["classes"])
    assert all(p["cut"] == 0 for p in answer["projects"])


def test_a_robust_plan_without_its_portfolio_is_not_guessed_at(
    solved: tuple[str, str], tmp_path: Path, capsys: Captured
) -> None:
    summary = Path(solved[1]) / "summary.json"
    facts = json.loads(summary.read_text())
    summary.write_text(json.dumps({**facts, "options": {"robust": 0.9}}))
    assert main(["risks", *solved]) == 2
    assert "the portfolio that it answers is missing" in capsys.readouterr().err
