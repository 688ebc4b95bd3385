"""More engine or better pit crew: nodes with and without the levers, and what each of them frees."""

from __future__ import annotations

import pytest

from solver import solve
from solver.problem import Problem
from solver.serving.pit_crew import PitCrew, delivered, pit_crews
from tests.solver.handmade import project, week
from tests.solver.served import chat, lever, measured, pool, served
from tests.solver.solving import LIMITS, plan_in

TWO = measured(
    ("h100", "", 100.0), ("h100", "fp8", 200.0), ("h100", "spec", 125.0), ("h100", "fp8+spec", 400.0),
)  # fmt: skip


def crew_of(problem: Problem) -> PitCrew:
    (crew,) = pit_crews(problem, "normal", plan_in(solve(problem, "normal", options=LIMITS)))
    return crew


@pytest.fixture(scope="module")
def two() -> PitCrew:
    """FP8 is complete after the first week, speculative decoding after the second; 2,000 tokens/s from then on."""
    fp8, spec = lever("fp8", must="in"), lever("spec", duration=2.0, must="in", engineers=2.0)
    return crew_of(served(chat((800, 800, 2000)), TWO, fp8, spec, nodes=20))


def test_the_same_service_level_without_levers_takes_what_todays_nodes_yield(two: PitCrew) -> None:
    assert [w.without for w in two.weeks] == pytest.approx([w.served / 100 for w in two.weeks], abs=4)
    assert two.weeks[-1].nodes == 5
    assert two.weeks[-1].without == pytest.approx(20)
    assert two.node_weeks_without - two.node_weeks == pytest.approx(sum(w.saved for w in two.weeks))


def test_what_the_levers_free_adds_up_in_the_order_of_delivery(two: PitCrew) -> None:
    last = two.weeks[-1]
    assert list(last.freed) == [e.lever for e in two.efforts] == ["fp8", "spec"]
    assert sum(last.freed.values()) == pytest.approx(last.saved)
    assert last.freed == pytest.approx({"fp8": 10, "spec": 5})
    assert two.freed["fp8"] == pytest.approx(sum(w.freed.get("fp8", 0) for w in two.weeks))


def test_levers_not_delivered_free_nothing(two: PitCrew) -> None:
    assert two.weeks[0].freed == {}
    assert two.weeks[0].saved == 0
    assert two.weeks[0].mfu == two.weeks[0].mfu_before


def test_engineer_weeks_are_those_of_the_levers_alone(two: PitCrew) -> None:
    assert {e.lever: e.engineer_weeks for e in two.efforts} == pytest.approx({"fp8": 1, "spec": 4}, abs=0.3)
    assert two.engineer_weeks == pytest.approx(5, abs=0.5)
    assert all(e.complete is not None for e in two.efforts)


def test_a_lever_that_is_never_complete_has_no_date() -> None:
    crew = crew_of(served(chat((500,)), TWO, lever("fp8", must="out"), lever("spec", speculative_gain=1.2)))
    assert [(e.lever, e.complete, e.engineer_weeks) for e in crew.efforts] == [("spec", None, 0)]
    assert crew.node_weeks == crew.node_weeks_without == 20


def test_more_nodes_than_a_pool_has_are_said_to_be() -> None:
    crew = crew_of(served(chat((900, 1900)), measured(("h100", "", 100.0), ("h100", "fp8", 200.0)), lever()))
    assert [w.beyond for w in crew.weeks] == [False, True, True, True]


def test_costs_are_those_of_the_nodes() -> None:
    rows = (("b200", "", 100.0), ("b200", "fp8", 200.0))
    parts = (chat((1500,), pools=("b200",)), pool("b200", "b200", 10, cost=7), measured(*rows), lever())
    crew = crew_of(served(*parts))
    assert crew.cost == pytest.approx(7 * crew.node_weeks)
    assert crew.cost_without == pytest.approx(7 * crew.node_weeks_without)
    assert crew.cost_without > crew.cost


def test_a_plan_without_services_has_no_pit_crew() -> None:
    problem = served(project("ads", 2))
    plan = plan_in(solve(problem, "normal", options=LIMITS))
    assert pit_crews(problem, "normal", plan) == []
    assert delivered(plan, ()) == {}


def test_delivery_is_the_week_at_whose_end_a_lever_is_complete() -> None:
    rows = measured(("h100", "", 100.0), ("h100", "fp8", 200.0))
    problem = served(chat((2000,)), rows, lever("fp8", duration=2.0))
    plan = plan_in(solve(problem, "normal", options=LIMITS))
    assert delivered(plan, ("fp8", "spec")) == {"fp8": week(1)}
