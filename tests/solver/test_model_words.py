"""What the model says of its rows: the sentences of conflicts and reasons, each at the row that it is about."""

from __future__ import annotations

from typing import Any

import pytest

from solver.model import build
from solver.problem import Problem
from solver.records import Floor, Link, Pin
from tests.solver.handmade import gpu_pool, ml_pool, policy, portfolio, project, week
from tests.solver.starts import candidate, candidates, money
from tests.solver.test_check_policy import floors, stance

STAFF: dict[str, Any] = {"of": "engineer", "pools": ("ml",)}
FIRST, SECOND, THIRD, LAST = WHEN = tuple(f"in the week of {week(t)}" for t in range(4))


def said(problem: Problem, rule: str) -> list[str]:
    """The sentences of a rule's rows, in order; rows without one are nobody's choice."""
    blocks = [block for block in build(problem, "normal").blocks if block.rule == rule and block.label]
    return [block.label(n) for block in blocks if block.label for n in range(block.count)]


def ads(*parts: dict[str, list[Any]], **facts: Any) -> Problem:
    """Ads on ten nodes."""
    return portfolio(gpu_pool(), project("ads", **facts), *parts)


def floor(**facts: Any) -> Floor:
    """A floor of ads."""
    return Floor(**{"policy": "normal", "project": "ads", "need": "gpu"} | facts)


def link(relation: str) -> dict[str, list[Any]]:
    """A link from ads to chat."""
    return {"links": [Link(project="ads", relation=relation, other="chat")]}


BUDGET = candidates(money("cash", 4, None, 6, period="horizon"), candidate("a", {"cash": [2, 1]}, duration=2))
BUILD: dict[str, Any] = {"kind": "build", "must": "in"}
SAID: list[tuple[str, Problem, list[str]]] = [
    ("capacity", ads(), [f"pool h100 has 10 node {when}" for when in WHEN]),
    ("capacity", BUDGET, [
        f"pool cash has a budget of {amount} USD from the week of {week(t)} on" for t, amount in enumerate((4, 4, 6, 6))
    ]),
    ("viable", ads(minimum=2, standby=1), [
        f"ads keeps at least 2 of gpu while on and 1 while paused, {when}" for when in WHEN
    ]),
    ("floors", ads(floors(floor(week=week(1), amount=3, pool="h100"))), [
        f"ads's floor of 3 of gpu from h100 {when}" for when in WHEN[1:]
    ]),
    ("floors", ads(floors(floor(amount=1), floor(week=week(2), share=0.5)), today=4, status="running"), [
        f"ads's floor of {amount} of gpu from h100 {when}" for amount, when in zip((1, 1, 2, 2), WHEN, strict=True)
    ]),
    ("change", ads(policy(gpu_moves=2)), [f"at most 2 gpu arrivals {when}" for when in WHEN]),
    ("change", portfolio(ml_pool(), project("ads", **STAFF), policy(engineer_moves=1, growth=0.25)), [
        *(f"at most 1 engineer arrivals {when}" for when in WHEN),
        *(f"ads's engineers grow by at most 25 % {when}" for when in WHEN),
    ]),
    ("pins", ads({"pins": [Pin(project="ads", need="gpu", pool="h100", since=week(1), until=week(2), amount=3)]}), [
        f"ads's pin of 3 of gpu from h100 {when}" for when in (SECOND, THIRD)
    ]),
    ("money", ads(policy(max_cost=7.5)), [f"a cost of at most 7.5 {when}" for when in WHEN]),
    ("must", ads(**BUILD), ["ads must be complete by the end of the horizon"]),
    ("must", ads(**BUILD, deadline=week(1)), ["ads must be complete by its deadline 2025-12-08"]),
    ("stances", ads(stance("protect"), policy(start=week(1), end=week(3)), kind="build", duration=4.0), [
        f"ads is protected {when}" for when in (SECOND, THIRD)
    ]),
    ("links", ads(project("chat", kind="build"), link("requires")), [
        f"ads requires chat to be complete before the week of {week(t)}" for t in range(4)
    ]),
    ("links", ads(project("chat"), link("excludes")), ["ads and chat exclude each other"] * 5),
    ("fixed", BUDGET, [f"a's fixed schedule takes what its profile says of cash {when}" for when in WHEN]),
]  # fmt: skip


@pytest.mark.parametrize(
    ("rule", "problem", "expected"), SAID, ids=[f"{n}-{rule}" for n, (rule, *_) in enumerate(SAID)]
)
def test_a_row_says_what_it_asks_for_and_when(rule: str, problem: Problem, expected: list[str]) -> None:
    assert said(problem, rule) == expected
