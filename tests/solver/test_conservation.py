"""Whatever is planned, nothing appears or vanishes: figures of plans of drawn portfolios, added up by hand."""

from __future__ import annotations

from collections import Counter
from contextlib import nullcontext

import pytest
from hypothesis import HealthCheck, given, settings

from solver.check import check
from solver.plan import SPARE, Outcome, Plan, Status
from solver.problem import Problem
from solver.solve import solve
from tests.solver.solving import LIMITS, class_after_class
from tests.strategies import problems

CLOSE = 1e-5
few = settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
small = problems(max_projects=3, max_weeks=4)


def solved(problem: Problem, policy: str, way: str) -> Outcome:
    with class_after_class() if way == "class after class" else nullcontext():
        return solve(problem, policy, options=LIMITS)


def assert_no_pool_is_promised_twice(problem: Problem, plan: Plan) -> None:
    used = plan.allocation.groupby(["pool", "week"])["amount"].sum()
    for (pool, week), amount in used.items():  # type: ignore[misc]
        assert amount <= problem.supply(pool)[problem.week_index(week)] + CLOSE


def assert_utilisation_adds_up(problem: Problem, plan: Plan) -> None:
    used = plan.allocation.groupby(["pool", "week"])["amount"].sum().to_dict()
    assert len(plan.utilisation) == len(problem.pools) * problem.head.weeks
    for row in plan.utilisation.itertuples():
        assert row.capacity == problem.supply(row.pool)[problem.week_index(row.week)]
        assert row.used == pytest.approx(used.get((row.pool, row.week), 0.0), abs=CLOSE)
        assert row.used + row.spare == pytest.approx(row.capacity, abs=CLOSE)


def assert_moves_explain_every_difference(problem: Problem, plan: Plan) -> None:
    held = Counter[tuple[str, str]]()
    for (project, _, pool), amount in problem.baseline_of.items():
        held[project, pool] += amount  # type: ignore[assignment]
    for week in problem.weeks:
        for _, row in plan.moves[plan.moves["week"] == week].iterrows():
            assert row["amount"] > 0
            assert row["from"] != row["to"]
            held[row["from"], row["pool"]] -= row["amount"]
            held[row["to"], row["pool"]] += row["amount"]
        now = plan.allocation[plan.allocation["week"] == week].groupby(["project", "pool"])["amount"].sum().to_dict()
        busy = {key: amount for key, amount in held.items() if key[0] != SPARE}
        for key in busy | now:
            assert busy.get(key, 0.0) == pytest.approx(now.get(key, 0.0), abs=CLOSE)


def assert_right(problem: Problem, policy: str, outcome: Outcome) -> None:
    """Everything that holds of any outcome of a valid portfolio."""
    if outcome.plan is None:
        assert outcome.status in (Status.INFEASIBLE, Status.STOPPED)
        assert bool(outcome.conflicts) == (outcome.status is Status.INFEASIBLE)
        return
    report = check(problem, policy, outcome.plan, outcome.classes)
    assert report.ok, [str(v) for v in report.violations]
    assert_no_pool_is_promised_twice(problem, outcome.plan)
    assert_utilisation_adds_up(problem, outcome.plan)
    assert_moves_explain_every_difference(problem, outcome.plan)
    for c in outcome.classes:
        assert c.attained <= c.bound + CLOSE
        assert c.attained <= c.ideal + CLOSE


@pytest.mark.parametrize("way", ["jointly", "class after class"])
@few
@given(problem=small)
def test_a_normal_plan_conserves_what_there_is(way: str, problem: Problem) -> None:
    assert_right(problem, "normal", solved(problem, "normal", way))


@pytest.mark.parametrize("way", ["jointly", "class after class"])
@few
@given(problem=small.filter(lambda p: "code-red" in p.policy))
def test_a_code_red_conserves_what_there_is(way: str, problem: Problem) -> None:
    assert_right(problem, "code-red", solved(problem, "code-red", way))
