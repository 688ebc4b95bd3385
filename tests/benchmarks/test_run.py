"""The benchmark's table says what was measured, and nothing where nothing was."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from benchmarks.run import COLUMNS, cells, table_row, times, worst


def _run(ours: dict[str, object], theirs: dict[str, object]) -> dict[str, object]:
    return {"size": "15x10x26", "seed": 1, "codered": ours, "textbook": theirs}


OURS = {"status": "optimal", "finished": True, "seconds": 0.5, "gap_percent": 0.21, "peak_mb": 150.2}
THEIRS = {"status": "optimal", "finished": True, "seconds": 40.0, "gap_percent": 0.05, "peak_mb": 180.0}


def test_a_row_has_a_cell_for_each_heading_and_lines_up_with_them() -> None:
    row = cells(_run(OURS, THEIRS))
    assert row == [
        "15x10x26", "1", "0.50", "0.210", "150", "optimal", "40.0", "0.1", "180", "optimal", "80",
    ]  # fmt: skip
    assert len(table_row(row)) == len(table_row(COLUMNS))


def test_a_textbook_that_was_stopped_gives_a_lower_bound_of_the_ratio() -> None:
    assert times(OURS, {**THEIRS, "finished": False, "seconds": 60.0}) == ">120"


def test_a_run_that_failed_has_dashes_and_no_ratio() -> None:
    row = cells(_run({"status": "failed (1)", "finished": False}, THEIRS))
    assert row[2:6] == ["-", "-", "-", "failed (1)"]
    assert row[-1] == "-"


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
