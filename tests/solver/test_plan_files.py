"""A plan is written as summary.json and CSV tables, and read back the same or as faults with their lines."""

from __future__ import annotations

import dataclasses
import json
import math
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from solver.faults import Fault, InvalidInput
from solver.files.archive import write_files
from solver.files.csvtext import read_columns, read_sheet
from solver.files.plan_files import TYPES
from solver.folder import plan_files, read_plan, write_plan
from solver.plan import COLUMNS, LATER, ClassResult, Conflict, Outcome, Plan, State, Status

START = date(2025, 12, 1)
ROWS: dict[str, list[tuple[Any, ...]]] = {
    "allocation": [(START, "chat", "gpu", "h100", 4.0), (START, "chat", "people", "ml", 0.30000000000000004)],
    "pace": [(START, "chat", State.RUNNING, 2 / 3, 0.0), (START, "speed", State.WAITING, 0.0, math.nan)],
    "moves": [(START, "h100", "ads", "chat", 2.0), (START, "h100", "spare", "chat", 2.0)],
    "utilisation": [(START, "h100", 10.0, 4.0, 6.0, 0.0), (START, "ml", 1.0, 1.0, -1e-9, math.nan)],
    "effective": [
        (START, "chat", "gpu", 4.0, 4.0, 1.0, 0.0, 3.0),
        (START, "chat", "people", 0.3, 0.21, 0.0, 0.1, 0.11),
    ],
    "reasons": [(START, "ads", "paused", '=ads gives "4",\nall of it'), (START, "ads", "short", "")],
    "serving": [
        (START, "chat", "h100", "fp8+prefix", 900.0, 850.5, 4.0, 0.21, 0.5),
        (START, "chat", "h100", "", 1, 1, 1, 0, 0),
    ],
    "ledger": [
        (START, START, "ads", "chat", "h100", 2.0, "open", 0.5),
        (START, START, "ads", "spare", "h100", 1.0, "open", None),
    ],
}
SUMMARY = "summary.json"


def plan(**rows: list[tuple[Any, ...]]) -> Plan:
    frames = {name: pd.DataFrame({**ROWS, **rows}[name], columns=list(COLUMNS[name])) for name in COLUMNS}
    return Plan("acme", "red", START, 1, **frames)


def outcome(**rows: list[tuple[Any, ...]]) -> Outcome:
    return Outcome(
        Status.OPTIMAL, "acme", "red", plan(**rows), classes=(ClassResult(0, "focus", 9.5, 10.0, 9.6),),
        arrivals={"gpu": 2.0}, digest="sha256:x", versions={"codered": "0"}, seconds={"total": 0.1},
    )  # fmt: skip


def faults_after(path: Path, name: str, old: str, new: str) -> tuple[Fault, ...]:
    """The faults of the plan with one piece of text exchanged."""
    write_plan(outcome(), path)
    text = (path / name).read_text()
    assert old in text
    (path / name).write_text(text.replace(old, new, 1))
    with pytest.raises(InvalidInput) as caught:
        read_plan(path)
    return caught.value.faults


def test_a_plan_is_written_and_read_back(tmp_path: Path) -> None:
    write_plan(outcome(), tmp_path / "plan")
    summary, read = read_plan(tmp_path / "plan")
    assert summary == outcome().summary()
    assert (read.portfolio, read.policy, read.start, read.weeks) == ("acme", "red", START, 1)
    for name, frame in plan().tables().items():
        expected = frame.assign(**{c: frame[c].round(6) + 0.0 for c in frame.select_dtypes("float")})
        pd.testing.assert_frame_equal(read.tables()[name], expected, check_dtype=False)
    assert isinstance(read.allocation["week"][0], date)


def test_amounts_are_plain_decimals_of_at_most_six_places() -> None:
    text = plan_files(outcome())["allocation.csv"]
    assert text.splitlines() == [
        "week,project,need,pool,amount", "2025-12-01,chat,gpu,h100,4", "2025-12-01,chat,people,ml,0.3",
    ]  # fmt: skip
    assert plan_files(outcome())["pace.csv"].splitlines()[1:] == [
        "2025-12-01,chat,running,0.666667,0", "2025-12-01,speed,waiting,0,",
    ]  # fmt: skip


def test_what_is_read_is_written_the_same(tmp_path: Path) -> None:
    write_plan(outcome(), tmp_path)
    read = read_plan(tmp_path)[1]
    assert plan_files(dataclasses.replace(outcome(), plan=read)) == plan_files(outcome())


def test_a_plan_without_rows_is_read_back(tmp_path: Path) -> None:
    write_plan(outcome(**{name: [] for name in COLUMNS}), tmp_path)
    assert all(frame.empty for frame in read_plan(tmp_path)[1].tables().values())


def test_a_reason_is_no_formula_in_a_spreadsheet() -> None:
    assert "\"'=ads gives" in plan_files(outcome())["reasons.csv"]


def test_a_summary_is_json_whatever_the_numbers_are() -> None:
    strange = dataclasses.replace(outcome(), cost=math.inf, options={"time_limit": math.nan, "gap": None, "threads": 1})
    summary = json.loads(plan_files(strange)[SUMMARY], parse_constant=pytest.fail)
    assert summary["cost"] is None
    assert summary["options"] == {"time_limit": None, "gap": None, "threads": 1}


def test_an_infeasible_outcome_is_a_summary_alone_and_removes_the_plan_that_was_there(tmp_path: Path) -> None:
    write_plan(outcome(), tmp_path)
    write_plan(Outcome(Status.INFEASIBLE, "acme", "red", conflicts=(Conflict("floor", "too high"),)), tmp_path)
    assert [f.name for f in tmp_path.iterdir()] == [SUMMARY]
    with pytest.raises(InvalidInput) as caught:
        read_plan(tmp_path)
    assert {f.file for f in caught.value.faults} == {SUMMARY, *(f"{name}.csv" for name in COLUMNS if name not in LATER)}


@pytest.mark.parametrize("name", sorted(LATER))
def test_a_plan_of_an_earlier_version_lacks_tables_and_can_be_read(tmp_path: Path, name: str) -> None:
    write_plan(outcome(), tmp_path)
    (tmp_path / f"{name}.csv").unlink()
    table = read_plan(tmp_path)[1].tables()[name]
    assert table.empty
    assert tuple(table.columns) == COLUMNS[name]


def test_a_plan_is_not_half_written_when_a_file_cannot_be(tmp_path: Path) -> None:
    write_plan(outcome(), tmp_path / "plan")
    with pytest.raises(UnicodeEncodeError):
        write_files(tmp_path / "plan", {"pace.csv": "new", SUMMARY: "\ud800"}, seal=SUMMARY, stale=["moves.csv"])
    assert read_plan(tmp_path / "plan")[0]["status"] == "optimal"
    assert [f.name for f in tmp_path.iterdir()] == ["plan"]


@pytest.mark.parametrize(
    ("name", "old", "new", "at"),
    [
        ("allocation.csv", "h100,4", "h100,-4", (2, "amount", "-4")),
        ("allocation.csv", "2025-12-01", "2025-12-99", (2, "week", "2025-12-99")),
        ("allocation.csv", "2025-12-01", "2025-12-02", (2, "week", "2025-12-02")),
        ("allocation.csv", "h100,4", "h100,4,5", (2, None, "5")),
        ("allocation.csv", "amount", "quantity", (1, "amount", None)),
        ("pace.csv", "waiting", "sleeping", (3, "state", "sleeping")),
        ("pace.csv", "0.666667", "1.5", (2, "pace", "1.5")),
        ("moves.csv", "spare,chat", "spare,", (3, "to", "")),
    ],
)
def test_a_cell_of_a_plan_that_cannot_be_read_is_a_fault(
    tmp_path: Path, name: str, old: str, new: str, at: tuple[int, str | None, str | None]
) -> None:
    faults = faults_after(tmp_path, name, old, new)
    assert [(f.file, f.line, f.column, f.value) for f in faults] == [(name, *at)]


def test_a_row_of_a_plan_twice_is_a_fault(tmp_path: Path) -> None:
    row = "2025-12-01,chat,gpu,h100,4\n"
    faults = faults_after(tmp_path, "allocation.csv", row, row + row)
    assert [(f.file, f.line) for f in faults] == [("allocation.csv", 3)]


@pytest.mark.parametrize(
    ("old", "new", "column"),
    [
        ('"weeks": 1', '"weeks": 0', "weeks"),
        ('"weeks": 1', '"weeks": true', "weeks"),
        ('"2025-12-01"', '"2025-12-02"', "start"),
        ('"2025-12-01"', "null", "start"),
        ('"optimal"', '"perfect"', "status"),
        ('"optimal"', "[]", "status"),
        ('"acme"', "7", "portfolio"),
        ('"attained": 9.5', '"attained": "much"', "classes"),
    ],
)
def test_a_summary_that_is_not_right_is_a_fault(tmp_path: Path, old: str, new: str, column: str) -> None:
    assert [(f.file, f.column) for f in faults_after(tmp_path, SUMMARY, old, new)] == [(SUMMARY, column)]


@pytest.mark.parametrize("text", ["", "{", "[]", "[" * 100_000, '"\ud83d"', "NaN"])
def test_a_summary_that_is_no_object_is_one_fault(tmp_path: Path, text: str) -> None:
    write_plan(outcome(), tmp_path)
    (tmp_path / SUMMARY).write_bytes(text.encode("utf-8", "surrogatepass"))
    with pytest.raises(InvalidInput) as caught:
        read_plan(tmp_path)
    assert [f.file for f in caught.value.faults] == [SUMMARY]


def test_a_file_of_a_plan_that_is_missing_is_a_fault(tmp_path: Path) -> None:
    write_plan(outcome(), tmp_path)
    (tmp_path / "moves.csv").unlink()
    with pytest.raises(InvalidInput) as caught:
        read_plan(tmp_path)
    assert [(f.file, f.message) for f in caught.value.faults] == [("moves.csv", "is missing")]


@given(st.sampled_from(sorted([SUMMARY, *(f"{n}.csv" for n in COLUMNS)])), st.integers(0, 900), st.binary(max_size=3))
@settings(max_examples=150, deadline=None)
def test_bytes_changed_anywhere_in_a_plan_give_a_plan_or_faults(name: str, at: int, new: bytes) -> None:
    files = {n: text.encode() for n, text in plan_files(outcome()).items()}
    files[name] = files[name][:at] + new + files[name][at + 1 :]
    faults: tuple[Fault, ...] = ()
    try:
        read = read_plan(files)[1]
    except InvalidInput as invalid:
        faults, read = invalid.faults, None
    assert read is not None or all(str(f) for f in faults)


def test_a_file_read_by_columns_is_what_it_is_row_by_row() -> None:
    content = b'week,project,reason,detail\n2025-12-01,ads,paused,"a, b"\n2025-12-08,ads,runs,\'=1+1\n'
    columns, sheet = read_columns(TYPES["reasons"], content), read_sheet("reasons", TYPES["reasons"], content)
    assert columns is not None
    assert [list(row) for row in zip(*columns, strict=True)] == [
        [row.values[c.attribute] for c in TYPES["reasons"]] for row in sheet.rows
    ]
    assert columns[3] == ["a, b", "=1+1"]


@pytest.mark.parametrize(
    "change",
    [(b"2025-12-01", b"2025-12-02"), (b"ads", b"ADS"), (b"week,", b"Week,"), (b"\n2025", b"\n\n2025"), (b'"', b""),
     (b"ads", b"a\0s"), (b"2025-12-01", b"soon"), (b"ads", b"\xff"), (b' b"', b" b")],
)  # fmt: skip
def test_a_file_with_anything_to_tell_is_read_row_by_row(change: tuple[bytes, bytes]) -> None:
    content = b'week,project,reason,detail\n2025-12-01,ads,paused,"a, b"\n'
    assert read_columns(TYPES["reasons"], content) is not None
    assert read_columns(TYPES["reasons"], content.replace(*change, 1)) is None
