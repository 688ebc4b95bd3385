"""`codered why` and `codered force`: reasons, ways that were tried, and what each class pays."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from app.cli import main
from tests.cli.tiny import tiny

Captured = pytest.CaptureFixture[str]


@pytest.fixture
def planned(tmp_path: Path, capsys: Captured) -> tuple[str, str]:
    """The tiny portfolio and its plan under the code red."""
    folder, out = tiny(tmp_path / "in"), tmp_path / "out"
    assert main(["solve", str(folder), "--policy", "code-red", "--out", str(out)]) == 0
    capsys.readouterr()
    return str(folder), str(out)


def test_why_tells_the_reason_of_each_spell(planned: tuple[str, str], capsys: Captured) -> None:
    assert main(["why", *planned, "--project", "ads"]) == 0
    assert "2025-12-01  paused by policy: code-red pauses it until 22 December 2025" in capsys.readouterr().out


def test_why_with_a_week_tells_what_it_would_take_in_records(planned: tuple[str, str], capsys: Captured) -> None:
    assert main(["why", *planned, "--project", "ads", "--week", "2025-12-10", "--json"]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert [r["reason"] for r in answer["reasons"]] == ["paused by policy"]
    assert answer["takes"]
    for take in answer["takes"]:
        assert {"table": "stances", "key": "code-red/ads"}.items() <= take["edits"][-1].items() or any(
            e["table"] == "stances" for e in take["edits"]
        )


def test_what_runs_as_planned_takes_nothing(planned: tuple[str, str], capsys: Captured) -> None:
    assert main(["why", *planned, "--project", "chat", "--week", "2025-12-10"]) == 0
    assert "  1. it does so in this plan already; no class pays" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("more", "said"),
    [(["--project", "nobody"], "no project"), (["--project", "ads", "--week", "2030-01-01"], "outside")],
)
def test_what_is_not_there_is_a_message(
    planned: tuple[str, str], capsys: Captured, more: list[str], said: str
) -> None:  # fmt: skip
    assert main(["why", *planned, *more]) == 2
    assert said in capsys.readouterr().err


@pytest.mark.parametrize(
    "command",
    [["why", "--project", "ads"], ["prices"], ["prices", "--pool", "nodes", "--week", "2025-12-15"], ["risks"]],
)
def test_a_plan_of_other_weeks_is_told_to_be_one(
    planned: tuple[str, str], tmp_path: Path, capsys: Captured, command: list[str]
) -> None:
    folder, later = planned[0], tmp_path / "later"
    assert main(["replan", *planned, "--from", "2025-12-08", "--out", str(later)]) == 0
    assert main([command[0], folder, str(later), *command[1:]]) == 2
    shown = capsys.readouterr().err
    assert "fault: summary.json: tables: start is 2025-12-08 instead of 2025-12-01" in shown
    assert "name the portfolio that the plan was made for" in shown
    assert main([command[0], str(later / "portfolio"), str(later), *command[1:]]) == 0


def test_nothing_makes_run_what_is_done(tmp_path: Path, capsys: Captured) -> None:
    projects = "project,kind,priority,value,status\nchat,run,0,10,running\nads,run,2,5,done\n"
    baseline = "project,need,pool,amount\nchat,gpu,nodes,4\nchat,people,engineers,2\n"
    folder, out = tiny(tmp_path / "in", projects=projects, baseline=baseline), tmp_path / "out"
    assert main(["solve", str(folder), "--policy", "normal", "--out", str(out)]) == 0
    assert main(["why", str(folder), str(out), "--project", "ads", "--week", "2025-12-15"]) == 0
    assert "It is done: no change makes it run again." in capsys.readouterr().out


def test_force_out_shows_who_gains_and_who_pays(planned: tuple[str, str], capsys: Captured) -> None:
    folder, _ = planned
    assert main(["force", folder, "--policy", "normal", "--project", "chat", "out", "--json"]) == 0
    classes = {c["name"]: c for c in json.loads(capsys.readouterr().out)["classes"]}
    assert classes["priority 0"]["after"] == 0
    assert classes["priority 0"]["percent"] < -50
    assert classes["priority 2"]["percent"] > 0


def test_force_in_against_the_rules_is_infeasible_with_its_reasons(planned: tuple[str, str], capsys: Captured) -> None:
    folder, _ = planned
    needs = Path(folder) / "needs.csv"
    needs.write_text(needs.read_text().replace("ads,gpu,gpu,8,2", "ads,gpu,gpu,12,11"))
    assert main(["force", folder, "--policy", "normal", "--project", "ads", "in"]) == 3
    assert "cannot" in capsys.readouterr().out


def test_prices_are_told_as_indicative_and_written_into_the_plan(planned: tuple[str, str], capsys: Captured) -> None:
    assert main(["prices", *planned, "--json"]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert answer["indicative"] is True
    text = (Path(planned[1]) / "utilisation.csv").read_text()
    written = [row.rsplit(",", 1)[1] for row in text.splitlines()[1:]]
    assert len([price for price in written if price]) == len(answer["prices"])
    assert main(["check", *planned]) == 0


def test_a_price_is_confirmed_by_solving_with_a_step_more_and_less(planned: tuple[str, str], capsys: Captured) -> None:
    assert main(["prices", *planned, "--pool", "nodes", "--week", "2025-12-10", "--json"]) == 0
    facts = json.loads(capsys.readouterr().out)["confirmed"]
    assert {fact["step"] for fact in facts} == {1.0, -1.0}
