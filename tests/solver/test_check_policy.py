"""Rules 7 to 11 of the checker: a correct plan passes, and each change of one figure is found where it was made."""

from __future__ import annotations

from typing import Any

import pytest

from solver.records import Eligible, Floor, Pin, Stance
from tests.solver.handmade import gpu_pool, ml_pool, plan_of, policy, portfolio, project, week
from tests.solver.test_check import found, plan, runs

TODAY = {"today": 4, "status": "running"}


def stance(word: str, name: str = "ads", **facts: Any) -> dict[str, list[Any]]:
    """One stance of the policy `normal`."""
    return {"stances": [Stance(policy="normal", project=name, stance=word, **facts)]}


def floors(*rows: Floor) -> dict[str, list[Any]]:
    """Floors as a part of a portfolio."""
    return {"floors": list(rows)}


def test_the_policy_pauses_only_while_it_is_in_force() -> None:
    problem = portfolio(gpu_pool(), project("ads", **TODAY), stance("pause"), policy(start=week(1), end=week(3)))
    assert found(problem, plan(problem, runs("ads", [4, 0, 0, 4], [1, None, None, 1]))) == set()
    assert found(problem, plan(problem, runs("ads", [4, 0, 4, 4], [1, None, 1, 1]))) == {("stance", "ads", 2)}


def test_what_is_protected_runs_while_the_policy_is_in_force() -> None:
    problem = portfolio(gpu_pool(), project("ads", **TODAY), stance("protect"), policy(start=week(1), end=week(3)))
    assert found(problem, plan(problem, runs("ads", [0, 4, 4, 0], [None, 1, 1, None]))) == set()
    assert found(problem, plan(problem, runs("ads", [0, 4, 0, 0], [None, 1, None, None]))) == {("stance", "ads", 2)}


def test_what_is_protected_need_not_run_before_its_earliest_week() -> None:
    problem = portfolio(gpu_pool(), project("ads", earliest=week(2)), stance("protect"))
    assert found(problem, plan(problem, runs("ads", [0, 0, 4, 4], [None, None, 1, 1]))) == set()
    assert found(problem, plan(problem, runs("ads", [0, 0, 0, 4], [None, None, None, 1]))) == {("stance", "ads", 2)}


def test_a_protected_build_rests_once_it_is_complete() -> None:
    problem = portfolio(gpu_pool(), project("speed", kind="build"), stance("protect", "speed"))
    assert found(problem, plan(problem, runs("speed", [4, 4, 0, 0], [1, 1, None, None]))) == set()
    assert ("stance", "speed", 3) in found(problem, plan(problem, runs("speed", [4, 2, 2, 0], [1, 0.5, 0.25, None])))


def test_a_floor_holds_from_its_week_until_the_next_row() -> None:
    rows = floors(
        Floor(policy="normal", project="ads", need="gpu", pool="h100", week=None, amount=1),
        Floor(policy="normal", project="ads", need="gpu", pool="h100", week=week(1), amount=3),
        Floor(policy="normal", project="ads", need="gpu", pool="h100", week=week(3), amount=0),
    )
    problem = portfolio(gpu_pool(), project("ads"), rows)
    assert found(problem, plan(problem, runs("ads", [1, 3, 3, 0], [0.25, 0.75, 0.75, 0]))) == set()
    assert found(problem, plan(problem, runs("ads", [0, 3, 3, 0], [0, 0.75, 0.75, 0]))) == {("floors", "ads", 0)}
    assert found(problem, plan(problem, runs("ads", [1, 3, 2, 0], [0.25, 0.75, 0.5, 0]))) == {("floors", "ads", 2)}


def test_a_floor_as_a_share_of_a_pool_counts_the_pools_units() -> None:
    row = Floor(policy="normal", project="ads", need="gpu", pool="h100", share=0.5)
    problem = portfolio(gpu_pool(), project("ads", full=8, rate=2, **TODAY), floors(row))
    assert found(problem, plan(problem, runs("ads", [4, 2, 2, 4], [1, 0.5, 0.5, 1]))) == set()
    assert found(problem, plan(problem, runs("ads", [4, 2, 1, 4], [1, 0.5, 0.25, 1]))) == {("floors", "ads", 2)}


def test_a_floor_without_a_pool_counts_the_supply_of_the_need() -> None:
    other = {"eligible": [Eligible(project="ads", need="gpu", pool="b200", rate=4)]}
    row = floors(Floor(policy="normal", project="ads", need="gpu", share=0.5))
    problem = portfolio(gpu_pool(), gpu_pool("b200"), project("ads", full=8, rate=2, **TODAY), other, row)
    old, new = ("ads", "gpu", "h100"), ("ads", "gpu", "b200")
    served = plan_of(problem, {old: [4, 2, 0, 0], new: [0, 0, 1, 1]}, {"ads": [1, 0.5, 0.5, 0.5]})
    short = plan_of(problem, {old: [4, 1, 0, 0], new: [0, 0, 1, 1]}, {"ads": [1, 0.25, 0.5, 0.5]})
    assert found(problem, served) == set()
    assert found(problem, short) == {("floors", "ads", 1)}


def test_a_complete_build_owes_no_floor() -> None:
    row = floors(Floor(policy="normal", project="speed", need="gpu", pool="h100", amount=3))
    problem = portfolio(gpu_pool(), project("speed", kind="build"), row)
    assert found(problem, plan(problem, runs("speed", [4, 4, 0, 0], [1, 1, None, None]))) == set()
    assert ("floors", "speed", 1) in found(problem, plan(problem, runs("speed", [4, 2, 4, 0], [1, 0.5, 0.5, None])))


def test_arrivals_of_a_kind_stay_below_their_limit_in_every_week() -> None:
    problem = portfolio(gpu_pool(), project("ads", **TODAY), project("chat"), policy(gpu_moves=2, end=week(1)))
    ads = runs("ads", [2, 2, 2, 2], [0.5] * 4)
    assert found(problem, plan(problem, ads, runs("chat", [2, 2, 4, 4], [0.5, 0.5, 1, 1]))) == set()
    assert found(problem, plan(problem, ads, runs("chat", [1, 1, 4, 4], [0.25, 0.25, 1, 1]))) == {("change", None, 2)}


def test_engineers_have_their_own_limit() -> None:
    staff = project("ads", of="engineer", pools=("ml",))
    problem = portfolio(ml_pool(), staff, policy(gpu_moves=0, engineer_moves=2.5))
    key = ("ads", "engineer", "ml")
    assert found(problem, plan_of(problem, {key: [2.5, 4, 4, 4]}, {"ads": [0.625, 1, 1, 1]})) == set()
    assert found(problem, plan_of(problem, {key: [2.6, 4, 4, 4]}, {"ads": [0.625, 1, 1, 1]})) == {("change", None, 0)}


def test_a_projects_engineers_grow_step_by_step() -> None:
    staff = project("ads", of="engineer", pools=("ml",), minimum=1)
    problem = portfolio(ml_pool(), staff, policy(growth=0.5))
    key = ("ads", "engineer", "ml")
    assert found(problem, plan_of(problem, {key: [1.5, 2.2, 3.3, 4]}, {"ads": [0.3] * 4})) == set()
    assert found(problem, plan_of(problem, {key: [1.6, 2.2, 3.3, 4]}, {"ads": [0.3] * 4})) == {("change", "ads", 0)}
    assert found(problem, plan_of(problem, {key: [1.5, 2.2, 3.4, 4]}, {"ads": [0.3] * 4})) == {("change", "ads", 2)}


def test_who_keeps_engineers_while_paused_may_start_from_the_minimum_too() -> None:
    key = ("ads", "engineer", "ml")
    for standby, least in ((0.3, 1), (2, 1), (1, 1)):
        staff = project("ads", of="engineer", pools=("ml",), minimum=least, standby=standby)
        problem = portfolio(ml_pool(), staff, policy(growth=0.5))
        assert found(problem, plan_of(problem, {key: [0, 1.5, 2.2, 3.3]}, {"ads": [None, 0.3, 0.3, 0.3]})) == set()
        more = plan_of(problem, {key: [0, 1.6, 2.2, 3.3]}, {"ads": [None, 0.3, 0.3, 0.3]})
        assert found(problem, more) == {("change", "ads", 1)}


@pytest.mark.parametrize(("standby", "most"), [(0.3, 1.5), (0.25, 1.5), (1, 1.5), (2, 3)])
def test_who_was_paused_grows_from_the_minimum_or_from_what_the_pause_keeps(standby: float, most: float) -> None:
    key = ("ads", "engineer", "ml")
    staff = project("ads", of="engineer", pools=("ml",), minimum=1, standby=standby, today=2, status="running")
    problem = portfolio(ml_pool(), staff, policy(growth=0.5))
    kept = 0.3 if standby == 0.25 else standby
    grown = plan_of(problem, {key: [2, kept, most, most]}, {"ads": [0.3, None, 0.3, 0.3]})
    assert found(problem, grown) == set()
    more = plan_of(problem, {key: [2, kept, most + 0.1, most]}, {"ads": [0.3, None, 0.3, 0.3]})
    assert found(problem, more) == {("change", "ads", 2)}


def test_a_pin_is_obeyed_from_its_first_week_to_its_last() -> None:
    pin = {"pins": [Pin(project="ads", need="gpu", pool="h100", since=week(1), until=week(2), amount=3)]}
    problem = portfolio(gpu_pool(), project("ads"), pin)
    paces: list[float | None] = [0.5] * 4
    assert found(problem, plan(problem, runs("ads", [2, 3, 3, 4], paces))) == set()
    assert found(problem, plan(problem, runs("ads", [2, 4, 3, 4], paces))) == {("pins", "ads", 1)}
    assert found(problem, plan(problem, runs("ads", [2, 3, 2, 4], paces))) == {("pins", "ads", 2)}


def test_a_pin_without_an_end_holds_to_the_last_week() -> None:
    pin = {"pins": [Pin(project="ads", need="gpu", pool="h100", since=week(2), amount=3)]}
    problem = portfolio(gpu_pool(), project("ads"), pin)
    assert found(problem, plan(problem, runs("ads", [4, 4, 3, 4], [0.75] * 4))) == {("pins", "ads", 3)}


def test_what_is_forced_in_runs_in_every_week_its_stance_allows() -> None:
    limits = policy(start=week(2), end=week(3))
    problem = portfolio(gpu_pool(), project("ads", must="in", earliest=week(1)), limits, stance("pause"))
    assert found(problem, plan(problem, runs("ads", [0, 4, 0, 4], [None, 1, None, 1]))) == set()
    assert found(problem, plan(problem, runs("ads", [0, 4, 0, 0], [None, 1, None, None]))) == {("must", "ads", 3)}


def test_a_build_that_is_forced_in_is_complete_by_the_last_week() -> None:
    problem = portfolio(gpu_pool(), project("speed", kind="build", must="in"))
    assert found(problem, plan(problem, runs("speed", [0, 0, 4, 4], [None, None, 1, 1]))) == set()
    assert found(problem, plan(problem, runs("speed", [0, 0, 4, 3], [None, None, 1, 0.75]))) == {("must", "speed", 3)}


def test_what_is_forced_out_never_runs() -> None:
    problem = portfolio(gpu_pool(), project("ads", must="out", **TODAY))
    assert found(problem, plan(problem, runs("ads", [0] * 4, [None] * 4))) == set()
    assert found(problem, plan(problem, runs("ads", [4, 0, 0, 0], [1, None, None, None]))) == {("must", "ads", 0)}


def test_cost_stays_below_the_policys_in_every_week() -> None:
    problem = portfolio(gpu_pool(cost=2.5), project("ads"), policy(max_cost=7.5))
    assert found(problem, plan(problem, runs("ads", [3, 3, 2, 0], [0.5, 0.5, 0.5, 0]))) == set()
    assert found(problem, plan(problem, runs("ads", [3, 4, 2, 0], [0.5, 0.5, 0.5, 0]))) == {("money", None, 1)}


def test_amounts_are_multiples_of_the_pools_step() -> None:
    problem = portfolio(gpu_pool(step=0.5), project("ads"))
    assert found(problem, plan(problem, runs("ads", [3, 3.5, 2, 0], [0.5, 0.5, 0.5, 0]))) == set()
    assert found(problem, plan(problem, runs("ads", [3, 3.4, 2, 0], [0.5, 0.5, 0.5, 0]))) == {("steps", "ads", 1)}
    money = portfolio(gpu_pool(step=0), project("ads"))
    assert found(money, plan(money, runs("ads", [3, 3.123456, 2, 0], [0.5, 0.5, 0.5, 0]))) == set()


def test_a_ramp_may_be_longer_than_the_horizon() -> None:
    problem = portfolio(gpu_pool(), project("ads"), policy(gpu_ramp=(0.5, 0.25, 0.25, 0.25)), weeks=2)
    assert found(problem, plan(problem, runs("ads", [4, 4], [0.5, 0.75]))) == set()
    assert found(problem, plan(problem, runs("ads", [4, 4], [0.5, 1]))) == {("pace", "ads", 1)}
