"""An upload is shown before it is made: line by line, and then exactly that or nothing."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest

from app.actions.audit import entries
from app.actions.edit import edit_record, rows
from app.actions.preview import Preview, bring_in, commit, get_preview, look, map_headings, preview, preview_steps
from app.actions.snapshot import snapshot
from app.db import Database
from app.errors import Conflict, NotFound, Refused
from solver import folder
from solver.faults import InvalidInput
from solver.problem import Problem
from tests.app.lab import FILES, as_bytes


def shown(db: Database, files: dict[str, str], *, replacing: bool = False) -> Preview:
    """The preview of some files for `lab`."""
    upload = preview(db, as_bytes(files), "ann", portfolio="lab", replacing=replacing)
    return get_preview(db, upload)


def steps(db: Database, seen: Preview) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(preview_steps(db, seen.id))))


def test_the_same_files_again_change_nothing(lab: Database) -> None:
    seen = shown(lab, FILES, replacing=True)
    assert seen.totals == {"create": 0, "update": 0, "unchanged": seen.totals["unchanged"], "remove": 0, "fault": 0}
    version = rows(lab, "lab", "needs")[0].version
    commit(lab, seen.id, "bob")
    assert rows(lab, "lab", "needs")[0].version == version


def test_each_line_says_what_happens_to_it(lab: Database) -> None:
    seen = shown(lab, {"pools.csv": "pool,name,kind,type,cost\nh100,Nodes,gpu,h100,\nb200,,gpu,b200,5\n"})
    assert seen.counts == {"pools": {"create": 1, "update": 1, "unchanged": 0, "remove": 0, "fault": 0}}
    assert [(s["line"], s["action"], s["record"], s["column"], s["before"], s["after"]) for s in steps(lab, seen)] == [
        ("2", "update", "h100", "name", "H100 nodes", "Nodes"),
        ("3", "create", "b200", "", "", ""),
    ]
    assert {r.key for r in rows(lab, "lab", "pools")} == {("h100",), ("ml",)}
    commit(lab, seen.id, "bob")
    assert {r.key for r in rows(lab, "lab", "pools")} == {("b200",), ("h100",), ("ml",)}


def test_an_absent_column_keeps_and_a_blank_cell_clears(lab: Database) -> None:
    commit(lab, shown(lab, {"projects.csv": "project,curve\nchat,\n"}).id, "bob")
    chat = snapshot(lab, "lab").project["chat"]
    assert (chat.name, chat.priority, chat.value) == ("Chat", 0, 10)
    assert chat.curve == ((0.0, 0.0), (1.0, 1.0))


def test_a_missing_row_stays_unless_replace_is_chosen(lab: Database) -> None:
    files = {"baseline.csv": "project,need,pool,amount\nchat,gpu,h100,3\n"}
    assert shown(lab, files).totals["remove"] == 0
    seen = shown(lab, files, replacing=True)
    assert (seen.totals["remove"], seen.totals["unchanged"]) == (4, 1)
    commit(lab, seen.id, "bob")
    assert [r.key for r in rows(lab, "lab", "baseline")] == [("chat", "gpu", "h100")]
    assert len(rows(lab, "lab", "needs")) == 5


def test_a_new_row_without_a_required_column_is_a_fault_at_its_line(lab: Database) -> None:
    seen = shown(lab, {"projects.csv": "project,name\nchat,The chat\nnew,New\n"})
    assert seen.totals["fault"] == 1
    assert {(f.line, f.column) for f in seen.faults} == {(3, "kind"), (3, "priority"), (3, "value")}
    assert not seen.fits


def test_faults_between_records_stand_at_their_lines(lab: Database) -> None:
    seen = shown(lab, {"eligible.csv": "project,need,pool\nchat,gpu,h900\n"})
    assert [(f.file, f.line, f.column, f.value) for f in seen.faults] == [("eligible.csv", 2, "pool", "h900")]
    with pytest.raises(Refused, match="faults"):
        commit(lab, seen.id, "bob")


def test_what_others_need_is_not_removed(lab: Database) -> None:
    seen = shown(lab, {"pools.csv": "pool,kind,type\nh100,gpu,h100\n"}, replacing=True)
    assert {f.file for f in seen.faults} == {"capacity.csv", "eligible.csv", "baseline.csv"}
    assert all(f.line is None for f in seen.faults)


def test_a_commit_is_refused_when_the_data_changed_in_between(lab: Database) -> None:
    seen = shown(lab, {"pools.csv": "pool,kind,type\nb200,gpu,b200\n"})
    edit_record(lab, "lab", "projects", ("ads",), {"value": "5"}, 1, "eve")
    before = snapshot(lab, "lab").digest
    with pytest.raises(Conflict, match="portfolio lab"):
        commit(lab, seen.id, "bob")
    assert snapshot(lab, "lab").digest == before


def test_a_commit_makes_exactly_what_was_shown_and_only_once(lab: Database) -> None:
    seen = shown(lab, {"projects.csv": "project,value\nads,7.5\n"})
    done = commit(lab, seen.id, "bob")
    assert (done.created, done.updated, done.removed) == (0, 1, 0)
    entry = next(e for e in entries(lab, "lab", 5) if e.subject == "projects ads")
    assert (entry.who, entry.detail) == ("bob", {"value": ["4", "7.5"]})
    with pytest.raises(Refused, match="made already"):
        commit(lab, seen.id, "eve")
    with pytest.raises(Refused, match="made already"):
        map_headings(lab, seen.id, {("projects", "worth"): "value"}, "eve")
    assert get_preview(lab, seen.id).applied == "bob"
    assert sum(e.verb == "import" and e.subject == "projects ads" for e in entries(lab, "lab", 50)) == 1


def test_a_new_portfolio_needs_every_table(db: Database, problem: Problem) -> None:
    part = get_preview(db, preview(db, as_bytes({"portfolio.csv": FILES["portfolio.csv"]}), "ann"))
    assert {f.table for f in part.faults} == {"pools", "capacity", "projects", "needs", "eligible", "policies"}
    whole = get_preview(db, preview(db, {"lab.xlsx": folder.book_of(problem)}, "ann"))
    assert (whole.new, whole.book, whole.fits) == (True, True, True)
    commit(db, whole.id, "ann")
    assert snapshot(db, "lab") == problem


def test_an_upload_that_names_no_portfolio_says_so(db: Database) -> None:
    with pytest.raises(InvalidInput, match="names the portfolio"):
        preview(db, as_bytes({"pools.csv": FILES["pools.csv"]}), "ann")


def test_a_heading_that_is_no_column_is_mapped_and_remembered(lab: Database) -> None:
    files = {"pools.csv": "pool,kind,SKU\nb200,gpu,b200\n"}
    seen = shown(lab, files)
    assert seen.unknown == {"pools": ["SKU"]}
    mapped = get_preview(lab, map_headings(lab, seen.id, {("pools", "SKU"): "type"}, "ann"))
    assert (mapped.fits, mapped.unknown) == (True, {})
    assert "sku" in str(mapped.notices[0]).lower()
    assert shown(lab, files).fits
    with pytest.raises(NotFound):
        map_headings(lab, mapped.id, {("pools", "SKU"): "password"}, "ann")


def test_the_same_row_twice_is_a_fault_at_the_second(lab: Database) -> None:
    seen = shown(lab, {"pools.csv": "pool,name\nh100,One\nh100,Two\n"})
    assert [(f.line, f.column, f.value) for f in seen.faults] == [(3, "pool", "h100")]


def test_what_was_just_looked_at_is_brought_in_or_refused_with_its_faults(lab: Database, tmp_path: Path) -> None:
    for name, text in {**FILES, "pools.csv": FILES["pools.csv"].replace("H100 nodes", "Nodes")}.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    seen = look(lab, tmp_path)
    assert bring_in(lab, seen, "bob").updated == 1
    assert snapshot(lab, "lab").pool["h100"].name == "Nodes"
    with pytest.raises(Conflict):
        bring_in(lab, seen, "bob")
    wrong = look(lab, as_bytes({"pools.csv": "pool,kind\nh100,fish\n"}), portfolio="lab")
    with pytest.raises(InvalidInput, match="fish"):
        bring_in(lab, wrong, "bob")
