"""The audit trail and the decisions only grow: the database itself refuses anything else."""

from __future__ import annotations

import pytest
from sqlalchemy.exc import DatabaseError

from app.actions.approve import approve
from app.actions.audit import entries
from app.actions.edit import edit_record
from app.actions.plans import store_plan
from app.db import Database
from solver.problem import Problem
from tests.app.lab import outcome


@pytest.mark.parametrize("statement", ["UPDATE {} SET who = 'nobody'", "DELETE FROM {}"])
@pytest.mark.parametrize("table", ["audit", "decisions"])
def test_a_written_line_is_neither_changed_nor_removed(
    lab: Database, problem: Problem, table: str, statement: str
) -> None:
    approve(lab, store_plan(lab, problem, outcome(problem), None, "ann"), "it is good", "eve")
    before = entries(lab, "lab")
    with pytest.raises(DatabaseError, match=f"{table} is append-only"), lab.session() as session:
        session.connection().exec_driver_sql(statement.format(table))
    assert entries(lab, "lab") == before


@pytest.mark.parametrize("table", ["plans", "plan_files"])
def test_a_stored_plan_is_not_changed(lab: Database, problem: Problem, table: str) -> None:
    store_plan(lab, problem, outcome(problem), None, "ann")
    column = "status" if table == "plans" else "content"
    with pytest.raises(DatabaseError, match=f"{table} is append-only"), lab.session() as session:
        session.connection().exec_driver_sql(f"UPDATE {table} SET {column} = 'x'")


def test_the_trail_is_told_newest_first(lab: Database) -> None:
    edit_record(lab, "lab", "projects", ("ads",), {"value": "5"}, 1, "bob")
    assert [(e.verb, e.who) for e in entries(lab, "lab")] == [("edit", "bob"), ("import", "ann")]
    assert [e.verb for e in entries(lab, "lab", limit=1)] == ["edit"]


def test_a_line_knows_its_moment_in_utc(lab: Database) -> None:
    at = entries(lab, "lab")[0].at
    assert at.tzinfo is not None
    assert at.utcoffset().total_seconds() == 0  # type: ignore[union-attr]
