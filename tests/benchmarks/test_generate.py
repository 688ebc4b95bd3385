"""Generated portfolios are valid, deterministic, as scarce as promised and feasible by construction."""

from __future__ import annotations

import pytest

from benchmarks.generate import CODE_RED_WEEKS, demand_ratio, generate
from benchmarks.witness import witness
from solver.check import check
from solver.plan import Plan
from solver.problem import Problem
from solver.records import ENGINEER, GPU

SIZES = [(15, 10, 26), (40, 16, 26)]


@pytest.fixture(params=SIZES, ids=lambda size: "x".join(map(str, size)))
def portfolio(request: pytest.FixtureRequest) -> Problem:
    return generate(*request.param)


def _paused(problem: Problem) -> list[str]:
    return [p for p, row in problem.stances_of("code-red").items() if row.stance == "pause"]


def test_the_same_arguments_give_the_same_portfolio_and_another_seed_another() -> None:
    assert generate(15, 10, 26, seed=3).digest == generate(15, 10, 26, seed=3).digest
    assert generate(15, 10, 26, seed=3).digest != generate(15, 10, 26, seed=4).digest


def test_the_sizes_are_those_asked_for(portfolio: Problem) -> None:
    size = (len(portfolio.projects), len(portfolio.pools), len(portfolio.weeks))
    assert size in SIZES


def test_demand_is_about_twice_the_supply_of_each_kind(portfolio: Problem) -> None:
    ratio = demand_ratio(portfolio)
    assert set(ratio) == {GPU, ENGINEER}
    assert all(1.7 <= value <= 2.3 for value in ratio.values()), ratio


def test_a_gpu_need_has_three_pools_and_a_skill_two(portfolio: Problem) -> None:
    pools = {GPU: 3, ENGINEER: 2}
    assert {len(portfolio.pools_of[n.project, n.need]) - pools[n.kind] for n in portfolio.needs} == {0}


def test_a_third_of_the_projects_builds_and_minimums_are_a_tenth_to_four_tenths(portfolio: Problem) -> None:
    builds = [p for p in portfolio.projects if p.kind == "build"]
    assert len(builds) == round(len(portfolio.projects) / 3)
    assert {p.status for p in builds} == {"running", "candidate"}
    for need in portfolio.needs:
        step = 1.0 if need.kind == GPU else 0.1
        assert 0.1 * need.full - step <= need.minimum <= 0.4 * need.full + step


def test_the_code_red_protects_some_focuses_some_and_pauses_a_quarter(portfolio: Problem) -> None:
    stances = [row.stance for row in portfolio.stances_of("code-red").values()]
    assert portfolio.window("code-red") == (0, CODE_RED_WEEKS)
    assert stances.count("protect") in (1, 2)
    assert stances.count("focus") >= 2
    assert stances.count("pause") == round(len(portfolio.projects) / 4)


def test_moves_are_limited_to_about_a_tenth_of_what_there_is(portfolio: Problem) -> None:
    policy = portfolio.policy["code-red"]
    limits = {GPU: policy.gpu_moves, ENGINEER: policy.engineer_moves}
    for kind, limit in limits.items():
        total = sum(portfolio.supply(p.pool)[0] for p in portfolio.pools if p.kind == kind)
        assert limit is not None
        assert 0.07 * total <= limit <= 0.11 * total


def test_whoever_runs_today_has_its_minimum_and_no_pool_is_overdrawn(portfolio: Problem) -> None:
    running = {p.project for p in portfolio.projects if p.status == "running"}
    for need in portfolio.needs:
        pools = portfolio.pools_of[need.project, need.need]
        have = sum(e.rate * portfolio.baseline_of.get((e.project, e.need, e.pool), 0.0) for e in pools)
        assert have <= need.full + 1e-6
        if need.project in running:
            assert have >= need.minimum - 1e-6
    for pool in portfolio.pools:
        used = sum(b.amount for b in portfolio.baseline if b.pool == pool.pool)
        assert used <= portfolio.supply(pool.pool)[0] + 1e-6


def test_whoever_is_paused_has_its_standby_today(portfolio: Problem) -> None:
    for project in _paused(portfolio):
        for need in portfolio.needs_of[project]:
            pools = portfolio.pools_of[need.project, need.need]
            have = sum(e.rate * portfolio.baseline_of.get((e.project, e.need, e.pool), 0.0) for e in pools)
            assert have >= need.standby - 1e-6


@pytest.mark.parametrize("policy", ["normal", "code-red"])
@pytest.mark.parametrize("size", [(4, 2, 1), *SIZES, (150, 25, 26)], ids=lambda size: "x".join(map(str, size)))
@pytest.mark.parametrize("seed", [1, 2])
def test_standing_still_is_a_plan_without_violations(size: tuple[int, int, int], policy: str, seed: int) -> None:
    problem = generate(*size, seed=seed)
    plan = witness(problem, policy)
    assert isinstance(plan, Plan)
    assert check(problem, policy, plan).violations == ()


def test_a_portfolio_too_small_for_a_code_red_is_refused() -> None:
    with pytest.raises(ValueError, match="at least 4 projects"):
        generate(3, 10, 26)
