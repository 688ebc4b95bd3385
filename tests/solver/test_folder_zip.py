"""A portfolio or plan is read from a zip as from its folder, and a zip that is broken or bad is a fault."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from solver import folder
from solver.faults import Fault, InvalidInput
from solver.files import archive
from tests.solver.written import FILES, reading


def zipped(files: Mapping[str, str | bytes], compression: int = zipfile.ZIP_DEFLATED) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", compression) as target:
        for name, content in files.items():
            target.writestr(name, content)
    return stream.getvalue()


def named(prefix: str = "") -> dict[str, str | bytes]:
    return {f"{prefix}{table}.csv": text for table, text in FILES.items()}


def fault_of(source: bytes | Path) -> Fault:
    with pytest.raises(InvalidInput) as caught:
        folder.read(source)
    return caught.value.faults[0]


def test_a_zip_is_read_from_its_path_and_from_its_bytes(tmp_path: Path) -> None:
    (tmp_path / "acme.zip").write_bytes(zipped(named()))
    assert folder.read_folder(tmp_path / "acme.zip") == reading({}).problem
    assert folder.read(zipped(named())).problem == reading({}).problem


@pytest.mark.parametrize("prefix", ["acme/", "a/b/c/", "./", "acme\\"])
def test_a_folder_inside_the_zip_is_found(prefix: str) -> None:
    others = {"__MACOSX/acme/._pools.csv": b"\0", "README.md": "hello", f"{prefix}._pools.csv": b"\0"}
    read = folder.read(zipped({**named(prefix), **others}))
    assert read.problem == reading({}).problem
    assert read.notices == ()


def test_the_folder_nearest_to_the_top_is_the_portfolio() -> None:
    assert folder.read(zipped({**named(), "old/pools.csv": "x"})).problem == reading({}).problem


def test_a_zip_of_two_portfolios_is_a_fault_that_names_both() -> None:
    fault = fault_of(zipped({**named("one/"), **named("two/")}))
    assert fault.value == "one, two"


def test_the_same_file_twice_is_a_fault() -> None:
    assert fault_of(zipped({**named(), "Pools.csv": "x"})).value == "Pools.csv"


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_the_same_member_twice_is_a_fault() -> None:
    stream = io.BytesIO(zipped(named()))
    with zipfile.ZipFile(stream, "a") as target:
        target.writestr("pools.csv", "x")
    assert fault_of(stream.getvalue()).value == "pools.csv"


def test_a_file_that_is_no_zip_is_a_fault(tmp_path: Path) -> None:
    (tmp_path / "pools.csv").write_text(FILES["pools"])
    assert "zip" in fault_of(tmp_path / "pools.csv").message
    assert fault_of(b"").file == "upload.zip"


def test_a_zip_of_nothing_says_every_file_that_is_missing() -> None:
    assert fault_of(zipped({})).message == "is missing"


def test_a_zip_that_unpacks_to_too_much_is_a_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archive, "MOST_BYTES", 2**20)
    fault = fault_of(zipped({**named(), "pools.csv": b" " * 2**22}))
    assert "too large" in fault.message
    assert fault.value == "pools.csv"


def test_a_large_file_that_is_no_table_does_not_count(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archive, "MOST_BYTES", 2**20)
    assert folder.read(zipped({**named(), "movie.bin": b" " * 2**22})).problem == reading({}).problem


def test_a_zip_of_too_many_files_is_a_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archive, "MOST_MEMBERS", 5)
    assert fault_of(zipped(named())).right == "at most 5 files"


ARCHIVE = zipped(named("acme/"))


@given(st.integers(0, len(ARCHIVE)), st.binary(min_size=1, max_size=6), st.integers(0, 8))
@settings(max_examples=300, deadline=None)
def test_a_damaged_zip_gives_a_problem_or_faults_and_nothing_else(at: int, new: bytes, length: int) -> None:
    damaged = ARCHIVE[:at] + new + ARCHIVE[at + length :]
    faults: tuple[Fault, ...] = ()
    try:
        problem = folder.read(damaged).problem
    except InvalidInput as invalid:
        faults, problem = invalid.faults, None
    assert problem.head.portfolio == "acme" if problem else faults


@pytest.mark.parametrize("compression", [zipfile.ZIP_STORED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_every_compression_is_read_and_its_damage_is_a_fault(compression: int) -> None:
    good = zipped(named(), compression)
    assert folder.read(good).problem == reading({}).problem
    for at in range(30, 400, 7):
        damaged = good[:at] + bytes([good[at] ^ 0xFF]) + good[at + 1 :]
        try:
            assert folder.read(damaged).problem.head.portfolio
        except InvalidInput as invalid:
            first = invalid.faults[0]
        else:
            continue
        assert first.message
