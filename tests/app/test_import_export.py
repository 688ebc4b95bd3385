"""What comes in is what goes out, and what is refused leaves no trace."""

from __future__ import annotations

import io
import time
import zipfile
from datetime import timedelta
from pathlib import Path

import pytest

from app.actions.audit import entries
from app.actions.edit import rows
from app.actions.export_data import export_files, export_zip
from app.actions.import_data import import_portfolio
from app.actions.portfolios import list_portfolios
from app.actions.snapshot import snapshot
from app.db import Database
from app.errors import NotFound
from app.store import records
from solver.faults import InvalidInput
from solver.folder import read_files
from solver.problem import Problem
from solver.records import Signal
from tests.app.lab import FILES, as_bytes

BROKEN = {
    "sqlite": ("CREATE TRIGGER broken BEFORE INSERT ON needs BEGIN SELECT RAISE(ABORT, 'no space'); END",),
    "postgresql": (
        "CREATE FUNCTION no_space() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'no space'; END $$",
        "CREATE TRIGGER broken BEFORE INSERT ON needs FOR EACH ROW EXECUTE FUNCTION no_space()",
    ),
}


def test_an_imported_portfolio_is_the_same_problem(lab: Database, problem: Problem) -> None:
    assert snapshot(lab, "lab") == problem
    assert snapshot(lab, "lab").digest == problem.digest


def test_an_exported_portfolio_reads_back_the_same(lab: Database, problem: Problem) -> None:
    assert read_files(as_bytes(export_files(lab, "lab"))).problem.digest == problem.digest


def test_a_zip_goes_out_and_comes_in_elsewhere(lab: Database, other: Database, problem: Problem) -> None:
    imported = import_portfolio(other, export_zip(lab, "lab"), "bob")
    assert imported.portfolio == "lab"
    assert snapshot(other, "lab").digest == problem.digest


def test_a_folder_comes_in(db: Database, problem: Problem, tmp_path: Path) -> None:
    for name, text in FILES.items():
        (tmp_path / name).write_text(text)
    assert import_portfolio(db, tmp_path, "ann").counts["projects"] == 3
    assert snapshot(db, "lab").digest == problem.digest


def test_the_zip_of_a_portfolio_is_the_same_bytes_every_time(lab: Database) -> None:
    assert export_zip(lab, "lab") == export_zip(lab, "lab")


def test_an_import_counts_its_rows(db: Database, files: dict[str, bytes]) -> None:
    imported = import_portfolio(db, files, "ann")
    assert imported.counts["eligible"] == 5
    assert (imported.created, imported.updated, imported.removed) == (sum(imported.counts.values()), 0, 0)


def test_a_date_that_is_no_monday_is_noticed(db: Database, files: dict[str, bytes]) -> None:
    files["portfolio.csv"] = files["portfolio.csv"].replace(b"2025-12-01", b"2025-12-03")
    notices = import_portfolio(db, files, "ann").notices
    assert any("2025-12-03" in str(notice) for notice in notices)


def test_one_fault_keeps_everything_out(db: Database, files: dict[str, bytes]) -> None:
    files["capacity.csv"] += b"tpu,2025-12-01,4\n"
    with pytest.raises(InvalidInput) as caught:
        import_portfolio(db, files, "ann")
    assert [f.value for f in caught.value.faults] == ["tpu"]
    assert list_portfolios(db) == []


def test_a_refused_import_keeps_what_was_there(lab: Database, files: dict[str, bytes], problem: Problem) -> None:
    files["needs.csv"] += b"chat,people,engineer,1,2\n"
    with pytest.raises(InvalidInput):
        import_portfolio(lab, files, "bob")
    assert snapshot(lab, "lab") == problem


def test_an_import_that_breaks_off_half_way_writes_nothing(
    lab: Database, files: dict[str, bytes], problem: Problem
) -> None:
    files["pools.csv"] += b"b200,,gpu,b200\n"
    with lab.session() as session:
        for statement in BROKEN[lab.url.get_backend_name()]:
            session.connection().exec_driver_sql(statement)
    files["needs.csv"] = files["needs.csv"].replace(b"chat,gpu,gpu,6,1", b"chat,gpu,gpu,7,1")
    with pytest.raises(Exception, match="no space"):
        import_portfolio(lab, files, "bob")
    assert snapshot(lab, "lab") == problem


def test_a_second_import_writes_only_what_differs(lab: Database, files: dict[str, bytes]) -> None:
    files["pools.csv"] = files["pools.csv"].replace(b"H100 nodes", b"H100 in Texas") + b"b200,,gpu,b200\n"
    files["triggers.csv"] = b"trigger,signal,window_days,drop,policy\n"
    imported = import_portfolio(lab, files, "bob")
    assert (imported.created, imported.updated, imported.removed) == (1, 1, 1)
    assert {row.key[0]: row.version for row in rows(lab, "lab", "pools")} == {"b200": 2, "h100": 2, "ml": 1}


def test_an_import_tells_what_it_overwrote(lab: Database, files: dict[str, bytes]) -> None:
    files["pools.csv"] = files["pools.csv"].replace(b"H100 nodes", b"H100 in Texas")
    import_portfolio(lab, files, "bob")
    newest = entries(lab, "lab", 1)[0]
    assert (newest.who, newest.verb, newest.subject) == ("bob", "import", "pools h100")
    assert newest.detail == {"name": ["H100 nodes", "H100 in Texas"]}


def test_portfolios_live_side_by_side(lab: Database, files: dict[str, bytes], problem: Problem) -> None:
    files["portfolio.csv"] = files["portfolio.csv"].replace(b"lab,The lab", b"works,The works")
    files["projects.csv"] = files["projects.csv"].replace(b",10,running", b",12,running")
    import_portfolio(lab, files, "bob")
    assert [(p.portfolio, p.name, p.weeks) for p in list_portfolios(lab)] == [
        ("lab", "The lab", 4), ("works", "The works", 4),
    ]  # fmt: skip
    assert snapshot(lab, "lab") == problem


def test_a_portfolio_nobody_knows_is_not_found(db: Database) -> None:
    with pytest.raises(NotFound, match="no portfolio 'lab'"):
        snapshot(db, "lab")


def test_a_zip_holds_one_file_per_table(lab: Database) -> None:
    with zipfile.ZipFile(io.BytesIO(export_zip(lab, "lab"))) as archive:
        assert set(FILES) <= set(archive.namelist())


@pytest.mark.no_cover
def test_a_hundred_thousand_rows_are_stored_in_seconds(lab: Database, problem: Problem) -> None:
    first = problem.signals[0].day
    days = [first + timedelta(days=d) for d in range(1000)]
    points = [Signal(signal=f"series-{s}", day=day, value=1.0) for s in range(100) for day in days]
    began = time.perf_counter()
    with lab.session() as session:
        records.insert(session, "lab", "signals", points, 2)
    assert time.perf_counter() - began < (10 if lab.engine.dialect.name == "sqlite" else 60)
    with lab.reading() as session:
        assert len(records.read(session, "lab", "signals")) == 100_014
