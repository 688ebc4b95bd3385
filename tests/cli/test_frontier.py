"""`codered frontier`: a trade-off as a table, a CSV file and JSON."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

from app.cli import main
from tests.cli.tiny import FILES, tiny

Captured = pytest.CaptureFixture[str]


def test_the_points_are_shown_with_their_gap_and_written_as_csv(tmp_path: Path, capsys: Captured) -> None:
    folder, out = str(tiny(tmp_path / "in")), tmp_path / "out" / "points.csv"
    assert (
        main(["frontier", folder, "--policy", "code-red", "--kind", "donors", "--points", "4", "--out", str(out)]) == 0
    )
    shown = capsys.readouterr()
    assert "Core gain against donors’ loss: tiny, policy code-red" in shown.out
    assert "donors keep 100 % of today" in shown.out
    assert "knee" in shown.out
    rows = list(csv.DictReader(out.read_text(encoding="utf-8").splitlines()))
    assert len(rows) == 4
    assert [float(row["x"]) for row in rows] == sorted(float(row["x"]) for row in rows)
    assert sum(row["as_it_stands"] == "yes" for row in rows) == 1
    assert {row["x_unit"] for row in rows} == {"value"}
    assert json.loads(rows[0]["edits"])[0]["table"] == "stances"


def test_the_answer_as_json_names_both_quantities_and_the_knee(tmp_path: Path, capsys: Captured) -> None:
    folder = str(tiny(tmp_path / "in"))
    assert main(["frontier", folder, "--policy", "code-red", "--kind", "disruption", "--points", "5", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["x"]["name"], told["x"]["better"], told["y"]["better"]) == ("moves", "less", "more")
    assert len(told["points"]) == 5
    assert {"dominated", "knee", "gap_percent", "digest", "edits"} <= told["points"][0].keys()


def test_moves_count_against_an_approved_plan_from_a_week_on(tmp_path: Path, capsys: Captured) -> None:
    folder, plan = str(tiny(tmp_path / "in")), str(tmp_path / "plan")
    assert main(["solve", folder, "--policy", "code-red", "--out", plan]) == 0
    ask = ["frontier", folder, "--policy", "code-red", "--kind", "keep", "--points", "4"]
    capsys.readouterr()
    assert main([*ask, "--approved", plan, "--from", "2025-12-08", "--json"]) == 0
    points = json.loads(capsys.readouterr().out)["points"]
    assert points[0]["x"] == 0.0
    assert max(p["x"] for p in points) < 6
    assert {len(p["edits"]) > 0 for p in points if not p["as_it_stands"]} == {True}
    assert main([*ask, "--from", "2025-12-08"]) == 2
    assert "--from needs --approved" in capsys.readouterr().err


def test_nothing_to_vary_is_invalid_input_and_says_what_would_be_right(tmp_path: Path, capsys: Captured) -> None:
    folder = str(tiny(tmp_path / "in"))
    assert main(["frontier", folder, "--policy", "normal", "--kind", "training"]) == 2
    assert "protects no project" in capsys.readouterr().err


def test_without_any_plan_it_ends_as_a_solve_does(tmp_path: Path, capsys: Captured) -> None:
    floors = "policy,project,need,amount\ncode-red,chat,gpu,6\n"
    pins = "project,need,pool,from,amount\nchat,gpu,nodes,2025-12-01,5\n"
    folder = str(tiny(tmp_path / "in", floors=floors, pins=pins, stances=FILES["stances"]))
    assert main(["frontier", folder, "--policy", "code-red", "--kind", "length"]) == 3
    assert "no plan can obey all rules" in capsys.readouterr().err
