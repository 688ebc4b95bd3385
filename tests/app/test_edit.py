"""Editing one record: the whole still fits together, and no update is lost."""

from __future__ import annotations

import threading
from datetime import date

import pytest

from app.actions.audit import entries
from app.actions.edit import RecordChange, add_record, change_records, edit_record, remove_record, rows
from app.actions.import_data import import_portfolio
from app.actions.snapshot import snapshot
from app.db import Database
from app.errors import Conflict, NotFound, Refused
from solver.faults import InvalidInput
from solver.problem import Problem


def version_of(db: Database, table: str, *key: object) -> int:
    return next(row.version for row in rows(db, "lab", table) if row.key == key)


def test_an_edit_writes_the_cells_as_typed(lab: Database) -> None:
    version = edit_record(lab, "lab", "projects", ("ads",), {"priority": " 2 ", "owner": "Mia"}, 1, "bob")
    ads = snapshot(lab, "lab").project["ads"]
    assert (ads.priority, ads.owner, ads.name) == (2, "Mia", "Ads")
    assert version_of(lab, "projects", "ads") == version > 1


def test_a_key_may_be_given_as_texts(lab: Database) -> None:
    edit_record(lab, "lab", "capacity", ("h100", "2025-12-01"), {"amount": "12"}, 1, "bob")
    assert snapshot(lab, "lab").supply("h100") == (12.0,) * 4


def test_a_week_typed_as_another_day_becomes_its_monday(lab: Database) -> None:
    add_record(lab, "lab", "capacity", {"pool": "h100", "week": "2025-12-10", "amount": "11"}, "bob")
    assert version_of(lab, "capacity", "h100", date(2025, 12, 8)) > 1


def test_the_second_writer_is_told_what_changed(lab: Database) -> None:
    edit_record(lab, "lab", "projects", ("ads",), {"value": "5", "owner": "Mia"}, 1, "bob")
    with pytest.raises(Conflict) as caught:
        edit_record(lab, "lab", "projects", ("ads",), {"value": "6"}, 1, "cid")
    changed = {(c.column, c.old, c.new, c.who) for c in caught.value.changed}
    assert changed == {("value", "4", "5", "bob"), ("owner", "", "Mia", "bob")}
    assert snapshot(lab, "lab").project["ads"].value == 5


def test_the_second_writer_is_told_of_an_import(lab: Database, files: dict[str, bytes]) -> None:
    files["projects.csv"] = files["projects.csv"].replace(b"run,3,4,running", b"run,3,7,running")
    import_portfolio(lab, files, "importer")
    with pytest.raises(Conflict) as caught:
        edit_record(lab, "lab", "projects", ("ads",), {"value": "6"}, 1, "cid")
    assert [(c.column, c.old, c.new, c.who) for c in caught.value.changed] == [("value", "4", "7", "importer")]


def test_an_import_of_the_same_records_disturbs_no_editor(lab: Database, files: dict[str, bytes]) -> None:
    import_portfolio(lab, files, "importer")
    assert edit_record(lab, "lab", "projects", ("ads",), {"value": "6"}, 1, "cid") > 1


def test_a_record_removed_and_added_again_has_another_version(lab: Database) -> None:
    remove_record(lab, "lab", "triggers", ("visits-fall",), 1, "bob")
    cells = {"trigger": "visits-fall", "signal": "visits", "window_days": "7", "drop": "0.1", "policy": "ordinary"}
    add_record(lab, "lab", "triggers", cells, "bob")
    with pytest.raises(Conflict):
        edit_record(lab, "lab", "triggers", ("visits-fall",), {"drop": "0.2"}, 1, "cid")


def test_a_removed_record_is_a_conflict_for_its_editor(lab: Database) -> None:
    remove_record(lab, "lab", "triggers", ("visits-fall",), 1, "bob")
    with pytest.raises(Conflict) as caught:
        edit_record(lab, "lab", "triggers", ("visits-fall",), {"drop": "0.2"}, 1, "cid")
    assert ("drop", "0.06", None, "bob") in {(c.column, c.old, c.new, c.who) for c in caught.value.changed}


def test_every_fault_of_an_edit_is_told(lab: Database, problem: Problem) -> None:
    with pytest.raises(InvalidInput) as caught:
        edit_record(lab, "lab", "projects", ("ads",), {"priority": "9", "value": "-1", "hue": "red"}, 1, "bob")
    assert {f.column for f in caught.value.faults} == {"priority", "value", "hue"}
    assert snapshot(lab, "lab") == problem


def test_an_edit_that_breaks_another_record_is_refused(lab: Database, problem: Problem) -> None:
    with pytest.raises(InvalidInput) as caught:
        edit_record(lab, "lab", "needs", ("chat", "gpu"), {"minimum": "7"}, 1, "bob")
    assert caught.value.faults[0].table == "needs"
    assert snapshot(lab, "lab") == problem


def test_a_record_that_others_need_is_not_removed(lab: Database, problem: Problem) -> None:
    with pytest.raises(InvalidInput):
        remove_record(lab, "lab", "pools", ("h100",), 1, "bob")
    assert snapshot(lab, "lab") == problem


def test_a_record_is_added_once(lab: Database) -> None:
    add_record(lab, "lab", "pools", {"pool": "b200", "kind": "gpu", "type": "b200"}, "bob")
    with pytest.raises(Conflict, match="pools b200 was changed by somebody else"):
        add_record(lab, "lab", "pools", {"pool": "B200", "kind": "gpu", "type": "b200"}, "cid")


def test_a_floor_without_pool_and_week_has_a_key_too(lab: Database) -> None:
    floor = {"policy": "ordinary", "project": "training", "need": "gpu", "amount": "3"}
    version = add_record(lab, "lab", "floors", floor, "bob")
    key = ("ordinary", "training", "gpu", None, None)
    later = edit_record(lab, "lab", "floors", key, {"amount": "4"}, version, "bob")
    assert snapshot(lab, "lab").floors[0].amount == 4
    remove_record(lab, "lab", "floors", ("ordinary", "training", "gpu", "", ""), later, "bob")
    assert snapshot(lab, "lab").floors == ()


def test_records_that_need_each_other_come_together(lab: Database) -> None:
    need = RecordChange("add", "needs", cells={"project": "ads", "need": "people2", "kind": "engineer", "full": "2"})
    pool = RecordChange("add", "eligible", cells={"project": "ads", "need": "people2", "pool": "ml"})
    for alone in (need, pool):
        with pytest.raises(InvalidInput):
            change_records(lab, "lab", [alone], "bob")
    version = change_records(lab, "lab", [need, pool], "bob")
    assert version_of(lab, "needs", "ads", "people2") == version_of(lab, "eligible", "ads", "people2", "ml") == version


def test_of_several_changes_one_refused_refuses_all(lab: Database, problem: Problem) -> None:
    changes = [
        RecordChange("edit", "projects", ("ads",), {"value": "5"}, 1),
        RecordChange("edit", "projects", ("chat",), {"value": "5"}, 7),
    ]
    with pytest.raises(Conflict, match="projects chat"):
        change_records(lab, "lab", changes, "bob")
    assert snapshot(lab, "lab") == problem


def test_the_same_record_is_not_changed_twice_at_once(lab: Database) -> None:
    changes = [RecordChange("edit", "projects", ("ads",), {"value": v}, 1) for v in ("5", "6")]
    with pytest.raises(Refused, match="twice"):
        change_records(lab, "lab", changes, "bob")


def test_an_edit_that_changes_nothing_writes_nothing(lab: Database) -> None:
    before = entries(lab, "lab")
    assert edit_record(lab, "lab", "projects", ("ads",), {"value": "4.0"}, 1, "bob") == 1
    assert entries(lab, "lab") == before


def test_a_key_is_not_edited(lab: Database) -> None:
    with pytest.raises(Refused, match="remove it and add another"):
        edit_record(lab, "lab", "projects", ("ads",), {"project": "advertising"}, 1, "bob")


@pytest.mark.parametrize(
    ("portfolio", "table", "key"),
    [("works", "pools", ("h100",)), ("lab", "tables", ("x",)), ("lab", "pools", ("tpu",)), ("lab", "pools", ("a", "b")),
     ("lab", "capacity", ("h100", "someday"))],
)  # fmt: skip
def test_what_nobody_knows_is_not_found(lab: Database, portfolio: str, table: str, key: tuple[str, ...]) -> None:
    with pytest.raises(NotFound):
        edit_record(lab, portfolio, table, key, {"name": "x"}, 1, "bob")


def test_the_portfolio_itself_is_edited_but_never_added_or_removed(lab: Database) -> None:
    edit_record(lab, "lab", "portfolio", ("lab",), {"name": "Our lab"}, 1, "bob")
    assert snapshot(lab, "lab").head.name == "Our lab"
    with pytest.raises(Refused):
        remove_record(lab, "lab", "portfolio", ("lab",), 2, "bob")
    with pytest.raises(Refused):
        add_record(lab, "lab", "portfolio", {"portfolio": "x", "start": "2025-12-01", "weeks": "1"}, "bob")


def test_an_edit_is_in_the_audit_trail(lab: Database) -> None:
    edit_record(lab, "lab", "capacity", ("h100", date(2025, 12, 1)), {"amount": "12"}, 1, "bob")
    newest = entries(lab, "lab", 1)[0]
    assert (newest.who, newest.verb, newest.subject) == ("bob", "edit", "capacity h100/2025-12-01")
    assert newest.detail == {"amount": ["10", "12"]}


def test_of_many_writers_at_once_none_loses_an_update(lab: Database) -> None:
    """Each adds 1 to the same amount, and tries again when another was faster."""

    def work() -> None:
        for _ in range(5):
            while True:
                row = rows(lab, "lab", "capacity")[0]
                try:
                    changes = {"amount": str(row.record.amount + 1)}
                    edit_record(lab, "lab", "capacity", row.key, changes, row.version, "w")
                    break
                except Conflict:
                    continue

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert snapshot(lab, "lab").supply("h100")[0] == 10 + 4 * 5
    assert len([e for e in entries(lab, "lab") if e.verb == "edit"]) == 4 * 5
