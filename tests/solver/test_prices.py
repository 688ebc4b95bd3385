"""Prices: what a unit more of a pool is worth, which solving again confirms."""

from __future__ import annotations

import pytest

from solver import check, solve
from solver.edits import edited
from solver.problem import Problem
from solver.task import Clock
from solver.whatif.prices import confirmed, one_step, priced, prices, unit
from tests.solver.handmade import gpu_pool, policy, portfolio, project, week
from tests.solver.solving import LIMITS, plan_in


def scarce(amount: float = 5) -> Problem:
    """Chat has its four nodes; ads gets what is left of the pool."""
    return portfolio(
        gpu_pool(amount=amount), project("chat", 4, priority=0, value=8.0), project("ads", 4, priority=2, value=2.0),
        policy(tolerance=0.0), weeks=2,
    )  # fmt: skip


def test_the_price_is_what_the_highest_class_gains_by_a_unit() -> None:
    problem = scarce()
    found = prices(problem, "normal", plan_in(solve(problem, "normal", options=LIMITS)), Clock(LIMITS))
    assert [(p.week, p.pool, p.name) for p in found] == [(week(t), "h100", "priority 2") for t in (0, 1)]
    assert [p.price for p in found] == pytest.approx([0.5, 0.5], abs=1e-4)


def test_a_class_above_that_gains_sets_the_price() -> None:
    problem = scarce(3)
    found = prices(problem, "normal", plan_in(solve(problem, "normal", options=LIMITS)), Clock(LIMITS))
    assert [(p.name, round(p.price, 4)) for p in found] == [("priority 0", 2.0)] * 2


def test_what_nobody_lacks_has_no_price() -> None:
    problem = scarce(9)
    assert prices(problem, "normal", plan_in(solve(problem, "normal", options=LIMITS)), Clock(LIMITS)) == []


@pytest.mark.parametrize("step", [1.0, -1.0])
def test_solving_again_with_a_step_more_or_less_confirms_a_price(step: float) -> None:
    problem = scarce()
    before = solve(problem, "normal", options=LIMITS)
    after = solve(edited(problem, one_step(problem, "h100", week(1), step)), "normal", options=LIMITS)
    told = {name: (gain, open_) for name, gain, open_ in confirmed(before, after)}
    gain, open_ = told["priority 2"]
    assert gain == pytest.approx(0.5 * step, abs=open_ + 1e-4)


def test_a_priced_plan_passes_its_check() -> None:
    problem = scarce()
    plan = plan_in(solve(problem, "normal", options=LIMITS))
    told = priced(plan, prices(problem, "normal", plan, Clock(LIMITS)))
    assert told.utilisation["price"].tolist() == pytest.approx([0.5, 0.5], abs=1e-4)
    assert check(problem, "normal", told).ok


@pytest.mark.parametrize(("step", "amount"), [(1.0, 1.0), (0.1, 1.0), (0.3, 1.2), (2.0, 2.0), (0.0, 1.0)])
def test_a_price_is_confirmed_with_one_unit_in_whole_steps(step: float, amount: float) -> None:
    assert unit(portfolio(gpu_pool(amount=6, step=step), project("chat", 4)), "h100") == pytest.approx(amount)
