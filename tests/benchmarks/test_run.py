"""The benchmark's table says what was measured, and nothing where nothing was."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from benchmarks.run import COLUMNS, cells, table_row, times, worst


def _run(ours: dict[str, object], theirs: dict[str, object]) -> dict[str, object]:
    return {"size": "15x10x26", "seed": 1, "solves": {"codered": ours, "textbook": theirs}}


OURS = {
    "status": "optimal", "finished": True, "seconds": 0.5, "cpu_seconds": 0.4, "gap_percent": 0.21, "peak_mb": 150.2,
    "proven": 2, "classes": [{}, {}],
}  # fmt: skip
THEIRS = {
    "status": "optimal", "finished": True, "seconds": 40.0, "cpu_seconds": 30.0, "gap_percent": 0.05, "peak_mb": 180.0,
    "proven": 2, "classes": [{}, {}],
}  # fmt: skip


def test_a_row_has_a_cell_for_each_heading_and_lines_up_with_them() -> None:
    row = cells(_run(OURS, THEIRS), "textbook")
    assert row == [
        "15x10x26", "1", "textbook", "40.00", "30.00", "0.050", "2/2", "180", "optimal", "80", "75",
    ]  # fmt: skip
    assert cells(_run(OURS, THEIRS), "codered")[-2:] == ["1", "1"]
    assert len(table_row(row)) == len(table_row(COLUMNS))


def test_a_solver_that_was_stopped_gives_a_lower_bound_of_the_ratio() -> None:
    stopped = {**THEIRS, "finished": False, "seconds": 45.0}
    assert times(OURS, stopped) == ">90"
    assert times(OURS, stopped, "cpu_seconds") == ">75"


def test_a_floor_below_us_is_a_ratio_below_one() -> None:
    assert times(OURS, {**THEIRS, "seconds": 0.125}) == "0.25"


def test_a_run_that_failed_has_dashes_and_no_ratio() -> None:
    run = _run({"status": "failed (1)", "finished": False}, THEIRS)
    assert cells(run, "codered")[3:] == ["-", "-", "-", "-", "-", "failed (1)", "-", "-"]
    assert cells(run, "textbook")[-2:] == ["-", "-"]


def test_the_worst_gap_is_unknown_where_a_class_has_no_plan() -> None:
    assert worst([{"gap_percent": 0.1}, {"gap_percent": 0.4}]) == 0.4
    assert worst([{"gap_percent": 0.1}, {"gap_percent": None}]) is None
    assert worst([]) is None


def test_a_child_process_tells_its_seconds_gaps_and_peak_memory() -> None:
    words = ["-m", "benchmarks.child", "textbook", "5x4x5", "1", "20", "0.005"]
    done = subprocess.run([sys.executable, *words], capture_output=True, text=True, check=True)
    result = json.loads(done.stdout.splitlines()[-1])
    assert result["status"] == "optimal"
    assert result["finished"]
    assert result["seconds"] > 0
    assert result["peak_mb"] >= result["peak_mb_before"] > 10
    assert worst([{"gap_percent": 0.0}, *result["classes"]]) == pytest.approx(0, abs=0.11)
