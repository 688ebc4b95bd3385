"""A portfolio that is kept parsed is the one that is stored, whoever wrote to it, and little of it is read again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from app.actions import edit
from app.actions.backup import backup, restore
from app.actions.batch import RowEdit, commit
from app.actions.edit import ADD, RecordChange, add_record, change_records, edit_record, remove_record
from app.actions.import_data import import_portfolio
from app.actions.parsed import Parsed
from app.actions.snapshot import snapshot
from app.db import Database
from app.errors import Conflict
from app.store import records
from solver.faults import InvalidInput
from solver.problem import Problem
from tests.app.lab import FILES, as_bytes
from tests.app.test_statements import counted

WARM_EDIT = 7
"""Statements of an edit of a known portfolio: state, record, count, state again, write, end of the chain, line."""
CATCH_UP = 4
"""What is read of a portfolio after another process edited a record: state, does it go on, counts, the record."""


def in_store(db: Database) -> Problem:
    """The portfolio read as a whole."""
    with db.reading() as session:
        return Problem.from_tables(records.read_all(session, "lab"))


def of(parsed: Parsed, db: Database) -> Problem:
    """The portfolio as a process has it that wrote nothing itself."""
    with db.reading() as session:
        return parsed.problem(session, "lab", records.state(session, "lab"))


def writes(db: Database) -> list[object]:
    """Every kind of write to records, one after the other."""
    need = {"project": "ads", "need": "more", "kind": "gpu", "full": "1"}
    more = {"project": "ads", "need": "more", "pool": "h100", "rate": "1"}
    with_another = as_bytes({**FILES, "signals.csv": "signal,date,value\nvisits,2025-11-03,7\nvisits,2025-11-04,8\n"})
    return [
        lambda: edit_record(db, "lab", "projects", ("ads",), {"value": "5"}, 1, "bob"),
        lambda: change_records(
            db, "lab", [RecordChange(ADD, "needs", cells=need), RecordChange(ADD, "eligible", cells=more)], "bob"
        ),
        lambda: add_record(db, "lab", "signals", {"signal": "visits", "date": "2030-01-01", "value": "1"}, "bob"),
        lambda: remove_record(db, "lab", "signals", ("visits", "2030-01-01"), version_of(db), "bob"),
        lambda: import_portfolio(db, with_another, "ann"),
        lambda: commit(db, "lab", "projects", [RowEdit(0, "ads", {"value": "6"}, {"value": "5"}, 2)], "bob"),
        lambda: import_portfolio(db, as_bytes(FILES), "ann"),
    ]


def version_of(db: Database) -> int:
    """The revision of the portfolio, which is the version of what was written last."""
    with db.reading() as session:
        return records.revision(session, "lab")


def version_of_chat(db: Database) -> int:
    """The version of one project."""
    found = edit.find_row(db, "lab", "projects", ("chat",))
    return found.version if found else 0


def test_what_is_kept_is_what_is_stored_after_every_kind_of_write(lab: Database) -> None:
    elsewhere = Parsed()
    of(elsewhere, lab)
    for write in writes(lab):
        write()  # type: ignore[operator]
        whole = in_store(lab)
        assert of(elsewhere, lab) == whole
        assert snapshot(lab, "lab") == whole


def test_two_writes_that_are_caught_up_with_at_once_are_both_there(lab: Database) -> None:
    elsewhere = Parsed()
    of(elsewhere, lab)
    edit_record(lab, "lab", "projects", ("ads",), {"value": "5"}, 1, "bob")
    add_record(lab, "lab", "signals", {"signal": "visits", "date": "2030-01-01", "value": "1"}, "bob")
    remove_record(lab, "lab", "signals", ("visits", "2030-01-01"), version_of(lab), "bob")
    add_record(lab, "lab", "signals", {"signal": "visits", "date": "2031-01-01", "value": "1"}, "bob")
    assert of(elsewhere, lab) == in_store(lab)


def test_an_edit_of_a_known_portfolio_and_a_catch_up_take_few_statements(lab: Database) -> None:
    snapshot(lab, "lab")
    elsewhere = Parsed()
    of(elsewhere, lab)
    with counted(lab) as statements:
        edit_record(lab, "lab", "projects", ("ads",), {"value": "5"}, 1, "bob")
    assert len(statements) == WARM_EDIT, "\n".join(statements)
    with counted(lab) as statements:
        of(elsewhere, lab)
    assert len(statements) == CATCH_UP, "\n".join(statements)


def test_what_was_judged_before_somebody_else_wrote_is_judged_again(
    lab: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    snapshot(lab, "lab")
    foreseen = edit._foreseen

    def overtaken(db: Database, portfolio: str, changes: Sequence[RecordChange]) -> object:
        judged = foreseen(db, portfolio, changes)
        monkeypatch.setattr(edit, "_foreseen", foreseen)
        edit_record(db, "lab", "projects", ("chat",), {"value": f"{version_of(db)}"}, version_of_chat(db), "eve")
        return judged

    monkeypatch.setattr(edit, "_foreseen", overtaken)
    edit_record(lab, "lab", "projects", ("ads",), {"value": "5"}, 1, "bob")
    assert {p.project: p.value for p in snapshot(lab, "lab").projects} == {"ads": 5, "chat": 1, "training": 6}
    assert snapshot(lab, "lab") == in_store(lab)
    monkeypatch.setattr(edit, "_foreseen", overtaken)
    with pytest.raises(Conflict, match="chat"):
        edit_record(lab, "lab", "projects", ("chat",), {"value": "9"}, version_of_chat(lab), "bob")
    assert snapshot(lab, "lab").project["chat"].value == 3


def test_a_restored_database_is_not_taken_for_what_it_was(lab: Database, tmp_path: Path) -> None:
    if lab.url.get_backend_name() != "sqlite":
        pytest.skip("backups of files")
    backup(lab, tmp_path / "copy.db")
    elsewhere = Parsed()
    edit_record(lab, "lab", "projects", ("ads",), {"value": "5"}, 1, "bob")
    assert of(elsewhere, lab).project["ads"].value == 5
    restore(lab, tmp_path / "copy.db")
    assert of(elsewhere, lab) == in_store(lab)
    edit_record(lab, "lab", "projects", ("ads",), {"value": "9"}, 1, "bob")
    edit_record(lab, "lab", "projects", ("ads",), {"owner": "eve"}, version_of(lab), "bob")
    assert of(elsewhere, lab) == in_store(lab)


def test_exchanged_records_are_judged(problem: Problem) -> None:
    ads = problem.project["ads"]
    changed = problem.exchange({"projects": [replace(ads, value=7.0)]})
    assert changed == Problem.from_tables({**problem.tables(), "projects": changed.projects})
    assert changed.project["ads"].value == 7
    assert problem.project["ads"].value == ads.value
    with pytest.raises(InvalidInput, match="cannot be written"):
        problem.exchange({"projects": [replace(ads, value=float("nan"))]})
    with pytest.raises(InvalidInput, match=r"is not in projects\.csv"):
        problem.exchange({}, {"projects": [ads]})
