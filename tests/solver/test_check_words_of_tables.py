"""What the checker says of tables that tell something else than the plan does: row, place, words and amount."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any

import pandas as pd
import pytest

from solver import solve
from solver.check import check
from solver.check.people import check_orders
from solver.check.report import Violation, off
from solver.effective import effective
from solver.orders import change_orders
from solver.people import Orders
from solver.plan import ClassResult, Plan
from solver.problem import Problem
from tests.solver.handmade import gpu_pool, portfolio, project, week
from tests.solver.served import chat, lever, served
from tests.solver.solving import LIMITS, plan_in
from tests.solver.test_check import plan, runs
from tests.solver.test_check_tables import changed
from tests.solver.test_orders import company, lent, people
from tests.solver.test_orders import plan as given
from tests.solver.test_serving import HUNDRED, put, with_serving

FIRST, SECOND, THIRD, LAST = (f"in the week of {week(t)}" for t in range(4))
Told = dict[str, float]
"""Violations in words, and by how much each is off."""


def told(problem: Problem, published: Plan, *claims: ClassResult) -> Told:
    return {str(v): v.amount for v in check(problem, "normal", published, claims).violations}


@pytest.fixture(scope="module")
def right() -> tuple[Problem, Plan]:
    """Ads give nodes to chat for two weeks."""
    parts = project("ads", today=4, status="running"), project("chat", priority=0, value=5.0)
    problem = portfolio(gpu_pool(amount=6), *parts)
    made = plan(problem, runs("ads", [4, 0, 0, 2], [1, None, None, 0.5]), runs("chat", [2, 4, 4, 4], [0.5, 1, 1, 1]))
    return problem, replace(made, effective=effective(problem, "normal", made.allocation))


@pytest.mark.parametrize(
    ("table", "row", "column", "value", "expected"),
    [
        ("moves", 0, "amount", 3.5, {f"moves: chat/h100 {FIRST}: moves give 3.5, the allocation changed by 2": 1.5}),
        ("moves", 0, "from", "nobody", {
            "moves: row 1 (2025-12-01, h100, nobody, chat, 2) is no move of an amount from one to another": 0.0,
            f"moves: chat/h100 {FIRST}: moves give 0, the allocation changed by 2": 2.0,
        }),
        ("moves", 1, "amount", float("nan"), {
            "moves: row 2 (2025-12-08, h100, ads, chat, nan) is no move of an amount from one to another": 0.0,
            f"moves: ads/h100 {SECOND}: moves give -2, the allocation changed by -4": 2.0,
            f"moves: chat/h100 {SECOND}: moves give 0, the allocation changed by 2": 2.0,
        }),
        ("utilisation", 2, "used", 5.5, {f"utilisation: h100 {THIRD}: used is 5.5 instead of 4": 1.5}),
        ("utilisation", 2, "spare", float("nan"), {f"utilisation: h100 {THIRD}: spare is nan instead of 2": 2.0}),
        ("utilisation", 2, "pool", "b200", {
            "utilisation: row 3 (2025-12-15, b200, 6, 4, 2, 0.0) is unknown": 0.0,
            f"utilisation: h100 {THIRD}: 0 rows instead of one": 0.0,
        }),
        ("effective", 0, "need", "people", {
            "effective: row 1 (2025-12-01, ads, people, 4.0, 4.0, 0.0, 0.0, 4.0) is unknown": 0.0,
            f"effective: ads/gpu {FIRST}: 0 rows instead of one": 0.0,
        }),
        ("effective", 4, "supply", 5.0, {f"effective: ads/gpu {LAST}: supply is 5 instead of 2": 3.0}),
        ("pace", 1, "state", "asleep", {
            "tables: row 2 of pace (2025-12-08, ads, asleep, 0.0, 0.0) holds no possible value": 0.0,
            f"tables: ads {SECOND}: pace has no row": 0.0,
            f"viable: ads {SECOND}: is published waiting but is paused": 0.0,
        }),
        ("pace", 1, "week", week(0), {
            "tables: row 2 of pace (2025-12-01, ads, paused, 0.0, 0.0) is there twice": 0.0,
            f"tables: ads {SECOND}: pace has no row": 0.0,
            f"viable: ads {SECOND}: is published waiting but is paused": 0.0,
        }),
    ],
)  # fmt: skip
def test_a_wrong_cell_is_told_with_its_row_and_what_is_right(  # noqa: PLR0917 - where, what, and what is said
    right: tuple[Problem, Plan], table: str, row: int, column: str, value: Any, expected: Told
) -> None:
    problem, published = right
    assert told(problem, changed(published, table, row, column, value)) == pytest.approx(expected)


def test_an_amount_that_cannot_be_read_is_named_and_counts_as_nothing(right: tuple[Problem, Plan]) -> None:
    problem, published = right
    found = told(problem, changed(published, "allocation", 0, "amount", -2.0))
    assert found["tables: row 1 of allocation (2025-12-01, ads, gpu, h100, -2.0) holds no possible value"] == 0.0
    assert found[f"utilisation: h100 {FIRST}: used is 6 instead of 2"] == 4.0
    named = "names what is not in the portfolio or its weeks"
    found = told(problem, changed(published, "allocation", 0, "project", "nobody"))
    assert f"tables: row 1 of allocation (2025-12-01, nobody, gpu, h100, 4) {named}" in found
    found = told(problem, changed(published, "allocation", 1, "week", week(0)))
    assert "tables: row 2 of allocation (2025-12-01, ads, gpu, h100, 2) is there twice" in found


def test_a_row_of_effective_supply_that_is_there_twice_is_told(right: tuple[Problem, Plan]) -> None:
    problem, published = right
    twice = pd.concat([published.effective, published.effective.iloc[[0]]], ignore_index=True)
    assert told(problem, replace(published, effective=twice)) == {
        f"effective: ads/gpu {FIRST}: 2 rows instead of one": 2.0
    }


def test_a_plan_of_something_else_is_told_by_all_that_differs(right: tuple[Problem, Plan]) -> None:
    problem, published = right
    other = replace(published, portfolio="huge", policy="calm", start=week(1), weeks=26)
    assert set(told(problem, other)) == {
        "tables: portfolio is huge instead of tiny", "tables: policy is calm instead of normal",
        "tables: start is 2025-12-08 instead of 2025-12-01", "tables: weeks is 26 instead of 4",
    }  # fmt: skip


def test_claims_are_told_with_what_the_plan_is_worth(right: tuple[Problem, Plan]) -> None:
    problem, published = right
    assert told(problem, published, ClassResult(1, "priority 0", 17.0, 21.0, 16.0)) == {
        "classes: priority 0: attained 17 instead of 17.5": 0.5, "classes: priority 0: ideal 21 instead of 20": 1.0,
        "classes: priority 0: bound 16 below the attained 17": 1.0, "classes: priority 1: is missing": 4.0,
    }  # fmt: skip
    nothing = ClassResult(1, "priority 0", float("nan"), 20.0, 17.5), ClassResult(2, "priority 1", 1.5, 4.0, 1.5)
    found = told(problem, published, *nothing)
    assert found.pop("classes: priority 0: attained nan instead of 17.5") == 17.5
    assert set(found) == {"classes: priority 0: bound 17.5 below the attained nan"}


def test_a_violation_is_plain_data_too() -> None:
    found = Violation("pins", "is off", "ads", "gpu", "h100", week(1), 2.0)
    assert found.as_dict() == {
        "rule": "pins", "text": f"pins: ads/gpu/h100 {SECOND}: is off", "project": "ads", "need": "gpu", "pool": "h100",
        "week": "2025-12-08", "amount": 2.0,
    }  # fmt: skip
    nowhere = Violation("classes", "is missing").as_dict()
    assert (nowhere["text"], nowhere["week"], nowhere["amount"]) == ("classes: is missing", None, 0.0)
    assert (off(2.0, 5.0), off(float("nan"), -5.0)) == (3.0, 5.0)


# -- serving -------------------------------------------------------------------------------------------

HERE = f"serving: chat/nodes/h100 {FIRST}:"


@pytest.fixture(scope="module")
def serving() -> tuple[Problem, Plan]:
    """Ten nodes serve half of the demand, and eight all of it from the week after their lever is complete."""
    problem = served(chat((1500,)), HUNDRED, lever(), gpu_ramp=(0.25,))
    return problem, plan_in(solve(problem, "normal", options=LIMITS))


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (put("nodes", 9.0), {
            f"pace: chat/nodes {FIRST}: the pace takes 750 where 650 are effective": 100.0,
            f"{HERE} serving.csv has 9 nodes, the allocation 10": 1.0,
            f"{HERE} serves 750 of at most 650 tokens/s": 100.0,
        }),
        (put("nodes", 9.75), {
            f"pace: chat/nodes {FIRST}: the pace takes 750 where 725 are effective": 25.0,
            f"{HERE} serving.csv has 9.75 nodes, the allocation 10": 0.25,
            f"{HERE} 9.75 nodes are no multiple of 1": 0.25,
            f"{HERE} serves 750 of at most 725 tokens/s": 25.0,
        }),
        (put("levers", "fp4"), {
            f"pace: chat/nodes {FIRST}: the pace takes 750 where 0 are effective": 750.0,
            f"{HERE} cannot serve with the levers fp4": 10.0,
            f"{HERE} mfu is 0.00892315 instead of 0": pytest.approx(0.00892315),
            f"{HERE} memory is 0.5 instead of 0": 0.5,
            f"{HERE} serves 750 of at most 0 tokens/s": 750.0,
        }),
        (put("levers", "fp8"), {
            f"viable: chat/nodes {FIRST}: 2000 are beyond 1500, the most while running": 500.0,
            f"{HERE} uses fp8 before it is complete": 10.0,
            f"{HERE} memory is 0.5 instead of 0.391469": pytest.approx(0.108531, abs=1e-6),
        }),
        (put("demand", 1.0), {f"{HERE} demand is 1 instead of 1500": 1499.0}),
        (put("memory", float("nan")), {f"{HERE} memory is nan instead of 0.5": 0.5}),
        (put("served", 5.0), {f"serving: chat/nodes {FIRST}: rows serve 5 tokens/s, the pace says 750": 745.0}),
        (put("served", 800.0), {
            f"{HERE} serves 800 of at most 750 tokens/s": 50.0,
            f"serving: chat/nodes {FIRST}: rows serve 800 tokens/s, the pace says 750": 50.0,
        }),
        (put("pool", "b200"), {
            "tables: row 1 of serving names no service, pool or week of the portfolio": 0.0,
            f"pace: chat/nodes {FIRST}: the pace takes 750 where 0 are effective": 750.0,
            f"{HERE} serving.csv has 0 nodes, the allocation 10": 10.0,
            f"serving: chat/nodes {FIRST}: rows serve 0 tokens/s, the pace says 750": 750.0,
        }),
    ],
)  # fmt: skip
def test_a_wrong_cell_of_serving_is_told(
    serving: tuple[Problem, Plan], change: Callable[[pd.DataFrame], None], expected: Told
) -> None:
    problem, published = serving
    assert told(problem, with_serving(published, change)) == {
        text: amount if hasattr(amount, "expected") else pytest.approx(amount) for text, amount in expected.items()
    }


# -- change orders -------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def ordered() -> tuple[Problem, Plan, Orders]:
    """p-0 of ads shares time with media for a week, then moves to chat for three."""
    return lent()


def said(problem: Problem, made: Plan, orders: Orders) -> Told:
    return {str(v): v.amount for v in check_orders(problem, made, orders)}


def short(team: str, at: int, missing: float, wanted: float) -> Told:
    """Said where people are missing."""
    text = f"orders: {team}/ml in the week of {week(at)}: {missing:g} of {wanted:g} FTE are not covered, "
    return {text + "0 are called uncovered": missing}


MOVE = f"p-0 (move) from ads to chat {SECOND}"
BACK = f"p-0 (move) from chat to ads in the week of {week(4)}"
SHARE = f"p-0 (share) from ads to media {FIRST}"


@pytest.mark.parametrize(
    ("kind", "column", "value", "expected"),
    [
        ("move", "person", "p-1", {
            f"orders: does not start from where the person is, whole: {BACK}": 0.0,
            f"orders: breaks the lock until 2026-01-05: p-1 (move) from ads to chat {SECOND}": 0.0,
            "orders: until and back are 2025-12-29, 2025-12-29 instead of None, None: "
            f"p-1 (move) from ads to chat {SECOND}": 0.0,
            **short("ads", 4, 1, 2), **short("ads", 5, 1, 2),
        }),
        ("move", "from", "media", {
            f"orders: does not start from where the person is, whole: p-0 (move) from media to chat {SECOND}": 0.0
        }),
        ("move", "to", "spare", {
            f"orders: does not start from where the person is, whole: {BACK}": 0.0,
            f"orders: the pool ml does not serve the project: p-0 (move) from ads to spare {SECOND}": 0.0,
            **short("chat", 1, 1, 2), **short("chat", 2, 1, 2), **short("chat", 3, 1, 2),
        }),
        ("move", "week", week(3), {
            f"orders: moves again after 1 weeks, the dwell is 2: {BACK}": 0.0,
            **short("chat", 1, 1, 2), **short("chat", 2, 1, 2),
        }),
        ("move", "week", date(2025, 12, 3), {
            "orders: names what is not there, or moves nobody: "
            "p-0 (move) from ads to chat in the week of 2025-12-03": 0.0
        }),
        ("move", "to", "ads", {
            f"orders: names what is not there, or moves nobody: p-0 (move) from ads to ads {SECOND}": 0.0
        }),
        ("move", "fte", 0.5, {f"orders: does not start from where the person is, whole: {MOVE}": 0.0}),
        ("move", "fte", 0.0, {f"orders: names what is not there, or moves nobody: {MOVE}": 0.0}),
        ("move", "back", week(2), {
            f"orders: until and back are 2025-12-29, 2025-12-15 instead of 2025-12-29, 2025-12-29: {MOVE}": 0.0
        }),
        ("move", "kind", "share", {
            f"orders: does not start from where the person is, whole: {BACK}": 0.0,
            **{f"orders: in the week of {week(t)}: 1 FTE are lent by or to ml chat, at most 0.9 can be": 0.1
               for t in (1, 2, 3)},
            "orders: ml: claims 2 moves and 0 uncovered FTE-weeks, the tables have 1 and 0": 0.0,
        }),
        ("share", "fte", 0.2, short("media", 0, 0.2, 0.4)),
        ("share", "fte", 1.4, {
            f"orders: {FIRST}: 1.4 FTE are lent by or to p-0, at most 1 can be": 0.4,
            f"orders: {FIRST}: 1.4 FTE are lent by or to ml media, at most 0.9 can be": 0.5,
            **short("ads", 0, 1, 1.6),
        }),
        ("share", "until", week(2), {
            f"orders: lends time of somebody who is elsewhere: {SHARE}": 0.0, **short("chat", 1, 0.4, 2),
        }),
        ("share", "pool", "gpu", {f"orders: names what is not there, or moves nobody: {SHARE}": 0.0}),
    ],
)  # fmt: skip
def test_an_order_changed_by_hand_is_told(
    ordered: tuple[Problem, Plan, Orders], kind: str, column: str, value: Any, expected: Told
) -> None:
    problem, made, orders = ordered
    wrong = orders.orders.copy()
    wrong.loc[wrong.index[wrong["kind"] == kind][0], column] = value
    assert said(problem, made, replace(orders, orders=wrong)) == pytest.approx(expected)


def test_what_is_called_uncovered_names_what_is_there(ordered: tuple[Problem, Plan, Orders]) -> None:
    problem, made, orders = ordered
    for row in [(week(9), "ml", "ads"), (week(0), "gpu", "ads"), (week(0), "ml", "nobody")]:
        strange = pd.DataFrame([(*row, 0.5)], columns=orders.uncovered.columns)
        assert said(problem, made, replace(orders, uncovered=strange)) == {
            f"orders: uncovered names what is not there: {row[0]}, {row[1]}": 0.0
        }


def test_what_is_called_uncovered_and_claimed_is_what_is_missing() -> None:
    problem = company(people("ads"))
    made = given(problem, ads=[1] * 6, chat=[0, 0, 2, 0, 0, 0])
    orders = change_orders(problem, made, options=LIMITS)
    assert said(problem, made, orders) == {}
    less = orders.uncovered.assign(fte=1.5)
    assert said(problem, made, replace(orders, uncovered=less)) == {
        "orders: ml: claims 0 moves and 2 uncovered FTE-weeks, the tables have 0 and 1.5": 0.0,
        f"orders: chat/ml {THIRD}: 2 of 2 FTE are not covered, 1.5 are called uncovered": 0.5,
    }
    (claim,) = orders.pools
    for bound in ({"moves_bound": 1}, {"uncovered_bound": 2.5}):
        assert said(problem, made, replace(orders, pools=(replace(claim, **bound),))) == {
            "orders: ml: claims a bound above what was found": 0.0
        }
