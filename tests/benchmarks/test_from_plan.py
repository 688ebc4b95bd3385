"""Solving again after a change: each changes one thing, and both ways are told with their ratio."""

from __future__ import annotations

import pytest

from benchmarks.from_plan import changes, main
from benchmarks.generate import generate
from solver import solve
from solver.progress import Options
from tests.solver.solving import class_after_class

OPTIONS = Options(time_limit=20.0, gap=0.005)


def test_each_change_is_of_one_table_and_later_weeks_begin_later() -> None:
    problem = generate(8, 4, 8, 3)
    with class_after_class():
        plan = solve(problem, "code-red", options=OPTIONS).plan
    assert plan is not None
    found = list(changes(problem, "code-red", plan, [2]))
    *same, later = found
    for change in same:
        before, after = problem.tables(), change.problem.tables()
        other = {table for table, rows in before.items() if tuple(rows) != tuple(after[table])}
        assert len(other) == 1, change.words
    assert {change.words.split(":")[0] for change in same} >= {"capacity more", "need", "value", "runs"}
    assert (later.words, later.problem.head.weeks) == ("2 weeks later", problem.head.weeks - 2)


def test_every_change_is_told_from_nothing_and_from_the_plan(capsys: pytest.CaptureFixture[str]) -> None:
    with class_after_class():
        assert main(["4x4x4", "--limit", "5", "--gap", "0.005", "--threads", "1", "--weeks", "1"]) == 0
    said = capsys.readouterr().out
    assert said.count("from the plan ") >= said.count("from nothing") - 1 > 4
    assert said.count("ratio ") == said.count("from nothing") - 1
    assert "load after" in said
