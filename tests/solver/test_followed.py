"""A plan as it was followed: what is recorded in the place of what was planned, and how the rest goes on."""

from __future__ import annotations

import pytest

from solver.plan import Plan
from solver.problem import Problem
from solver.records import Actual
from solver.replan import problem_from
from solver.replan.followed import followed
from tests.app.company import company
from tests.solver.handmade import gpu_pool, plan_of, portfolio, project, week

Course = list[tuple[str, float, float]]


def course(plan: Plan, name: str) -> Course:
    """State, pace and progress of a project, week by week."""
    rows = plan.pace[plan.pace["project"] == name].sort_values("week")
    return [*rows[["state", "pace", "progress"]].itertuples(index=False, name=None)]


def of_speed(*shares: float, pace: float | None = None) -> list[Actual]:
    """What is recorded of the build in its first weeks."""
    return [Actual(project="speed", week=week(t), progress=share, pace=pace) for t, share in enumerate(shares)]


def amounts(problem: Problem) -> dict[tuple[str, str, str], float]:
    return {(b.project, b.need, b.pool): b.amount for b in problem.baseline}


def test_without_records_everything_went_as_planned() -> None:
    problem, plan = company()
    same = followed(problem, plan, ())
    assert same.pace.equals(plan.pace.sort_values(["week", "project"], ignore_index=True))
    assert [*same.allocation.itertuples(index=False)] == [*plan.allocation.sort_values(
        ["week", "project"]).itertuples(index=False)]  # fmt: skip


def test_a_build_that_is_behind_goes_on_at_its_planned_pace_until_it_is_complete() -> None:
    problem, plan = company()
    assert [round(row[2], 6) for row in course(plan, "speed")][:2] == [0.5, 1.0]
    late = course(followed(problem, plan, of_speed(0.25)), "speed")
    assert [row[2] for row in late] == [0.25, 0.75, 1.0, 1.0, 1.0, 1.0]
    assert [row[0] for row in late] == ["running", "running", "running", "complete", "complete", "complete"]


def test_a_build_that_is_ahead_is_complete_earlier() -> None:
    problem, plan = company()
    early = course(followed(problem, plan, of_speed(1.0)), "speed")
    assert early[1] == ("complete", 0.0, 1.0)


def test_a_recorded_pace_says_how_far_a_build_got_where_no_progress_is_recorded() -> None:
    problem, plan = company()
    half = [Actual(project="speed", week=week(0), pace=0.5)]
    assert course(followed(problem, plan, half), "speed")[:2] == [("running", 0.5, 0.25), ("running", 1.0, 0.75)]


def test_what_did_not_run_rests_and_what_had_not_started_still_waits() -> None:
    parts = project("ads", 4, today=4, status="running"), project("chat", 4)
    problem = portfolio(gpu_pool(amount=8), *parts)
    given = {("ads", "gpu", "h100"): [4] * 4, ("chat", "gpu", "h100"): [4] * 4}
    plan = plan_of(problem, given, {"ads": [1.0] * 4, "chat": [1.0] * 4})
    still = [Actual(project=name, week=week(0), pace=0.0) for name in ("ads", "chat")]
    found = followed(problem, plan, still)
    assert (course(found, "ads")[0][0], course(found, "chat")[0][0]) == ("paused", "waiting")
    again = problem_from(problem, found, week(1))
    assert [(p.project, p.status) for p in again.projects] == [("ads", "paused"), ("chat", "candidate")]


def test_a_replan_starts_from_recorded_amounts_and_progress() -> None:
    problem, plan = company()
    nodes = [Actual(project="speed", week=week(0), need="gpu", pool="h100", amount=3.0)]
    again = problem_from(problem, followed(problem, plan, [*of_speed(0.25), *nodes]), week(1))
    assert amounts(again) == {("speed", "gpu", "h100"): 3.0}
    assert again.project["speed"].progress == pytest.approx(0.25)
    gone = [Actual(project="speed", week=week(0), need="gpu", pool="h100", amount=0.0)]
    assert amounts(problem_from(problem, followed(problem, plan, gone), week(1))) == {}


def test_what_is_recorded_outside_the_plan_changes_nothing_in_it() -> None:
    problem, plan = company()
    far = [
        Actual(project="speed", week=week(20), need="gpu", pool="h100", amount=3.0),
        Actual(project="speed", week=week(20), progress=0.1),
    ]
    assert [*followed(problem, plan, far).pace.itertuples(index=False)] == [
        *followed(problem, plan, ()).pace.itertuples(index=False)
    ]
    assert len(followed(problem, plan, far).allocation) == len(plan.allocation)
