"""Change orders: who moves, who stays, what is shared, what stays uncovered; least disruption against a full search."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise, product
from random import Random
from typing import Any

import numpy as np
import pandas as pd
import pytest

from solver.check.people import check_orders
from solver.faults import InvalidInput
from solver.files.people_files import orders_files, read_orders, write_orders
from solver.orders import change_orders
from solver.orders.roster import roster
from solver.people import Orders, dwell_of
from solver.plan import Plan
from solver.problem import Problem
from solver.progress import Options
from solver.records import Person
from tests.solver.handmade import ml_pool, plan_of, policy, portfolio, project, week

LIMITS = Options(time_limit=20)
Given = dict[str, Sequence[float]]


def people(*homes: str | None, **facts: Any) -> list[Person]:
    """Somebody for each home, p-0, p-1 ..."""
    return [Person(person=f"p-{n}", pool="ml", project=home, **facts) for n, home in enumerate(homes)]


def company(staff: list[Person], weeks: int = 6, **facts: Any) -> Problem:
    """Ads, chat and media share a pool of engineers."""
    parts = [project(name, 9, of="engineer", pools=("ml",)) for name in ("ads", "chat", "media")]
    return portfolio(ml_pool(amount=20), *parts, policy(**facts), {"people": staff}, weeks=weeks)


def plan(problem: Problem, **given: Sequence[float]) -> Plan:
    """A plan that gives these amounts week by week."""
    return plan_of(problem, {(name, "engineer", "ml"): list(row) for name, row in given.items()}, {})


def orders(staff: list[Person], dwell: int = 1, **given: Sequence[float]) -> Orders:
    """Change orders for these amounts."""
    problem = company(staff)
    return change_orders(problem, plan(problem, **given), dwell=dwell, options=LIMITS)


def told(found: Orders) -> list[tuple[Any, ...]]:
    """Person, kind, from, to, week, until, back as numbers of weeks."""
    count = {week(t): t for t in range(20)}
    names = ["person", "kind", "from", "to", "week", "until", "back"]
    rows = found.orders[names].itertuples(index=False, name=None)
    return [(*row[:4], *(count.get(day) for day in row[4:])) for row in rows]


def test_who_is_needed_elsewhere_goes_and_comes_back_when_the_plan_says_so() -> None:
    found = orders(people("ads", "ads", "chat"), ads=[2, 1, 1, 1, 2, 2], chat=[1, 2, 2, 2, 1, 1])
    assert told(found) == [("p-0", "move", "ads", "chat", 1, 4, 4), ("p-0", "move", "chat", "ads", 4, None, None)]
    assert (found.moves, found.proven) == (2, True)
    assert found.uncovered.empty


def test_who_is_not_needed_stays_where_the_team_is() -> None:
    found = orders(people("ads", "ads", "chat"), ads=[2, 0, 0, 1, 2, 2], chat=[1, 1, 1, 1, 0, 0])
    assert told(found) == []
    assert found.proven


def test_who_is_locked_stays_and_another_goes() -> None:
    staff = people("ads", "ads", "chat")
    staff[0] = replace(staff[0], locked_until=week(3))
    found = orders(staff, ads=[1, 1, 1, 1, 1, 1], chat=[1, 2, 2, 2, 2, 2])
    assert told(found) == [("p-1", "move", "ads", "chat", 1, None, None)]


def test_a_lock_that_ends_within_a_week_binds_that_week_too() -> None:
    staff = people("ads", locked_until=week(1) + timedelta(days=2))
    found = orders(staff, chat=[0, 1, 1, 1, 1, 1])
    assert [(row[0], row[4]) for row in told(found)] == [("p-0", 2)]
    assert found.uncovered.to_dict("records") == [{"week": week(1), "pool": "ml", "project": "chat", "fte": 1.0}]
    assert found.proven


def test_nobody_moves_again_within_the_dwell() -> None:
    given: Given = {"ads": [2, 1, 1, 2, 2, 2], "chat": [1, 2, 2, 1, 1, 1]}
    assert orders(people("ads", "ads", "chat"), dwell=2, **given).moves == 2
    late = orders(people("ads", "ads", "chat"), dwell=4, **given)
    # Back only after four weeks; the chat's own engineer covers for two of them, which is no more moves.
    assert late.moves == 2
    assert {row[0] for row in told(late)} == {"p-0", "p-2"}
    assert late.proven


def test_what_people_cannot_cover_is_told_and_proven() -> None:
    found = orders(people("ads"), ads=[1, 1, 1, 1, 1, 1], chat=[0, 0, 2, 2, 0, 0])
    assert found.uncovered["fte"].sum() == pytest.approx(4.0)
    assert (found.pools[0].uncovered, found.pools[0].uncovered_bound) == (4.0, pytest.approx(4.0))
    assert found.moves == 0


def test_a_fraction_of_a_person_is_shared_and_a_whole_one_moves() -> None:
    found = orders(people("ads", "ads", "chat"), ads=[1.4] * 6, chat=[1.6] * 6)
    assert [(r[0], r[1], r[2], r[3]) for r in told(found)] == [("p-0", "share", "ads", "chat")]
    assert found.orders["fte"].tolist() == [pytest.approx(0.6)]
    whole = orders(people("ads", "ads", "chat"), ads=[1] * 6, chat=[2] * 6)
    assert [r[1] for r in told(whole)] == ["move"]


def test_part_timers_count_with_their_working_time() -> None:
    staff = people("ads", "ads", "ads", fte=0.5)
    found = orders(staff, ads=[0.5] * 6, chat=[1] * 6)
    assert (found.moves, found.uncovered.empty) == (1, True)  # half an FTE moves, the other half is shared
    assert found.orders["fte"].tolist() == [0.5, 0.5]


def test_a_team_goes_together_and_guests_before_the_places_own() -> None:
    staff = people("ads", "media", "media", "ads", "chat")
    found = orders(staff, ads=[0, 0, 0, 3, 3, 3], media=[2, 0, 0, 0, 0, 0], chat=[1, 3, 3, 1, 1, 1])
    first = {row[0] for row in told(found) if row[4] == 1}
    assert first in ({"p-0", "p-3"}, {"p-1", "p-2"})


def test_the_dwell_is_as_long_as_newcomers_ramp_up() -> None:
    assert dwell_of(company(people("ads"), engineer_ramp=(0.5, 0.35, 0.2, 0.1)), "normal") == 4
    assert dwell_of(company(people("ads"), engineer_ramp=(0.0,)), "normal") == 1


def test_needs_of_one_project_add_up_and_pools_without_people_are_left_out() -> None:
    other = ml_pool("data", 3)
    parts = project("ads", 5, of="engineer", pools=("ml", "data"))
    problem = portfolio(ml_pool(), other, parts, {"people": people("ads")}, weeks=2)
    made = plan_of(problem, {("ads", "engineer", "ml"): [1, 1], ("ads", "engineer", "data"): [2, 2]}, {})
    found = change_orders(problem, made, options=LIMITS)
    assert found.left_out == ("data",)
    assert [p.pool for p in found.pools] == ["ml"]
    assert found.uncovered.empty


def fewest(problem: Problem, made: Plan, dwell: int) -> tuple[float, int]:
    """Least uncovered FTE-weeks, and the fewest moves with them, by trying everything."""
    desk = roster(problem, made.allocation, "ml", dwell)
    ways = []
    for home, free in zip(desk.home, desk.free, strict=True):
        mine = []
        for line in product(range(len(desk.places)), repeat=desk.weeks):
            moved = [t for t, (a, b) in enumerate(zip((home, *line), line, strict=False)) if a != b]
            if all(t >= free for t in moved) and all(b - a >= dwell for a, b in pairwise(moved)):
                mine.append((line, len(moved)))
        ways.append(mine)
    return min((_short(desk, [line for line, _ in way]), sum(n for _, n in way)) for way in product(*ways))


def _short(desk: Any, lines: list[tuple[int, ...]]) -> float:
    total = 0.0
    for t in range(desk.weeks):
        there, may = np.zeros(len(desk.places)), np.zeros(len(desk.places))
        for person, line, free in zip(desk.people, lines, desk.free, strict=True):
            there[line[t]] += person.fte
            may[line[t]] += person.fte * (free <= t)
        balance = there - desk.amount[:, t]
        missing = np.maximum(0.0, -balance)
        lent = min(np.minimum(missing, 0.9).sum(), np.minimum(np.maximum(0.0, balance), may).sum())
        total += missing.sum() - lent
    return round(float(total), 6)


@pytest.mark.parametrize("seed", range(25))
def test_no_orders_found_by_a_full_search_are_better(seed: int) -> None:
    draw = Random(seed)
    staff = [
        Person(
            person=f"p-{n}", pool="ml", project=draw.choice(["ads", "chat", None]), fte=draw.choice([1.0, 1.0, 0.5]),
            locked_until=draw.choice([None, None, week(1)]),
        )
        for n in range(3)
    ]  # fmt: skip
    parts = [project(name, 9, of="engineer", pools=("ml",)) for name in ("ads", "chat")]
    problem = portfolio(ml_pool(amount=20), *parts, {"people": staff}, weeks=3)
    made = plan(problem, **{name: [draw.choice([0, 0.3, 1, 1.5, 2]) for _ in range(3)] for name in ("ads", "chat")})
    dwell = draw.choice([1, 2])
    found = change_orders(problem, made, dwell=dwell, options=LIMITS)
    assert (found.summary()["uncovered"], found.moves) == fewest(problem, made, dwell)
    assert found.proven


def lent() -> tuple[Problem, Plan, Orders]:
    """One of ads moves to chat for three weeks, and another shares time with media."""
    staff = people("ads", "ads", "chat")
    staff[1] = replace(staff[1], locked_until=week(5))
    problem = company(staff)
    made = plan(problem, ads=[1.6, 1, 1, 1, 2, 2], chat=[1, 2, 2, 2, 1, 1], media=[0.4, 0, 0, 0, 0, 0])
    return problem, made, change_orders(problem, made, dwell=2, options=LIMITS)


def test_the_checker_agrees_and_finds_every_order_that_is_taken_away() -> None:
    problem, made, found = lent()
    assert check_orders(problem, made, found) == []
    for row in found.orders.index:
        assert check_orders(problem, made, replace(found, orders=found.orders.drop(row))) != []


@pytest.mark.parametrize(
    ("kind", "column", "value"),
    [
        ("move", "person", "p-1"), ("move", "person", "nobody"), ("move", "from", "media"), ("move", "to", "spare"),
        ("move", "week", week(3)), ("move", "week", date(2025, 12, 3)), ("move", "fte", 0.5), ("move", "until", None),
        ("move", "back", week(2)), ("move", "kind", "share"), ("share", "fte", 0.2), ("share", "fte", 1.4),
        ("share", "from", "chat"), ("share", "until", week(2)), ("share", "person", "p-1"), ("share", "pool", "gpu"),
    ],
)  # fmt: skip
def test_an_order_changed_by_hand_is_found(kind: str, column: str, value: Any) -> None:
    problem, made, found = lent()
    wrong = found.orders.copy()
    wrong.loc[wrong.index[wrong["kind"] == kind][0], column] = value
    assert check_orders(problem, made, replace(found, orders=wrong)) != []


def test_a_claim_that_the_tables_do_not_bear_is_found() -> None:
    problem, made, found = lent()
    pool = found.pools[0]
    for wrong in (replace(pool, moves=1, moves_bound=1), replace(pool, moves_bound=9), replace(pool, uncovered=3.0)):
        assert check_orders(problem, made, replace(found, pools=(wrong,))) != []
    nothing = pd.DataFrame([(week(0), "ml", "ads", 0.5)], columns=found.uncovered.columns)
    assert check_orders(problem, made, replace(found, uncovered=nothing)) != []


def test_orders_are_written_and_read_back(tmp_path: Any) -> None:
    found = orders(people("ads", "chat", site="=Paris"), chat=[0, 2, 2, 0, 0, 0], ads=[1, 0, 0, 0.7, 0.7, 3])
    write_orders(found, tmp_path)
    read = read_orders({path.name: path.read_text() for path in tmp_path.iterdir()})
    assert read is not None
    assert read.summary() == found.summary()
    assert orders_files(read) == orders_files(found)
    assert read_orders({}) is None


def test_orders_that_were_damaged_are_refused() -> None:
    files = orders_files(orders(people("ads"), chat=[0, 1, 1, 1, 1, 1]))
    with pytest.raises(InvalidInput):
        read_orders({**files, "orders.csv": files["orders.csv"].replace("move", "walk")})
    for facts in ("", "[]", "{}", files["orders.json"].replace("moves_bound", "bound")):
        with pytest.raises(InvalidInput):
            read_orders({**files, "orders.json": facts})
