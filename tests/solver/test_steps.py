"""Steps: a published amount is a multiple of its pool's step."""

from __future__ import annotations

from contextlib import nullcontext

import pytest

from benchmarks.generate import generate
from solver.check import check
from solver.plan import Plan
from solver.problem import Problem
from solver.progress import Options
from solver.solve import solve
from tests.solver.handmade import gpu_pool, ml_pool, policy, portfolio, project
from tests.solver.solving import LIMITS, class_after_class, plan_in


def assert_in_whole_steps(problem: Problem, plan: Plan) -> None:
    assert not plan.allocation.empty
    for row in plan.allocation.itertuples():
        step = problem.step(row.pool)
        assert step == 0 or row.amount / step == pytest.approx(round(row.amount / step), abs=1e-6)
        assert row.amount > 0


@pytest.mark.parametrize("step", [None, 2, 0.5, 3])
def test_nodes_are_given_in_steps_of_their_pool(step: float | None) -> None:
    problem = portfolio(gpu_pool(amount=7, step=step), project("ads", 5.25), project("chat", 3.1), weeks=2)
    plan = plan_in(solve(problem, "normal", options=LIMITS))
    assert_in_whole_steps(problem, plan)
    assert check(problem, "normal", plan).ok


@pytest.mark.parametrize("step", [None, 0.25, 1])
def test_people_are_given_in_steps_of_their_pool(step: float | None) -> None:
    staff = {"of": "engineer", "pools": ("ml",)}
    ramp = policy(engineer_ramp=(0.5, 0.35, 0.2, 0.1), mentor=0.15)
    problem = portfolio(
        ml_pool(amount=3.7, step=step), project("ads", 2.3, **staff), project("chat", 2.2, **staff), ramp
    )
    plan = plan_in(solve(problem, "normal", options=LIMITS))
    assert_in_whole_steps(problem, plan)
    assert check(problem, "normal", plan).ok


def test_a_pool_with_step_nothing_gives_any_amount() -> None:
    problem = portfolio(gpu_pool(amount=1.2345, step=0), project("ads", 4), weeks=1)
    plan = plan_in(solve(problem, "normal", options=LIMITS))
    assert plan.allocation["amount"].tolist() == pytest.approx([1.2345])


def test_a_step_that_does_not_divide_full_overserves_by_less_than_a_step() -> None:
    problem = portfolio(gpu_pool(amount=10, step=4), project("ads", 5), weeks=1)
    outcome = solve(problem, "normal", options=LIMITS)
    assert plan_in(outcome).allocation["amount"].tolist() == [8.0]
    assert outcome.classes[0].attained == pytest.approx(1.0, abs=1e-5)


@pytest.mark.parametrize("way", ["jointly", "class after class"])
def test_a_generated_code_red_is_planned_in_whole_steps(way: str) -> None:
    problem = generate(4, 2, 4)
    with class_after_class() if way == "class after class" else nullcontext():
        plan = plan_in(solve(problem, "code-red", options=Options(time_limit=5)))
    assert_in_whole_steps(problem, plan)
