"""What it would take: each way is a plan that passes its check, a little less does not do, and losses are as told."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from solver import check, solve
from solver.edits import edited
from solver.model import build
from solver.problem import Problem
from solver.records import Capacity, Stance
from solver.task import Clock
from solver.whatif import taking
from solver.whatif.taking import Question, Take, what_it_takes
from solver.whatif.values import values_of
from tests.solver.handmade import gpu_pool, ml_pool, policy, portfolio, project, week
from tests.solver.served import chat, lever, measured, served
from tests.solver.solving import LIMITS, plan_in
from tests.solver.starts import at_random, candidate, candidates, money
from tests.solver.tiny import named

RUN = {"status": "running"}
HUNDRED = measured(("h100", "", 100.0), ("h100", "fp8", 200.0))


def crowded(**facts: object) -> Problem:
    """Chat and docs use up the pool; ads would need three nodes at least."""
    return portfolio(
        gpu_pool(amount=6), {"capacity": [Capacity(pool="h100", week=week(3), amount=9)]},
        project("ads", 4, minimum=3, priority=2, value=2.0, **facts),  # type: ignore[arg-type]
        project("chat", 4, minimum=1, priority=0, today=4, value=5.0, **RUN),
        project("docs", 2, priority=1, today=2, **RUN), weeks=5,
    )  # fmt: skip


def takes(problem: Problem, name: str, t: int, pace: float = 0.1) -> list[Take]:
    """Every way, with the plan that the solver gives the problem."""
    plan = plan_in(solve(problem, "normal", options=LIMITS))
    return list(what_it_takes(Question(problem, "normal", plan, name, t, pace), Clock(LIMITS)))


def test_every_way_is_a_plan_that_passes_its_check_and_runs_the_project_then() -> None:
    problem = crowded()
    found = takes(problem, "ads", 1)
    assert len(found) >= 3
    for take in found:
        assert check(edited(problem, take.edits), "normal", take.plan).ok
        row = take.plan.pace[(take.plan.pace["project"] == "ads") & (take.plan.pace["week"] == week(1))].iloc[0]
        assert row["state"] == "running"
        assert row["pace"] >= 0.1 - 1e-5


def test_ways_are_told_in_records_and_weeks() -> None:
    texts = [take.text for take in takes(crowded(), "ads", 1)]
    assert any("bring the delivery of 3 nodes to h100 forward by 2 weeks" in text for text in texts)
    assert any(text.startswith("add 3 nodes to h100 in the week of 8 December 2025") for text in texts)


def test_one_node_less_would_cost_somebody() -> None:
    problem = crowded()
    (more,) = [take for take in takes(problem, "ads", 1) if take.text.startswith("add")]
    assert more.pays == {}
    less = [
        dataclasses.replace(edit, record=dataclasses.replace(edit.record, amount=edit.record.amount - 1))
        if edit.record.amount > 6 and edit.record.week < week(3) else edit for edit in more.edits
    ]  # fmt: skip
    almost = edited(problem, less)
    for take in takes(almost, "ads", 1):
        assert take.pays or take.edits


def test_without_anything_more_the_lowest_class_pays_first_and_as_much_as_told() -> None:
    problem = crowded()
    before = solve(problem, "normal", options=LIMITS)
    (paid,) = [take for take in takes(problem, "ads", 1) if take.pays]
    report = check(problem, "normal", paid.plan)
    assert "docs gives up" in paid.text
    for c in before.classes:
        loss = 100.0 * (c.attained - report.attained[c.rank]) / c.ideal
        assert paid.pays.get(c.name, 0.0) == pytest.approx(max(0.0, loss), abs=0.11)


def test_what_fits_already_takes_nothing() -> None:
    (only,) = takes(crowded(), "chat", 1, 1.0)
    assert (only.text, only.pays, only.edits) == ("it does so in this plan already", {}, ())


def test_a_pause_by_the_policy_is_part_of_every_way() -> None:
    stance = {"stances": [Stance(policy="normal", project="ads", stance="pause")]}
    parts = gpu_pool(amount=6), project("ads", 4, today=4, **RUN), policy(start=week(0), end=week(2)), stance
    found = takes(portfolio(*parts, weeks=4), "ads", 1)
    assert found
    assert all("no longer pause ads" in take.text for take in found)


@pytest.mark.parametrize("columns", [taking.SMALL, 0])
@pytest.mark.parametrize(
    ("facts", "lifted"),
    [
        ({"earliest": week(3)}, "let ads run from the week of 8 December 2025 on"),
        ({"must": "out"}, "no longer force ads out"),
        ({"must": "out", "earliest": week(2)},
         "no longer force ads out, let ads run from the week of 8 December 2025 on"),
    ],
)  # fmt: skip
def test_what_the_project_itself_says_is_lifted_first(
    columns: int, facts: dict[str, object], lifted: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(taking, "SMALL", columns)
    problem = crowded(**facts)
    found = takes(problem, "ads", 1)
    assert len(found) >= 2
    for take in found:
        assert take.text.startswith(lifted)
        assert check(edited(problem, take.edits), "normal", take.plan).ok
        (row,) = [edit.record for edit in take.edits if edit.table == "projects"]
        assert (row.must, row.earliest in {None, week(1)}) == (None, True)


@pytest.mark.parametrize("columns", [taking.SMALL, 0])
def test_a_pause_that_is_lifted_lasts_as_long_as_a_project_wants_to(
    columns: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(taking, "SMALL", columns)
    stance = {"stances": [Stance(policy="normal", project="ads", stance="pause")]}
    ads = project("ads", 4, today=4, min_pause=3, **RUN)
    problem = portfolio(gpu_pool(amount=6), ads, policy(start=week(0), end=week(3)), stance, weeks=5)
    found = takes(problem, "ads", 1)
    assert found
    for take in found:
        assert "no longer pause ads" in take.text
        assert check(edited(problem, take.edits), "normal", take.plan).ok


@pytest.fixture
def _everybody_else_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    """As in a large portfolio: others stay as planned, or all is planned anew."""
    monkeypatch.setattr(taking, "SMALL", 0)


@pytest.mark.usefixtures("_everybody_else_stays")
def test_in_a_large_portfolio_others_stay_unless_all_is_planned_anew() -> None:
    problem = crowded()
    before = plan_in(solve(problem, "normal", options=LIMITS))
    *more, paid = takes(problem, "ads", 1)
    assert any(take.text.startswith("add 3 nodes to h100 in the week of 8 December 2025") for take in more)
    for take in more:
        others = [plan.pace[plan.pace["project"] != "ads"] for plan in (before, take.plan)]
        assert others[0]["pace"].tolist() == others[1]["pace"].tolist()
        assert take.pays == {}
    assert "docs gives up" in paid.text
    assert set(paid.pays) == set(paid.unproven) == {"priority 0", "priority 1"}
    assert all(0.0 <= paid.unproven[name] <= percent for name, percent in paid.pays.items())
    assert [(pin.record.pool, pin.record.since, pin.record.amount) for pin in paid.pins] == [("h100", week(1), 3.0)]
    again = plan_in(solve(edited(problem, paid.pins), "normal", options=LIMITS))
    assert again.pace[(again.pace["project"] == "ads") & (again.pace["week"] == week(1))]["state"].tolist() == [
        "running"
    ]
    row = paid.plan.pace[(paid.plan.pace["project"] == "ads") & (paid.plan.pace["week"] == week(1))].iloc[0]
    assert row["pace"] >= 0.1 - 1e-5


@pytest.mark.usefixtures("_everybody_else_stays")
def test_where_no_change_is_enough_by_itself_it_takes_several_together() -> None:
    ads = project("ads", 4, minimum=4, priority=2)
    people = {**project("ads", 2, of="engineer", pools=("ml",), minimum=2), "projects": []}
    chat = project("chat", 6, priority=0, value=9.0, today=6, **RUN)
    docs = project("docs", 3, of="engineer", pools=("ml",), priority=0, value=9.0, today=3, **RUN)
    found = takes(portfolio(gpu_pool(amount=6), ml_pool(amount=3), ads, people, chat, docs, weeks=3), "ads", 1)
    assert len([take for take in found if not take.pays]) == 1
    assert "nodes to h100" in found[0].text
    assert "FTE to ml" in found[0].text
    assert {edit.record.pool for edit in found[0].edits} == {"h100", "ml"}


@pytest.mark.usefixtures("_everybody_else_stays")
def test_candidates_pay_what_their_best_starts_with_it_under_way_leave() -> None:
    small = candidate("small", {"budget": [2.0, 2.0], "value": [3.0, 3.0]}, duration=2.0)
    large = candidate("large", {"budget": [4.0, 4.0], "value": [9.0, 9.0]}, duration=2.0)
    late = candidate("late", {"budget": [4.0], "value": [8.0]}, duration=1.0, earliest=week(3))
    problem = candidates(small, large, late, money("budget", 4.0), weeks=4)
    *more, paid = takes(problem, "small", 1, 1.0)
    assert [take.text for take in more] == ["add 2 USD to budget in the week of 8 December 2025"]
    assert paid.text == "late gives up 1 weeks of full pace"
    ideal = check(problem, "normal", paid.plan).ideal[1]
    assert paid.pays == {"priority 0": pytest.approx(100.0 * (26.0 - 24.0) / ideal)}
    assert paid.unproven == {"priority 0": pytest.approx(0.0, abs=0.01)}
    row = paid.plan.pace[(paid.plan.pace["project"] == "small") & (paid.plan.pace["week"] == week(1))].iloc[0]
    assert row["pace"] == 1.0


SOLVED = sorted(set(named()) - {"no plan"})
SERVED = {
    "a lever": served(chat((2000,)), HUNDRED, lever(duration=2.0)),
    "arriving nodes": served(chat((300, 900, 1500), today=3), HUNDRED, lever(), gpu_ramp=(0.5, 0.25)),
    "a smaller set": served(chat((800, 900, 700), today=6), HUNDRED, lever(status="done")),
}
FIXED = {
    "candidates": candidates(
        candidate("small", {"budget": [2.0, 2.0], "value": [3.0, 3.0]}, duration=2.0),
        candidate("large", {"budget": [4.0, 4.0], "value": [9.0, 9.0]}, duration=2.0), money("budget", 4.0), weeks=5,
    ),
    "half done": candidates(
        candidate("begun", {"budget": [2.0] * 3, "value": [3.0] * 3}, duration=3.0, status="running", progress=1 / 3),
        candidate("next", {"budget": [4.0, 4.0], "value": [9.0, 9.0]}, duration=2.0), money("budget", 4.0), weeks=5,
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", [*SOLVED, *SERVED, *FIXED])
def test_a_published_plan_is_a_solution_of_its_model(name: str) -> None:
    problem = {**named(), **SERVED, **FIXED}[name]
    model = build(problem, "normal")
    values = values_of(model, plan_in(solve(problem, "normal", options=LIMITS)))
    activity = np.bincount(model.row, model.coefficient * values[model.column], minlength=len(model.low))
    assert (model.low - activity).max() < 1e-4
    assert (activity - model.high).max() < 1e-4
    assert (model.lower - values).max() < 1e-6
    assert (values - model.upper).max() < 1e-6


@pytest.mark.parametrize("columns", [taking.SMALL, 0])
@pytest.mark.parametrize("seed", [0, 10])
def test_more_of_a_budget_is_more_for_all_of_its_weeks(
    seed: int, columns: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(taking, "SMALL", columns)
    problem, ways = at_random(seed), list[Take]()
    for project_ in problem.projects:
        if project_.status != "done":
            ways += takes(problem, project_.project, 2) + takes(problem, project_.project, 4)
    budgets = {pool.pool for pool in problem.pools if pool.period == "horizon"}
    edits = [edit for take in ways for edit in take.edits if edit.table == "capacity"]
    assert {edit.record.pool for edit in edits} & budgets
    starts = {(row.pool, row.week) for row in problem.capacity}
    assert all((edit.record.pool, edit.record.week) in starts for edit in edits if edit.record.pool in budgets)
    for take in ways:
        assert check(edited(problem, take.edits), "normal", take.plan).ok
