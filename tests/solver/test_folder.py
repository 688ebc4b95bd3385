"""A folder is read into a problem or all its faults, and what is written is read back the same."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from solver import folder
from solver.crosschecks import remarks
from solver.faults import InvalidInput
from solver.files.archive import write_files
from solver.files.csvtext import escape, unescape
from solver.records import OPTIONAL, TABLES, Portfolio
from tests.solver.written import FILES, faults_of, place, reading, swapped
from tests.strategies import START, problems, texts


@given(problems())
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_what_is_written_is_read_back_the_same(problem: folder.Problem) -> None:
    files = {name: text.encode() for name, text in folder.files_of(problem).items()}
    read = folder.read_files(files)
    assert read.problem == problem
    assert read.problem.digest == problem.digest
    assert read.notices == tuple(remarks(problem.tables()))


@given(texts)
@settings(max_examples=300)
def test_a_text_survives_its_cell_and_is_no_formula(text: str) -> None:
    head = Portfolio(portfolio="p", name=text, start=START, weeks=1)
    written = folder.csv_text("portfolio", [head])
    cell = written.split("\n", 1)[1].removeprefix("p,").removeprefix('"')
    assert not cell.startswith(("=", "+", "-", "@", "\t", "\r"))
    files = {name: text.encode() for name, text in FILES.items()} | {"portfolio": written.encode()}
    assert folder.read_files({f"{n}.csv": c for n, c in files.items()}).problem.head.name == text


@given(st.text())
@example("'=1")
@example("''")
@example("=cmd|' /C calc'!A0")
def test_escaping_is_undone_for_every_text(text: str) -> None:
    assert unescape(escape(text)) == text


def test_a_folder_is_written_and_read(tmp_path: Path) -> None:
    problem = reading({}).problem
    folder.write_folder(problem, tmp_path / "deep" / "acme")
    assert folder.read_folder(tmp_path / "deep" / "acme") == problem
    assert {f.name for f in (tmp_path / "deep" / "acme").iterdir()} == {f"{t}.csv" for t in TABLES}


def test_writing_over_a_folder_exchanges_its_tables_and_leaves_the_rest(tmp_path: Path) -> None:
    folder.write_folder(reading({}).problem, tmp_path / "acme")
    (tmp_path / "acme" / "notes.txt").write_text("mine")
    problem = reading({"pins": None, **swapped("portfolio", "Acme", "Other")}).problem
    folder.write_folder(problem, tmp_path / "acme")
    assert folder.read_folder(tmp_path / "acme") == problem
    assert (tmp_path / "acme" / "notes.txt").read_text() == "mine"
    assert [f.name for f in tmp_path.iterdir()] == ["acme"]


def test_nothing_is_half_written_when_a_file_cannot_be(tmp_path: Path) -> None:
    problem = reading({}).problem
    folder.write_folder(problem, tmp_path / "acme")
    bad = swapped("portfolio", "Acme", "Other")
    with pytest.raises(UnicodeEncodeError):
        write_files(tmp_path / "acme", {**folder.files_of(reading(bad).problem), "zz.csv": "\ud800"}, seal="zz.csv")
    assert folder.read_folder(tmp_path / "acme") == problem
    assert [f.name for f in tmp_path.iterdir()] == ["acme"]


def test_column_order_is_free_and_a_byte_order_mark_and_windows_lines_are_accepted() -> None:
    capacity = "\ufeffamount,WEEK, pool \r\n10,2025-12-01,h100\r\n5,2025-12-01,ml\r\n8,2025-12-01,h200\r\n"
    read = reading({"capacity": capacity})
    assert read.problem.supply("h100") == (10.0,) * 8
    assert read.notices == ()


def test_optional_files_may_be_missing() -> None:
    missing = dict.fromkeys(OPTIONAL)
    assert reading(missing).problem.baseline == ()


@pytest.mark.parametrize("table", sorted(TABLES.keys() - OPTIONAL))
def test_a_required_file_that_is_missing_is_one_fault(table: str) -> None:
    assert [place(f) for f in faults_of(**{table: None})] == [(f"{table}.csv", None, None, None)]


@pytest.mark.parametrize("content", ["", "\n\n", "\ufeff", "  "])
def test_an_empty_file_is_a_fault_that_shows_the_header(content: str) -> None:
    fault = faults_of(pins=content)[0]
    assert fault.file == "pins.csv"
    assert "project,need,pool,from,to,amount" in fault.right


def test_a_missing_required_column_is_a_fault() -> None:
    faults = faults_of(capacity=FILES["capacity"].replace("amount", "quantity"))
    assert [place(f) for f in faults] == [("capacity.csv", 1, "amount", None)]


def test_a_header_with_semicolons_shows_what_was_found() -> None:
    faults = faults_of(pools=FILES["pools"].replace(",", ";"))
    assert ("pools.csv", 1, "pool", "pool;kind;type;step") in map(place, faults)
    assert {f.file for f in faults} == {"pools.csv"}


def test_a_column_twice_is_a_fault() -> None:
    pools = "pool,kind,type,pool\n" + "".join(line + "\n" for line in FILES["pools"].splitlines()[1:])
    assert [place(f) for f in faults_of(pools=pools)] == [("pools.csv", 1, "pool", "pool")]


def test_a_row_with_too_many_cells_is_a_fault_with_the_first_that_is_too_much() -> None:
    faults = faults_of(**swapped("projects", "ads,run,3,2,,running,", "ads,run,3,2,,running,,surplus,more"))
    assert [place(f) for f in faults] == [("projects.csv", 4, None, "surplus")]


def test_of_a_row_with_too_many_cells_nothing_else_is_told() -> None:
    faults = faults_of(capacity="pool,week,amount\nh100,soon,ten,7\n")
    assert [place(f) for f in faults] == [("capacity.csv", 2, None, "7")]


def test_a_row_with_too_few_cells_is_a_fault_with_the_first_that_is_missing() -> None:
    faults = faults_of(**swapped("projects", "ads,run,3,2,,running,", "ads,run,3,2"))
    assert [place(f) for f in faults] == [("projects.csv", 4, "duration", None)]


@pytest.mark.parametrize(
    ("table", "old", "new", "at"),
    [
        ("capacity", "ml,2025-12-01,5", "ml,2025-12-01,-5", (3, "amount", "-5")),
        ("capacity", "ml,2025-12-01,5", "ml,2025-12-01,nan", (3, "amount", "nan")),
        ("capacity", "ml,2025-12-01,5", "ml,2025-12-01,inf", (3, "amount", "inf")),
        ("capacity", "ml,2025-12-01,5", 'ml,2025-12-01,"1,000"', (3, "amount", "1,000")),
        ("capacity", "ml,2025-12-01,5", "ml,2025-12-01,$5", (3, "amount", "$5")),
        ("capacity", "ml,2025-12-01,5", "ml,2025-12-01,", (3, "amount", "")),
        ("capacity", "ml,2025-12-01,5", "ml,2025-02-30,5", (3, "week", "2025-02-30")),
        ("capacity", "ml,2025-12-01,5", "ml,01/12/2025,5", (3, "week", "01/12/2025")),
        ("projects", "ads,run,3", "ads,run,9", (4, "priority", "9")),
        ("projects", "ads,run,3", "ads,walk,3", (4, "kind", "walk")),
        ("portfolio", ",8", ",261", (2, "weeks", "261")),
        ("portfolio", ",8", ",8.5", (2, "weeks", "8.5")),
        ("portfolio", "acme,", "a cme,", (2, "portfolio", "a cme")),
    ],
)
def test_a_cell_that_cannot_be_read_is_a_fault_with_its_place(
    table: str, old: str, new: str, at: tuple[int, str, str]
) -> None:
    faults = faults_of(**swapped(table, old, new))
    assert [place(f) for f in faults] == [(f"{table}.csv", *at)]
    assert faults[0].right


def test_a_negative_or_endless_amount_is_called_so() -> None:
    messages = [
        faults_of(**swapped("capacity", "ml,2025-12-01,5", f"ml,2025-12-01,{n}"))[0].message for n in ("-5", "NaN")
    ]
    assert messages == ["is negative", "is not a finite number"]


def test_a_number_of_ten_thousand_digits_is_a_fault() -> None:
    shown = "9" * 80 + "..."
    assert [f.value for f in faults_of(**swapped("portfolio", ",8", "," + "9" * 10_000))] == [shown]
    assert [f.value for f in faults_of(**swapped("capacity", "ml,2025-12-01,5", "ml,2025-12-01," + "9" * 10_000))] == [
        shown
    ]


def test_all_faults_of_all_files_are_told_at_once_in_the_order_of_the_files() -> None:
    changes = {
        **swapped("pools", "h200,gpu,h200,2", "h200,gpu,h200,two"),
        **swapped("needs", "6,2,1", "6,7,1"),
        **swapped("eligible", "speed,people,ml", "speed,people,h900"),
        **swapped("links", "speed,requires,old", "speed,requires,nobody"),
        **swapped("floors", "h100,,4,", "h100,,99,"),
    }
    assert [place(f) for f in faults_of(**changes)] == [
        ("pools.csv", 4, "step", "two"),
        ("needs.csv", 2, "minimum", "7"),
        ("eligible.csv", 5, "pool", "h900"),
        ("links.csv", 2, "other", "nobody"),
        ("floors.csv", 2, "amount", "99"),
    ]


def test_a_row_with_a_bad_cell_is_still_known_to_the_rows_that_name_it() -> None:
    assert len(faults_of(**swapped("pools", "h100,gpu,h100", "h100,cpu,h100"))) == 1
    assert len(faults_of(**swapped("projects", "chat,run,0,10", "chat,run,x,10"))) == 1
    assert len(faults_of(**swapped("eligible", "chat,gpu,h100,", "chat,gpu,h100,-1"))) == 1


def test_a_row_whose_id_cannot_be_read_does_not_make_a_hundred_faults() -> None:
    assert [place(f) for f in faults_of(**swapped("pools", "h100,gpu,h100", "h 100,gpu,h100"))] == [
        ("pools.csv", 2, "pool", "h 100")
    ]


def test_wrong_encoding_is_a_fault_with_its_line_and_byte() -> None:
    content = FILES["projects"].replace("ads,run", "caf\u00e9,run").encode("latin-1")
    faults = faults_of(projects=content)
    assert [place(f) for f in faults] == [("projects.csv", 4, None, "0xe9")]
    assert "byte 4 " in faults[0].message


def test_utf_16_is_a_fault_that_says_so() -> None:
    faults = faults_of(projects=FILES["projects"].encode("utf-16"))
    assert [f.file for f in faults] == ["projects.csv"]
    assert "UTF-16" in faults[0].message


def test_a_nul_character_is_a_fault_with_its_line() -> None:
    assert [place(f) for f in faults_of(**swapped("portfolio", "Acme", "Ac\0me"))] == [("portfolio.csv", 2, None, "\0")]


def test_a_quote_that_never_ends_is_a_fault_at_the_line_where_it_starts() -> None:
    faults = faults_of(**swapped("projects", "ads,run", '"ads,run'))
    assert [(f.file, f.line) for f in faults] == [("projects.csv", 4)]
    assert "double quotes" in faults[0].right


def test_lines_are_counted_through_cells_of_several_lines_and_blank_lines() -> None:
    projects = (
        "project,name,kind,priority,value,duration,status\n"
        '\nchat,"Core\nchat\r\n(all)",run,0,10,,running\n\nspeed,,build,1,5,4,\nads,,run,3,x,,running\nold,,build,2,1,3,done\n'
    )
    faults = faults_of(projects=projects)
    assert [place(f) for f in faults] == [("projects.csv", 8, "value", "x")]


def test_a_line_is_that_of_the_row_also_for_faults_between_records() -> None:
    needs = FILES["needs"].replace("chat,gpu,gpu,6,2,1", "\n\nchat,gpu,gpu,6,7,1")
    assert [place(f) for f in faults_of(needs=needs)] == [("needs.csv", 4, "minimum", "7")]


def test_a_date_is_moved_to_its_monday_with_a_notice() -> None:
    read = reading(swapped("capacity", "ml,2025-12-01,5", "ml,2025-12-04,5"))
    assert read.problem.supply("ml")[0] == 5.0
    assert [place(n) for n in read.notices] == [("capacity.csv", 3, "week", "2025-12-04")]
    assert "2025-12-01" in read.notices[0].message


def test_rows_that_become_one_after_moving_to_a_monday_are_a_fault() -> None:
    capacity = FILES["capacity"] + "ml,2025-12-03,6\n"
    assert [place(f) for f in faults_of(capacity=capacity)] == [("capacity.csv", 6, "week", "2025-12-01")]


def test_an_id_in_capitals_is_read_in_small_letters_with_a_notice() -> None:
    read = reading(swapped("eligible", "ads,gpu,h100", "Ads,gpu,h100"))
    assert [place(n) for n in read.notices] == [("eligible.csv", 6, "project", "Ads")]


def test_an_unknown_column_an_unknown_file_and_a_blank_row_are_notices() -> None:
    read = reading({"portfolio": "portfolio,colour,start,weeks,\nacme,red,2025-12-01,8,\n,,,,\n", "recipes": "a,b\n"})
    assert [place(n) for n in read.notices] == [
        ("portfolio.csv", 1, "colour", None),
        ("portfolio.csv", 3, None, None),
        ("recipes.csv", None, None, None),
    ]


def test_notices_are_told_with_the_faults() -> None:
    with pytest.raises(InvalidInput) as caught:
        reading({**swapped("portfolio", "2025-12-01", "2025-12-02"), **swapped("needs", "6,2,1", "6,7,1")})
    assert [n.file for n in caught.value.notices] == ["portfolio.csv"]


def test_a_text_cell_typed_with_an_apostrophe_against_formulas_loses_it() -> None:
    assert reading(swapped("portfolio", "Acme", "'=Acme")).problem.head.name == "=Acme"
    assert reading(swapped("portfolio", "Acme", "'t Hart")).problem.head.name == "'t Hart"


def test_a_folder_that_is_not_there_is_a_fault(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput) as caught:
        folder.read_folder(tmp_path / "nowhere")
    assert caught.value.faults[0].value == str(tmp_path / "nowhere")


def test_an_empty_folder_says_every_file_that_is_missing() -> None:
    with tempfile.TemporaryDirectory() as path, pytest.raises(InvalidInput) as caught:
        folder.read_folder(path)
    assert {f.table for f in caught.value.faults} == TABLES.keys() - OPTIONAL
