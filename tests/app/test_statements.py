"""How many SQL statements an action may take, whatever the size of the portfolio."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import event

from app.actions.approve import approve
from app.actions.audit import entries
from app.actions.batch import RowEdit, commit, judge
from app.actions.compare import compare
from app.actions.decide import standing
from app.actions.declare import declare, prefill
from app.actions.edit import cell_rows, edit_record, rows
from app.actions.import_data import import_portfolio
from app.actions.plans import get_plan, list_plans, store_plan
from app.actions.portfolios import list_portfolios
from app.actions.scenario_edit import change_scenario
from app.actions.scenario_view import list_with_plans, scenario_view
from app.actions.situation import situation
from app.actions.snapshot import snapshot
from app.actions.week import calendar, for_the_week
from app.db import Database
from solver.problem import Problem
from solver.records import TABLES
from tests.app.lab import FILES, as_bytes, outcome
from tests.app.test_scenario_edit import MORE
from tests.app.test_scenarios import CODE_RED

ALL = len(TABLES)
BATCH = [
    RowEdit(n, key, {"standby": "1"}, {"standby": "0"}, 1)
    for n, key in enumerate(("ads/gpu", "ads/people", "chat/gpu", "chat/people"))
]
TURNS = "SELECT pg_advisory_xact_lock"
BOUNDS: dict[str, tuple[Callable[[Database], object], int]] = {
    "list": (list_portfolios, 1),
    "rows": (lambda db: rows(db, "lab", "needs"), 1),
    "snapshot": (lambda db: snapshot(db, "lab"), ALL + 1),
    "snapshot of a scenario": (lambda db: snapshot(db, "lab", 1), ALL + 3),
    "audit": (lambda db: entries(db, "lab"), 1),
    "list plans": (lambda db: list_plans(db, "lab"), 2),
    "plan": (lambda db: get_plan(db, 1), 3),
    "compare": (lambda db: compare(db, 1, 2), 6),
    "situation": (lambda db: situation(db, "lab"), ALL + 10),
    "scenarios": (lambda db: list_with_plans(db, "lab"), 3),
    "scenario beside its parent": (lambda db: scenario_view(db, 1), ALL + 4),
    "change a scenario": (lambda db: change_scenario(db, 1, [MORE], 1, "eve"), ALL + 9),
    "standing": (lambda db: standing(db, 1), 2),
    "edit": (lambda db: edit_record(db, "lab", "projects", ("ads",), {"value": "5"}, 1, "bob"), ALL + 5),
    "rows of a grid": (lambda db: cell_rows(db, "lab", "needs"), 2),
    "judge a batch": (lambda db: judge(db, "lab", "needs", BATCH), ALL),
    "commit a batch": (lambda db: commit(db, "lab", "needs", BATCH, "bob"), ALL + 5),
    "prefill": (lambda db: prefill(db, "lab"), ALL + 1),
    "declare": (lambda db: declare(db, "lab", CODE_RED, "eve"), ALL + 7),
    "approve": (lambda db: approve(db, 2, "better", "eve"), 8),
    "for the week": (lambda db: for_the_week(db, "lab"), ALL + 7),
    "calendar": (lambda db: calendar(db, "lab"), 6),
    "import again": (lambda db: import_portfolio(db, as_bytes(FILES), "ann"), ALL + 4),
}


@contextmanager
def counted(db: Database) -> Iterator[list[str]]:
    """The statements that run meanwhile, without those that only wait for a turn."""
    seen: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        if not statement.startswith(("BEGIN", TURNS)):
            seen.append(statement)

    event.listen(db.engine, "before_cursor_execute", note)
    yield seen
    event.remove(db.engine, "before_cursor_execute", note)


@pytest.mark.parametrize("name", BOUNDS)
def test_an_action_takes_a_bounded_number_of_statements(lab: Database, problem: Problem, name: str) -> None:
    action, most = BOUNDS[name]
    declare(lab, "lab", CODE_RED, "eve")
    for nodes in (4, 5):
        store_plan(lab, problem, outcome(problem, nodes), None, "ann")
    approve(lab, 1, "good", "eve")
    with counted(lab) as statements:
        action(lab)
    assert 0 < len(statements) <= most, "\n".join(statements)


def test_a_portfolio_that_nobody_wrote_and_a_plan_are_not_read_again(lab: Database, problem: Problem) -> None:
    store_plan(lab, problem, outcome(problem, 4), None, "ann")
    first, plan = snapshot(lab, "lab"), get_plan(lab, 1)
    with counted(lab) as statements:
        assert snapshot(lab, "lab") is first
        assert get_plan(lab, 1).problem is plan.problem
    assert len(statements) == 2
    edit_record(lab, "lab", "projects", ("ads",), {"value": "6"}, 1, "bob")
    assert snapshot(lab, "lab").project["ads"].value == 6
    assert first.project["ads"].value != 6
