"""The coming weeks: which plan they are of, what it replaced, and acknowledgements that go stale."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pandas as pd
import pytest
import sqlalchemy as sa

from app.actions.acknowledge_moves import acknowledge_moves
from app.actions.approve import approve
from app.actions.audit import entries
from app.actions.plans import plan_orders, store_orders, store_plan
from app.actions.week import calendar, for_the_week
from app.db import Database
from app.errors import NotFound, Refused
from solver.people import COLUMNS, Orders
from solver.problem import Problem
from tests.app.lab import outcome

MONDAY = date(2025, 12, 1)
CHAT = (MONDAY, "chat")


@pytest.fixture
def approved(lab: Database, problem: Problem) -> Database:
    """The lab with two plans, the second of which was approved after the first."""
    for plan, nodes in ((1, 4), (2, 6)):
        store_plan(lab, problem, outcome(problem, nodes), None, "ann")
        approve(lab, plan, "good", "eve")
    return lab


def test_without_an_approved_plan_there_is_nothing_for_the_week(lab: Database) -> None:
    assert for_the_week(lab, "lab") is None
    assert calendar(lab, "lab") is None
    with pytest.raises(NotFound):
        for_the_week(lab, "nothing")


@pytest.mark.parametrize(
    ("day", "first", "count"),
    [
        (date(2025, 12, 10), MONDAY + timedelta(weeks=1), 2),
        (date(2025, 12, 28), MONDAY + timedelta(weeks=3), 1),
        (date(1, 1, 1), MONDAY, 2),
        (date(9999, 12, 31), MONDAY + timedelta(weeks=3), 1),
    ],
)
def test_the_weeks_are_those_from_the_monday_on_within_the_plan(
    approved: Database, day: date, first: date, count: int
) -> None:
    found = for_the_week(approved, "lab", day)
    assert found is not None
    assert (found.weeks[0], len(found.weeks)) == (first, count)


def test_today_decides_where_no_week_is_asked_for(approved: Database) -> None:
    found = for_the_week(approved, "lab", today=date(2025, 12, 17))
    assert found is not None
    assert (found.weeks[0], found.outside) == (date(2025, 12, 15), False)
    late = for_the_week(approved, "lab", today=date(2027, 1, 1))
    assert late is not None
    assert (late.weeks[0], late.outside) == (MONDAY, True)


def test_the_plan_before_is_the_other_one_that_was_approved_last(approved: Database) -> None:
    found = for_the_week(approved, "lab")
    assert found is not None
    assert found.earlier is not None
    assert (found.record.id, found.earlier.id) == (2, 1)
    approve(approved, 1, "back to the first", "eve")
    again = for_the_week(approved, "lab")
    assert again is not None
    assert again.earlier is not None
    assert (again.record.id, again.earlier.id) == (1, 2)


def test_moves_are_acknowledged_with_name_and_time_and_in_the_audit_trail(approved: Database) -> None:
    assert acknowledge_moves(approved, "lab", 2, {CHAT}, "kim") == 1
    assert acknowledge_moves(approved, "lab", 2, {CHAT}, "kim") == 0
    assert acknowledge_moves(approved, "lab", 2, {CHAT, (MONDAY, "ads")}, "bob") == 2
    found = for_the_week(approved, "lab")
    assert found is not None
    assert sorted((s.team, s.who, s.stale) for s in found.seen) == [
        ("ads", "bob", False), ("chat", "bob", False), ("chat", "kim", False),
    ]  # fmt: skip
    line = entries(approved, "lab", 1)[0]
    assert (line.verb, line.who, line.subject) == ("acknowledge moves", "bob", "plan 2")
    assert line.detail["moves"] == [["2025-12-01", "ads"], ["2025-12-01", "chat"]]


def test_another_approval_makes_acknowledgements_stale_even_of_the_same_plan_again(approved: Database) -> None:
    acknowledge_moves(approved, "lab", 2, {CHAT}, "kim")
    for plan in (1, 2):
        approve(approved, plan, "once more", "eve")
        found = for_the_week(approved, "lab")
        assert found is not None
        assert [(s.plan, s.stale) for s in found.seen] == [(2, True)]


def test_what_was_read_under_another_approval_is_refused(approved: Database) -> None:
    with pytest.raises(Refused, match="plan 2 was approved meanwhile"):
        acknowledge_moves(approved, "lab", 1, {CHAT}, "kim")
    with pytest.raises(Refused, match="training gives and gets nothing in the week of 2025-12-01"):
        acknowledge_moves(approved, "lab", 2, {(MONDAY, "training")}, "kim")
    with pytest.raises(Refused, match="at least one team"):
        acknowledge_moves(approved, "lab", 2, set(), "kim")
    found = for_the_week(approved, "lab")
    assert found is not None
    assert found.seen == ()


@pytest.mark.parametrize("change", ["UPDATE moves_seen SET who = 'eve'", "DELETE FROM moves_seen"])
def test_the_database_refuses_to_change_or_remove_an_acknowledgement(approved: Database, change: str) -> None:
    acknowledge_moves(approved, "lab", 2, {CHAT}, "kim")
    with pytest.raises(sa.exc.DBAPIError, match="append-only"), approved.session() as session:
        session.execute(sa.text(change))


def test_the_revision_of_the_calendar_only_grows(approved: Database) -> None:
    frames = {name: pd.DataFrame(columns=list(columns)) for name, columns in COLUMNS.items()}
    seen = []
    for step in range(4):
        if step == 1:
            store_orders(approved, 2, Orders(4, **frames), "ann")
            assert plan_orders(approved, 2) is not None
        if step > 1:
            approve(approved, step - 1, "again", "eve")
        found = calendar(approved, "lab")
        assert found is not None
        seen.append((found.revision, found.at))
    assert [revision for revision, _ in seen] == sorted({revision for revision, _ in seen})
    assert [at for _, at in seen] == sorted({at for _, at in seen})


def test_moves_of_plans_before_that_nobody_makes_any_more_are_gone(approved: Database, problem: Problem) -> None:
    still = outcome(problem, 3)
    assert still.plan is not None
    nobody = replace(still, plan=replace(still.plan, moves=still.plan.moves.iloc[:0]))
    approve(approved, store_plan(approved, problem, nobody, None, "ann"), "nobody moves", "eve")
    found = calendar(approved, "lab")
    assert found is not None
    assert found.gone == {CHAT, (MONDAY, "ads")}
