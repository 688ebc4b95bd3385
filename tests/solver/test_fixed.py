"""Builds with a fixed schedule: the starts chosen are the best there are, and the checker finds what breaks them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from solver.check import check
from solver.classes import ideals
from solver.plan import Plan, Status
from solver.problem import Problem
from solver.records import Link, Profile, Stance
from solver.solve import solve
from tests.solver.handmade import gpu_pool, ml_pool, plan_of, policy, portfolio, project, week
from tests.solver.solving import LIMITS, class_after_class, plan_in
from tests.solver.starts import at_random, best, candidate, candidates, links, money
from tests.solver.twin import assert_same


def starts_in(problem: Problem, plan: Plan) -> dict[str, int]:
    """The first running week of each project that runs."""
    running = plan.pace[plan.pace["state"] == "running"]
    return {p: problem.week_index(week) for p, week in running.groupby("project")["week"].min().items()}


def assert_as_good_as_the_best(problem: Problem) -> None:
    outcome, known = solve(problem, "normal", options=LIMITS), best(problem)
    if known is None:
        assert outcome.status is Status.INFEASIBLE
        return
    assert outcome.status is Status.OPTIMAL
    assert check(problem, "normal", plan_in(outcome), outcome.classes).ok
    (only,) = outcome.classes
    assert only.attained == pytest.approx(known.value, abs=1e-4)
    assert known.value - 1e-4 <= only.bound <= only.ideal + 1e-6


@pytest.mark.parametrize("seed", range(12))
def test_the_best_starts_are_found(seed: int) -> None:
    assert_as_good_as_the_best(at_random(seed))


@pytest.mark.parametrize("seed", range(0, 12, 3))
def test_the_best_starts_are_found_class_after_class(seed: int) -> None:
    with class_after_class():
        assert_as_good_as_the_best(at_random(seed))


def test_a_profile_is_taken_week_by_week_without_a_break() -> None:
    problem = candidates(
        money("cash", 3, 1, 3), candidate("a", {"cash": [3, 1, 2], "value": [0, 0, 5]}, duration=3, full=3)
    )
    plan = plan_in(solve(problem, "normal", options=LIMITS))
    assert starts_in(problem, plan) == {"a": 0}
    taken = {problem.week_index(row.week): row.amount for row in plan.allocation.itertuples()}
    assert taken == {0: 3, 1: 1, 2: 2}
    assert plan.pace["pace"].tolist() == [1, 1, 1, 0]
    assert plan.pace["state"].tolist()[-1] == "complete"


def test_a_budget_of_the_horizon_is_spent_once() -> None:
    parts = [candidate(n, {"cash": [2], "value": [v]}, duration=1) for n, v in (("a", 5), ("b", 4), ("c", 3))]
    weekly = candidates(money("cash", 4), *parts)
    horizon = candidates(money("cash", 4, period="horizon"), *parts)
    assert starts_in(weekly, plan_in(solve(weekly, "normal", options=LIMITS))).keys() == {"a", "b", "c"}
    plan = plan_in(solve(horizon, "normal", options=LIMITS))
    assert starts_in(horizon, plan).keys() == {"a", "b"}
    left = plan.utilisation.groupby("week")["spare"].sum().tolist()
    assert left[-1] == 0
    assert plan.utilisation["capacity"].tolist()[0] == 4
    assert (plan.utilisation["capacity"] - plan.utilisation["used"] == plan.utilisation["spare"]).all()


def test_a_budget_ends_where_the_next_begins() -> None:
    parts = [candidate(n, {"cash": [2], "value": [1]}, duration=1) for n in "abcde"]
    problem = candidates(money("cash", 4, None, 2, period="horizon"), *parts)
    found = starts_in(problem, plan_in(solve(problem, "normal", options=LIMITS)))
    assert sorted(t >= 2 for t in found.values()) == [False, False, True]


def test_a_discount_counts_by_the_week() -> None:
    problem = candidates(money("cash", 0, 2), candidate("a", {"cash": [2], "value": [10]}, duration=1), discount=0.25)
    outcome = solve(problem, "normal", options=LIMITS)
    assert outcome.classes[0].attained == pytest.approx(8.0)
    assert outcome.classes[0].ideal == pytest.approx(10.0)


def test_a_discount_counts_for_projects_of_every_kind() -> None:
    problem = portfolio(gpu_pool(), project("chat"), project("ads", kind="build", benefit="progress"))
    (head,) = problem.portfolio
    cheaper = problem.replace(portfolio=[type(head)(portfolio="tiny", start=head.start, weeks=4, discount=1.0)])
    # chat: 1 + 1/2 + 1/4 + 1/8; ads reach 1/2, then 1
    assert ideals(cheaper, "normal") == {2: pytest.approx(1.875 + 0.5 + 0.5 + 0.25 + 0.125)}
    outcome = solve(cheaper, "normal", options=LIMITS)
    assert outcome.classes[0].attained == pytest.approx(3.25, abs=1e-4)


def test_a_value_may_come_after_the_work_is_done() -> None:
    problem = candidates(money("cash", 1), candidate("a", {"cash": [1], "value": [0, 2, 3]}, duration=1))
    assert solve(problem, "normal", options=LIMITS).classes[0].attained == pytest.approx(5.0)


def test_what_is_done_yields_what_comes_after_its_duration() -> None:
    part = candidate("a", {"cash": [1], "value": [9, 2, 3]}, duration=1, status="done")
    problem = candidates(money("cash", 1), part, candidate("b", {"cash": [1], "value": [1]}, duration=1))
    outcome = solve(problem, "normal", options=LIMITS)
    assert outcome.classes[0].attained == pytest.approx(6.0)
    assert outcome.classes[0].ideal == pytest.approx(6.0)


def test_what_runs_goes_on_to_its_end() -> None:
    part = candidate("a", {"cash": [1, 2, 3, 4], "value": [1, 1, 1, 1]}, duration=4, status="running", progress=0.5)
    problem = candidates(money("cash", 3, 4), part)
    plan = plan_in(solve(problem, "normal", options=LIMITS))
    assert plan.allocation["amount"].tolist() == [3, 4]
    assert plan.pace["progress"].tolist() == [0.75, 1, 1, 1]


def test_what_runs_and_cannot_go_on_leaves_no_plan() -> None:
    part = candidate("a", {"cash": [1, 2]}, duration=2, status="running")
    outcome = solve(candidates(money("cash", 1), part), "normal", options=LIMITS)
    assert outcome.status is Status.INFEASIBLE
    assert any("cash" in c.text or "fixed schedule" in c.text for c in outcome.conflicts)


def test_a_pause_of_the_policy_is_waited_for() -> None:
    part = candidate("a", {"cash": [1, 1], "value": [1, 1]}, duration=2)
    pause = {"stances": [Stance(policy="normal", project="a", stance="pause")]}
    problem = candidates(money("cash", 1), part, pause, start=week(1), end=week(2))
    plan = plan_in(solve(problem, "normal", options=LIMITS))
    assert starts_in(problem, plan) == {"a": 2}


def test_a_fixed_build_beside_others_takes_engineers_without_a_ramp() -> None:
    ship = project("ship", full=2, of="engineer", pools=("ml",), kind="build", schedule="fixed", must="in")
    chat = project("chat", full=3, of="engineer", pools=("ml",), minimum=1)
    ramps = policy(engineer_ramp=(0.5, 0.2), mentor=0.15, growth=0.5, tolerance=0.0)
    problem = portfolio(ml_pool(amount=3), ship, chat, ramps)
    for way in (None, class_after_class):
        with way() if way else nothing():
            outcome = solve(problem, "normal", options=LIMITS)
        plan = plan_in(outcome)
        assert check(problem, "normal", plan, outcome.classes).ok
        mine = plan.allocation[plan.allocation["project"] == "ship"]
        assert mine["amount"].tolist() == [2, 2]


@contextmanager
def nothing() -> Iterator[None]:
    """The ordinary way."""
    yield


def test_steps_round_a_profile_up() -> None:
    part = project("a", full=2.5, kind="build", schedule="fixed")
    outcome = solve(portfolio(gpu_pool(amount=3), part), "normal", options=LIMITS)
    assert set(plan_in(outcome).allocation["amount"]) == {3}
    assert check(portfolio(gpu_pool(amount=3), part), "normal", plan_in(outcome), outcome.classes).ok


def test_a_class_counts_its_own_weeks_only() -> None:
    focus = {"stances": [Stance(policy="normal", project="a", stance="focus")]}
    problem = candidates(
        money("cash", 1), candidate("a", {"cash": [1, 1], "value": [1, 8]}, duration=2), focus,
        start=week(2), end=week(3),
    )  # fmt: skip
    assert ideals(problem, "normal") == {0: 8.0, 1: 9.0}
    outcome = solve(problem, "normal", options=LIMITS)
    assert {c.rank: c.attained for c in outcome.classes} == {0: pytest.approx(8.0), 1: pytest.approx(1.0)}


# -- the checker ------------------------------------------------------------------------------------


def of_two() -> Problem:
    cost = {"cash": [2, 1], "value": [1, 1]}
    return candidates(money("cash", 4), candidate("a", cost, duration=2), candidate("b", cost, duration=2))


def violations(problem: Problem, amounts: list[float], paces: list[float | None]) -> set[tuple[str, int]]:
    plan = plan_of(problem, {("a", "cash", "cash"): amounts}, {"a": paces})
    report = check(problem, "normal", plan)
    assert_same(problem, plan, report)
    return {(v.rule, problem.week_index(v.week)) for v in report.violations if v.week is not None}


@pytest.mark.parametrize(
    ("amounts", "paces", "where"),
    [
        ([0, 2, 1, 0], [None, 1, 1, None], set()),
        ([0, 0, 0, 2], [None, None, None, 1], set()),
        ([0, 2, 0.5, 0], [None, 1, 1, None], {("schedule", 2)}),
        ([0, 2, 1.5, 0], [None, 1, 1, None], {("schedule", 2)}),
        ([0, 2, 1, 0], [None, 0.9, 1, None], {("schedule", 1)}),
        ([0, 2, 1, 1], [None, 1, 1, None], {("schedule", 3)}),
    ],
)
def test_the_checker_sees_what_a_schedule_takes(
    amounts: list[float], paces: list[float | None], where: set[tuple[str, int]]
) -> None:
    found = violations(of_two(), amounts, paces)
    assert {place for place in found if place[0] == "schedule"} == where
    assert bool(found) == bool(where)


def test_the_checker_sees_a_break() -> None:
    assert ("schedule", 1) in violations(of_two(), [2, 0, 1, 0], [1, None, 1, None])


def test_the_checker_adds_up_a_budget() -> None:
    part = candidate("a", {"cash": [2, 1], "value": [1, 1]}, duration=2)
    problem = candidates(money("cash", 2, period="horizon"), part)
    assert ("capacity", 1) in violations(problem, [2, 1, 0, 0], [1, 1, None, None])


def test_the_checker_values_a_profile_with_the_discount() -> None:
    part = candidate("a", {"cash": [1, 1], "value": [2, 4, 8]}, duration=2)
    problem = candidates(money("cash", 1), part, discount=1.0)
    plan = plan_of(problem, {("a", "cash", "cash"): [0, 1, 1, 0]}, {"a": [None, 1, 1, None]})
    assert check(problem, "normal", plan).attained == {1: pytest.approx(1.0 + 1.0 + 1.0)}


# -- faults -----------------------------------------------------------------------------------------


def faults(*parts: dict[str, list[Any]], **facts: Any) -> set[tuple[str, str, str]]:
    from solver.faults import InvalidInput

    with pytest.raises(InvalidInput) as caught:
        candidates(money("cash", 4), *parts, **facts)
    return {(f.table, f.column or "", f.value or "") for f in caught.value.faults}


def a(profiles: dict[str, list[float]] | None = None, **facts: Any) -> dict[str, list[Any]]:
    return candidate("a", profiles or {"cash": [1, 1]}, **({"duration": 2} | facts))


@pytest.mark.parametrize(
    ("part", "fault"),
    [
        (a(kind="run"), ("projects", "schedule", "fixed")),
        (a(duration=1.5), ("projects", "duration", "1.5")),
        (a(progress=0.5), ("projects", "progress", "0.5")),
        (a(status="running", progress=0.25), ("projects", "progress", "0.25")),
        (a(status="paused"), ("projects", "status", "paused")),
        (a(status="running", must="out"), ("projects", "must", "out")),
        (a(status="running", earliest=week(1)), ("projects", "earliest", "2025-12-08")),
        (a({"cash": [1, 1, 1]}), ("profiles", "elapsed", "2")),
        (a({"cash": [1, 10]}), ("profiles", "amount", "10")),
        (a(schedule="free"), ("profiles", "project", "a")),
    ],
)
def test_what_a_fixed_schedule_cannot_be_is_a_fault(part: dict[str, list[Any]], fault: tuple[str, str, str]) -> None:
    assert fault in faults(part)


def test_a_profile_of_no_need_is_a_fault() -> None:
    row = {"profiles": [Profile(project="a", item="people", elapsed=0, amount=1)]}
    assert faults(a(), row) == {("profiles", "item", "people")}


def test_a_fixed_need_has_no_minimum_and_no_standby() -> None:
    part = project("ship", kind="build", schedule="fixed", minimum=1, standby=2)
    from solver.faults import InvalidInput

    with pytest.raises(InvalidInput) as caught:
        portfolio(gpu_pool(), part)
    assert {f.column for f in caught.value.faults} == {"minimum", "standby"}


def test_a_need_called_value_is_a_fault() -> None:
    part = a()
    part["needs"] = [type(part["needs"][0])(project="a", need="value", kind="money", full=1)]
    part["eligible"], part["profiles"] = [type(part["eligible"][0])(project="a", need="value", pool="cash")], []
    assert faults(part) == {("needs", "need", "value")}


def test_a_policy_does_not_pause_what_runs_on_a_fixed_schedule() -> None:
    pause = {"stances": [Stance(policy="normal", project="a", stance="pause")]}
    assert faults(a(status="running"), pause) == {("stances", "stance", "pause")}


def test_links_of_fixed_builds_keep_their_order() -> None:
    cost = {"cash": [1.0], "value": [1.0]}
    problem = candidates(
        money("cash", 4), candidate("a", cost, duration=1), candidate("b", cost, duration=1),
        links(("a", "requires", "b")),
    )  # fmt: skip
    assert isinstance(problem.links[0], Link)
    found = starts_in(problem, plan_in(solve(problem, "normal", options=LIMITS)))
    assert found["b"] < found["a"]
