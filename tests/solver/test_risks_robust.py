"""Robust plans: what the hedged portfolio is, and that a plan for the worst of some futures holds in all of them."""

from __future__ import annotations

import numpy as np
import pytest

from solver.check import check
from solver.faults import InvalidInput
from solver.folder import files_of, read_files
from solver.problem import Problem
from solver.records import Capacity, Floor
from solver.risks import assess, draw, hedged
from solver.solve import solve
from tests.solver.futures import growing, risk, with_risks
from tests.solver.handmade import START, gpu_pool, ml_pool, portfolio, project, week
from tests.solver.solving import LIMITS, plan_in


def company() -> Problem:
    """Chat runs, speed is built, ads gets the rest: one pool of nodes that grows, one of engineers that shrinks."""
    parts = (
        project("chat", priority=0, value=10.0, status="running", today=4),
        project("speed", kind="build", of="engineer", pools=("ml",), priority=1, value=5.0, duration=2.5),
        project("ads", 6, priority=2, value=2.0, minimum=1),
    )
    problem = portfolio(gpu_pool(), ml_pool(amount=4, step=1), *parts, weeks=9)
    problem = problem.replace(capacity=(*growing("h100", 6, 6, 10), Capacity(pool="ml", week=START, amount=4)))
    return with_risks(
        problem,
        risk("delay", pool="h100", distribution="triangular", low=0, mode=1, high=3),
        risk("attrition", pool="ml", distribution="uniform", low=0.2, high=1.0),
        risk("surge", project="chat", distribution="uniform", low=0.0, high=0.4),
        risk("slip", project="speed", distribution="uniform", low=0.0, high=0.6),
    )


def test_the_hedged_portfolio_has_what_a_share_of_the_futures_have_at_least() -> None:
    problem = company()
    futures = draw(problem, 400, 2)
    for share in (0.5, 0.9, 1.0):
        worse = hedged(problem, futures, share)
        for r, pool in enumerate(worse.pools):
            least = np.array(worse.supply(pool.pool))[:, None]
            assert ((futures.capacity[r] >= least).mean(axis=1) >= share).all()
        assert (futures.full[1].max(axis=0) <= worse.needs[1].full).mean() >= share
        assert (futures.duration[2].max(axis=0) <= worse.project["speed"].duration).mean() >= share


def test_a_larger_share_leaves_less() -> None:
    problem = company()
    futures = draw(problem, 400, 2)
    half, nearly, worst = (hedged(problem, futures, share) for share in (0.5, 0.9, 1.0))
    supplies = [sum(p.supply("h100")) + sum(p.supply("ml")) for p in (problem, half, nearly, worst)]
    assert supplies == sorted(supplies, reverse=True)
    assert supplies[0] > supplies[-1]
    assert worst.project["speed"].duration > nearly.project["speed"].duration > 2.5  # type: ignore[operator]


def test_a_hedged_portfolio_survives_its_files_and_what_is_held_today_is_no_fault() -> None:
    problem = with_risks(company(), risk("attrition", 0.9, pool="h100")).replace(
        baseline=[*company().baseline, *project("ads", 6, today=2)["baseline"]]
    )
    worse = hedged(problem, draw(problem, 400, 2))
    assert worse.supply("h100")[0] < 6
    again = read_files({name: text.encode() for name, text in files_of(worse).items()}).problem
    assert again == worse


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_plan_for_the_worst_of_some_futures_holds_in_every_one_of_them(seed: int) -> None:
    problem = company()
    worst = hedged(problem, draw(problem, 60, seed))
    outcome = solve(worst, "normal", options=LIMITS)
    found = assess(problem, "normal", plan_in(outcome), count=60, seed=seed, made_for=worst)
    for c in found.classes:
        assert found.attained[c.rank].min() >= c.value.planned - 1e-6
        assert c.value.reached == 1.0
    assert all(p.cut == 0.0 for p in found.projects)
    assert all(g.p90 is not None and g.planned is not None and g.p90 <= g.planned for g in found.goals)


def test_a_plan_without_hedge_does_not_hold_in_them() -> None:
    problem = company()
    plan = plan_in(solve(problem, "normal", options=LIMITS))
    found = assess(problem, "normal", plan, count=60, seed=1)
    assert min(c.value.reached for c in found.classes) < 0.5
    assert any(p.cut > 0 for p in found.projects)


def test_a_floor_that_no_plan_can_keep_in_the_worst_future_is_told() -> None:
    floor = [Floor(policy="normal", project="chat", need="gpu", pool="h100", amount=4, week=week(1))]
    problem = with_risks(company().replace(floors=floor), risk("attrition", 1.0, pool="h100"))
    with pytest.raises(InvalidInput, match="above the capacity of h100"):
        hedged(problem, draw(problem, 2000, 0))


def test_a_robust_plan_obeys_the_rules_of_the_portfolio_it_answers() -> None:
    problem = company()
    worse = hedged(problem, draw(problem, 100, 1), 0.9)
    assert check(worse, "normal", plan_in(solve(worse, "normal", options=LIMITS))).ok
