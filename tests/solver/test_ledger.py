"""The donor ledger: loans that follow from the moves, come back, go on or stay, with what they cost the donor."""

from __future__ import annotations

from collections import defaultdict

import pandas as pd
import pytest

from solver import solve
from solver.ledger import ledger
from solver.plan import COLUMNS
from solver.problem import Problem
from tests.solver.handmade import gpu_pool, portfolio, project, week
from tests.solver.solving import LIMITS, plan_in
from tests.solver.tiny import named

RUN = {"status": "running"}
Move = tuple[int, str, str, float]


def three(weeks: int = 4) -> Problem:
    """Ads, chat and docs on one pool, four nodes each today."""
    rows = [project(n, 4, today=4, value=v, **RUN) for n, v in (("ads", 10.0), ("chat", 5.0), ("docs", 1.0))]
    return portfolio(gpu_pool(amount=12), *rows, weeks=weeks)


def booked(problem: Problem, moves: list[Move], paces: dict[str, list[float]] | None = None) -> pd.DataFrame:
    """The ledger of some moves on the one pool; paces as given, else full."""
    frame = pd.DataFrame([(week(t), "h100", a, b, x) for t, a, b, x in moves], columns=list(COLUMNS["moves"]))
    rows = [
        (week(t), p.project, "running", ((paces or {}).get(p.project) or [1.0] * 99)[t], None)
        for t in range(problem.head.weeks)
        for p in problem.projects
    ]
    return ledger(problem, problem.policies[0].policy, pd.DataFrame(rows, columns=list(COLUMNS["pace"])), frame)


def lines(frame: pd.DataFrame) -> list[tuple[object, ...]]:
    """(from, until, donor, receiver, amount, then) with weeks as numbers."""
    number = {week(t): t for t in range(20)}
    return [
        (number[r[0]], number[r[1]], r[2], r[3], r[5], r[6]) for r in frame.itertuples(index=False, name=None)
    ]  # fmt: skip


def test_a_loan_that_comes_back_has_an_end_and_a_cost() -> None:
    moves = [(0, "ads", "chat", 2.0), (2, "chat", "ads", 2.0)]
    frame = booked(three(), moves, {"ads": [0.5, 0.5, 1.0, 1.0]})
    assert lines(frame) == [(0, 1, "ads", "chat", 2.0, "returned")]
    assert frame["cost"].tolist() == [10.0]


def test_what_is_still_lent_at_the_end_is_open() -> None:
    assert lines(booked(three(), [(1, "ads", "chat", 2.0)])) == [(1, 3, "ads", "chat", 2.0, "open")]


def test_a_loan_passed_on_is_owed_by_who_has_it() -> None:
    moves = [(0, "ads", "chat", 2.0), (1, "chat", "docs", 2.0), (3, "docs", "ads", 2.0)]
    assert lines(booked(three(), moves)) == [
        (0, 0, "ads", "chat", 2.0, "passed on"), (1, 2, "ads", "docs", 2.0, "returned")
    ]  # fmt: skip


def test_a_donor_can_be_repaid_by_a_third_who_is_owed_then() -> None:
    moves = [(0, "ads", "chat", 2.0), (1, "docs", "ads", 2.0)]
    assert lines(booked(three(), moves)) == [
        (0, 0, "ads", "chat", 2.0, "returned"), (1, 3, "docs", "chat", 2.0, "open")
    ]  # fmt: skip


def test_a_delivery_that_repays_is_no_loan_of_anybody() -> None:
    moves = [(0, "ads", "chat", 2.0), (2, "spare", "ads", 2.0)]
    assert lines(booked(three(), moves)) == [(0, 1, "ads", "chat", 2.0, "returned")]


def test_the_loss_of_a_week_is_shared_by_what_was_lent_in_it() -> None:
    moves = [(0, "ads", "chat", 2.0), (0, "ads", "docs", 1.0)]
    frame = booked(three(1), moves, {"ads": [0.25]})
    assert dict(zip(frame["receiver"], frame["cost"], strict=True)) == {"chat": 5.0, "docs": 2.5}


def test_a_build_loses_time_and_has_no_figure() -> None:
    builder = project("ads", 4, kind="build", duration=9.0, today=4, **RUN)
    problem = portfolio(gpu_pool(amount=8), builder, project("chat", 4, today=4, **RUN), weeks=2)
    frame = booked(problem, [(0, "ads", "chat", 2.0)])
    assert frame["cost"].isna().all()


@pytest.mark.parametrize("name", ["moves", "standby", "pause", "focus", "rates", "growth"])
def test_loans_add_up_to_what_each_project_has_less_and_more_than_today(name: str) -> None:
    problem = named()[name]
    plan = plan_in(solve(problem, "normal", options=LIMITS))
    for t, day in enumerate(problem.weeks):
        change: dict[tuple[str, str], float] = defaultdict(float)
        for (project_, _, pool), amount in problem.baseline_of.items():
            change[project_, pool] -= amount
        for when, project_, _, pool, amount in plan.allocation.itertuples(index=False, name=None):
            if when == day:
                change[project_, pool] += amount
        lent: dict[tuple[str, str], float] = defaultdict(float)
        for since, until, donor, _, pool, amount, _, _ in plan.ledger.itertuples(index=False, name=None):
            if since <= day <= until:
                lent[donor, pool] += amount
        for key, amount in change.items():
            assert lent[key] == pytest.approx(max(0.0, -amount), abs=1e-5), (t, key)
