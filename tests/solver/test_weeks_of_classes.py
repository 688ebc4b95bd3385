"""A project that is of a high class in some weeks and of a low one in others keeps what it holds in the former only."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from solver import solve
from solver.model import build
from solver.plan import Outcome
from solver.problem import Problem
from solver.records import Stance
from solver.search.first import stand_by
from solver.search.part import part_of
from solver.search.reach import not_before
from solver.search.stages import Stages
from solver.task import Clock
from tests.solver.handmade import gpu_pool, policy, portfolio, project, week
from tests.solver.solving import LIMITS, class_after_class, plan_in

FOCUS = {"stances": [Stance(policy="normal", project="chat", stance="focus")]}
CODE_RED: dict[str, Any] = {"kind": "code_red", "owner": "kim", "reason": "slow", "start": week(0), "end": week(3)}


def solved(problem: Problem) -> Outcome:
    with class_after_class():
        return solve(problem, "normal", options=LIMITS)


def held(outcome: Outcome, name: str) -> list[float]:
    """What a project holds, week by week."""
    plan = plan_in(outcome)
    rows = plan.allocation[plan.allocation.project == name]
    return [float(rows[rows.week == week(t)].amount.sum()) for t in range(plan.weeks)]


@pytest.mark.parametrize("later", [1, 4])
def test_once_the_focus_is_over_the_better_class_comes_first(later: int) -> None:
    """Chat runs on 8 of 10 nodes and is not paused for nothing; shop, of priority 2, wants as many.

    Chat keeps them afterwards if it is of priority 1. If it is of priority 4, that it has them then counts no more than
    with any other project of that class.
    """
    chat = project("chat", 8, today=8, value=9.0, status="running", priority=later, minimum=8, pause_cost=50.0)
    shop = project("shop", 8, value=3.0, priority=2, minimum=0.1)
    outcome = solved(portfolio(gpu_pool(), chat, shop, policy(**CODE_RED), FOCUS, weeks=6))
    assert outcome.status == "optimal"
    assert held(outcome, "chat") == ([8.0] * 6 if later == 1 else [8.0] * 3 + [0.0] * 3)
    assert held(outcome, "shop") == ([2.0] * 6 if later == 1 else [2.0] * 3 + [8.0] * 3)


def test_what_a_focused_build_holds_is_not_taken_back_for_its_later_weeks() -> None:
    """Two node-weeks on one node at a time: done after the second, whoever would like to have it."""
    speed = project("chat", 1, kind="build", duration=2.0, value=9.0, priority=3, minimum=1)
    ads = project("ads", 1, value=5.0, priority=2, minimum=1)
    outcome = solved(portfolio(gpu_pool(amount=1), speed, ads, policy(**CODE_RED), FOCUS, weeks=6))
    assert outcome.status == "optimal"
    assert held(outcome, "chat")[:2] == [1.0] * 2
    assert held(outcome, "ads") == [0.0] * 2 + [1.0] * 4


def test_between_its_classes_a_project_may_change_what_it_holds_in_weeks_that_are_not_decided_yet() -> None:
    """Chat is focused for three weeks and of priority 4 then: while priority 2 is decided, only the latter are open."""
    chat = project("chat", 8, today=8, value=9.0, status="running", priority=4, minimum=1)
    shop = project("shop", 8, value=3.0, priority=2, minimum=1)
    model = build(portfolio(gpu_pool(), chat, shop, policy(**CODE_RED), FOCUS, weeks=6), "normal")
    stages = Stages(model, Clock(LIMITS))
    assert stand_by(stages)
    assert stages.decide(0, limit=5.0)
    part = part_of(stages, 3)
    amounts = model.variables.x[np.flatnonzero(model.setting.pair_project == model.setting.index["chat"])[0]]
    assert part.free[amounts].all()
    assert (part.lower[amounts] == part.upper[amounts]).tolist() == [True] * 3 + [False] * 3
    assert stages.values[amounts[:3]].tolist() == part.lower[amounts[:3]].tolist() == [8.0] * 3


def test_what_it_holds_then_keeps_no_build_of_a_class_above_from_being_done() -> None:
    """Chat has 8 of 10 nodes in every week so far; a build of priority 2 that needs 8 twice can be done in five."""
    chat = project("chat", 8, today=8, value=9.0, status="running", priority=4, minimum=8)
    build_ = project("shop", 8, kind="build", duration=2.0, value=3.0, priority=2, minimum=8)
    model = build(portfolio(gpu_pool(), chat, build_, policy(**CODE_RED), FOCUS, weeks=6), "normal")
    stages = Stages(model, Clock(LIMITS))
    assert stand_by(stages)
    assert stages.decide(0, limit=5.0)
    s, v = model.setting, model.variables
    place, complete = s.index["chat"], v.complete[s.index["shop"]]
    stages.values[v.on[place]] = 1.0
    stages.values[v.x[s.pair_project == place]] = 8.0
    part = part_of(stages, 3)
    not_before(stages, part)
    assert part.upper[complete].tolist() == [0.0] * 5 + [1.0] * 2
