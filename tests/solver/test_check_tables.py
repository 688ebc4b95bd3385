"""The checker on the tables of a plan, on the figures it recomputes, and on values that are claimed."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pandas as pd
import pytest

from solver.check import Report, check
from solver.classes import class_name, ideals, ranks
from solver.plan import ClassResult, Plan
from solver.problem import Problem
from solver.records import Stance
from tests.solver.handmade import gpu_pool, plan_of, policy, portfolio, project, week
from tests.solver.test_check import plan, runs


@pytest.fixture
def problem() -> Problem:
    """Ads give nodes to chat for two weeks."""
    parts = project("ads", today=4, status="running", pause_cost=3.0), project("chat", priority=0, value=5.0)
    return portfolio(gpu_pool(amount=6, cost=2), *parts)


@pytest.fixture
def right(problem: Problem) -> Plan:
    """A correct plan of it."""
    return plan(problem, runs("ads", [4, 0, 0, 2], [1, None, None, 0.5]), runs("chat", [2, 4, 4, 4], [0.5, 1, 1, 1]))


def changed(plan: Plan, table: str, row: int, column: str, value: Any) -> Plan:
    """The plan with one cell changed."""
    frame = getattr(plan, table).copy()
    frame[column] = frame[column].astype(object)
    frame.loc[row, column] = value
    return replace(plan, **{table: frame})


def rules(report: Report) -> set[str]:
    """The names of the rules that are broken."""
    return {v.rule for v in report.violations}


def test_what_a_plan_takes_is_recomputed(problem: Problem, right: Plan) -> None:
    report = check(problem, "normal", right)
    assert report.ok
    assert report.attained == {1: 5.0 * 3.5, 2: 1.5}
    assert report.ideal == {1: 20.0, 2: 4.0}
    assert report.arrivals == {"gpu": 2 + 2 + 2, "engineer": 0.0}
    assert (report.pauses, report.pause_cost) == (1, 3.0)
    assert report.cost == 2 * (6 + 4 + 4 + 6)


def test_one_amount_changed_by_hand_breaks_what_follows_from_it(problem: Problem, right: Plan) -> None:
    report = check(problem, "normal", changed(right, "allocation", 0, "amount", 3.0))
    assert {(v.rule, v.week) for v in report.violations} >= {("moves", week(0)), ("pace", week(0))}
    assert {"pace", "moves", "utilisation"} == rules(report)


def test_a_move_that_is_missing_leaves_a_difference_unexplained(problem: Problem, right: Plan) -> None:
    for row in right.moves.index:
        lost = right.moves.loc[row]
        report = check(problem, "normal", replace(right, moves=right.moves.drop(row)))
        touched = {name for name in (lost["from"], lost["to"]) if name != "spare"}
        assert {(v.rule, v.project, v.week) for v in report.violations} == {("moves", p, lost["week"]) for p in touched}


@pytest.mark.parametrize(
    ("column", "value"), [("amount", 3.5), ("amount", -1.0), ("from", "nobody"), ("to", "spare"), ("pool", "b200")]
)
def test_a_move_that_is_wrong_is_found(problem: Problem, right: Plan, column: str, value: Any) -> None:
    assert rules(check(problem, "normal", changed(right, "moves", 0, column, value))) == {"moves"}


@pytest.mark.parametrize("row", [("ads", "ads", 1.0), ("ads", "chat", 0.0), ("spare", "spare", 2.0)])
def test_a_move_that_moves_nothing_is_found(problem: Problem, right: Plan, row: tuple[str, str, float]) -> None:
    idle = pd.DataFrame([(week(1), "h100", *row)], columns=right.moves.columns)
    report = check(problem, "normal", replace(right, moves=pd.concat([right.moves, idle], ignore_index=True)))
    assert [v.rule for v in report.violations] == ["moves"]


@pytest.mark.parametrize("column", ["capacity", "used", "spare"])
def test_utilisation_adds_up(problem: Problem, right: Plan, column: str) -> None:
    report = check(problem, "normal", changed(right, "utilisation", 2, column, 5.5))
    assert [(v.rule, v.pool, v.week) for v in report.violations] == [("utilisation", "h100", week(2))]


def test_every_pool_has_one_row_of_utilisation_a_week(problem: Problem, right: Plan) -> None:
    report = check(problem, "normal", replace(right, utilisation=right.utilisation.drop(3)))
    assert [(v.rule, v.pool, v.week) for v in report.violations] == [("utilisation", "h100", week(3))]


@pytest.mark.parametrize(
    ("table", "column", "value"),
    [
        ("allocation", "project", "nobody"),
        ("allocation", "pool", "b200"),
        ("allocation", "week", week(9)),
        ("allocation", "amount", float("nan")),
        ("allocation", "amount", -2.0),
        ("pace", "project", "nobody"),
        ("pace", "state", "asleep"),
        ("pace", "pace", float("inf")),
    ],
)
def test_a_cell_that_makes_no_sense_is_named(
    problem: Problem, right: Plan, table: str, column: str, value: Any
) -> None:
    report = check(problem, "normal", changed(right, table, 1, column, value))
    assert any(v.rule == "tables" and f"row 2 of {table}" in v.text for v in report.violations)


def test_a_row_that_is_there_twice_is_named(problem: Problem, right: Plan) -> None:
    twice = changed(right, "allocation", 1, "week", right.allocation.loc[0, "week"])
    assert any(
        "row 2 of allocation" in v.text and "twice" in v.text for v in check(problem, "normal", twice).violations
    )


def test_a_project_without_a_state_in_a_week_is_named(problem: Problem, right: Plan) -> None:
    report = check(problem, "normal", replace(right, pace=right.pace.drop(2)))
    assert ("tables", "ads", week(2)) in {(v.rule, v.project, v.week) for v in report.violations}


def test_a_plan_of_something_else_is_refused(problem: Problem, right: Plan) -> None:
    report = check(problem, "normal", replace(right, policy="code-red", weeks=26))
    assert [v.text for v in report.violations] == [
        "policy is code-red instead of normal", "weeks is 26 instead of 4",
    ]  # fmt: skip


def test_claimed_values_are_what_the_plan_is_worth(problem: Problem, right: Plan) -> None:
    classes = [ClassResult(1, "priority 0", 17.5, 20.0, 17.5), ClassResult(2, "priority 1", 1.5, 4.0, 1.6)]
    assert check(problem, "normal", right, classes).ok
    for wrong in ({"attained": 17.6, "bound": 18.0}, {"ideal": 21.0}, {"bound": 17.4}, {"attained": float("nan")}):
        report = check(problem, "normal", right, [replace(classes[0], **wrong), classes[1]])
        assert rules(report) == {"classes"}
    missing = check(problem, "normal", right, classes[:1])
    assert [str(v) for v in missing.violations] == ["classes: priority 1: is missing"]


def test_a_violation_says_what_where_and_when(problem: Problem) -> None:
    short = plan(problem, runs("ads", [4] * 4, [1] * 4), runs("chat", [3, 2, 2, 2], [0.5] * 4))
    (violation,) = check(problem, "normal", short).violations
    assert str(violation) == "capacity: h100 in the week of 2025-12-01: 7 given of 6"
    assert violation.as_dict()["week"] == "2025-12-01"


def test_classes_follow_the_stance_while_the_policy_is_in_force() -> None:
    stances = [
        Stance(policy="normal", project="chat", stance="focus"),
        Stance(policy="normal", project="ads", stance="normal", priority=4),
    ]
    window = policy(start=week(1), end=week(3))
    problem = portfolio(gpu_pool(), project("ads"), project("chat", priority=2), window, {"stances": stances})
    assert ranks(problem, "normal") == {"ads": [2, 5, 5, 2], "chat": [3, 0, 0, 3]}
    assert [class_name(r) for r in (0, 1, 5)] == ["focus", "priority 0", "priority 4"]
    assert ideals(problem, "normal") == {0: 2.0, 2: 2.0, 3: 2.0, 5: 2.0}


def test_ideals_leave_out_what_cannot_be_had() -> None:
    pause = {"stances": [Stance(policy="normal", project="ads", stance="pause")]}
    parts = [
        project("ads", earliest=week(1)),
        project("gone", must="out", priority=2),
        project("old", kind="build", status="done", priority=3),
        project("speed", kind="build", duration=2.0, value=7.0, priority=4),
    ]
    problem = portfolio(gpu_pool(), *parts, policy(start=week(2), end=week(3)), pause)
    assert ideals(problem, "normal") == {2: 2.0, 3: 0.0, 4: 4.0, 5: 14.0}


def test_a_build_that_benefits_by_progress_counts_its_curve_at_the_end_of_each_week() -> None:
    curve = ((0.0, 0.0), (0.5, 0.8), (1.0, 1.0))
    build = project("speed", kind="build", benefit="progress", curve=curve, duration=4.0, progress=0.25)
    problem = portfolio(gpu_pool(), build)
    published = plan(problem, runs("speed", [4, 0, 2, 2], [1, None, 0.5, 0.5]))
    report = check(problem, "normal", published)
    assert report.attained[2] == pytest.approx(0.8 + 0.8 + 0.85 + 0.9)
    assert report.ideal[2] == pytest.approx(0.8 + 0.9 + 1.0 + 1.0)


def test_a_build_by_completion_counts_from_the_week_after() -> None:
    problem = portfolio(gpu_pool(), project("speed", kind="build"), project("old", kind="build", status="done"))
    report = check(problem, "normal", plan_of(problem, {("speed", "gpu", "h100"): [4, 4, 0, 0]}, {"speed": [1, 1]}))
    assert report.ok
    assert report.attained == {2: 2.0 + 4.0}
    assert report.pauses == 0
