"""Files at the edges: what is there twice or torn, blank rows and times in workbooks, figures of no number."""

from __future__ import annotations

import io
import json
import warnings
import zipfile
from datetime import date, datetime
from typing import Any

import pandas as pd
import pytest

from solver.columns import LONGEST_ID, LONGEST_SET, BadCell, read_cell
from solver.faults import InvalidInput
from solver.files import archive, bookguard, workbook
from solver.files.tabular import read_text
from solver.folder import plan_files, read_files, read_plan
from solver.plan import Outcome, Status
from solver.records import columns
from tests.solver.test_plan_files import START, SUMMARY, plan
from tests.solver.test_workbook import attempt, book, faults_of, sheets_of
from tests.solver.written import FILES


def zipped(*members: tuple[str, str]) -> bytes:
    """A zip of members in this order, of which some may have the same name."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as target, warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        for name, text in members:
            target.writestr(name, text)
    return stream.getvalue()


def written() -> dict[str, bytes]:
    """The files of a plan."""
    outcome = Outcome(Status.OPTIMAL, portfolio="acme", policy="red", plan=plan(), digest="d")
    return {name: text.encode() for name, text in plan_files(outcome).items()}


def told(files: dict[str, bytes]) -> list[tuple[str, str]]:
    """The faults of a plan's files: where, and what."""
    with pytest.raises(InvalidInput) as caught:
        read_plan(files)
    return [(f.table, f.message) for f in caught.value.faults]


def test_a_file_that_is_twice_in_a_zip_is_no_matter_of_luck() -> None:
    twice = zipped(*((f"{table}.csv", text) for table, text in FILES.items()), ("pools.csv", "pool\n"))
    assert [f.message for f in faults_of(twice)] == ["holds the same file twice"]


def test_a_table_that_is_torn_before_its_header_is_told_as_torn_and_not_as_empty() -> None:
    files = zipped(*((f"{table}.csv", '"pool' if table == "pools" else text) for table, text in FILES.items()))
    messages = [f.message for f in faults_of(files) if f.table == "pools"]
    assert messages
    assert not any("is empty" in message for message in messages)


def test_a_table_packed_too_densely_is_not_unpacked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archive, "RATIO_COUNTS_FROM", 1000)
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("pools.csv", "pool" + " " * 1_000_000)
    (fault,) = faults_of(stream.getvalue())
    assert fault.message == "is packed too densely to be tables"


def test_a_workbook_of_too_many_parts_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bookguard, "MOST_MEMBERS", 3)
    (fault,) = faults_of(book(sheets_of()))
    assert fault.message.startswith("has ")
    assert fault.message.endswith(" parts")


def test_a_sheet_in_another_encoding_is_refused_before_it_is_read() -> None:
    stream = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(book(sheets_of()))) as whole, zipfile.ZipFile(stream, "w") as other:
        for name in whole.namelist():
            text = whole.read(name)
            is_first = name.endswith("sheet1.xml")
            other.writestr(name, text.decode().replace("UTF-8", "UTF-16").encode("utf-16") if is_first else text)
    (fault,) = faults_of(stream.getvalue())
    assert fault.message == "has a sheet that is not UTF-8"


def test_a_row_of_blanks_in_a_workbook_is_passed_over_without_a_word() -> None:
    sheets = sheets_of()
    table = next(name for name in sheets if name.startswith("pools"))
    sheets[table] = [*sheets[table], [" ", "  "]]
    (plain, _), (blank, _) = attempt(book(sheets_of())), attempt(book(sheets))
    assert plain is not None
    assert blank is not None
    assert blank.problem == plain.problem
    assert blank.notices == plain.notices


def test_two_sheets_of_one_table_are_a_fault() -> None:
    sheets = sheets_of()
    table = next(name for name in sheets if name.startswith("pools"))
    assert "is there more than once" in {f.message for f in faults_of(book({**sheets, f"{table} ": sheets[table]}))}


def test_a_date_with_a_time_of_day_is_read_as_it_stands() -> None:
    assert workbook._text(datetime(2025, 12, 1, 8, 30)) == "2025-12-01 08:30:00"
    assert workbook._text(datetime(2025, 12, 1)) == "2025-12-01"
    assert workbook._text(date(2025, 12, 1)) == "2025-12-01"


def test_who_interrupts_the_reading_of_a_workbook_ends_it(monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(_: Any) -> Any:
        raise KeyboardInterrupt

    monkeypatch.setattr(workbook.CalamineWorkbook, "from_filelike", interrupted, raising=False)
    with pytest.raises(KeyboardInterrupt):
        attempt(book(sheets_of()))


def test_a_text_that_no_file_can_hold_is_bad() -> None:
    name = next(c for c in columns("pools") if c.name == "name")
    assert isinstance(read_text(name, "a\0b"), BadCell)
    assert read_text(name, " ab ") == ("ab", "")


def test_weeks_as_moments_are_written_as_days() -> None:
    moments = plan(allocation=[(pd.Timestamp(START), "chat", "gpu", "h100", 4.0)])
    outcome = Outcome(Status.OPTIMAL, portfolio="acme", policy="red", plan=moments, digest="d")
    assert plan_files(outcome)["allocation.csv"].splitlines()[1].startswith("2025-12-01,chat")


def test_a_plan_without_its_summary_is_told() -> None:
    files = written()
    del files[SUMMARY]
    assert told(files) == [(SUMMARY, "is missing")]


def test_a_class_that_is_no_class_is_told() -> None:
    files = written()
    files[SUMMARY] = json.dumps({**json.loads(files[SUMMARY]), "classes": [1]}).encode()
    assert told(files) == [(SUMMARY, "is not right")]


def test_a_table_that_somebody_rearranged_is_read_cell_by_cell_and_may_repeat_itself() -> None:
    files = written()
    head, *rows = files["moves.csv"].decode().splitlines()
    turned = [",".join(reversed(line.split(","))) for line in (head, *rows, rows[0])]
    files["moves.csv"] = ("\n".join(turned) + "\n").encode()
    _, read = read_plan(files)
    assert read.moves["to"].tolist() == ["chat", "chat", "chat"]


@pytest.mark.parametrize(
    ("first", "told"),
    [(b"PK\x03\x04", "is a zip or a workbook, not a CSV text"), (b"\x1f\x8b", "is a gzip file, not a CSV text")],
)
def test_a_file_of_another_kind_among_csv_texts_is_named(first: bytes, told: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        read_files({"portfolio.csv": b"portfolio,start,weeks\nlab,2025-12-01,4\n", "pools.csv": first + b"rest"})
    assert [(fault.table, fault.message) for fault in caught.value.faults] == [("pools", told)]


@pytest.mark.parametrize(("table", "column", "most"), [("pools", "pool", LONGEST_ID), ("throughput", "levers", 0)])
def test_an_id_is_no_longer_than_an_index_can_hold(table: str, column: str, most: int) -> None:
    col = next(c for c in columns(table) if c.name == column)
    fits = "a" * LONGEST_ID if most else "+".join(f"{n:03}" + "a" * 97 for n in range(9))
    assert read_cell(col, fits) == fits
    too_long = fits + ("a" if most else "+" + "b" * 100)
    with pytest.raises(BadCell, match=f"longer than {most or LONGEST_SET} characters"):
        read_cell(col, too_long)
