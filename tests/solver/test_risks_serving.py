"""Futures of services: nodes yield what the plan says, less where a lever is late or demand surges."""

from __future__ import annotations

from typing import Any

import pytest

from solver.check import values
from solver.plan import Plan
from solver.problem import Problem
from solver.risks.futures import draw
from solver.risks.robust import hedged
from solver.solve import solve
from tests.solver.futures import outcomes, published, risk, with_risks
from tests.solver.served import chat, lever, measured, served
from tests.solver.solving import LIMITS, plan_in

YIELDS = measured(("h100", "", 100.0), ("h100", "fp8", 200.0))
WEEKS = 6


@pytest.fixture(scope="module")
def planned() -> tuple[Problem, Plan]:
    """A chat of 1,000 tokens/s that has five nodes: enough from week 1 on, when FP8 doubles what they yield."""
    problem = served(chat(today=5), lever(), YIELDS, weeks=WEEKS, nodes=5)
    return problem, plan_in(solve(problem, "normal", options=LIMITS))


def worth(planned: tuple[Problem, Plan], **facts: Any) -> float:
    """What the chat is worth where one risk comes about."""
    problem, plan = planned
    return float(outcomes(with_risks(problem, risk(**facts)), plan, 1).projects[0, 0])


def test_without_risks_every_future_is_the_plan(planned: tuple[Problem, Plan]) -> None:
    problem, plan = planned
    found = outcomes(problem, plan, 2)
    attained = values.attained(published(problem, plan))
    for rank, value in attained.items():
        assert found.values[rank] == pytest.approx([value, value])


def test_a_late_lever_leaves_the_nodes_what_they_yielded_before(planned: tuple[Problem, Plan]) -> None:
    assert worth(planned, kind="slip", mean=0.0, project="fp8") == pytest.approx(10 * (0.5 + 5))
    assert worth(planned, kind="slip", mean=1.0, project="fp8") == pytest.approx(10 * (1.0 + 4))


def test_a_surge_of_the_demand_slows_the_service_in_proportion(planned: tuple[Problem, Plan]) -> None:
    assert worth(planned, kind="surge", mean=1.0, project="chat") == pytest.approx(10 * (0.25 + 5 * 0.5))


def test_a_robust_plan_serves_the_demand_of_the_worse_futures(planned: tuple[Problem, Plan]) -> None:
    problem = with_risks(planned[0], risk("surge", 0.5, project="chat"))
    hedge = hedged(problem, draw(problem, 10), 0.9)
    assert {row.tokens_per_s for row in hedge.demand} == {1500.0}
    assert hedge.needs[0].full is None
