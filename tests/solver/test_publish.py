"""Published figures: paces that the amounts support, progress, and the state of every week."""

from __future__ import annotations

from contextlib import nullcontext
from typing import Any

import numpy as np
import pytest

from solver.check import check
from solver.model import Model, build
from solver.plan import COLUMNS
from solver.problem import Problem
from solver.publish import ALMOST, paces, publish, states, supported
from solver.records import Eligible, Need
from solver.solve import solve
from tests.solver.handmade import gpu_pool, ml_pool, policy, portfolio, project
from tests.solver.solving import LIMITS, class_after_class, plan_in
from tests.solver.tiny import named

WITH_A_PLAN = [name for name in named() if name != "no plan"]


def model_of(*parts: Any, weeks: int = 3) -> Model:
    return build(portfolio(*parts, weeks=weeks), "normal")


def test_amounts_support_their_share_of_full() -> None:
    model = model_of(gpu_pool(), project("ads", 4))
    assert supported(model, np.array([[0.0, 1.0, 6.0]])).tolist() == [[0.0, 0.25, 1.0]]


def test_a_faster_pool_supports_more() -> None:
    model = model_of(gpu_pool(), project("ads", 4, rate=2))
    assert supported(model, np.array([[1.0, 1.0, 2.0]])).tolist() == [[0.5, 0.5, 1.0]]


def test_arrivals_lose_their_ramp_week_by_week() -> None:
    model = model_of(gpu_pool(), project("ads", 4), policy(gpu_ramp=(0.5, 0.25)))
    assert supported(model, np.array([[2.0, 2.0, 2.0]])).tolist() == [[0.25, 0.375, 0.5]]


def test_what_was_there_before_has_no_ramp() -> None:
    model = model_of(gpu_pool(), project("ads", 4, today=2), policy(gpu_ramp=(0.5,)))
    assert supported(model, np.array([[2.0, 4.0, 4.0]])).tolist() == [[0.5, 0.75, 1.0]]


def test_newcomers_cost_their_mentors_time_too() -> None:
    model = model_of(
        ml_pool(), project("ads", 2, of="engineer", pools=("ml",)), policy(engineer_ramp=(0.5, 0.2), mentor=0.15)
    )
    assert supported(model, np.array([[2.0, 2.0, 2.0]]))[0] == pytest.approx([0.35, 0.65, 1.0])


def test_the_scarcest_need_decides() -> None:
    staff = {
        "needs": [Need(project="ads", need="ml", kind="engineer", full=2)],
        "eligible": [Eligible(project="ads", need="ml", pool="ml")],
    }
    model = model_of(gpu_pool(), ml_pool(), project("ads", 4), staff)
    assert [need for _, need, _ in model.setting.pairs] == ["gpu", "ml"]
    assert supported(model, np.array([[4.0, 4.0, 1.0], [2.0, 0.5, 2.0]])).tolist() == [[1.0, 0.25, 0.25]]


def test_a_pace_never_exceeds_what_six_decimals_of_the_amounts_support() -> None:
    model = model_of(gpu_pool(), project("ads", 3))
    pace, progress = paces(
        model, np.array([[1.0, 2.0, 3.0]]), np.ones((1, 3), bool), np.zeros((1, 4), bool), np.ones((1, 3))
    )
    assert (pace <= np.array([[1 / 3, 2 / 3, 1.0]])).all()
    assert pace[0] == pytest.approx([1 / 3, 2 / 3, 1.0], abs=2e-6)
    assert np.isnan(progress).all()


def test_who_is_off_has_no_pace() -> None:
    model = model_of(gpu_pool(), project("ads", 4))
    off = np.array([[True, False, True]])
    pace, _ = paces(model, np.full((1, 3), 4.0), off, np.zeros((1, 4), bool), np.ones((1, 3)))
    assert pace[0, 1] == 0
    assert pace[0, [0, 2]] == pytest.approx([1, 1], abs=2e-6)


def test_a_build_is_complete_exactly_when_the_plan_says() -> None:
    model = model_of(gpu_pool(), project("ads", 4, kind="build", duration=2.0))
    on, complete = np.array([[True, True, False]]), np.array([[False, False, True, True]])
    pace, progress = paces(model, np.array([[4.0, 4.0, 0.0]]), on, complete, np.array([[1.0, 1.0, 0.0]]))
    assert pace.tolist() == [[1.0, 1.0, 0.0]]
    assert progress.tolist() == [[0.5, 1.0, 1.0]]


def test_a_build_of_thirds_loses_nothing_by_rounding() -> None:
    model = model_of(gpu_pool(), project("ads", 3, kind="build", duration=1.0))
    complete = np.array([[False, False, False, True]])
    third = np.full((1, 3), 1 / 3)
    pace, progress = paces(model, np.ones((1, 3)), np.ones((1, 3), bool), complete, third)
    assert pace.sum() == pytest.approx(1.0, abs=2e-6)
    assert progress[0, -1] == 1.0


def test_a_build_that_may_not_complete_yet_is_kept_below_one() -> None:
    model = model_of(gpu_pool(), project("ads", 4, kind="build", duration=1.0))
    complete = np.zeros((1, 4), dtype=bool)
    pace, progress = paces(model, np.full((1, 3), 4.0), np.ones((1, 3), bool), complete, np.ones((1, 3)))
    assert (progress <= ALMOST + 1e-9).all()
    assert pace.sum() < 1


@pytest.mark.parametrize(
    ("on", "complete", "been", "expected"),
    [
        ("0110", "0000", False, ["waiting", "running", "running", "paused"]),
        ("0000", "0000", False, ["waiting"] * 4),
        ("0010", "0000", True, ["paused", "paused", "running", "paused"]),
        ("1100", "0011", False, ["running", "running", "complete", "complete"]),
        ("0000", "1111", True, ["complete"] * 4),
    ],
)
def test_the_state_of_a_week_follows_from_on_complete_and_the_weeks_before(
    on: str, complete: str, been: bool, expected: list[str]
) -> None:
    def flags(text: str) -> np.ndarray:
        return np.array([[letter == "1" for letter in text]])

    assert states(flags(on), flags(complete), np.array([been]))[0].tolist() == expected


@pytest.mark.parametrize("name", WITH_A_PLAN)
def test_a_published_pace_is_supported_by_published_amounts(name: str) -> None:
    problem = named()[name]
    plan = plan_in(solve(problem, "normal", options=LIMITS))
    model = build(problem, "normal")
    x = np.zeros((len(model.setting.pairs), problem.head.weeks))
    for row in plan.allocation.itertuples():
        x[model.setting.pair_number[row.project, row.need, row.pool], problem.week_index(row.week)] = row.amount
    best = supported(model, x)
    for row in plan.pace.itertuples():
        assert row.pace <= best[model.setting.index[row.project], problem.week_index(row.week)] + 1e-6
        assert row.pace == 0 or row.state == "running"


def done_and_running() -> Problem:
    done = project("old", 2, kind="build", status="done")
    return portfolio(gpu_pool(), project("ads", 4, today=4, status="running"), done, weeks=2)


def test_what_was_done_before_is_published_as_complete_and_holds_nothing() -> None:
    problem = done_and_running()
    plan = plan_in(solve(problem, "normal", options=LIMITS))
    old = plan.pace[plan.pace["project"] == "old"]
    assert old["state"].tolist() == ["complete", "complete"]
    assert old["progress"].tolist() == [1.0, 1.0]
    assert "old" not in set(plan.allocation["project"])
    assert check(problem, "normal", plan).ok


def test_every_table_has_its_columns_and_every_project_a_reason_for_every_week() -> None:
    plan = plan_in(solve(done_and_running(), "normal", options=LIMITS))
    assert {name: tuple(frame.columns) for name, frame in plan.tables().items()} == COLUMNS
    running = plan.reasons[plan.reasons["project"] == "ads"]
    assert running["reason"].tolist() == ["full pace", "full pace"]
    assert all(running["detail"])


@pytest.mark.parametrize("way", [nullcontext, class_after_class])
def test_a_build_that_holds_nothing_any_more_is_complete_even_where_it_might_run_on(way: Any) -> None:
    build_ = project("fix", 1, kind="build", duration=1.0, benefit="completion", status="running", min_run=2, value=0.0)
    problem = portfolio(gpu_pool(amount=4), build_, weeks=4)
    with way():
        plan = plan_in(solve(problem, "normal", options=LIMITS))
    assert check(problem, "normal", plan).ok
    held = set(plan.allocation["week"])
    done = plan.pace[plan.pace["progress"] >= 1.0]
    assert all(row.state == "complete" or row.week in held for row in done.itertuples())


def test_a_build_whose_work_is_done_stops_running_in_the_weeks_in_which_it_holds_nothing() -> None:
    model = model_of(gpu_pool(), project("fix", 2, kind="build", duration=1.0), weeks=3)
    v, values = model.variables, np.zeros(model.size)
    values[v.x[0, 0]], values[v.pace[0, 0]], values[v.on[0, :2]] = 2.0, 1.0, 1.0
    assert publish(model, values).pace["state"].tolist() == ["running", "complete", "complete"]


@pytest.mark.parametrize("duration", [1.5, 3.0, 6.0, 7.0])
def test_progress_of_six_decimals_is_worth_no_more_than_there_is(duration: float) -> None:
    build_ = project("tool", 4, kind="build", duration=duration, benefit="progress", value=5.0)
    problem = portfolio(gpu_pool(amount=4), build_, weeks=2)
    plan = plan_in(solve(problem, "normal", options=LIMITS))
    report = check(problem, "normal", plan)
    assert report.ok
    for rank, ideal in report.ideal.items():
        assert ideal - 1e-5 < report.attained[rank] <= ideal + 1e-9
