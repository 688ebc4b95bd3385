"""A portfolio survives its workbook; a workbook is read as CSV files are: a problem, or every fault with its place."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable
from datetime import date

import pytest
import xlsxwriter
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from solver import folder
from solver.faults import Fault, InvalidInput
from solver.files import bookguard, tabular
from solver.files.bookwriting import _UNHELD, write_book
from solver.problem import Problem
from solver.records import TABLES, Signal, columns
from tests.solver.written import FILES, reading
from tests.strategies import problems

Sheets = dict[str, list[list[object]]]


def sheets_of() -> Sheets:
    """The portfolio written by hand as rows of cells."""
    return {table: [line.split(",") for line in text.splitlines()] for table, text in FILES.items()}


def book(sheets: Sheets) -> bytes:
    """A workbook as somebody else's program writes it."""
    stream = io.BytesIO()
    with xlsxwriter.Workbook(stream, {"in_memory": True, "default_date_format": "yyyy-mm-dd"}) as target:
        for table, rows in sheets.items():
            sheet = target.add_worksheet(table)
            for number, cells in enumerate(rows):
                for place, cell in enumerate(cells):
                    sheet.write(number, place, cell)
    return stream.getvalue()


def attempt(content: bytes) -> tuple[folder.Reading | None, tuple[Fault, ...]]:
    """A reading, or the faults."""
    try:
        return folder.read(content), ()
    except InvalidInput as invalid:
        return None, invalid.faults


def faults_of(content: bytes) -> tuple[Fault, ...]:
    with pytest.raises(InvalidInput) as caught:
        folder.read(content)
    return caught.value.faults


@given(problems())
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_a_portfolio_written_and_read_is_the_same(problem: Problem) -> None:
    assume(not any(_UNHELD.search(text) for text in folder.files_of(problem).values()))
    read = folder.read(folder.book_of(problem))
    assert read.problem == problem
    assert read.problem.digest == problem.digest
    assert {notice.table for notice in read.notices} <= {"people"}


@given(st.floats(0, 1e300, allow_nan=False), st.dates(date(1, 1, 1), date(9999, 12, 31)))
@settings(max_examples=60, deadline=None)
def test_every_number_and_every_day_survive(value: float, day: date) -> None:
    problem = reading({}).problem.replace(signals=[Signal(signal="users", day=day, value=value)])
    assert folder.read(folder.book_of(problem)).problem.signals == problem.signals


def test_the_same_records_are_the_same_bytes() -> None:
    problem = reading({}).problem
    assert folder.book_of(problem) == folder.book_of(problem)


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "'=x", "''x", "_x000D_", "a\rb", " ".join("xyz")])
def test_no_cell_runs_as_a_formula_and_none_is_changed(text: str) -> None:
    base = reading({}).problem
    problem = base.replace(projects=[*base.projects[1:], _named(base, text)])
    content = folder.book_of(problem)
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        sheets = [archive.read(n).decode() for n in archive.namelist() if n.startswith("xl/worksheets/sheet")]
    assert not any("<f>" in sheet for sheet in sheets)
    assert folder.read(content).problem == problem


def _named(base: Problem, name: str) -> object:
    import dataclasses

    return dataclasses.replace(base.projects[0], name=name)


def test_a_text_that_no_workbook_holds_is_a_fault_that_names_it() -> None:
    base = reading({}).problem
    with pytest.raises(InvalidInput) as caught:
        folder.book_of(base.replace(projects=[*base.projects[1:], _named(base, "a\uffffb")]))
    fault = caught.value.faults[0]
    assert (fault.file, fault.column, fault.key) == ("sheet projects", "name", ("ads",))


def test_a_workbook_from_elsewhere_is_read_as_the_csv_files_are() -> None:
    sheets = sheets_of()
    sheets["capacity"][1] = ["H100", date(2025, 12, 1), 10]
    sheets["Notes"] = [["anything"]]
    read = folder.read(book(sheets))
    assert read.problem == reading({}).problem
    assert [str(n) for n in read.notices] == [
        "sheet capacity, row 2, column pool: 'H100' is read as h100",
        "sheet Notes: is an unknown sheet and was passed over",
    ]


def test_rows_and_columns_left_blank_around_the_table_do_not_count() -> None:
    sheets = sheets_of()
    sheets["pools"] = [[], [], *[["", *row] for row in sheets["pools"]], [], []]
    assert folder.read(book(sheets)).problem == reading({}).problem


def test_every_fault_names_sheet_row_column_value_and_what_is_right() -> None:
    sheets = sheets_of()
    sheets["capacity"][2] = ["ml", date(2025, 12, 3), "many"]
    sheets["eligible"].append(["chat", "gpu", "h300", 1])
    del sheets["policies"]
    found = [str(f) for f in faults_of(book(sheets))]
    assert found[0] == (
        "sheet capacity, row 3, column amount: 'many' is not a plain decimal number; "
        "right would be: a plain decimal number such as 12.5 of at least 0"
    )
    assert found[1].startswith("sheet eligible, row 7, column pool: 'h300' is not in pools.csv; right would be: a pool")
    assert found[2].startswith("sheet policies: is missing; right would be: a sheet with the header policy,name,kind")


def test_a_negative_number_and_a_time_are_faults_in_plain_words() -> None:
    sheets = sheets_of()
    sheets["capacity"][1][2] = -4
    sheets["portfolio"][1][3] = True
    assert [(f.value, f.message) for f in faults_of(book(sheets))] == [
        ("true", "is not a whole number"),
        ("-4", "is negative"),
    ]


def test_the_template_has_a_heading_with_a_note_for_every_column() -> None:
    content = folder.template_book()
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        notes = "".join(archive.read(n).decode() for n in archive.namelist() if "comments" in n)
        sheets = [archive.read(n).decode() for n in archive.namelist() if n.startswith("xl/worksheets/sheet")]
    assert notes.count("<comment ") == sum(len(columns(table)) for table in TABLES)
    assert sum('state="frozen"' in sheet for sheet in sheets) == len(TABLES)
    choices = [c for table in TABLES for c in columns(table) if c.choices and not c.refers]
    assert all(any(",".join(c.choices) in sheet for sheet in sheets) for c in choices)
    assert {f.message for f in faults_of(content)} == {"has no row"}


def test_the_template_as_files_has_every_header() -> None:
    files = folder.template_files()
    assert files["capacity.csv"] == "pool,week,amount\n"
    assert set(files) == {f"{table}.csv" for table in TABLES}


def test_a_drop_down_offers_the_ids_of_the_other_sheet() -> None:
    with zipfile.ZipFile(io.BytesIO(folder.book_of(reading({}).problem))) as archive:
        texts = [archive.read(n).decode() for n in archive.namelist() if n.startswith("xl/worksheets/sheet")]
    assert any("'pools'!$A$2:$A$" in text.replace("&#39;", "'") for text in texts)


# -- bounds -------------------------------------------------------------------------------------


def changed(content: bytes, change: Callable[[str, bytes], bytes]) -> bytes:
    """A workbook with its parts rewritten."""
    stream = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(name, change(name, old.read(name)))
    return stream.getvalue()


@pytest.mark.parametrize("place", ["XFD2", "A1048577", "ZZZZ2"])
def test_a_cell_far_out_is_refused_before_it_fills_memory(place: str) -> None:
    far = changed(book(sheets_of()), lambda name, text: re.sub(rb'r="B2"', f'r="{place}"'.encode(), text))
    assert faults_of(far)[0].message.startswith("uses ")


def test_a_workbook_that_unpacks_to_too_much_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bookguard, "MOST_BYTES", 10_000)
    assert faults_of(book(sheets_of()))[0].message == "is too large"


def test_a_workbook_packed_too_densely_is_refused() -> None:
    bomb = changed(book(sheets_of()), lambda name, text: text + b" " * 2**25 if name.endswith("sheet1.xml") else text)
    assert faults_of(bomb)[0].message == "is packed too densely to be a workbook"


def test_a_workbook_with_a_damaged_part_is_refused() -> None:
    content = bytearray(book(sheets_of()))
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        part = max(archive.infolist(), key=lambda member: member.compress_size)
    content[part.header_offset + 30 + len(part.filename) + part.compress_size // 2] ^= 0xFF
    assert faults_of(bytes(content))[0].message.startswith("is not a readable workbook (")


def test_more_rows_than_allowed_are_a_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tabular, "MOST_ROWS", 2)
    assert "has more than 2 rows" in {f.message for f in faults_of(book(sheets_of()))}


def test_what_only_looks_like_a_workbook_is_refused_in_words(tmp_path: object) -> None:
    with pytest.raises(InvalidInput) as caught:
        folder.read_files({"plan.xlsx": b"\xd0\xcf\x11\xe0 old"})
    assert caught.value.faults[0].message == "is an old workbook (.xls), or one with a password"
    with pytest.raises(InvalidInput) as caught:
        folder.read_files({"pools.csv": book(sheets_of()), "needs.csv": b""})
    assert caught.value.faults[0].message == "is a workbook among other files"


ORIGINAL = book(sheets_of())


@given(st.integers(0, len(ORIGINAL)), st.binary(min_size=1, max_size=6), st.integers(0, 8))
@settings(max_examples=150, deadline=None)
def test_a_damaged_workbook_gives_a_problem_or_faults_and_nothing_else(at: int, new: bytes, length: int) -> None:
    read, faults = attempt(ORIGINAL[:at] + new + ORIGINAL[at + length :])
    assert (read is None) == bool(faults)
    assert all(str(fault) for fault in faults)


_SHEETS = sorted(n for n in zipfile.ZipFile(io.BytesIO(ORIGINAL)).namelist() if n.endswith(".xml"))


@given(st.sampled_from(_SHEETS), st.integers(0, 3000), st.binary(max_size=5), st.integers(0, 6))
@settings(max_examples=150, deadline=None)
def test_a_workbook_with_damaged_xml_gives_a_problem_or_faults_and_nothing_else(
    part: str, at: int, new: bytes, length: int
) -> None:
    def damage(name: str, text: bytes) -> bytes:
        place = at % (len(text) + 1)
        return text[:place] + new + text[place + length :] if name == part else text

    read, faults = attempt(changed(ORIGINAL, damage))
    assert (read is None) == bool(faults)
    assert all(str(fault) for fault in faults)


def test_writing_says_nothing_of_tables_it_was_not_given() -> None:
    assert faults_of(write_book({}))[0].file == "sheet portfolio"
