"""A batch of changed rows: judged as a CSV file is, written as a whole, and never over what another wrote."""

from __future__ import annotations

from typing import Any

import pytest

from app.actions.audit import entries, verify
from app.actions.batch import MOST_EDITS, Committed, RowEdit, commit, judge
from app.actions.edit import add_record, edit_record, remove_record, rows
from app.db import Database
from app.errors import NotFound, Refused
from solver.faults import Fault

WEEK, LATER = "2025-12-01", "2025-12-15"
LATE = {"pool": "h100", "week": LATER, "amount": "20"}


def table(db: Database, name: str) -> dict[str, tuple[Any, int]]:
    return {"/".join(str(part) for part in row.key): (row.record, row.version) for row in rows(db, "lab", name)}


def change(row: int, key: str, version: int = 1, **cells: str) -> RowEdit:
    """Cells typed over what the files of the lab say."""
    was = {"full": "6", "minimum": "1"}
    return RowEdit(row, key, cells, {name: was[name] for name in cells}, version)


def places(faults: tuple[Fault, ...]) -> list[tuple[int | None, str | None, str]]:
    return [(fault.line, fault.column, fault.message) for fault in faults]


def test_rows_are_changed_added_and_removed_at_once_and_the_audit_trail_says_so(lab: Database) -> None:
    done = commit(lab, "lab", "capacity", [
        RowEdit(1, f"h100/{WEEK}", {"amount": "12"}, {"amount": "10"}, 1),
        RowEdit(2, None, {"pool": "h100", "week": "2025-12-15", "amount": "16"}),
        RowEdit(3, f"ml/{WEEK}", version=1, remove=True),
        RowEdit(4, None, {"pool": "ml", "week": WEEK, "amount": "9"}),
    ], "kim")  # fmt: skip
    assert (done.created, done.updated, done.removed) == (1, 2, 0)
    assert {key: record.amount for key, (record, _) in table(lab, "capacity").items()} == {
        f"h100/{WEEK}": 12, "h100/2025-12-15": 16, f"ml/{WEEK}": 9,
    }  # fmt: skip
    assert done.rows[3] is None
    assert [(s.record.amount, s.version) for s in done.rows.values() if s] == [(12, 2), (16, 2), (9, 2)]
    told = {(e.verb, e.subject) for e in entries(lab, "lab") if e.who == "kim"}
    changed = {("edit", f"capacity h100/{WEEK}"), ("edit", f"capacity ml/{WEEK}")}
    assert told == {*changed, ("add", "capacity h100/2025-12-15")}
    assert verify(lab).lines == len(entries(lab, "lab"))


def test_a_row_whose_key_is_typed_anew_moves_there(lab: Database) -> None:
    delivery = add_record(lab, "lab", "capacity", LATE, "ann")
    moved = RowEdit(7, f"h100/{LATER}", {"week": "2025-12-10"}, {"week": LATER}, delivery)
    done = commit(lab, "lab", "capacity", [moved], "kim")
    assert (done.created, done.removed) == (1, 1)
    assert set(table(lab, "capacity")) == {f"h100/{WEEK}", "h100/2025-12-08", f"ml/{WEEK}"}
    [notice] = done.judged.notices
    assert (notice.line, notice.column, notice.message) == (7, "week", "is no Monday and was moved to 2025-12-08")


def test_every_fault_is_told_with_its_row_and_column_and_nothing_is_written(lab: Database) -> None:
    before, trail = table(lab, "needs"), verify(lab)
    edits = [
        change(1, "chat/gpu", full="-1", minimum="lots"),
        RowEdit(2, "ads/gpu", {"minimum": "9"}, {"minimum": "0"}, 1),
        RowEdit(3, None, {"project": "nobody", "need": "gpu", "kind": "gpu", "full": "1"}),
        RowEdit(4, None, {"project": "chat", "need": "people", "kind": "engineer", "full": "1"}),
    ]
    found = places(judge(lab, "lab", "needs", edits).faults)
    assert (1, "full", "is negative") in found
    assert (1, "minimum", "is not a plain decimal number") in found
    assert (3, "project", "is not in projects.csv") in found
    assert (4, "need", "is there already") in found
    assert 2 in {line for line, _, _ in found}
    done = commit(lab, "lab", "needs", edits, "kim")
    assert places(done.judged.faults) == found
    assert (table(lab, "needs"), verify(lab)) == (before, trail)


def test_what_other_records_need_is_not_removed_and_they_are_named(lab: Database) -> None:
    found = judge(lab, "lab", "pools", [RowEdit(1, "h100", version=1, remove=True)])
    assert {fault.table for fault in found.faults} >= {"eligible", "capacity", "baseline"}
    assert all(fault.line is None for fault in found.faults)


def test_a_cell_that_both_wrote_is_a_clash_with_who_wrote_it_and_other_cells_are_kept(lab: Database) -> None:
    edit_record(lab, "lab", "needs", ("chat", "gpu"), {"full": "7", "standby": "0.5"}, 1, "bob")
    mine = change(5, "chat/gpu", full="8", minimum="2")
    done = commit(lab, "lab", "needs", [mine], "kim")
    [clash] = done.judged.clashes
    assert (clash.row, clash.columns, clash.who, clash.version) == (5, ("full",), "bob", 2)
    assert clash.now is not None
    assert clash.now["full"] == "7"
    assert table(lab, "needs")["chat/gpu"][0].full == 7
    over = RowEdit(5, "chat/gpu", mine.cells, {"full": "7", "minimum": "1"}, 2)
    assert commit(lab, "lab", "needs", [over], "kim").judged.good
    record = table(lab, "needs")["chat/gpu"][0]
    assert (record.full, record.minimum, record.standby) == (8, 2, 0.5)


def test_the_same_change_by_two_is_no_clash_and_nothing_is_written_twice(lab: Database) -> None:
    edit_record(lab, "lab", "needs", ("chat", "gpu"), {"full": "7"}, 1, "bob")
    trail = verify(lab)
    done = commit(lab, "lab", "needs", [change(1, "chat/gpu", full=" 7.0 ")], "kim")
    assert (done.judged.good, done.updated, verify(lab)) == (True, 0, trail)


@pytest.mark.parametrize("mine_removes", [True, False])
def test_a_row_that_one_removes_and_another_writes_is_a_clash(lab: Database, mine_removes: bool) -> None:
    key, seen = ("h100", LATER), add_record(lab, "lab", "capacity", LATE, "ann")
    if mine_removes:
        edit_record(lab, "lab", "capacity", key, {"amount": "11"}, seen, "bob")
        mine = RowEdit(1, "/".join(key), version=seen, remove=True)
    else:
        remove_record(lab, "lab", "capacity", key, seen, "bob")
        mine = RowEdit(1, "/".join(key), {"amount": "5"}, {"amount": "20"}, seen)
    [clash] = commit(lab, "lab", "capacity", [mine], "kim").judged.clashes
    assert (clash.columns, clash.now is None, clash.who) == ((), not mine_removes, "bob")


def test_a_row_that_lost_every_cell_is_a_fault_and_a_new_row_without_a_word_is_none(lab: Database) -> None:
    blank = dict.fromkeys(("project", "need", "kind", "full", "minimum", "standby"), "")
    faults = judge(lab, "lab", "needs", [RowEdit(1, "chat/gpu", blank, {}, 1)]).faults
    assert (1, "project", "is blank but required") in places(faults)
    done = commit(lab, "lab", "needs", [RowEdit(9, None, {"need": "  "})], "kim")
    assert (done.judged.good, done.created, done.rows) == (True, 0, {9: None})


def test_a_text_that_looks_like_a_formula_comes_back_as_it_was_typed(lab: Database) -> None:
    first = RowEdit(1, "chat", {"name": "=1+1"}, {"name": "Chat"}, 1)
    assert commit(lab, "lab", "projects", [first], "kim").judged.good
    assert commit(lab, "lab", "projects", [RowEdit(1, "chat", {"value": "11"}, {"value": "10"}, 2)], "kim").updated == 1
    assert table(lab, "projects")["chat"][0].name == "=1+1"


def test_the_head_of_a_portfolio_is_changed_but_keeps_its_id_and_stays_one(lab: Database) -> None:
    def head(**cells: str) -> Committed:
        return commit(lab, "lab", "portfolio", [RowEdit(1, "lab", cells, {}, 1)], "kim")

    assert "does not change" in {f.message for f in head(portfolio="other").judged.faults}
    assert commit(lab, "lab", "portfolio", [RowEdit(1, "lab", version=1, remove=True)], "kim").judged.faults
    assert head(name="The big lab").updated == 1


@pytest.mark.parametrize(
    ("edits", "error"),
    [
        ([RowEdit(1, "chat/gpu"), RowEdit(2, "CHAT/gpu")], Refused),
        ([RowEdit(1), RowEdit(1)], Refused),
        ([RowEdit(1, "chat/gpu", {"colour": "red"})], Refused),
        ([RowEdit(1, "nobody/gpu", {"full": "1"})], NotFound),
        ([RowEdit(1, "chat", {"full": "1"})], NotFound),
        ([RowEdit(n) for n in range(MOST_EDITS + 1)], Refused),
    ],
)
def test_what_names_nothing_or_too_much_is_refused(lab: Database, edits: list[RowEdit], error: type[Exception]) -> None:
    with pytest.raises(error):
        commit(lab, "lab", "needs", edits, "kim")
    with pytest.raises(error):
        judge(lab, "lab", "needs", edits)


def test_a_table_or_portfolio_that_is_not_there_is_refused(lab: Database) -> None:
    for portfolio, name in (("lab", "wishes"), ("nowhere", "needs")):
        with pytest.raises(NotFound):
            commit(lab, portfolio, name, [], "kim")
