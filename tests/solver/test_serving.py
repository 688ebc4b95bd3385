"""Rule 12: nodes by set of levers supply a service, none of a set before its levers are complete."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from solver import solve
from solver.check import check
from solver.model import build
from solver.plan import Outcome, Plan, Status
from solver.problem import Problem
from solver.records import Pin
from tests.solver.handmade import plan_of, project, week
from tests.solver.served import chat, lever, measured, pool, served
from tests.solver.solving import LIMITS, class_after_class, plan_in

HUNDRED = measured(("h100", "", 100.0), ("h100", "fp8", 200.0))


def solved(problem: Problem) -> Outcome:
    return solve(problem, "normal", options=LIMITS)


def nodes_by_week(plan: Plan, label: str | None = None) -> list[float]:
    """Nodes of chat in each week, of a set of levers or of all."""
    table = plan.serving if label is None else plan.serving[plan.serving["levers"] == label]
    sums = table.groupby("week")["nodes"].sum()
    return [float(sums.get(week(t), 0.0)) for t in range(plan.weeks)]


def pace(plan: Plan, name: str = "chat") -> list[float]:
    return [float(x) for x in plan.pace[plan.pace["project"] == name]["pace"]]


def served_by_week(plan: Plan) -> list[float]:
    sums = plan.serving.groupby("week")["served"].sum()
    return [float(sums.get(week(t), 0.0)) for t in range(plan.weeks)]


def test_full_pace_takes_the_demand_of_the_week() -> None:
    plan = plan_in(solved(served(chat((300, 500, 400)), HUNDRED, lever(must="out"))))
    assert nodes_by_week(plan) == [3, 5, 4, 4]
    assert pace(plan) == [1, 1, 1, 1]
    assert served_by_week(plan) == [300, 500, 400, 400]
    assert list(plan.serving["demand"]) == [300, 500, 400, 400]


def test_too_few_nodes_serve_a_part_of_the_demand() -> None:
    plan = plan_in(solved(served(chat((1000,)), HUNDRED, lever(must="out"), nodes=4)))
    assert pace(plan) == pytest.approx([0.4] * 4)
    assert served_by_week(plan) == pytest.approx([400] * 4)


def test_a_lever_yields_from_the_week_after_it_is_complete() -> None:
    plan = plan_in(solved(served(chat((2000,)), HUNDRED, lever(duration=2.0))))
    assert nodes_by_week(plan, "fp8") == [0, 0, 10, 10]
    assert pace(plan) == pytest.approx([0.5, 0.5, 1.0, 1.0])


def test_a_lever_that_pays_nothing_is_worth_no_engineers() -> None:
    plan = plan_in(solved(served(chat((500,)), HUNDRED, lever())))
    assert pace(plan, "fp8") == [0, 0, 0, 0]


def test_a_lever_competes_with_other_work_for_its_engineers() -> None:
    rival = project("search", 1, of="engineer", pools=("ml",), priority=0, value=100)
    plan = plan_in(solved(served(chat((2000,)), HUNDRED, lever(), rival, engineers=1)))
    assert pace(plan, "fp8") == [0, 0, 0, 0]
    plan = plan_in(solved(served(chat((2000,)), HUNDRED, lever(), rival, engineers=2)))
    assert pace(plan, "fp8")[0] == 1


@pytest.mark.parametrize(("amount", "fast"), [(4, 4), (5, 4), (7, 2), (8, 1)])
def test_more_nodes_than_the_best_set_takes_stay_on_a_smaller_one_though_a_lever_was_delivered_before(
    amount: float, fast: float
) -> None:
    problem = served(chat((800,), today=amount), HUNDRED, lever(status="done"))
    pin = Pin(project="chat", need="nodes", pool="h100", since=week(0), until=week(1), amount=amount)
    plan = plan_in(solved(problem.replace(pins=[pin])))
    assert nodes_by_week(plan)[:2] == [amount, amount]
    assert nodes_by_week(plan, "fp8")[0] == fast
    assert pace(plan) == [1, 1, 1, 1]
    assert check(problem, "normal", plan).ok


def test_a_lever_frees_nodes_for_others() -> None:
    ads = project("ads", 10, priority=2)
    plan = plan_in(solved(served(chat((800,)), HUNDRED, lever(priority=0), ads)))
    assert nodes_by_week(plan)[0] == 8
    assert min(nodes_by_week(plan)) == 4
    assert max(pace(plan, "ads")) == pytest.approx(0.6)


def test_at_least_the_minimum_share_is_served_while_on() -> None:
    ads = project("ads", 10, priority=0, value=1000, today=10, status="running", minimum=10, must="in")
    facts = {"service": {"minimum_share": 0.5}, "must": "in"}
    short = served(chat((1000,), **facts), HUNDRED, lever(must="out"), ads, nodes=12)
    outcome = solved(short)
    assert outcome.status is Status.INFEASIBLE
    assert {c.text.rsplit(": ", 1)[1] for c in outcome.conflicts} == {"3 nodes too much"}
    blocks = [block for block in build(short, "normal").blocks if block.rule == "viable" and block.label]
    texts = [block.label(n) for block in blocks if block.label for n in range(block.count)]
    assert "chat serves at least 500 tokens/s, its minimum_share of the demand, in the week of 2025-12-01" in texts
    plan = plan_in(solved(served(chat((1000,), **facts), HUNDRED, lever(must="out"), ads, nodes=15)))
    assert pace(plan) == pytest.approx([0.5] * 4)


def test_arrivals_of_nodes_ramp() -> None:
    plan = plan_in(solved(served(chat((400,)), HUNDRED, lever(must="out"), nodes=4, gpu_ramp=(0.25,))))
    assert pace(plan) == pytest.approx([0.75, 1, 1, 1])


def test_a_week_without_demand_asks_for_no_nodes() -> None:
    plan = plan_in(solved(served(chat((0, 300)), HUNDRED, lever(must="out"))))
    assert nodes_by_week(plan) == [0, 3, 3, 3]


def test_the_eligible_rate_of_a_service_is_ignored() -> None:
    base = chat((300,))
    rated = {
        **base,
        "eligible": [type(e)(project=e.project, need=e.need, pool=e.pool, rate=5) for e in base["eligible"]],
    }
    plan = plan_in(solved(served(rated, HUNDRED, lever(must="out"))))
    assert nodes_by_week(plan) == [3, 3, 3, 3]


def test_the_rule_adds_rows_only_where_there_is_a_service() -> None:
    def rows(problem: Problem) -> int:
        return sum(block.count for block in build(problem, "normal").blocks if block.rule == "serving")

    assert rows(served(chat(), lever())) > 0
    assert rows(served(project("ads", 2))) == 0


def test_nodes_are_whole_and_not_binary() -> None:
    model = build(served(chat(), lever()), "normal")
    assert model.discrete[model.variables.nodes].all()
    assert not model.binary[model.variables.nodes].any()
    assert not model.discrete[model.variables.useful].any()


@pytest.mark.parametrize("demand", [(800, 500, 1400), (2000,), (150, 900, 300, 1200)])
def test_both_ways_of_solving_find_plans_worth_the_same_at_the_top(demand: tuple[float, ...]) -> None:
    problem = served(
        chat(demand, today=5, pools=("h100", "b200")), pool("b200", "b200", 2), lever(duration=1.5),
        measured(("h100", "", 100.0), ("h100", "fp8", 200.0), ("b200", "", 220.0), ("b200", "fp8", 450.0)),
        project("ads", 6, priority=2, today=4, status="running"), gpu_ramp=(0.25,), gpu_moves=4, tolerance=0.0,
    )  # fmt: skip
    exact = solved(problem)
    with class_after_class():
        staged = solved(problem)
    assert exact.status is staged.status is Status.OPTIMAL
    assert exact.classes[0].attained == pytest.approx(staged.classes[0].attained, abs=1e-4)
    assert staged.classes[0].bound >= exact.classes[0].attained - 1e-6


# -- the twin: what breaks the rule is found -----------------------------------------------------------


@pytest.fixture(scope="module")
def right() -> tuple[Problem, Plan]:
    """A plan with nodes before and after its lever."""
    problem = served(chat((1500,)), HUNDRED, lever(), gpu_ramp=(0.25,))
    return problem, plan_in(solved(problem))


def with_serving(plan: Plan, change: Callable[[pd.DataFrame], pd.DataFrame | None]) -> Plan:
    table = plan.serving.copy()
    return Plan(**{**plan.__dict__, "serving": changed if (changed := change(table)) is not None else table})


def broken(right: tuple[Problem, Plan], change: Callable[[pd.DataFrame], Any]) -> list[str]:
    """The rules that a changed serving.csv breaks."""
    problem, plan = right
    report = check(problem, "normal", with_serving(plan, change))
    return [str(v) for v in report.violations]


def put(column: str, value: object, row: int = 0) -> Callable[[pd.DataFrame], None]:
    def change(table: pd.DataFrame) -> None:
        table.loc[row, column] = value

    return change


def test_a_right_plan_passes(right: tuple[Problem, Plan]) -> None:
    assert broken(right, lambda table: None) == []
    assert set(right[1].serving["levers"]) == {"", "fp8"}


@pytest.mark.parametrize(
    ("column", "value", "found"),
    [
        ("nodes", 9.0, "serving.csv has 9 nodes, the allocation 10"),
        ("nodes", 9.5, "9.5 nodes are no multiple of 1"),
        ("levers", "fp8", "uses fp8 before it is complete"),
        ("levers", "fp4", "cannot serve with the levers fp4"),
        ("demand", 1.0, "demand is 1 instead of 1500"),
        ("served", 5.0, "rows serve 5 tokens/s"),
        ("served", 9000.0, "serves 9000 of at most"),
        ("mfu", 0.9, "mfu is 0.9 instead of"),
        ("memory", 0.1, "memory is 0.1 instead of"),
        ("memory", float("nan"), "memory is nan instead of"),
        ("pool", "b200", "row 1 of serving names no service, pool or week"),
        ("project", "ads", "row 1 of serving names no service, pool or week"),
        ("week", week(99), "row 1 of serving names no service, pool or week"),
        ("nodes", 0.0, "row 1 of serving has no nodes"),
    ],
)
def test_a_wrong_cell_is_found(right: tuple[Problem, Plan], column: str, value: object, found: str) -> None:
    assert any(found in text for text in broken(right, put(column, value)))


def test_a_service_that_is_done_serves_nobody_and_holds_no_node() -> None:
    problem = served(chat((1500,), status="done"), HUNDRED, lever(must="out"))
    idle = plan_of(problem, {}, {})
    assert check(problem, "normal", idle).ok
    busy = plan_of(problem, {("chat", "nodes", "h100"): [1, 0, 0, 0]}, {})
    told = [str(v) for v in check(problem, "normal", busy).violations]
    assert told == ["serving: chat/nodes/h100 in the week of 2025-12-01: serving.csv has 0 nodes, the allocation 1"]


def test_memory_above_the_cap_is_found() -> None:
    problem = served(chat((1500,)))
    plan = plan_in(solved(problem))
    texts = [str(v) for v in check(problem, "normal", with_serving(plan, put("memory", 0.7))).violations]
    assert any("takes 0.7 of the memory, above the cap 0.5" in text for text in texts)


def test_a_missing_row_and_a_row_twice_are_found(right: tuple[Problem, Plan]) -> None:
    assert any("serving.csv has 0 nodes" in text for text in broken(right, lambda table: table.iloc[1:]))
    twice = broken(right, lambda table: pd.concat([table, table.iloc[:1]], ignore_index=True))
    assert any("is there twice" in text for text in twice)


def test_slower_nodes_than_the_pace_says_are_found(right: tuple[Problem, Plan]) -> None:
    last = len(right[1].serving) - 1
    texts = broken(right, put("levers", "", last))
    assert any(text.startswith("pace: chat/nodes") for text in texts)


@given(
    st.lists(st.sampled_from((0.0, 150.0, 300.0, 450.0, 900.0)), min_size=1, max_size=3), st.integers(0, 4),
    st.sampled_from((1.0, 2.5)), st.sampled_from((None, 2.0)), st.sampled_from(((0.0,), (0.25,), (0.5, 0.25))),
    st.booleans(),
)  # fmt: skip
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_every_plan_passes_its_check(  # noqa: PLR0917 - what is drawn
    demand: list[float], today: int, duration: float, moves: float | None, ramp: tuple[float, ...], staged: bool
) -> None:
    """`solve` raises where the checker refuses a plan."""
    problem = served(
        chat(tuple(demand), today=today), HUNDRED, lever(duration=duration), project("ads", 4, priority=1),
        gpu_moves=moves, gpu_ramp=ramp, nodes=6,
    )  # fmt: skip
    if staged:
        with class_after_class():
            outcome = solved(problem)
    else:
        outcome = solved(problem)
    assert outcome.status in (Status.OPTIMAL, Status.FEASIBLE)
    assert sum(pace(plan_in(outcome))) >= 0
