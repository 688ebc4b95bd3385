"""The chain of the audit trail: every line holds those before it, whoever writes past the triggers is found out."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from app.actions.audit import verify
from app.actions.edit import edit_record
from app.db import Database
from app.store import audit


def edit(db: Database, times: int) -> None:
    for version in range(1, times + 1):
        edit_record(db, "lab", "projects", ("ads",), {"value": str(10 + version)}, version, "bob")


def tamper(db: Database, statement: str) -> None:
    """Write as somebody who has the file and takes the triggers away."""
    with db.session() as session:
        for verb in ("update", "delete"):
            on = " ON audit" if db.url.get_backend_name() == "postgresql" else ""
            session.connection().exec_driver_sql(f"DROP TRIGGER audit_refuses_{verb}{on}")
        session.connection().exec_driver_sql(statement)


def test_a_trail_as_it_was_written_holds(lab: Database) -> None:
    edit(lab, 3)
    found = verify(lab)
    assert (found.good, found.lines, len(found.end)) == (True, 4, 64)
    assert verify(lab, found.end).good


@pytest.mark.parametrize(
    ("statement", "broken"),
    [
        ("UPDATE audit SET who = 'eve' WHERE id = 2", 2),
        ('UPDATE audit SET detail = \'{"value": ["1", "2"]}\' WHERE id = 3', 3),
        ("UPDATE audit SET at = '2020-01-01 00:00:00.000000' WHERE id = 1", 1),
        ("UPDATE audit SET hash = '' WHERE id = 4", 4),
        ("DELETE FROM audit WHERE id = 2", 3),
        ("DELETE FROM audit WHERE id = 1", 2),
        ("UPDATE audit SET id = 9 WHERE id = 2", 3),
    ],
)
def test_a_line_that_was_changed_removed_or_moved_is_named(lab: Database, statement: str, broken: int) -> None:
    edit(lab, 3)
    tamper(lab, statement)
    found = verify(lab)
    assert (found.good, found.broken) == (False, broken)


def test_lines_cut_off_the_end_are_missed_by_who_noted_the_end(lab: Database) -> None:
    edit(lab, 3)
    noted = verify(lab).end
    tamper(lab, "DELETE FROM audit WHERE id = 4")
    assert verify(lab).good
    assert not verify(lab, noted).good


def told_and_lost(db: Database) -> None:
    with db.session() as session:
        audit.add(session, "lab", "eve", "lost", subject="nothing", detail={})
        raise ZeroDivisionError


def test_several_lines_of_one_transaction_and_lines_after_a_rollback_are_one_chain(lab: Database) -> None:
    edit(lab, 1)
    with pytest.raises(ZeroDivisionError):
        told_and_lost(lab)
    with lab.session() as session:
        for n in range(2):
            audit.add(session, "lab", "eve", "told", subject=f"line {n}", detail={"n": n, "pair": (1.5, None)})
    assert (verify(lab).good, verify(lab).lines) == (True, 4)


def test_the_migration_chains_the_lines_that_are_there_and_leaves_what_they_say(bare: Database) -> None:
    db = bare
    db.upgrade("0008")
    insert = sa.text(
        "INSERT INTO audit (at, who, verb, portfolio, subject, detail) "
        "VALUES ('2026-01-05 08:00:00.000123', :who, 'edit', 'lab', 'projects ads', '{\"value\": [\"1\", null]}')"
    )
    with db.session() as session:
        for who in ("ann", "bob"):
            session.execute(insert, {"who": who})
    db.upgrade()
    found = verify(db)
    assert (found.good, found.lines) == (True, 2)
    with db.reading() as session:
        assert session.execute(sa.text("SELECT who FROM audit ORDER BY id")).scalars().all() == ["ann", "bob"]
    db.downgrade("0008")
