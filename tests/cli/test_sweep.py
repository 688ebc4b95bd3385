"""`codered sweep`: from the command line to a table, and its ends."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

from app.cli import main
from tests.cli.tiny import tiny

Captured = pytest.CaptureFixture[str]


def test_a_grid_becomes_a_table_and_a_second_start_solves_nothing(tmp_path: Path, capsys: Captured) -> None:
    folder, out = str(tiny(tmp_path / "in")), tmp_path / "out"
    ask = ["sweep", folder, "--policy", "code-red", "--out", str(out), "--workers", "1", "--json"]
    ask += ["--vary", "pools.nodes.factor=0.8,1", "--vary", "policy.weeks=2,3"]
    assert main(ask) == 0
    first = capsys.readouterr()
    assert json.loads(first.out)["done"] == 4
    assert "4 of 4 scenarios are in" in first.err
    assert "(4 solved now, 0 kept from before)" in first.err
    rows = list(csv.DictReader((out / "results.csv").read_text(encoding="utf-8").splitlines()))
    assert [(r["pools.nodes.factor"], r["policy.weeks"]) for r in rows] == [
        ("0.8", "2"), ("0.8", "3"), ("1", "2"), ("1", "3"),
    ]  # fmt: skip
    assert {r["status"] for r in rows} == {"optimal"}
    assert main(ask) == 0
    assert json.loads(capsys.readouterr().out)["found"] == 4


def test_a_list_of_scenarios_may_name_them(tmp_path: Path, capsys: Captured) -> None:
    folder, listed = str(tiny(tmp_path / "in")), tmp_path / "list.csv"
    listed.write_text("scenario,policy,projects.ads.value\nbusy,normal,9\ncalm,,\n", encoding="utf-8")
    ask = ["sweep", folder, "--policy", "code-red", "--out", str(tmp_path / "out"), "--workers", "1"]
    assert main([*ask, "--scenarios", str(listed)]) == 0
    rows = list(csv.DictReader((tmp_path / "out" / "results.csv").read_text(encoding="utf-8").splitlines()))
    assert [(r["scenario"], r["policy_solved"]) for r in rows] == [("busy", "normal"), ("calm", "code-red")]
    assert "2 of 2 scenarios" in capsys.readouterr().err


def test_nothing_that_fits_is_invalid_input_and_says_why(tmp_path: Path, capsys: Captured) -> None:
    ask = ["sweep", str(tiny(tmp_path / "in")), "--policy", "code-red", "--out", str(tmp_path / "out")]
    assert main([*ask, "--vary", "projects.nobody.value=1,2", "--workers", "1"]) == 2
    assert "names no record of projects.csv" in capsys.readouterr().err


@pytest.mark.parametrize("vary", [[], ["--vary", "policy.weeks"], ["--vary", "policy.weeks="], ["--vary", "a=1"]])
def test_what_to_vary_has_to_be_said(tmp_path: Path, capsys: Captured, vary: list[str]) -> None:
    ask = ["sweep", str(tiny(tmp_path / "in")), "--policy", "code-red", "--out", str(tmp_path / "out")]
    assert main([*ask, *vary]) == 2
    said = capsys.readouterr().err
    assert "--vary" in said or "is not what a sweep can vary" in said
