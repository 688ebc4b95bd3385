"""What becomes of a plan when capacity is short, needs surge and builds slip: each sentence of the recourse once."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, reject, settings

from solver.check import check, values
from solver.check.ground import Ground
from solver.check.published import read
from solver.plan import Plan
from solver.problem import Problem
from solver.records import Floor, Link, Pin, Stance
from solver.risks.futures import Futures, draw
from solver.risks.simulate import simulate
from solver.solve import BrokenPlan, solve
from tests.solver.futures import growing, outcomes, published, risk, with_risks
from tests.solver.handmade import gpu_pool, ml_pool, plan_of, policy, portfolio, project, week
from tests.solver.solving import LIMITS
from tests.strategies import problems

RUNNING = {"status": "running", "today": 4}
LATE = risk("delay", 2, pool="h100")


def two(*parts: object, chat: dict[str, object] | None = None, weeks: int = 4) -> tuple[Problem, Plan]:
    """Chat (class 1) and ads (class 3) hold 4 nodes each; the pool is to grow from 8 to 12 in week 1, for ads' 8."""
    chat_row = project("chat", **{"priority": 0, "value": 10.0, **RUNNING, **(chat or {})})
    ads = project("ads", 8, priority=2, value=2.0, **RUNNING)
    problem = portfolio(gpu_pool(), chat_row, ads, *parts, weeks=weeks)  # type: ignore[arg-type]
    problem = problem.replace(capacity=growing("h100", 8, 12))
    amounts = {("chat", "gpu", "h100"): [4] * weeks, ("ads", "gpu", "h100"): [4] + [8] * (weeks - 1)}
    plan = plan_of(problem, amounts, {"chat": [1.0] * weeks, "ads": [0.5] + [1.0] * (weeks - 1)})
    assert check(problem, "normal", plan).violations == ()
    return problem, plan


def losses(problem: Problem, plan: Plan) -> dict[str, float]:
    """What each project loses in the one future."""
    found, none = outcomes(problem, plan, 1), outcomes(problem.replace(risks=()), plan, 1)
    lost = none.projects[:, 0] - found.projects[:, 0]
    return {row.project: round(float(value), 9) for row, value in zip(problem.projects, lost, strict=True)}


def test_a_late_delivery_is_paid_by_the_lowest_class() -> None:
    problem, plan = two()
    assert losses(with_risks(problem, LATE), plan) == {"ads": 2.0, "chat": 0.0}
    found = outcomes(with_risks(problem, LATE), plan, 1)
    assert found.cut[:, 0].tolist() == [2, 0]


def test_a_class_is_served_before_the_ones_below_whatever_the_order_of_ids() -> None:
    problem, plan = two()
    lower = problem.replace(projects=[
        p if p.project == "ads" else type(p)(project="chat", kind="run", priority=4, value=10.0, status="running")
        for p in problem.projects
    ])  # fmt: skip
    assert losses(with_risks(lower, LATE), plan) == {"ads": 0.0, "chat": 20.0}


def test_within_a_class_the_protected_are_served_first() -> None:
    problem, plan = two({"stances": [Stance(policy="normal", project="ads", stance="protect", priority=0)]})
    assert losses(with_risks(problem, LATE), plan) == {"ads": 0.0, "chat": 20.0}


def test_a_floor_is_kept_against_every_class() -> None:
    floor = {"floors": [Floor(policy="normal", project="ads", need="gpu", pool="h100", amount=4)]}
    problem, plan = two(floor)
    lost = growing("h100", 8, 6, 6, 6)
    hit = simulate(published(problem, plan), _capacity(lost))
    assert not hit.broken.any()
    assert hit.projects[:, 0].tolist() == pytest.approx([4.0, 10.0 + 3 * 5.0])


def test_a_floor_breaks_only_when_its_pool_has_less_than_all_floors() -> None:
    problem, plan = two({"floors": [Floor(policy="normal", project="ads", need="gpu", share=1.0, week=week(1))]})
    found = simulate(published(problem, plan), _capacity(growing("h100", 2, 4, 3, 3)))
    assert found.broken[0, :, 0].tolist() == [False, False, True, True]


def test_what_is_pinned_is_kept_like_a_floor() -> None:
    problem, plan = two({"pins": [Pin(project="ads", need="gpu", pool="h100", since=week(1), amount=8)]})
    assert losses(with_risks(problem, LATE), plan) == {"ads": 0.0, "chat": 20.0}


def test_who_falls_below_a_minimum_stops_and_gives_the_rest_back() -> None:
    problem, plan = two(chat={"minimum": 3})
    found = simulate(published(problem, plan), _capacity(growing("h100", 8, 2, 12, 12)))
    ads, chat = (row.tolist() for row in found.projects)
    assert chat == [30.0]
    assert ads == pytest.approx([1.0 + 0.5 + 2 * 2.0])


def test_what_comes_back_after_a_cut_ramps_up_again() -> None:
    problem = two()[0].replace(policies=policy(gpu_ramp=(0.5,))["policies"])
    plan = plan_of(
        problem,
        {("chat", "gpu", "h100"): [4] * 4, ("ads", "gpu", "h100"): [4, 8, 8, 8]},
        {"chat": [1.0] * 4, "ads": [0.5, 0.75, 1.0, 1.0]},
    )
    found = simulate(published(problem, plan), _capacity(growing("h100", 8, 12, 8, 12)))
    # Week 2: 4 nodes are left; week 3: 4 of 8 are new, and half of them is of no use yet.
    assert found.projects[0].tolist() == pytest.approx([2.0 * (0.5 + 0.75 + 0.5 + 0.75)])


def test_cuts_are_in_whole_steps() -> None:
    problem, plan = two()
    found = simulate(published(problem, plan), _capacity(growing("h100", 8, 9.5, 9.5, 9.5)))
    assert found.projects[0].tolist() == pytest.approx([2.0 * (0.5 + 3 * 5 / 8)])


def test_a_surge_slows_who_has_no_more() -> None:
    problem, plan = two()
    surge = risk("surge", 0.25, project="chat", since=week(2))
    assert losses(with_risks(problem, surge), plan) == {"ads": 0.0, "chat": 4.0}


def built(*parts: object, ads_is: str = "candidate", **facts: object) -> tuple[Problem, Plan]:
    """A build of two weeks takes the pool in weeks 0 and 1; ads has it from week 2 on."""
    speed = project("speed", kind="build", priority=0, value=3.0, today=4, status="running", **facts)
    ads = project("ads", priority=2, value=2.0, status=ads_is)
    problem = portfolio(gpu_pool(amount=4), speed, ads, *parts, weeks=6)  # type: ignore[arg-type]
    amounts = {("speed", "gpu", "h100"): [4, 4, 0, 0, 0, 0], ("ads", "gpu", "h100"): [0, 0, 4, 4, 4, 4]}
    plan = plan_of(problem, amounts, {"speed": [1.0, 1.0], "ads": [None, None, 1.0, 1.0, 1.0, 1.0]})
    assert check(problem, "normal", plan).violations == ()
    return problem, plan


def test_a_late_build_goes_on_with_what_it_had_and_lower_classes_wait() -> None:
    problem, plan = built()
    found = outcomes(with_risks(problem, risk("slip", 0.5, project="speed")), plan, 1)
    assert found.ends[1].tolist() == [2]
    assert found.projects[:, 0].tolist() == pytest.approx([3 * 2.0, 3 * 3.0])
    assert losses(with_risks(problem, risk("slip", 0.5, project="speed")), plan) == {"ads": 2.0, "speed": 3.0}


def test_a_late_build_by_progress_is_worth_what_is_done() -> None:
    problem, plan = built(benefit="progress")
    found = outcomes(with_risks(problem, risk("slip", 1.0, project="speed")), plan, 1)
    assert found.projects[1].tolist() == pytest.approx([3.0 * (0.25 + 0.5 + 0.75 + 1 + 1 + 1)])


def test_who_requires_a_late_build_waits_for_it() -> None:
    problem, plan = built({"links": [Link(project="ads", relation="requires", other="speed")]})
    found = outcomes(with_risks(problem, risk("slip", 1.0, project="speed")), plan, 1)
    assert found.ends[1].tolist() == [3]
    assert found.projects[0].tolist() == pytest.approx([2 * 2.0])


def test_a_late_build_does_not_run_where_the_policy_pauses_it() -> None:
    stance = {"stances": [Stance(policy="normal", project="speed", stance="pause")]}
    problem, plan = built(policy(start=week(2), end=week(4)), stance)
    found = outcomes(with_risks(problem, risk("slip", 0.5, project="speed")), plan, 1)
    assert found.ends[1].tolist() == [4]


def test_a_late_build_gives_way_to_what_it_excludes() -> None:
    problem, plan = built({"links": [Link(project="speed", relation="excludes", other="ads")]}, ads_is="paused")
    found = outcomes(with_risks(problem, risk("slip", 0.5, project="speed")), plan, 1)
    assert found.ends[1].tolist() == [6]
    assert found.projects[0].tolist() == pytest.approx([4 * 2.0])


@pytest.mark.parametrize("promised", [True, False])
def test_the_floor_of_a_late_build_is_kept_until_it_is_complete(promised: bool) -> None:
    floor = [Floor(policy="normal", project="speed", need="gpu", amount=3)] if promised else []
    problem, plan = built({"floors": floor})
    problem = problem.replace(projects=[replace(p, priority=2 if p.project == "ads" else 3) for p in problem.projects])
    found = outcomes(with_risks(problem, risk("slip", 0.5, project="speed")), plan, 1)
    assert not found.broken.any()
    assert found.ends[1].tolist() == ([3] if promised else [6])


def test_engineers_lost_slow_their_build() -> None:
    speed = project("speed", kind="build", of="engineer", pools=("ml",), today=4, status="running", priority=0)
    problem = portfolio(ml_pool(amount=4), speed, weeks=4)
    plan = plan_of(problem, {("speed", "engineer", "ml"): [4, 4, 0, 0]}, {"speed": [1.0, 1.0]})
    found = simulate(published(problem, plan), _capacity(growing("ml", 4, 2, 2, 2)))
    assert found.ends[0].tolist() == [2]


def test_a_plan_for_more_demand_than_there_is_runs_faster_and_ends_earlier() -> None:
    problem, plan = built()
    easier = Futures(1, 0, full={}, duration={1: np.full((6, 1), 1.0)})
    found = simulate(published(problem, plan), easier)
    assert found.ends[1].tolist() == [0]


def test_the_futures_at_once_do_not_change_what_becomes_of_each() -> None:
    problem, plan = two()
    problem = with_risks(problem, risk("delay", pool="h100", distribution="uniform", low=0, high=4))
    together = simulate(published(problem, plan), draw(problem, 40, 3))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("solver.risks.simulate.AT_ONCE", 14)
        apart = simulate(published(problem, plan), draw(problem, 40, 3))
    assert len(set(together.projects[0].tolist())) > 2
    assert np.array_equal(together.projects, apart.projects)


def planned(problem: Problem, name: str) -> Plan | None:
    """A plan to start from; where the planner refuses its own plan, that is for its own tests to find."""
    try:
        return solve(problem, name, options=LIMITS).plan
    except BrokenPlan:
        return reject()


@settings(max_examples=12, deadline=None)
@given(problem=problems())
def test_without_a_risk_every_future_is_the_plan(problem: Problem) -> None:
    for name in problem.policy:
        plan = planned(problem, name)
        if plan is None:
            continue
        on = read(Ground(problem, problem.policy[name]), plan)[0]
        found = simulate(on, Futures(2, 0))
        for rank, value in values.attained(on).items():
            assert found.values[rank].tolist() == pytest.approx([value, value], abs=1e-9)
        assert not found.broken.any()
        assert not found.cut.any()


@settings(max_examples=12, deadline=None)
@given(problem=problems())
def test_no_future_gives_more_than_there_is_nor_a_class_more_than_its_ideal(problem: Problem) -> None:
    plan = planned(problem, "normal")
    if plan is None:
        return
    on = read(Ground(problem, problem.policy["normal"]), plan)[0]
    found = simulate(on, draw(problem, 20, 1))
    for rank, ideal in check(problem, "normal", plan).ideal.items():
        assert (found.values[rank] <= ideal + 1e-6).all()
    assert (found.ends >= -1).all()


def _capacity(rows: tuple[object, ...]) -> Futures:
    """One future in which the first pool has these amounts."""
    return Futures(1, 0, capacity={0: np.array([[row.amount] for row in rows], dtype=np.float64)})  # type: ignore[attr-defined]
