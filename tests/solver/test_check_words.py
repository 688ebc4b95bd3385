"""What the checker says of each rule that is broken: where, when, in which words, and by how much."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from solver.check import check
from solver.plan import Plan
from solver.problem import Problem
from solver.records import Floor, Link, Pin
from tests.solver.handmade import gpu_pool, ml_pool, plan_of, policy, portfolio, project, week
from tests.solver.starts import candidate, candidates, money
from tests.solver.test_check import plan, runs
from tests.solver.test_check_policy import floors, stance

Case = tuple[Problem, Plan, dict[str, float]]
"""A plan that breaks something, and by what is said of it: how much it is off."""
TODAY = {"today": 4, "status": "running"}
FULL, OFF = [4.0] * 4, [0.0] * 4
STAFF: dict[str, Any] = {"of": "engineer", "pools": ("ml",)}
FIRST, SECOND, THIRD, LAST = (f"in the week of {week(t)}" for t in range(4))


def of_ads(amounts: list[float], paces: list[float | None], **facts: Any) -> tuple[Problem, Plan]:
    """Ads alone on a pool of ten nodes, without a ramp."""
    rules = facts.pop("rules", {})
    problem = portfolio(
        gpu_pool(**facts.pop("pool", {})), project("ads", **facts), policy(**rules.pop("policy", {})), rules
    )
    return problem, plan(problem, runs("ads", amounts, paces))


def of_staff(amounts: list[float], paces: list[float | None], **facts: Any) -> tuple[Problem, Plan]:
    """Ads alone on a pool of ten engineers."""
    problem = portfolio(ml_pool(), project("ads", **STAFF), policy(**facts))
    return problem, plan_of(problem, {("ads", "engineer", "ml"): amounts}, {"ads": paces})


def supply() -> Iterator[Case]:
    """Rules 1 to 4: what there is, what a pace takes, what a state asks for."""
    yield (
        *of_ads([4, 4, 5, 4], [1.0] * 4, full=5, pool={"amount": 4}),
        {
            f"capacity: h100 {THIRD}: 5 given of 4": 1.0,
            **{f"pace: ads/gpu {when}: the pace takes 5 where 4 are effective": 1.0 for when in (FIRST, SECOND, LAST)},
        },
    )
    yield (
        *of_ads(FULL, [1, 1.25, 1, 1]),
        {
            f"pace: ads {SECOND}: pace 1.25 while running": 0.25,
            f"pace: ads/gpu {SECOND}: the pace takes 5 where 4 are effective": 1.0,
        },
    )
    yield *of_ads(FULL, [1, -0.25, 1, 1]), {f"pace: ads {SECOND}: pace -0.25 while running": 0.25}
    yield (
        *of_ads(FULL, [1.0] * 4, today=2, status="running", rules={"policy": {"gpu_ramp": (0.25,)}}),
        {f"pace: ads/gpu {FIRST}: the pace takes 4 where 3.5 are effective": 0.5},
    )
    yield (
        *of_staff([2, 0, 0, 0], [0.25, 0, 0, 0], engineer_ramp=(0.5, 0.25)),
        {
            f"pace: ads/engineer {SECOND}: the pace takes 0 where -0.5 are effective": 0.5,
            f"ramp: ads/engineer {SECOND}: effective supply is -0.5: what arrived leaves before it was of use": 0.5,
        },
    )
    yield (
        *of_ads([2, 1, 2, 2], [0.5, 0.25, 0.5, 0.5], minimum=2),
        {f"viable: ads/gpu {SECOND}: 1 are below 2, the least while running": 1.0},
    )
    yield *of_ads([4, 4, 6, 4], [1.0] * 4), {f"viable: ads/gpu {THIRD}: 6 are beyond 4, the most while running": 2.0}
    yield (
        *of_ads([4, 1, 3, 4], [1, None, None, 1], standby=2, **TODAY),
        {
            f"viable: ads/gpu {SECOND}: 1 are below 2, the least while paused": 1.0,
            f"viable: ads/gpu {THIRD}: 3 are beyond 2, the most while paused": 1.0,
        },
    )
    problem, published = of_ads([0, 4, 4, 4], [None, 1, 1, 1])
    published.pace.loc[0, "state"] = "paused"
    yield problem, published, {f"viable: ads {FIRST}: is published paused but is waiting": 0.0}


def spells() -> Iterator[Case]:
    """Rules 5 and 6: how long, how far, and in which order."""
    yield (
        *of_ads([4, 0, 0, 0], [1, None, None, None], min_run=3),
        {f"dwell: ads {SECOND}: runs 1 weeks of at least 3": 2.0},
    )
    yield (
        *of_ads([0, 4, 4, 4], [None, 1, 1, 1], min_pause=3, **TODAY),
        {f"dwell: ads {SECOND}: pauses 1 weeks of at least 3": 2.0},
    )
    problem, published = of_ads([4, 4, 0, 0], [1, 1, None, None], kind="build")
    published.pace.loc[0, "progress"] = 0.4
    yield problem, published, {f"builds: ads {FIRST}: progress is published as 0.4, the paces give 0.5": 0.1}
    yield (
        *of_ads([4, 4, 0, 0], [1, 1, None, None], kind="build", earliest=week(1)),
        {f"builds: ads {FIRST}: runs before 2025-12-08": 0.0},
    )
    late: dict[str, Any] = {"kind": "build", "must": "in", "deadline": week(1)}
    yield (
        *of_ads([0, 4, 4, 0], [None, 1, 1, None], **late),
        {f"builds: ads {SECOND}: is not complete by its deadline 2025-12-08": 0.0},
    )
    yield (
        *of_ads([0, 4, 4, 0], [None, 1, 1, None], **late | {"deadline": week(-2)}),
        {f"builds: ads {FIRST}: is not complete by its deadline 2025-11-17": 0.0},
    )
    link = {"links": [Link(project="ads", relation="requires", other="chat")]}
    problem = portfolio(gpu_pool(), project("ads"), project("chat", kind="build"), link)
    early = plan(problem, runs("ads", [0, 0, 0, 4], [None] * 3 + [1.0]), runs("chat", [4, 2, 0, 0], [1, 0.5]))
    yield problem, early, {f"builds: ads {LAST}: runs before chat, which it requires, is complete": 0.0}
    link = {"links": [Link(project="ads", relation="excludes", other="chat")]}
    problem = portfolio(gpu_pool(), project("ads"), project("chat"), link)
    ads = runs("ads", [0, 4, 0, 0], [None, 1, None, None])
    yield (
        problem,
        plan(problem, ads, runs("chat", [0, 4, 0, 4], [None, 1, None, 1])),
        {
            f"builds: ads {SECOND}: runs beside chat, which it excludes": 0.0,
            f"builds: chat {LAST}: runs after ads, which it excludes": 0.0,
        },
    )


def policies() -> Iterator[Case]:
    """Rules 7 to 11: what the policy, pins and steps ask for."""
    pause: dict[str, Any] = {"start": week(1), "end": week(3)}
    yield (
        *of_ads([4, 0, 4, 4], [1, None, 1, 1], **TODAY, rules=stance("pause") | {"policy": pause}),
        {f"stance: ads {THIRD}: runs while the policy pauses it": 0.0},
    )
    yield (
        *of_ads([4, 4, 0, 4], [1, 1, None, 1], **TODAY, rules=stance("protect")),
        {f"stance: ads {THIRD}: does not run while the policy protects it": 0.0},
    )
    least = Floor(policy="normal", project="ads", need="gpu", pool="h100", amount=3)
    yield (
        *of_ads([4, 1, 4, 4], [1, 0.25, 1, 1], rules=floors(least)),
        {f"floors: ads/gpu/h100 {SECOND}: keeps 1 of at least 3": 2.0},
    )
    share = Floor(policy="normal", project="ads", need="gpu", share=0.5)
    yield (
        *of_ads([4, 1, 4, 4], [1, 0.25, 1, 1], **TODAY, rules=floors(share)),
        {f"floors: ads/gpu {SECOND}: keeps 1 of at least 2": 1.0},
    )
    yield (
        *of_ads([1, 4, 4, 4], [0.25, 1, 1, 1], rules={"policy": {"gpu_moves": 2}}),
        {f"change: {SECOND}: 3 gpu arrivals of at most 2": 1.0},
    )
    yield (
        *of_staff([1, 4, 4, 4], [0.25, 1, 1, 1], engineer_moves=2),
        {f"change: {SECOND}: 3 engineer arrivals of at most 2": 1.0},
    )
    problem = portfolio(ml_pool(), project("ads", minimum=1, **STAFF), policy(growth=0.5))
    grown = plan_of(problem, {("ads", "engineer", "ml"): [1.5, 2, 4, 4]}, {"ads": [0.375, 0.5, 1, 1]})
    yield problem, grown, {f"change: ads {THIRD}: grows to 4 engineers of at most 3": 1.0}
    pin = Pin(project="ads", need="gpu", pool="h100", since=week(1), until=week(2), amount=3)
    yield (
        *of_ads([4, 3, 4, 4], [1, 0.75, 1, 1], rules={"pins": [pin]}),
        {f"pins: ads/gpu/h100 {THIRD}: 4 instead of the pinned 3": 1.0},
    )
    yield (
        *of_ads([4, 0, 4, 4], [1, None, 1, 1], must="in", **TODAY),
        {f"must: ads {SECOND}: does not run although it is forced in": 0.0},
    )
    yield (
        *of_ads([*OFF[:3], 4], [None] * 3 + [1.0], must="out"),
        {f"must: ads {LAST}: runs although it is forced out": 0.0},
    )
    yield (
        *of_ads([*OFF[:3], 4], [None] * 3 + [1.0], must="in", kind="build"),
        {f"must: ads {LAST}: is forced in but not complete by the last week": 0.0},
    )
    yield (
        *of_ads([3, 4, 3, 3], [0.5] * 4, pool={"cost": 2}, rules={"policy": {"max_cost": 7}}),
        {f"money: {SECOND}: costs 8 of at most 7": 1.0},
    )
    yield *of_ads([3, 3.25, 3, 3], [0.5] * 4), {f"steps: ads/gpu/h100 {SECOND}: 3.25 is no multiple of 1": 0.25}


def schedules() -> Iterator[Case]:
    """Builds with a fixed schedule: no break, full pace, and what the profile says."""
    problem = candidates(money("cash", 4), candidate("a", {"cash": [2, 1], "value": [1, 1]}, duration=2))

    def of_a(amounts: list[float], paces: list[float | None]) -> tuple[Problem, Plan]:
        return problem, plan_of(problem, {("a", "cash", "cash"): amounts}, {"a": paces})

    yield *of_a([0, 2, 1, 1], [None, 1, 1, None]), {f"schedule: a/cash {LAST}: 1 are beyond the 0 of its schedule": 1.0}
    yield (
        *of_a([0, 2, 0.5, 0], [None, 1, 1, None]),
        {f"schedule: a/cash {THIRD}: 0.5 are below the 1 of its schedule": 0.5},
    )
    yield *of_a([0, 2, 1, 0], [None, 0.75, 1, None]), {f"schedule: a {SECOND}: runs at 0.75 instead of full pace": 0.0}
    yield (
        *of_a([2, 1, 0, 0], [1, None, None, None]),
        {f"schedule: a {SECOND}: has a break, but its schedule is fixed": 0.0},
    )
    yield (
        *of_a([2, 1, 0, 0], [1, 0.5, 0.5, None]),
        {
            f"schedule: a {THIRD}: runs on after its end, but its schedule is fixed": 0.0,
            f"schedule: a {SECOND}: runs at 0.5 instead of full pace": 0.0,
            f"schedule: a {THIRD}: runs at 0.5 instead of full pace": 0.0,
        },
    )


CASES = [case for room in (supply, spells, policies, schedules) for case in room()]


@pytest.mark.parametrize(("problem", "published", "told"), CASES, ids=[next(iter(c[2])) for c in CASES])
def test_a_broken_rule_is_told_with_its_place_and_its_amount(
    problem: Problem, published: Plan, told: dict[str, float]
) -> None:
    violations = check(problem, "normal", published).violations
    assert {str(v): v.amount for v in violations} == pytest.approx(told)
