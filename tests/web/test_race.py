"""The race against business as usual: the pit stop, its cost and the week from which it has paid off."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from app.web.reading.frames import Reading
from app.web.reading.race import race, totals, usual
from solver.plan import Plan
from solver.problem import Problem
from tests.solver.handmade import gpu_pool, plan_of, portfolio, project

WEEKS = tuple(date(2025, 12, 1) + timedelta(weeks=t) for t in range(6))
USUAL = [10.0] * 6


def test_a_pit_stop_has_a_cost_a_lowest_week_and_a_week_from_which_it_is_even() -> None:
    found = race("A", WEEKS, [6, 7, 12, 13, 13, 13], USUAL)
    assert found.ahead == (-4, -7, -5, -2, 1, 4)
    assert (found.cost, found.lowest, found.even, found.gain) == (7, 1, 4, 4)
    assert found.more_weeks is None


def test_a_plan_that_falls_behind_again_is_even_only_afterwards() -> None:
    found = race("A", WEEKS, [8, 13, 6, 10, 14, 10], USUAL)
    assert found.ahead == (-2, 1, -3, -3, 1, 1)
    assert found.even == 4


def test_a_plan_still_behind_at_the_end_says_how_long_it_would_take_at_its_pace() -> None:
    found = race("A", WEEKS, [2, 8, 11, 11, 11, 11], USUAL)
    assert (found.even, found.gain, found.pace) == (None, -6, pytest.approx(1))
    assert found.more_weeks == pytest.approx(6)


def test_a_plan_that_gains_nothing_never_catches_up() -> None:
    found = race("A", WEEKS, [8] * 6, USUAL)
    assert (found.even, found.more_weeks) == (None, None)


def test_a_plan_never_behind_costs_nothing() -> None:
    found = race("A", WEEKS, [10, 11, 10, 10, 10, 10], USUAL)
    assert (found.lowest, found.even, found.cost, found.gain) == (None, None, 0, 1)


def tiny() -> tuple[Problem, Plan]:
    """A product that runs at half pace today, and a build under way that takes two weeks."""
    parts = (
        project("ads", 8, priority=2, value=2.0, today=4, status="running"),
        project("speed", kind="build", priority=0, value=3.0, today=4, status="running"),
    )
    problem = portfolio(gpu_pool(amount=12), *parts, weeks=6)
    given = {("ads", "gpu", "h100"): [8] * 6, ("speed", "gpu", "h100"): [4, 4, 0, 0, 0, 0]}
    return problem, plan_of(problem, given, {"ads": [1.0] * 6, "speed": [1.0, 1.0]})


def test_business_as_usual_keeps_todays_pace_and_finishes_what_is_under_way() -> None:
    problem, plan = tiny()
    duration = problem.project["speed"].duration
    assert duration == 2
    assert usual(problem, "normal") == pytest.approx([1, 1, 4, 4, 4, 4])
    assert totals(Reading(problem, "normal", plan)) == pytest.approx([2, 2, 5, 5, 5, 5])
