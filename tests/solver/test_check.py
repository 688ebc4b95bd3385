"""Rules 1 to 6 of the checker: a correct plan passes, and each change of one figure is found where it was made."""

from __future__ import annotations

from typing import Any

import pytest

from solver.check import check
from solver.plan import Plan
from solver.problem import Problem
from solver.records import Eligible, Link, Stance
from tests.solver.handmade import gpu_pool, ml_pool, plan_of, policy, portfolio, project, week
from tests.solver.twin import assert_same


def found(problem: Problem, plan: Plan, *, in_model: bool = True) -> set[tuple[str, str | None, int | None]]:
    """The violations as (rule, project or pool, week counted from 0); the model refuses what the checker refuses.

    `in_model=False` is for what only tables can have wrong: the model has no words for states and progress.
    """
    report = check(problem, "normal", plan)
    if in_model:
        assert_same(problem, plan, report)
    return {
        (v.rule, v.project or v.pool, None if v.week is None else problem.week_index(v.week)) for v in report.violations
    }


def runs(name: str, amounts: list[float], paces: list[float | None]) -> tuple[dict[Any, Any], dict[str, Any]]:
    """Amounts and paces of one project on the pool h100."""
    return {(name, "gpu", "h100"): amounts}, {name: paces}


def plan(problem: Problem, *parts: tuple[dict[Any, Any], dict[str, Any]]) -> Plan:
    """The plan of several projects."""
    amounts = {key: row for part in parts for key, row in part[0].items()}
    return plan_of(problem, amounts, {name: row for part in parts for name, row in part[1].items()})


def test_capacity_is_not_promised_twice() -> None:
    problem = portfolio(gpu_pool(amount=6), project("ads"), project("chat"))
    chat = runs("chat", [2, 2, 2, 2], [0.5] * 4)
    assert found(problem, plan(problem, chat, runs("ads", [4] * 4, [1.0] * 4))) == set()
    one_more = plan(problem, runs("chat", [2, 2, 3, 2], [0.5] * 4), runs("ads", [4] * 4, [1.0] * 4))
    assert found(problem, one_more) == {("capacity", "h100", 2)}


def test_pace_follows_the_scarcest_need() -> None:
    both = {**project("ads", full=4), "needs": [], "eligible": []}
    gpu, staff = project("ads", full=4), project("ads", full=2, of="engineer", pools=("ml",))
    needs = {"needs": gpu["needs"] + staff["needs"], "eligible": gpu["eligible"] + staff["eligible"]}
    problem = portfolio(gpu_pool(), ml_pool(), both, needs)
    amounts = {("ads", "gpu", "h100"): [4] * 4, ("ads", "engineer", "ml"): [2, 1, 2, 2]}
    assert found(problem, plan_of(problem, amounts, {"ads": [1, 0.5, 1, 1]})) == set()
    assert found(problem, plan_of(problem, amounts, {"ads": [1, 0.51, 1, 1]})) == {("pace", "ads", 1)}


@pytest.mark.parametrize("pace", [-0.1, 1.1])
def test_pace_lies_between_0_and_1(pace: float) -> None:
    problem = portfolio(gpu_pool(), project("ads", full=0))
    assert found(problem, plan(problem, runs("ads", [0] * 4, [1, 1, 1, 1]))) == set()
    assert found(problem, plan(problem, runs("ads", [0] * 4, [1, pace, 1, 1]))) == {("pace", "ads", 1)}


def test_a_project_that_is_off_has_no_pace() -> None:
    problem = portfolio(gpu_pool(), project("ads", full=0))
    published = plan(problem, runs("ads", [0] * 4, [1, None, 1, 1]))
    published.pace.loc[1, "pace"] = 0.5
    assert found(problem, published) == {("pace", "ads", 1)}


def test_gpus_that_arrive_are_not_at_once_productive() -> None:
    problem = portfolio(gpu_pool(), project("ads", today=2, status="running"), policy(gpu_ramp=(0.25, 0.1)))
    amounts = [2, 4, 4, 4]
    assert found(problem, plan(problem, runs("ads", amounts, [0.5, 3.5 / 4, 3.8 / 4, 1]))) == set()
    assert found(problem, plan(problem, runs("ads", amounts, [0.5, 3.6 / 4, 3.8 / 4, 1]))) == {("pace", "ads", 1)}
    assert found(problem, plan(problem, runs("ads", amounts, [0.5, 3.5 / 4, 1, 1]))) == {("pace", "ads", 2)}


def test_what_arrives_is_lost_in_units_of_the_need() -> None:
    problem = portfolio(gpu_pool(), project("ads", full=8, rate=2), policy(gpu_ramp=(0.25,)))
    assert found(problem, plan(problem, runs("ads", [4] * 4, [0.75, 1, 1, 1]))) == set()
    assert found(problem, plan(problem, runs("ads", [4] * 4, [0.8, 1, 1, 1]))) == {("pace", "ads", 0)}


def test_engineers_who_arrive_also_take_a_mentor() -> None:
    staff = project("ads", of="engineer", pools=("ml",), today=2, status="running")
    problem = portfolio(ml_pool(), staff, policy(engineer_ramp=(0.5, 0.2), mentor=0.1))
    amounts = {("ads", "engineer", "ml"): [2, 4, 4, 4]}
    assert found(problem, plan_of(problem, amounts, {"ads": [0.5, 2.8 / 4, 3.4 / 4, 1]})) == set()
    assert found(problem, plan_of(problem, amounts, {"ads": [0.5, 3 / 4, 3.4 / 4, 1]})) == {("pace", "ads", 1)}
    assert found(problem, plan_of(problem, amounts, {"ads": [0.5, 2.8 / 4, 3.6 / 4, 1]})) == {("pace", "ads", 2)}


def test_nobody_is_sent_away_before_having_been_of_use() -> None:
    staff = project("ads", of="engineer", pools=("ml",))
    problem = portfolio(ml_pool(), staff, policy(engineer_ramp=(0.5, 0.4)))
    stays = plan_of(problem, {("ads", "engineer", "ml"): [2, 2, 0, 0]}, {"ads": [0.25, 0.3, 0, 0]})
    leaves = plan_of(problem, {("ads", "engineer", "ml"): [2, 0, 0, 0]}, {"ads": [0.25, 0, 0, 0]})
    assert found(problem, stays) == set()
    assert ("ramp", "ads", 1) in found(problem, leaves)


def test_what_is_on_gets_at_least_its_minimum() -> None:
    problem = portfolio(gpu_pool(), project("ads", minimum=2))
    assert found(problem, plan(problem, runs("ads", [2, 4, 3, 2], [0.5, 1, 0.75, 0.5]))) == set()
    assert found(problem, plan(problem, runs("ads", [2, 4, 1, 2], [0.5, 1, 0.25, 0.5]))) == {("viable", "ads", 2)}


def test_full_is_exceeded_by_less_than_a_step() -> None:
    problem = portfolio(gpu_pool(), project("ads", full=2.5))
    assert found(problem, plan(problem, runs("ads", [3] * 4, [1] * 4))) == set()
    assert found(problem, plan(problem, runs("ads", [3, 3, 3, 4], [1] * 4))) == {("viable", "ads", 3)}
    divided = portfolio(gpu_pool(), project("ads", full=3))
    assert found(divided, plan(divided, runs("ads", [3, 4, 3, 3], [1] * 4))) == {("viable", "ads", 1)}


def test_a_paused_project_keeps_exactly_its_standby() -> None:
    problem = portfolio(gpu_pool(), project("ads", standby=1.5, today=4, status="running"))
    paused: list[float | None] = [1, None, None, 1]
    assert found(problem, plan(problem, runs("ads", [4, 2, 2, 4], paused))) == set()
    assert found(problem, plan(problem, runs("ads", [4, 1, 2, 4], paused))) == {("viable", "ads", 1)}
    assert found(problem, plan(problem, runs("ads", [4, 2, 3, 4], paused))) == {("viable", "ads", 2)}


def test_without_standby_a_paused_project_keeps_nothing() -> None:
    problem = portfolio(gpu_pool(), project("ads", today=4, status="running"))
    assert found(problem, plan(problem, runs("ads", [4, 0, 0, 4], [1, None, None, 1]))) == set()
    assert found(problem, plan(problem, runs("ads", [4, 0, 1, 4], [1, None, None, 1]))) == {("viable", "ads", 2)}


def test_where_nothing_is_due_not_even_a_fraction_of_the_largest_step_is_given() -> None:
    other = {"eligible": [Eligible(project="ads", need="gpu", pool="a100", rate=0.5)]}
    problem = portfolio(gpu_pool(), gpu_pool("a100"), project("ads"), other)
    idle = plan_of(problem, {("ads", "gpu", "a100"): [0, 1, 0, 0]}, {})
    assert found(problem, idle) == {("viable", "ads", 1)}


def test_what_has_not_started_or_is_complete_gets_nothing() -> None:
    problem = portfolio(gpu_pool(), project("speed", kind="build", standby=1))
    assert found(problem, plan(problem, runs("speed", [0, 4, 4, 0], [None, 1, 1, None]))) == set()
    assert found(problem, plan(problem, runs("speed", [1, 4, 4, 0], [None, 1, 1, None]))) == {("viable", "speed", 0)}
    assert found(problem, plan(problem, runs("speed", [0, 4, 4, 1], [None, 1, 1, None]))) == {("viable", "speed", 3)}


@pytest.mark.parametrize(("at", "state"), [(0, "paused"), (1, "complete"), (3, "waiting")])
def test_the_published_state_is_the_one_that_follows(at: int, state: str) -> None:
    problem = portfolio(gpu_pool(), project("ads"))
    published = plan(problem, runs("ads", [0, 0, 4, 0], [None, None, 1, None]))
    assert found(problem, published) == set()
    published.pace.loc[at, "state"] = state
    assert found(problem, published, in_model=False) == {("viable", "ads", at)}


def test_a_complete_build_does_not_run_again() -> None:
    problem = portfolio(gpu_pool(), project("speed", kind="build"))
    again = plan(problem, runs("speed", [4, 4, 4, 0], [1, 1, 1, None]))
    assert ("viable", "speed", 2) in found(problem, again)


def test_what_starts_stays_on_for_its_least_weeks() -> None:
    problem = portfolio(gpu_pool(), project("ads", min_run=3))
    assert found(problem, plan(problem, runs("ads", [4, 4, 4, 0], [1, 1, 1, None]))) == set()
    assert found(problem, plan(problem, runs("ads", [0, 0, 4, 4], [None, None, 1, 1]))) == set()
    assert found(problem, plan(problem, runs("ads", [4, 4, 0, 0], [1, 1, None, None]))) == {("dwell", "ads", 2)}


def test_what_pauses_stays_off_for_its_least_weeks() -> None:
    problem = portfolio(gpu_pool(), project("ads", min_pause=3, today=4, status="running"))
    assert found(problem, plan(problem, runs("ads", [0, 0, 0, 4], [None, None, None, 1]))) == set()
    assert found(problem, plan(problem, runs("ads", [0, 0, 4, 4], [None, None, 1, 1]))) == {("dwell", "ads", 2)}


def test_the_spell_of_the_baseline_counts_as_long_enough() -> None:
    running = portfolio(gpu_pool(), project("ads", min_run=3, today=4, status="running"))
    assert found(running, plan(running, runs("ads", [4, 0, 0, 0], [1, None, None, None]))) == set()
    resting = portfolio(gpu_pool(), project("ads", min_pause=3, status="paused"))
    assert found(resting, plan(resting, runs("ads", [0, 4, 4, 4], [None, 1, 1, 1]))) == set()


def test_completion_and_the_policys_pause_cut_a_spell_short() -> None:
    done = portfolio(gpu_pool(), project("speed", kind="build", min_run=4))
    assert found(done, plan(done, runs("speed", [4, 4, 0, 0], [1, 1, None, None]))) == set()
    pause = {"stances": [Stance(policy="normal", project="ads", stance="pause")]}
    limits = policy(start=week(2), end=week(3))
    problem = portfolio(gpu_pool(), project("ads", min_run=4, min_pause=4), limits, pause)
    assert found(problem, plan(problem, runs("ads", [4, 4, 0, 4], [1, 1, None, 1]))) == set()


def test_builds_progress_as_their_pace_says() -> None:
    problem = portfolio(gpu_pool(), project("speed", kind="build", duration=3.0, progress=0.2))
    published = plan(problem, runs("speed", [4, 2, 2, 0], [1, 0.5, 0.4, None]))
    assert found(problem, published) == set()
    published.pace.loc[1, "progress"] += 0.01
    assert found(problem, published, in_model=False) == {("builds", "speed", 1)}


def test_a_build_does_not_run_before_its_earliest_week() -> None:
    problem = portfolio(gpu_pool(), project("speed", kind="build", earliest=week(1)))
    assert found(problem, plan(problem, runs("speed", [0, 4, 4, 0], [None, 1, 1, None]))) == set()
    assert found(problem, plan(problem, runs("speed", [4, 4, 0, 0], [1, 1, None, None]))) == {("builds", "speed", 0)}


def test_what_requires_another_waits_until_it_is_complete() -> None:
    link = {"links": [Link(project="ads", relation="requires", other="speed")]}
    problem = portfolio(gpu_pool(), project("speed", kind="build"), project("ads"), link)
    speed = runs("speed", [4, 4, 0, 0], [1, 1, None, None])
    assert found(problem, plan(problem, speed, runs("ads", [0, 0, 4, 4], [None, None, 1, 1]))) == set()
    early = plan(problem, speed, runs("ads", [0, 4, 4, 4], [None, 1, 1, 1]))
    assert found(problem, early) == {("builds", "ads", 1)}


def test_what_excludes_another_never_runs_beside_or_after_it() -> None:
    link = {"links": [Link(project="ads", relation="excludes", other="chat")]}
    problem = portfolio(gpu_pool(), project("ads"), project("chat"), link)
    ads = runs("ads", [0, 4, 4, 0], [None, 1, 1, None])
    assert found(problem, plan(problem, ads)) == set()
    beside = plan(problem, ads, runs("chat", [0, 4, 0, 0], [None, 0, None, None]))
    assert ("builds", "ads", 1) in found(problem, beside)
    after = plan(problem, ads, runs("chat", [0, 0, 0, 4], [None, None, None, 1]))
    assert found(problem, after) == {("builds", "chat", 3)}


def test_what_ran_in_the_baseline_excludes_from_the_first_week_on() -> None:
    link = {"links": [Link(project="ads", relation="excludes", other="chat")]}
    problem = portfolio(gpu_pool(), project("ads", today=4, status="running"), project("chat"), link)
    stopped = runs("ads", [0] * 4, [None] * 4)
    assert found(problem, plan(problem, stopped)) == set()
    after = plan(problem, stopped, runs("chat", [0, 0, 4, 4], [None, None, 1, 1]))
    assert found(problem, after) == {("builds", "chat", 2), ("builds", "chat", 3)}


def test_two_that_both_ran_in_the_baseline_may_take_turns_but_not_meet() -> None:
    link = {"links": [Link(project="ads", relation="excludes", other="chat")]}
    today = {"today": 4, "status": "running"}
    problem = portfolio(gpu_pool(), project("ads", **today), project("chat", **today), link)
    chat = runs("chat", [0, 0, 4, 4], [None, None, 1, 1])
    assert found(problem, plan(problem, runs("ads", [4, 4, 0, 0], [1, 1, None, None]), chat)) == set()
    meet = plan(problem, runs("ads", [4, 4, 4, 0], [1, 1, 1, None]), chat)
    assert found(problem, meet) == {("builds", "ads", 2)}


def test_a_deadline_binds_what_is_forced_in() -> None:
    late = runs("speed", [2, 4, 2, 0], [0.5, 1, 0.5, None])
    forced = portfolio(gpu_pool(), project("speed", kind="build", deadline=week(1), must="in"))
    assert found(forced, plan(forced, runs("speed", [4, 4, 0, 0], [1, 1, None, None]))) == set()
    assert found(forced, plan(forced, late)) == {("builds", "speed", 1)}
    wished = portfolio(gpu_pool(), project("speed", kind="build", deadline=week(1)))
    assert found(wished, plan(wished, late)) == set()


def test_a_complete_build_rests_for_ever_and_that_is_no_pause() -> None:
    problem = portfolio(gpu_pool(), project("speed", kind="build", min_pause=3, pause_cost=5.0, duration=1.0))
    published = plan(problem, runs("speed", [4, 0, 0, 0], [1, None, None, None]))
    assert found(problem, published) == set()
    assert check(problem, "normal", published).pauses == 0
