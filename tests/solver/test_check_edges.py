"""What the checker lets pass and what not: rounding of published figures, edges of weeks, and whoever comes later."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest

from solver.check import check
from solver.check.fixed import start_of
from solver.check.ground import Ground
from solver.check.people import check_orders
from solver.check.published import read
from solver.check.report import Report, tolerance
from solver.check.rules import reached
from solver.orders import change_orders
from solver.plan import Plan
from solver.problem import Problem
from solver.records import Floor, Pin
from tests.solver.handmade import gpu_pool, ml_pool, plan_of, policy, portfolio, project, week
from tests.solver.served import chat, lever, served
from tests.solver.solving import LIMITS, plan_in
from tests.solver.starts import candidate, candidates, money
from tests.solver.test_check import plan, runs
from tests.solver.test_check_policy import floors, stance
from tests.solver.test_orders import company, people
from tests.solver.test_orders import plan as given
from tests.solver.test_serving import HUNDRED, put, solved, with_serving

TODAY: dict[str, Any] = {"today": 4, "status": "running"}
FIRST, SECOND, THIRD, LAST = (f"in the week of {week(t)}" for t in range(4))


def told(problem: Problem, published: Plan) -> dict[str, float]:
    return {str(v): v.amount for v in check(problem, "normal", published).violations}


def broken(problem: Problem, published: Plan) -> set[str]:
    return {v.rule for v in check(problem, "normal", published).violations}


# -- rounding ------------------------------------------------------------------------------------------

STAFF: dict[str, Any] = {"of": "engineer", "pools": ("ml",)}
KEPT = Floor(policy="normal", project="ads", need="gpu", pool="h100", amount=3)
NEED = Floor(policy="normal", project="ads", need="gpu", amount=3)
PINNED = Pin(project="ads", need="gpu", pool="h100", since=week(0), amount=3)
BY_A_HAIR: list[tuple[str, Problem, float, float]] = [
    ("capacity", portfolio(gpu_pool(amount=3), project("ads")), 3, 1),
    ("viable", portfolio(gpu_pool(), project("ads", minimum=3)), 3, -1),
    ("floors", portfolio(gpu_pool(), project("ads"), floors(KEPT)), 3, -1),
    ("floors", portfolio(gpu_pool(), project("ads"), floors(NEED)), 3, -1),
    ("change", portfolio(gpu_pool(), project("ads"), policy(gpu_moves=3)), 3, 1),
    ("pins", portfolio(gpu_pool(), project("ads"), {"pins": [PINNED]}), 3, 1),
    ("pins", portfolio(gpu_pool(), project("ads"), {"pins": [PINNED]}), 3, -1),
    ("money", portfolio(gpu_pool(cost=1), project("ads"), policy(max_cost=3)), 3, 1),
    ("steps", portfolio(gpu_pool(), project("ads")), 3, 1),
    ("steps", portfolio(gpu_pool(), project("ads")), 3, -1),
]


@pytest.mark.parametrize(("rule", "problem", "amount", "way"), BY_A_HAIR)
def test_rounding_breaks_no_rule_and_a_little_more_does(rule: str, problem: Problem, amount: float, way: float) -> None:
    def at(off: float) -> set[str]:
        return broken(problem, plan(problem, runs("ads", [amount + way * off] * 4, [0.5] * 4)))

    assert at(0.0) == set()
    assert at(9e-6) == set()
    assert rule in at(3e-5)


def test_a_whole_step_beyond_is_one_too_many_but_for_rounding() -> None:
    problem = portfolio(gpu_pool(), project("ads", 2.5))
    for less, beyond in ((5e-6, True), (3e-5, False)):
        found = broken(problem, plan(problem, runs("ads", [3.5 - less] * 4, [1.0] * 4)))
        assert ("viable" in found) == beyond


def test_growth_is_rounded_too() -> None:
    problem = portfolio(ml_pool(step=0.000001), project("ads", minimum=1, **STAFF), policy(growth=0.5))
    for more, rules in ((9e-6, set()), (3e-5, {"change"})):
        grown = plan_of(problem, {("ads", "engineer", "ml"): [1.5 + more, 1.5, 1.5, 1.5]}, {"ads": [0.3] * 4})
        assert broken(problem, grown) == rules


def test_large_amounts_are_right_within_more() -> None:
    assert tolerance(0.0) == pytest.approx(1e-5)
    assert tolerance(-1000.0) == pytest.approx(1.1e-4)
    assert tolerance(np.array([0.0, 1000.0])) == pytest.approx([1e-5, 1.1e-4])


def test_a_rounded_pace_takes_more_of_a_large_need() -> None:
    problem = portfolio(gpu_pool(amount=3000), project("ads", 3000))
    for pace, rules in ((0.333334, set()), (0.333336, {"pace"})):
        assert broken(problem, plan(problem, runs("ads", [1000] * 4, [pace] * 4))) == rules


def test_a_pace_is_rounded_and_no_more() -> None:
    problem = portfolio(gpu_pool(), project("ads", 0))
    for pace, rules in ((1 + 9e-7, set()), (1 + 3e-6, {"pace"}), (-9e-7, set()), (-3e-6, {"pace"})):
        assert broken(problem, plan(problem, runs("ads", [0] * 4, [pace] * 4))) == rules


def test_the_rounding_of_paces_adds_up_in_progress() -> None:
    problem = portfolio(gpu_pool(), project("ads", kind="build", duration=0.5, progress=0.25))
    made = plan(problem, runs("ads", [1, 1, 0, 0], [0.1, 0.1, None, None]))
    published = read(Ground(problem, problem.policy["normal"]), made)[0]
    assert reached(published)[0].tolist() == pytest.approx([0.45, 0.65, 0.65, 0.65])
    for off, rules in ((3.9e-6, set()), (-3.9e-6, set()), (4.2e-6, {"builds"})):
        wrong = made.pace.copy()
        wrong.loc[0, "progress"] += off
        assert broken(problem, replace(made, pace=wrong)) == rules
    for off, rules in ((9.9e-6, set()), (1.02e-5, {"builds"})):
        wrong = made.pace.copy()
        wrong.loc[3, "progress"] += off
        assert broken(problem, replace(made, pace=wrong)) == rules


# -- fixed schedules -----------------------------------------------------------------------------------


def test_a_step_beyond_a_small_profile_is_no_step_too_many() -> None:
    problem = portfolio(gpu_pool(), project("ads", 0.5, kind="build", schedule="fixed"))
    assert told(problem, plan(problem, runs("ads", [0, 1, 1, 0], [None, 1, 1, None]))) == {}
    assert told(problem, plan(problem, runs("ads", [0, 2, 1, 0], [None, 1, 1, None]))) == {
        f"schedule: ads/gpu {SECOND}: 2 are beyond the 0.5 of its schedule": 1.5
    }
    even = portfolio(gpu_pool(), project("ads", 1, kind="build", schedule="fixed"))
    assert told(even, plan(even, runs("ads", [0, 2, 1, 0], [None, 1, 1, None]))) == {
        f"schedule: ads/gpu {SECOND}: 2 are beyond the 1 of its schedule": 1.0
    }


def test_what_is_under_way_goes_on_where_it_stands_and_what_is_done_takes_nothing() -> None:
    profile = {"cash": [2.0, 1, 3], "value": [1.0, 8, 2, 4]}
    going = candidate("a", profile, duration=3, status="running", progress=1 / 3)
    problem = candidates(money("cash", 4), going)

    def of_a(amounts: list[float], paces: list[float | None]) -> Plan:
        return plan_of(problem, {("a", "cash", "cash"): amounts}, {"a": paces})

    right = of_a([1, 3, 0, 0], [1, 1, None, None])
    report = check(problem, "normal", right)
    assert (report.ok, report.attained) == (True, {1: pytest.approx(8 + 2 + 4)})
    published = read(Ground(problem, problem.policy["normal"]), right)[0]
    assert start_of(published, 0) == -1
    assert told(problem, of_a([1, 0, 0, 0], [1, None, None, None])) == {
        f"schedule: a {SECOND}: has a break, but its schedule is fixed": 0.0,
        f"schedule: a/cash {SECOND}: 0 are below the 3 of its schedule": 3.0,
    }
    done = candidates(money("cash", 4), candidate("a", profile, duration=3, status="done"))
    idle = plan_of(done, {}, {})
    assert check(done, "normal", idle).attained == {1: pytest.approx(4.0)}
    assert told(done, idle) == {}


# -- whoever comes later -------------------------------------------------------------------------------


def test_every_project_is_looked_at() -> None:
    late: dict[str, Any] = {"kind": "build", "must": "in", "deadline": week(1)}
    names = ("a", "b", "c", "d", "e")
    parts = [
        project("a"),
        project("b", **late),
        project("c", kind="build"),
        project("d", **late),
        project("e", must="in"),
    ]
    problem = portfolio(gpu_pool(), *parts)
    assert told(problem, plan_of(problem, {}, {})) == {
        f"builds: b {SECOND}: is not complete by its deadline 2025-12-08": 0.0,
        f"builds: d {SECOND}: is not complete by its deadline 2025-12-08": 0.0,
        f"must: b {LAST}: is forced in but not complete by the last week": 0.0,
        f"must: d {LAST}: is forced in but not complete by the last week": 0.0,
        **{f"must: e in the week of {week(t)}: does not run although it is forced in": 0.0 for t in range(4)},
    }
    assert tuple(problem.project) == names


def test_a_deadline_after_the_horizon_binds_only_by_its_end() -> None:
    late = portfolio(gpu_pool(), project("ads", kind="build", must="in", deadline=week(4)))
    assert told(late, plan_of(late, {}, {})) == {
        f"must: ads {LAST}: is forced in but not complete by the last week": 0.0
    }
    last = portfolio(gpu_pool(), project("ads", kind="build", must="in", deadline=week(3)))
    assert f"builds: ads {LAST}: is not complete by its deadline 2025-12-22" in told(last, plan_of(last, {}, {}))
    gone = portfolio(gpu_pool(), project("ads", kind="build", must="in", deadline=week(0), progress=1.0))
    assert told(gone, plan_of(gone, {}, {})) == {}


def test_a_build_may_be_complete_in_the_first_week_by_a_deadline_there() -> None:
    problem = portfolio(gpu_pool(), project("ads", kind="build", duration=1.0, must="in", deadline=week(0)))
    assert told(problem, plan(problem, runs("ads", [4, 0, 0, 0], [1, None, None, None]))) == {}


def test_a_spell_is_counted_from_its_own_first_week() -> None:
    problem = portfolio(gpu_pool(), project("ads", min_run=3, min_pause=2))
    made = plan(problem, runs("ads", [0, 4, 0, 4], [None, 1, None, 1]))
    assert told(problem, made) == {
        f"dwell: ads {THIRD}: runs 1 weeks of at least 3": 2.0, f"dwell: ads {LAST}: pauses 1 weeks of at least 2": 1.0
    }  # fmt: skip


def test_each_projects_engineers_grow_by_themselves() -> None:
    parts = project("ads", minimum=1, **STAFF), project("chat", minimum=2, **STAFF), project("fix")
    problem = portfolio(gpu_pool(), ml_pool(), *parts, policy(growth=0.5))
    paces: dict[str, Any] = {"ads": [0.25] * 4, "chat": [0.25] * 4, "fix": [1] * 4}
    amounts = {("chat", "engineer", "ml"): [3.0, 4, 4, 4], ("fix", "gpu", "h100"): [4.0] * 4}
    right = plan_of(problem, {**amounts, ("ads", "engineer", "ml"): [1.5, 2, 3, 4]}, paces)
    assert told(problem, right) == {}
    fast = plan_of(problem, {**amounts, ("ads", "engineer", "ml"): [1.5, 2, 4, 4]}, paces)
    assert told(problem, fast) == {f"change: ads {THIRD}: grows to 4 engineers of at most 3": 1.0}


def test_pins_and_floors_begin_and_end_with_the_horizon() -> None:
    wide = Pin(project="ads", need="gpu", pool="h100", since=week(-2), until=week(9), amount=3)
    problem = portfolio(gpu_pool(), project("ads"), {"pins": [wide]}, floors(replace(KEPT, week=week(-1), amount=4)))
    assert told(problem, plan(problem, runs("ads", [3, 4, 3, 2], [0.5] * 4))) == {
        f"pins: ads/gpu/h100 {SECOND}: 4 instead of the pinned 3": 1.0,
        f"pins: ads/gpu/h100 {LAST}: 2 instead of the pinned 3": 1.0,
        f"floors: ads/gpu/h100 {FIRST}: keeps 3 of at least 4": 1.0,
        f"floors: ads/gpu/h100 {THIRD}: keeps 3 of at least 4": 1.0,
        f"floors: ads/gpu/h100 {LAST}: keeps 2 of at least 4": 2.0,
    }


def test_a_later_floor_replaces_an_earlier_one_and_a_complete_build_owes_nothing() -> None:
    rows = floors(replace(KEPT, week=week(2), amount=1), replace(KEPT, amount=4))
    problem = portfolio(gpu_pool(), project("ads", kind="build", duration=3.0), rows)
    assert told(problem, plan(problem, runs("ads", [4, 4, 1, 0], [1, 1, 0.25, None]))) == {
        f"floors: ads/gpu/h100 {LAST}: keeps 0 of at least 1": 1.0
    }
    assert told(problem, plan(problem, runs("ads", [4, 4, 4, 0], [1, 1, 1, None]))) == {}


def test_a_policy_without_limits_limits_nothing_of_other_kinds() -> None:
    problem = portfolio(gpu_pool(), ml_pool(), project("ads"), project("chat", **STAFF), policy(engineer_moves=1))
    amounts = {("ads", "gpu", "h100"): [4.0] * 4, ("chat", "engineer", "ml"): [4.0] * 4}
    assert told(problem, plan_of(problem, amounts, {"ads": [1] * 4, "chat": [1] * 4})) == {
        f"change: {FIRST}: 4 engineer arrivals of at most 1": 3.0
    }


# -- what a plan is worth ------------------------------------------------------------------------------


def test_value_arrivals_pauses_and_cost_are_recomputed() -> None:
    curve = ((0.0, 0.0), (0.5, 0.8), (1.0, 1.0))
    problem = portfolio(
        gpu_pool(cost=2), ml_pool(cost=0.5), project("ads", value=10.0, curve=curve, pause_cost=3.0, **TODAY),
        project("chat", value=5.0, priority=2, **STAFF), stance("focus", "chat"), policy(start=week(1), end=week(2)),
    )  # fmt: skip
    head = replace(problem.head, discount=1.0)
    problem = problem.replace(portfolio=[head])
    amounts = {("ads", "gpu", "h100"): [2.0, 0, 4, 0], ("chat", "engineer", "ml"): [4.0, 4, 1, 3]}
    report = check(problem, "normal", plan_of(problem, amounts, {"ads": [0.5, None, 1, None], "chat": [1, 1, 0.25, 0]}))
    assert report.ok
    assert isinstance(report, Report)
    assert report.arrivals == {"gpu": pytest.approx(4.0), "engineer": pytest.approx(4 + 2)}
    assert (report.pauses, report.pause_cost) == (2, pytest.approx(6.0))
    assert report.cost == pytest.approx(2 * 6 + 0.5 * 12)
    assert report.attained == pytest.approx({0: 5 / 2, 2: 10 * 0.8 + 10 / 4, 3: 5 + 5 * 0.25 / 4})


def test_the_progress_of_a_build_is_a_number_and_that_of_a_run_is_nothing() -> None:
    problem = portfolio(gpu_pool(), project("ads", kind="build"), project("chat"))
    made = plan(problem, runs("ads", [4, 4, 0, 0], [1, 1, None, None]))
    wrong = made.pace.copy()
    wrong.loc[wrong["project"] == "chat", "progress"] = float("nan")
    assert told(problem, replace(made, pace=wrong)) == {}
    wrong.loc[0, "progress"] = float("nan")
    row = "tables: row 1 of pace (2025-12-01, ads, running, 1.0, nan) holds no possible value"
    assert row in told(problem, replace(made, pace=wrong))


def test_where_nothing_is_needed_nothing_is_effective() -> None:
    problem = portfolio(gpu_pool(), {**project("ads"), "needs": [], "eligible": []})
    idle = plan_of(problem, {}, {})
    assert told(problem, idle) == {}
    row = pd.DataFrame([(week(0), "ads", "gpu", 1.0, 1.0, 0.0, 0.0, 1.0)], columns=idle.effective.columns)
    assert told(problem, replace(idle, effective=row)) == {
        "effective: row 1 (2025-12-01, ads, gpu, 1.0, 1.0, 0.0, 0.0, 1.0) is unknown": 0.0
    }


# -- serving -------------------------------------------------------------------------------------------


def test_what_of_serving_cannot_be_read_is_told_by_its_row() -> None:
    problem = served(chat((500,)), HUNDRED, lever())
    made = plan_in(solved(problem))
    assert told(problem, made) == {}
    strange = "tables: row {} of serving names no service, pool or week of the portfolio"
    empty = "tables: row {} of serving has no nodes"
    for column, value, text in (
        ("week", week(9), strange), ("project", "fp8", strange), ("pool", "ml", strange),
        ("nodes", 0.0, empty), ("nodes", -1.0, empty),
        ("nodes", float("nan"), empty),
        ("nodes", float("inf"), empty),
    ):  # fmt: skip
        found = told(problem, with_serving(made, put(column, value, 1)))
        assert found[text.format(2)] == 0.0, column
        assert not any("row 1" in other or "row 3" in other for other in found)
    twice = with_serving(made, lambda table: pd.concat([table, table.iloc[[2]]], ignore_index=True))
    assert f"tables: row {len(made.serving) + 1} of serving is there twice" in told(problem, twice)


def test_memory_above_the_cap_is_told_by_how_much() -> None:
    problem = served(chat((1500,)))
    made = plan_in(solved(problem))
    right = float(made.serving.loc[0, "memory"])
    found = told(problem, with_serving(made, put("memory", 0.7)))
    assert found == {
        f"serving: chat/nodes/h100 {FIRST}: memory is 0.7 instead of {right:.6g}": pytest.approx(0.7 - right),
        f"serving: chat/nodes/h100 {FIRST}: takes 0.7 of the memory, above the cap 0.5": pytest.approx(0.2),
    }


# -- change orders -------------------------------------------------------------------------------------


def test_a_lock_ends_with_its_day() -> None:
    staff = people("ads", locked_until=week(1))
    problem = company(staff)
    made = given(problem, chat=[0, 1, 1, 1, 1, 1])
    orders = change_orders(problem, made, dwell=1, options=LIMITS)
    assert orders.orders["week"].tolist() == [week(1)]
    assert check_orders(problem, made, orders) == []
    longer = problem.replace(people=[replace(staff[0], locked_until=week(2))])
    assert [str(v) for v in check_orders(longer, made, orders)] == [
        f"orders: breaks the lock until 2025-12-15: p-0 (move) from ads to chat {SECOND}"
    ]
