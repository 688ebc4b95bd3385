"""A database of the first version, with its data, becomes one of today: nothing is lost on the way."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
import sqlalchemy as sa

from app.actions.audit import entries, verify
from app.actions.scenarios import list_scenarios
from app.actions.snapshot import snapshot
from app.db import Database
from app.store.records import _row
from app.tables import RECORDS
from solver.problem import Problem
from solver.records import TABLES

FIRST = "0001"
AT = datetime(2025, 12, 1, 9, 30, tzinfo=UTC)


@pytest.fixture
def old(bare: Database, problem: Problem) -> Database:
    """A database of the first schema with a portfolio, a scenario and lines in the audit trail."""
    db = bare
    db.upgrade(FIRST)
    known = sa.MetaData()
    known.reflect(db.engine)
    with db.session() as session:
        for name in TABLES:
            records = (problem.head,) if name == "portfolio" else getattr(problem, name)
            for record in records if name in known.tables else ():
                _insert(session, _of_then(known, RECORDS[name]), _row("lab", name, record, 1) | {"revision": 1})
        made = {"portfolio": "lab", "name": "What if", "policy": "ordinary", "kind": "what-if", "status": "open"}
        _insert(session, known.tables["scenarios"], made | {"created_at": AT, "who": "ann", "version": 1})
        for number in range(3):
            line = {"at": AT, "who": "ann", "verb": "edit", "portfolio": "lab", "subject": f"line {number}"}
            _insert(session, known.tables["audit"], line | {"detail": {}})
    return db


def _of_then(known: sa.MetaData, table: sa.Table) -> sa.TableClause:
    """A table of today, with the columns it had then."""
    then = known.tables[table.name].columns
    return sa.table(table.name, *(sa.column(c.name, c.type) for c in table.columns if c.name in then))


def _insert(session: sa.orm.Session, table: sa.TableClause, row: dict[str, object]) -> None:
    """The columns that this version of the table has; raw, as the old version wrote them."""
    session.execute(sa.insert(table), {name: value for name, value in row.items() if name in table.columns})


def test_an_old_database_keeps_its_portfolio(old: Database, problem: Problem) -> None:
    old.upgrade()
    assert old.revision() == old.newest()
    assert snapshot(old, "lab").digest == problem.digest


def test_an_old_database_keeps_its_scenarios(old: Database) -> None:
    old.upgrade()
    assert [one.name for one in list_scenarios(old, "lab")] == ["What if"]


def test_the_old_audit_lines_are_chained(old: Database) -> None:
    old.upgrade()
    assert [line.subject for line in entries(old, "lab")] == ["line 2", "line 1", "line 0"]
    assert (verify(old).lines, verify(old).good) == (3, True)


def test_every_step_on_the_way_keeps_the_rows(old: Database) -> None:
    script = [f"{number:04d}" for number in range(2, int(str(old.newest())) + 1)]
    for revision in script:
        old.upgrade(revision)
        with old.reading() as session:
            assert session.scalar(sa.text("SELECT count(*) FROM needs")) == 5
            assert session.scalar(sa.text("SELECT count(*) FROM audit")) == 3
    assert script[-1] == old.newest()
