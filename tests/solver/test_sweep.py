"""Sweeps: what a variation changes, the key of a solve, and the row that is kept of it."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

from solver.edits import edited
from solver.faults import InvalidInput
from solver.files.sweep_files import SweepFolder
from solver.folder import read_folder
from solver.problem import Problem
from solver.sweep import Base, Result, Scenario, Task, calculate, grid, listed_scenarios, prepare, results_csv
from tests.cli.tiny import tiny


@pytest.fixture
def problem(tmp_path: Path) -> Problem:
    return read_folder(tiny(tmp_path / "in"))


def changed(problem: Problem, values: dict[str, str]) -> Problem:
    return edited(problem, Scenario("one", values).edits(problem, "code-red"))


def test_a_grid_is_every_combination_and_the_last_target_changes_first() -> None:
    found = grid([("pools.nodes.factor", ["0.8", "1"]), ("policy.weeks", ["2", "3"])])
    assert [tuple(s.values.values()) for s in found] == [("0.8", "2"), ("0.8", "3"), ("1", "2"), ("1", "3")]


def test_a_factor_multiplies_every_capacity_of_a_pool(problem: Problem) -> None:
    assert changed(problem, {"pools.nodes.factor": "1.5"}).supply("nodes") == (15.0,) * 4
    assert changed(problem, {"pools.*.factor": "2"}).supply("engineers") == (12.0,) * 4


def test_what_is_in_use_today_goes_from_the_second_week_on(problem: Problem) -> None:
    assert changed(problem, {"pools.nodes.factor": "0.8"}).supply("nodes") == (10.0, 8.0, 8.0, 8.0)


def test_weeks_of_the_policy_move_its_end(problem: Problem) -> None:
    assert changed(problem, {"policy.weeks": "2"}).window("code-red") == (0, 2)


def test_two_values_of_one_record_both_count(problem: Problem) -> None:
    policy = changed(problem, {"policy.weeks": "2", "policy.gpu_moves": "3"}).policy["code-red"]
    assert (policy.gpu_moves, str(policy.end)) == (3.0, "2025-12-15")


def test_a_cell_is_written_or_multiplied_and_a_record_that_is_named_whole_is_added(problem: Problem) -> None:
    after = changed(
        problem, {"projects.ads.value": "x1.2", "needs.*/gpu.full": "7", "stances.normal/ads.stance": "pause"}
    )
    assert after.project["ads"].value == 6.0
    assert {n.full for n in after.needs if n.need == "gpu"} == {7.0}
    assert after.stances_of("normal")["ads"].stance == "pause"


def test_a_blank_value_leaves_the_base_as_it_is(problem: Problem) -> None:
    assert changed(problem, {"projects.ads.value": " "}) == problem


def test_changes_of_a_scenario_are_told_as_scenarios_tell_them(problem: Problem) -> None:
    text = json.dumps([{
        "scenario": "without ads", "pools.nodes.factor": 0.9,
        "changes": [
            {"operation": "set", "table": "projects", "key": "chat", "cells": {"value": "11"}},
            {"operation": "remove", "table": "stances", "key": "code-red/ads"},
        ],
    }])  # fmt: skip
    (scenario,) = listed_scenarios(text, as_json=True)
    after = edited(problem, scenario.edits(problem, "code-red"))
    assert scenario.name == "without ads"
    assert (after.project["chat"].value, after.supply("nodes")[1], len(after.stances)) == (11.0, 9.0, 1)


@pytest.mark.parametrize(
    "target", ["pools.nodes", "nonsense.a.b", "pools.nodes.colour", "policy.colour", "portfolio.tiny.weeks"]
)
def test_a_target_that_is_none_is_refused_before_anything_is_solved(target: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        grid([(target, ["1"])])
    assert refused.value.faults[0].right


@pytest.mark.parametrize(
    ("target", "value", "says"),
    [
        ("pools.nowhere.factor", "1", "has no pool"),
        ("pools.nodes.factor", "-1", "is not an amount"),
        ("policy.weeks", "2.5", "is not a number of weeks"),
        ("projects.nobody.value", "1", "names no record"),
        ("projects.ads.value", "much", "is not a plain decimal"),
        ("projects.ads.name", "x2", "could be multiplied"),
        ("policy", "unheard", "is not a policy"),
    ],
)
def test_a_scenario_that_does_not_fit_is_a_row_that_says_why(
    problem: Problem, target: str, value: str, says: str
) -> None:
    ((_, found),) = prepare(Base(problem, "code-red"), grid([(target, [value])]))
    assert isinstance(found, Result)
    assert (found.status, says in found.message) == ("invalid", True)


@pytest.mark.parametrize(
    ("text", "as_json"),
    [
        ("scenario\n", False),
        ("a,a\n1,2\n", False),
        ("policy.weeks\n1,2\n", False),
        ("{", True),
        ("[]", True),
        ("[1]", True),
    ],
)
def test_a_list_that_is_none_is_refused(text: str, as_json: bool) -> None:
    with pytest.raises(InvalidInput):
        listed_scenarios(text, as_json=as_json)


def test_scenarios_that_come_to_the_same_input_have_one_key(problem: Problem) -> None:
    base = Base(problem, "code-red")
    scenarios = [*grid([("pools.nodes.factor", ["1", "1.0", "0.9"])]), Scenario("as it stands", {})]
    keys = [task.key for _, task in prepare(base, scenarios)]
    assert keys[0] == keys[1] == keys[3] != keys[2]
    ((_, other),) = prepare(Base(problem, "normal"), [Scenario("as it stands", {})])
    assert other.key != keys[0]


def test_a_task_of_another_base_is_not_calculated(problem: Problem) -> None:
    ((_, task),) = prepare(Base(problem, "code-red"), [Scenario("as it stands", {})])
    assert isinstance(task, Task)
    with pytest.raises(RuntimeError, match="another version"):
        calculate(Base(changed(problem, {"policy.weeks": "1"}), "code-red"), task)


def test_a_row_holds_classes_builds_and_moves(problem: Problem) -> None:
    scenario = grid([("pools.nodes.factor", ["0.9"])])[0]
    base = Base(problem, "code-red")
    ((_, task),) = prepare(base, [scenario])
    assert isinstance(task, Task)
    result = calculate(base, task)
    assert result is not None
    (row,) = csv.DictReader(results_csv([(scenario, result)]).splitlines())
    assert (row["pools.nodes.factor"], row["status"], row["policy_solved"]) == ("0.9", "optimal", "code-red")
    assert 0 < float(row["class_0_attained"]) <= float(row["class_0_bound"])
    assert float(row["moves_gpu"]) > 0
    assert row["digest"] == edited(problem, task.edits).digest


def test_told_to_stop_nothing_half_done_is_kept(problem: Problem) -> None:
    base = Base(problem, "code-red")
    ((_, task),) = prepare(base, [Scenario("as it stands", {})])
    assert isinstance(task, Task)
    assert calculate(base, task, should_stop=lambda: True) is None


@pytest.mark.parametrize("garbage", ["", "{", "[]", '{"sha256": "", "result": {}}', "changed", "\x00"])
def test_what_is_not_what_was_written_counts_as_missing(tmp_path: Path, garbage: str) -> None:
    folder, result = SweepFolder(tmp_path), Result("ab12", "code-red", "optimal", {"0": {"attained": 3.5}}, cost=2.0)
    folder.keep(result)
    assert (folder.found("ab12"), folder.found("cd34")) == (result, None)
    (file,) = tmp_path.rglob("*.json")
    text = file.read_text().replace("3.5", "4.5") if garbage == "changed" else garbage
    file.write_text(text)
    assert folder.found("ab12") is None
    folder.keep(result)
    assert [p.name for p in file.parent.iterdir()] == ["ab12.json"]
