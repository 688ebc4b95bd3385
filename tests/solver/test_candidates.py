"""Portfolios of candidates alone, solved by their starts: as good as the best there is, and checked like any plan."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from solver import candidates as room
from solver.candidates import search
from solver.candidates.choices import Choices, choices_of
from solver.candidates.dive import Dive
from solver.candidates.part import Rows, solve_part
from solver.candidates.relax import Relaxation
from solver.candidates.suits import suits
from solver.check import check
from solver.model.variables import Setting
from solver.plan import Status
from solver.problem import Problem
from solver.progress import Options, Progress
from solver.records import Pin, Stance
from solver.solve import solve
from solver.task import Clock
from tests.solver.handmade import gpu_pool, portfolio, project, week
from tests.solver.solving import LIMITS, class_after_class, plan_in
from tests.solver.starts import at_random, best, candidate, candidates, links, money

SEEDS = [seed for seed in range(60) if all(p.status == "candidate" for p in at_random(seed).projects)][:16]


def setting(problem: Problem) -> Setting:
    return Setting(problem, problem.policies[0])


def of(seed: int) -> Choices:
    return choices_of(setting(at_random(seed)))


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[Setting]:
    """The portfolios that were solved by their starts."""
    found: list[Setting] = []
    decide = room.decide

    def noted(s: Setting, *args: Any) -> Any:
        found.append(s)
        return decide(s, *args)

    monkeypatch.setattr(room, "decide", noted)
    return found


@pytest.mark.parametrize("seed", SEEDS)
def test_the_starts_found_are_the_best_there_are(seed: int, asked: list[Setting]) -> None:
    problem, progress = at_random(seed), list[Progress]()
    known = best(problem)
    with class_after_class():
        outcome = solve(problem, "normal", options=LIMITS, on_progress=progress.append)
    assert len(asked) == 1
    if known is None:
        assert outcome.status is Status.INFEASIBLE
        return
    assert outcome.status is Status.OPTIMAL
    assert check(problem, "normal", plan_in(outcome), outcome.classes).ok
    (only,) = outcome.classes
    assert only.attained == pytest.approx(known.value, abs=1e-4)
    assert known.value - 1e-4 <= only.bound <= known.value + 1e-3
    assert progress[-1].incumbent == pytest.approx(only.attained, abs=1e-4)


@pytest.mark.parametrize("seed", SEEDS[:6])
def test_the_way_of_large_choices_ends_in_a_plan_and_its_bound_is_one(
    seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As if a dozen options were many: relaxation, dive, parts, and the search for better ones."""
    for name, value in {"OPEN": 6, "LEAST": 4, "MOST": 12}.items():
        monkeypatch.setattr(search, name, value)
    problem = at_random(seed)
    known = best(problem)
    with class_after_class():
        outcome = solve(problem, "normal", options=Options(time_limit=1.5, gap=1e-6))
    if known is None:
        assert outcome.plan is None
        assert outcome.status in (Status.INFEASIBLE, Status.STOPPED)
        return
    assert check(problem, "normal", plan_in(outcome), outcome.classes).ok
    (only,) = outcome.classes
    assert only.attained <= known.value + 1e-4
    assert only.bound >= known.value - 1e-4
    assert only.attained == pytest.approx(known.value, abs=1e-4)


def test_a_portfolio_of_candidates_suits() -> None:
    assert suits(setting(at_random(SEEDS[0])))


def one(**facts: Any) -> dict[str, list[Any]]:
    return candidate("a", {"cash": [1, 1], "value": [1, 1]}, **({"duration": 2} | facts))


@pytest.mark.parametrize(
    "problem",
    [
        portfolio(gpu_pool(), project("chat")),
        candidates(money("cash", 2), one(status="running")),
        candidates(money("cash", 2), one(), candidate("b", {"cash": [1]}, duration=1, priority=3)),
        candidates(money("cash", 2), one(), {"stances": [Stance(policy="normal", project="a", stance="protect")]}),
        candidates(
            money("cash", 2), one(), {"pins": [Pin(project="a", need="cash", pool="cash", since=week(0), amount=1)]}
        ),
        candidates(money("cash", 2), one(), max_cost=3),
        portfolio(gpu_pool(), project("ads", full=2.5, kind="build", schedule="fixed")),
    ],
)
def test_what_has_other_rules_does_not_suit(problem: Problem) -> None:
    assert not suits(setting(problem))


def test_options_that_can_never_be_are_left_out() -> None:
    problem = candidates(
        money("cash", 2, 1, 2), candidate("a", {"cash": [2], "value": [1]}, duration=1),
        candidate("b", {"cash": [1], "value": [1]}, duration=1), links(("b", "requires", "a")), weeks=3,
    )  # fmt: skip
    c = choices_of(setting(problem))
    assert list(zip(c.project.tolist(), c.start.tolist(), strict=True)) == [(0, 0), (0, 2), (1, 1), (1, 2)]


def test_budgets_that_bind_nothing_are_left_out() -> None:
    cost = {"cash": [1.0], "all": [2.0], "more": [1.0], "value": [1.0]}
    parts = [candidate(name, cost, duration=1) for name in "ab"]
    c = choices_of(setting(candidates(money("cash", 1), money("more", 1), money("all", 2), *parts, weeks=1)))
    # `all` is the sum of the two others, of which one says what the other does
    assert c.capacity.tolist() == [1.0]
    wide = choices_of(setting(candidates(money("cash", 9), money("more", 9), money("all", 9), *parts, weeks=1)))
    assert wide.capacity.tolist() == []


@pytest.mark.parametrize("seed", SEEDS[:8])
def test_the_relaxation_is_a_bound_and_obeys_what_projects_require(seed: int) -> None:
    c = of(seed)
    relaxation = Relaxation(c, Clock(LIMITS))
    found = solve_part(
        c,
        Rows.of(c),
        np.ones(c.size, dtype=bool),
        np.zeros(0, dtype=np.int64),
        Clock(LIMITS),
        limit=20,
        gap=0,
        known=False,
    )
    if found.chosen is None:
        return
    assert relaxation.solve(20)
    assert relaxation.bound >= c.worth(found.chosen) - 1e-6
    for p, q, lag in c.requires:
        for t in range(int(c.start.max()) + 1):
            mine = relaxation.x[(c.project == p) & (c.start <= t)].sum()
            assert mine <= relaxation.x[(c.project == q) & (c.start <= t - lag)].sum() + 1e-5


def test_a_dive_decides_the_most_valuable_first() -> None:
    parts = [candidate(n, {"cash": [3], "value": [v]}, duration=1) for n, v in (("a", 5), ("b", 4), ("c", 1))]
    c = choices_of(setting(candidates(money("cash", 4), *parts, weeks=1)))
    relaxation = Relaxation(c, Clock(LIMITS))
    relaxation.solve(20)
    assert 0 < relaxation.x[1] < 1
    dive = Dive(relaxation)
    dive.down()
    assert dive.lower.sum() + (dive.upper == 0).sum() > 0
    assert not ((relaxation.x > 1e-6) & (relaxation.x < 1 - 1e-6)).any() or relaxation.bound <= 9


def test_what_does_not_obey_is_seen() -> None:
    cost = {"cash": [1.0], "value": [1.0]}
    parts = [candidate(name, cost, duration=1) for name in "abc"]
    how = links(("b", "requires", "a"), ("c", "excludes", "a"))
    c = choices_of(setting(candidates(money("cash", 2), *parts, how, weeks=2)))
    option = {(int(p), int(t)): n for n, (p, t) in enumerate(zip(c.project, c.start, strict=True))}

    def obeys(*chosen: tuple[int, int]) -> bool:
        return c.obeys(np.array([option[o] for o in chosen], dtype=np.int64))

    assert obeys((0, 0), (1, 1))
    assert not obeys((1, 1))
    assert not obeys((0, 1), (1, 1))
    assert not obeys((0, 0), (2, 1))
    assert not obeys((0, 0), (0, 1))
    assert obeys((0, 1))
    assert not replace(c, capacity=np.zeros_like(c.capacity)).obeys(np.array([option[0, 1]]))
    assert not replace(c, must=np.ones(3, dtype=bool)).obeys(np.array([option[0, 0]]))


def test_a_stop_leaves_the_best_so_far() -> None:
    problem = candidates(money("cash", 2), one())
    with class_after_class():
        outcome = solve(problem, "normal", options=LIMITS, should_stop=lambda: True)
    assert outcome.status is Status.FEASIBLE
    assert check(problem, "normal", plan_in(outcome), outcome.classes).ok


def test_a_stop_where_something_must_start_leaves_no_plan() -> None:
    problem = candidates(money("cash", 2), one(must="in"))
    with class_after_class():
        outcome = solve(problem, "normal", options=LIMITS, should_stop=lambda: True)
    assert outcome.status is Status.STOPPED
