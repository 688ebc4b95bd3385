"""Planning again: what was decided stays as it was, frozen weeks are the plan's, and what cannot be kept is said."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from solver import check, solve
from solver.classes import COMPLETE_AT
from solver.faults import InvalidInput
from solver.model import build
from solver.plan import Plan
from solver.problem import Problem
from solver.publish import publish
from solver.records import Baseline, Capacity, Floor, Pin, Stance
from solver.replan import frozen, problem_from
from solver.replan.changes import moves_beyond
from solver.replan.start import ROUNDED, rest_of
from solver.whatif.values import values_of
from tests.solver.handmade import gpu_pool, ml_pool, plan_of, policy, portfolio, project, week
from tests.solver.solving import LIMITS, plan_in
from tests.solver.tiny import named

RUN = {"status": "running"}


def at(plan: Plan, day: date) -> dict[tuple[str, str, str], float]:
    """What a plan gives in a week."""
    rows = plan.allocation[plan.allocation["week"] == day]
    return {(p, n, r): float(a) for _, p, n, r, a in rows.itertuples(index=False, name=None)}


def company() -> Problem:
    """Ads rest for two weeks while a build and the chat use the pool."""
    return portfolio(
        gpu_pool(amount=6), policy(start=week(0), end=week(2), gpu_ramp=(0.25,)),
        {"stances": [Stance(policy="normal", project="ads", stance="pause")]},
        project("ads", 3, today=3, priority=2, min_pause=3, **RUN),
        project("chat", 4, minimum=1, today=3, priority=0, value=5.0, **RUN),
        project("fp8", 2, kind="build", duration=3.0, priority=1, value=3.0), weeks=6,
    )  # fmt: skip


def test_the_plan_followed_so_far_is_the_new_baseline() -> None:
    problem = company()
    plan = plan_in(solve(problem, "normal", options=LIMITS))
    later = problem_from(problem, plan, week(2))
    assert later.head.start == week(2)
    assert later.head.weeks == 4
    assert later.baseline_of == at(plan, week(1))
    states = plan.pace[plan.pace["week"] == week(1)].set_index("project")
    assert later.project["fp8"].progress == pytest.approx(states.loc["fp8", "progress"])
    assert later.project["ads"].status == "paused"


@pytest.mark.parametrize("name", sorted(set(named()) - {"no plan"}))
def test_the_rest_of_a_plan_is_a_plan_of_the_rest(name: str) -> None:
    problem = named()[name]
    plan = plan_in(solve(problem, "normal", options=LIMITS))
    later = problem_from(problem, plan, problem.weeks[1])
    model = build(later, "normal")
    report = check(later, "normal", publish(model, values_of(model, rest_of(plan, later))))
    assert report.ok, [str(v) for v in report.violations]


@pytest.mark.parametrize("passed", range(1, 6))
def test_a_build_goes_on_in_frozen_weeks_to_be_complete_when_it_was_planned_whatever_was_rounded(passed: int) -> None:
    """9.1 of 12 for 4.5 weeks is 0.758333... a week: progress with six decimals leaves a little too much to do."""
    facts = {"kind": "build", "duration": 4.5, "must": "in", "deadline": week(5)}
    problem = portfolio(ml_pool(amount=9.1), project("memory", 12, of="engineer", pools=("ml",), **facts), weeks=8)
    plan = plan_in(solve(problem, "normal", options=LIMITS))
    assert plan.pace[plan.pace["progress"] >= COMPLETE_AT]["week"].min() == week(5)
    later = problem_from(problem, plan, week(passed))
    told = plan.pace[plan.pace["week"] == week(passed - 1)]["progress"].item()
    assert told <= later.project["memory"].progress <= told + ROUNDED
    again = plan_in(solve(frozen(later, plan, 6 - passed), "normal", options=LIMITS))
    assert again.pace[again.pace["progress"] >= COMPLETE_AT]["week"].min() == week(5)


def test_a_build_that_was_completed_is_done_and_needs_no_protection() -> None:
    problem = portfolio(
        gpu_pool(amount=4), project("fp8", 2, kind="build", duration=1.0), project("chat", 4, priority=2),
        {"stances": [Stance(policy="normal", project="fp8", stance="protect")]},
    )  # fmt: skip
    plan = plan_of(problem, {("fp8", "gpu", "h100"): [2, 0, 0, 0]}, {"fp8": [1.0]})
    later = problem_from(problem, plan, week(1))
    assert later.project["fp8"].status == "done"
    assert [s.stance for s in later.stances] == ["normal"]
    assert solve(later, "normal", options=LIMITS).plan is not None


def test_a_pause_lasts_as_long_as_it_has_to() -> None:
    problem = portfolio(gpu_pool(amount=4), project("ads", 3, today=3, min_pause=4, **RUN), weeks=6)
    plan = plan_of(problem, {}, {})
    assert problem_from(problem, plan, week(1)).project["ads"].earliest == week(4)
    assert problem_from(problem, plan, week(4)).project["ads"].earliest is None


def test_of_a_budget_there_is_what_was_not_used() -> None:
    problem = portfolio(gpu_pool(amount=10, period="horizon"), project("ads", 3))
    plan = plan_of(problem, {("ads", "gpu", "h100"): [3, 3, 0, 0]}, {"ads": [1.0, 1.0]})
    assert problem_from(problem, plan, week(2)).supply("h100")[0] == 4


def test_a_floor_keeps_the_amount_that_its_share_was() -> None:
    floor = {"floors": [Floor(policy="normal", project="ads", need="gpu", share=0.5)]}
    problem = portfolio(gpu_pool(amount=4, step=1), project("ads", 4, today=4, **RUN), floor)
    plan = plan_of(problem, {("ads", "gpu", "h100"): [2, 2, 2, 2]}, {"ads": [0.5] * 4})
    assert [(f.amount, f.share) for f in problem_from(problem, plan, week(1)).floors] == [(2.0, None)]


def test_actuals_take_the_place_of_what_was_planned() -> None:
    problem = company()
    plan = plan_in(solve(problem, "normal", options=LIMITS))
    actual = [Baseline(project="chat", need="gpu", pool="h100", amount=2)]
    assert problem_from(problem, plan, week(1), actual).baseline == tuple(actual)


@pytest.mark.parametrize("t", [-1, 6])
def test_a_week_outside_the_horizon_is_a_fault(t: int) -> None:
    problem = company()
    plan = plan_in(solve(problem, "normal", options=LIMITS))
    with pytest.raises(InvalidInput, match="outside the horizon"):
        problem_from(problem, plan, week(t))


def test_a_plan_of_another_portfolio_is_a_fault() -> None:
    problem = company()
    plan = plan_in(solve(problem, "normal", options=LIMITS))
    with pytest.raises(InvalidInput, match=r"'tiny' is not the portfolio that the plan was made for.*huge"):
        problem_from(problem, replace(plan, portfolio="huge"), week(1))


def test_frozen_weeks_are_those_of_the_approved_plan() -> None:
    problem = company()
    plan = plan_in(solve(problem, "normal", options=LIMITS))
    more = {"capacity": [*problem.capacity, Capacity(pool="h100", week=week(2), amount=9)]}
    fixed = frozen(problem_from(problem.replace(**more), plan, week(1)), plan, 2)
    again = plan_in(solve(fixed, "normal", options=LIMITS))
    assert at(again, week(1)) == at(plan, week(1))
    assert at(again, week(2)) == at(plan, week(2))
    assert sum(at(again, week(3)).values()) > sum(at(plan, week(3)).values())


def test_frozen_weeks_that_cannot_be_kept_are_told_pool_by_pool() -> None:
    problem = company()
    plan = plan_in(solve(problem, "normal", options=LIMITS))
    less = problem.replace(capacity=[Capacity(pool="h100", week=week(0), amount=5)], baseline=())
    with pytest.raises(InvalidInput, match="is less of h100 in the frozen week of 2025-12-01") as told:
        frozen(less, plan, 2)
    assert [f.column for f in told.value.faults] == ["amount", "amount"]


def test_a_pin_that_says_otherwise_in_a_frozen_week_is_a_fault() -> None:
    problem = company()
    plan = plan_in(solve(problem, "normal", options=LIMITS))
    pin = Pin(project="chat", need="gpu", pool="h100", since=week(1), until=week(4), amount=1)
    with pytest.raises(InvalidInput, match="is in the frozen week of 2025-12-08"):
        frozen(problem.replace(pins=[pin]), plan, 2)


def test_other_pins_hold_after_the_frozen_weeks() -> None:
    pin = Pin(project="chat", need="eng", pool="ml", since=week(0), until=week(3), amount=1)
    problem = portfolio(ml_pool(amount=4), project("chat", 4, of="engineer", pools=("ml",)))
    pin = Pin(project="chat", need="engineer", pool="ml", since=week(0), until=week(3), amount=1)
    problem = problem.replace(pins=[pin])
    plan = plan_in(solve(problem, "normal", options=LIMITS))
    assert {(p.since, p.until, p.amount) for p in frozen(problem, plan, 1).pins} == {
        (week(0), week(0), 1.0),
        (week(1), week(3), 1.0),
    }


def test_a_new_move_and_one_that_is_not_made_count_once_each() -> None:
    problem = portfolio(gpu_pool(amount=4), project("ads", 4, today=4, **RUN), project("chat", 4))
    approved = plan_of(problem, {("ads", "gpu", "h100"): [4, 4, 1, 1], ("chat", "gpu", "h100"): [0, 0, 3, 3]}, {})
    kept = plan_of(problem, {("ads", "gpu", "h100"): [4, 4, 4, 4]}, {})
    early = plan_of(problem, {("ads", "gpu", "h100"): [2, 2, 1, 1], ("chat", "gpu", "h100"): [2, 2, 3, 3]}, {})
    assert moves_beyond(problem, approved, approved) == {"gpu": 0.0}
    assert moves_beyond(problem, approved, kept) == {"gpu": 3.0}
    assert moves_beyond(problem, approved, early) == {"gpu": 4.0}
