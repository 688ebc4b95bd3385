"""Moves: givers to takers, the rest from or to spare."""

from __future__ import annotations

import numpy as np
import pytest

from solver.moves import match, moves
from solver.plan import COLUMNS, SPARE
from tests.solver.handmade import gpu_pool, portfolio, project, week


def test_what_one_project_gives_another_takes() -> None:
    assert match({"ads": -2.0, "chat": 2.0}) == [("ads", "chat", 2.0)]


def test_what_nobody_takes_goes_to_spare() -> None:
    assert match({"ads": -3.0, "chat": 2.0}) == [("ads", "chat", 2.0), ("ads", SPARE, 1.0)]


def test_what_nobody_gives_comes_from_spare() -> None:
    assert match({"ads": -1.0, "chat": 2.5}) == [("ads", "chat", 1.0), (SPARE, "chat", 1.5)]


def test_the_largest_giver_serves_the_largest_taker_first() -> None:
    changes = {"ads": -1.0, "batch": -4.0, "chat": 3.0, "docs": 2.0}
    assert match(changes) == [("batch", "chat", 3.0), ("batch", "docs", 1.0), ("ads", "docs", 1.0)]


def test_equal_givers_are_taken_in_the_order_of_their_names() -> None:
    changes = {"zoo": -1.0, "ads": -1.0, "chat": 1.0}
    assert match(changes) == [("ads", "chat", 1.0), ("zoo", SPARE, 1.0)]


@pytest.mark.parametrize("changes", [{}, {"ads": 0.0}, {"ads": 1e-9, "chat": -1e-9}])
def test_who_changes_nothing_moves_nothing(changes: dict[str, float]) -> None:
    assert match(changes) == []


def test_nothing_is_lost_between_givers_and_takers() -> None:
    changes = {"a": -0.3, "b": -1.1, "c": 0.7, "d": 0.2, "e": 0.4}
    found = dict.fromkeys([*changes, SPARE], 0.0)
    for giver, taker, amount in match(changes):
        found[giver] -= amount
        found[taker] += amount
    assert {name: round(found[name], 6) for name in changes} == changes
    assert found[SPARE] == pytest.approx(0.1)


def test_the_first_week_is_compared_with_the_baseline_and_the_next_with_it() -> None:
    problem = portfolio(gpu_pool(), project("ads", 4, today=3), project("chat", 4), weeks=2)
    x = np.array([[1.0, 1.0], [2.0, 4.0]])
    frame = moves(problem, ["ads", "chat"], np.array([0, 1]), np.array([0, 0]), x, np.array([3.0, 0.0]))
    assert tuple(frame.columns) == COLUMNS["moves"]
    assert [tuple(row) for row in frame.itertuples(index=False)] == [
        (week(0), "h100", "ads", "chat", 2.0),
        (week(1), "h100", SPARE, "chat", 2.0),
    ]


def test_two_needs_of_a_project_on_one_pool_are_no_move() -> None:
    problem = portfolio(gpu_pool(), project("ads", 4, today=3), weeks=1)
    x, base = np.array([[1.0], [2.0]]), np.array([3.0, 0.0])
    frame = moves(problem, ["ads"], np.array([0, 0]), np.array([0, 0]), x, base)
    assert frame.empty


def test_a_pool_does_not_give_to_another() -> None:
    problem = portfolio(gpu_pool(), gpu_pool("b200"), project("ads", 4, pools=("h100", "b200"), today=2), weeks=1)
    x, base = np.array([[0.0], [2.0]]), np.array([2.0, 0.0])
    frame = moves(problem, ["ads"], np.array([0, 0]), np.array([1, 0]), x, base)
    assert sorted(zip(frame["pool"], frame["from"], frame["to"], strict=True)) == [
        ("b200", SPARE, "ads"),
        ("h100", "ads", SPARE),
    ]
