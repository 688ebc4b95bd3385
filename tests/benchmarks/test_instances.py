"""Public instances become portfolios that mean the same: worth, budgets and links are as in the file."""

from __future__ import annotations

import json
from itertools import product
from pathlib import Path
from typing import Any

import pytest

from benchmarks.candidates import best_values, problems, run
from benchmarks.instances import main, read, selection_and_scheduling
from solver import check, read_folder, solve
from solver.problem import Problem
from solver.progress import Options

SCHEDULING: dict[str, Any] = {
    "id": "PI_TINY", "planning_window": 2, "budget_window": 4, "discount_rate": 0.1,
    "budget": [7, 8, 9, 9], "initiation_budget": [4, 3, 9, 9], "ongoing_budget": [3, 5, 9, 9],
    "stream_budget": [6, 7], "initiation_range": [0, 1],
    "projects": [
        {"name": "A", "duration": 1, "cost": [3], "value": [2], "prereq": [], "excl": [], "stream": 0},
        {"name": "B", "duration": 3, "cost": [2, 4, 1], "value": [0, 3, 9], "prereq": [0], "excl": [3], "stream": 1},
        {"name": "C", "duration": 2, "cost": [3, 2], "value": [4, 4], "prereq": [], "excl": [], "stream": 0},
        {"name": "D", "duration": 2, "cost": [1, 1], "value": [3, 1], "prereq": [], "excl": [1], "stream": 1},
    ],
}  # fmt: skip
KNAPSACKS = """2
3 2 0
10 7 5
4 3 2
1 2 2
6 3
2 1 0
4 5
3 4
4
"""


def by_hand(instance: dict[str, Any]) -> float:
    """The best value by trying every start, as the instance's own papers define it."""
    window, projects = instance["planning_window"], instance["projects"]
    found = 0.0
    for starts in product((None, *range(window)), repeat=len(projects)):
        if _allowed(instance, starts):
            found = max(
                found,
                sum(
                    value / (1 + instance["discount_rate"]) ** (start + e)
                    for row, start in zip(projects, starts, strict=True)
                    if start is not None
                    for e, value in enumerate(row["value"])
                ),
            )
    return found


def _allowed(instance: dict[str, Any], starts: tuple[int | None, ...]) -> bool:
    window, projects = instance["planning_window"], instance["projects"]
    total, first, later = ([0.0] * instance["budget_window"] for _ in range(3))
    streams, begun = [0.0] * len(instance["stream_budget"]), [0] * window
    for row, start in zip(projects, starts, strict=True):
        if start is None:
            continue
        begun[start] += 1
        for e, cost in enumerate(row["cost"]):
            total[start + e] += cost
            (later if e else first)[start + e] += cost
            streams[row["stream"]] += cost if start + e < window else 0.0
        before = [(starts[q], projects[q]["duration"]) for q in row["prereq"]]
        if any(s is None or s + d > start for s, d in before) or any(starts[q] is not None for q in row["excl"]):
            return False
    budgets = (
        (total, instance["budget"]), (first, instance["initiation_budget"]), (later, instance["ongoing_budget"]),
        (streams, instance["stream_budget"]), (begun, [instance["initiation_range"][1]] * window),
    )  # fmt: skip
    return all(u <= b for used, budget in budgets for u, b in zip(used, budget, strict=True))


VARIANTS: dict[str, dict[str, Any]] = {
    "as it is": {},
    "more starts": {"initiation_range": [0, 3]},
    "less for streams": {"initiation_range": [0, 3], "stream_budget": [4, 4]},
    "less for what goes on": {"initiation_range": [0, 3], "ongoing_budget": [3, 2, 1, 9], "budget": [7, 5, 9, 9]},
    "more to start": {"initiation_range": [0, 3], "initiation_budget": [9, 9, 9, 9], "budget": [13, 14, 9, 9]},
}


@pytest.mark.parametrize("name", VARIANTS)
def test_a_scheduling_instance_has_the_optimum_of_its_definition(name: str) -> None:
    instance = {**SCHEDULING, **VARIANTS[name]}
    outcome = solve(selection_and_scheduling(instance), "select", options=Options(time_limit=20, gap=0.0))
    assert outcome.plan is not None
    assert outcome.classes[0].attained == pytest.approx(by_hand(instance), abs=1e-4)
    assert outcome.classes[0].bound == pytest.approx(by_hand(instance), abs=1e-3)


def written(tmp_path: Path) -> list[Path]:
    (tmp_path / "tiny.json").write_text(json.dumps(SCHEDULING))
    (tmp_path / "sacks.txt").write_text(KNAPSACKS)
    return [tmp_path / "tiny.json", tmp_path / "sacks.txt"]


def test_knapsacks_are_portfolios_of_one_week(tmp_path: Path) -> None:
    first, second = read(written(tmp_path)[1])
    assert [p.head.portfolio for p in (first, second)] == ["sacks-1", "sacks-2"]
    for problem, optimum in ((first, 15.0), (second, 5.0)):
        outcome = solve(problem, "select", options=Options(time_limit=20, gap=0.0))
        assert outcome.classes[0].attained == pytest.approx(optimum)


def test_a_file_becomes_folders_that_read_back_the_same(tmp_path: Path) -> None:
    for path in written(tmp_path):
        main(str(path), str(tmp_path / "out"))
        for problem in read(path):
            again: Problem = read_folder(tmp_path / "out" / problem.head.portfolio)
            assert again.digest == problem.digest


def test_best_values_end_where_the_second_table_begins(tmp_path: Path) -> None:
    (tmp_path / "known.txt").write_text("Some words\n\n 15\n5\nProblem 2\n5.100-00   24585.9\n")
    assert best_values(tmp_path / "known.txt") == [15.0, 5.0]


def test_a_row_of_the_benchmark_says_what_was_reached(tmp_path: Path) -> None:
    ((problem, known),) = problems(written(tmp_path), [15.0, 5.0], "sacks-1")
    assert known == 15.0
    row = run(problem, known, 20.0, 1)
    assert (row["value"], row["to known %"], row["gap %"], row["status"]) == (15.0, 0.0, 0.0, "optimal")
    outcome = solve(problem, "select")
    assert outcome.plan is not None
    assert check(problem, "select", outcome.plan).ok
