"""The picture of time against size shows every solve that has a time, and the goal."""

from __future__ import annotations

import json
from pathlib import Path

from benchmarks.plot import draw, series

DONE, STOPPED = ({"seconds": s, "cpu_seconds": 0.5 * s, "finished": f} for s, f in ((2.0, True), (60.0, False)))
REPORT = {
    "machine": {"cores": 2, "load_before": [0.5]},
    "load_after": [0.7],
    "runs": [
        {"size": "40x16x26", "solves": {"codered": DONE, "linopy": STOPPED, "cp-sat": {"status": "not installed"}}},
        {"size": "15x10x26", "solves": {"codered": {**DONE, "seconds": 1.0}}},
    ],
}


def test_points_are_in_the_order_of_size_and_say_who_was_stopped() -> None:
    assert series(REPORT, "seconds") == {
        "codered": [(390, 1.0, True), (1040, 2.0, True)],
        "linopy": [(1040, 60.0, False)],
    }


def test_the_picture_names_who_was_measured_the_goal_and_the_load(tmp_path: Path) -> None:
    result = tmp_path / "result.json"
    result.write_text(json.dumps(REPORT), encoding="utf-8")
    said = draw(result, tmp_path / "picture.svg").read_text(encoding="utf-8")
    for word in ("codered", "linopy", "goal", "40x16x26", "load 0.5 before, 0.7 after"):
        assert f">{word}" in said or f"{word};" in said, word
    assert "cp-sat" not in said
