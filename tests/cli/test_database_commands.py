"""`codered import`, `export` and `db`: folders in and out of a real database."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from app.cli import main
from solver.folder import read_folder
from tests.cli.tiny import tiny

pytestmark = pytest.mark.on_both

Captured = pytest.CaptureFixture[str]


def test_what_was_imported_is_exported_the_same(tmp_path: Path, url: str, capsys: Captured) -> None:
    folder, out = tiny(tmp_path / "in"), tmp_path / "out"
    assert main(["import", str(folder), "--database", url, "--who", "tester"]) == 0
    assert main(["export", "tiny", str(out), "--database", url]) == 0
    assert read_folder(out).digest == read_folder(folder).digest
    assert "portfolio tiny imported" in capsys.readouterr().err


def test_a_zip_travels_as_a_folder_does(tmp_path: Path, url: str) -> None:
    folder = tiny(tmp_path / "in")
    first, second = tmp_path / "first.zip", tmp_path / "sub" / "second.zip"
    assert main(["import", str(folder), "--database", url]) == 0
    assert main(["export", "tiny", str(first), "--database", url]) == 0
    assert main(["import", str(first), "--database", url]) == 0
    assert main(["export", "TINY".lower(), str(second), "--database", url]) == 0
    assert read_folder(second) == read_folder(folder)


def test_the_import_tells_machines_what_it_read(tmp_path: Path, url: str, capsys: Captured) -> None:
    assert main(["import", str(tiny(tmp_path / "in")), "--database", url, "--json"]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert answer["portfolio"] == "tiny"
    assert answer["records"]["projects"] == 2


def test_a_folder_with_faults_changes_nothing(tmp_path: Path, url: str, capsys: Captured) -> None:
    assert main(["import", str(tiny(tmp_path / "in")), "--database", url]) == 0
    broken = tiny(tmp_path / "broken", pools="pool,kind,type\nnodes,gpu,h100\n")
    assert main(["import", str(broken), "--replace", "--database", url]) == 2
    assert "fault: " in capsys.readouterr().err
    assert main(["export", "tiny", str(tmp_path / "out"), "--database", url]) == 0
    assert read_folder(tmp_path / "out") == read_folder(tmp_path / "in")


def test_a_portfolio_that_is_not_there_is_a_message(tmp_path: Path, url: str, capsys: Captured) -> None:
    assert main(["export", "nobody", str(tmp_path / "out"), "--database", url]) == 1
    shown = capsys.readouterr()
    assert "no portfolio 'nobody'" in shown.err
    assert "Traceback" not in shown.err


def test_a_plan_and_a_scenario_are_not_asked_for_together(tmp_path: Path, url: str, capsys: Captured) -> None:
    asked = ["export", "tiny", str(tmp_path), "--scenario", "1", "--plan", "1", "--database", url]
    assert main(asked) == 2
    assert "exclude each other" in capsys.readouterr().err


def test_the_schema_upgrade_can_be_repeated(url: str, capsys: Captured) -> None:
    assert main(["db", "upgrade", "--database", url]) == 0
    first = capsys.readouterr().err
    assert main(["db", "upgrade", "--database", url]) == 0
    assert capsys.readouterr().err == first
    assert "is at schema" in first


@pytest.mark.parametrize("url", ["sqlite:////", "nonsense"], ids=["a folder", "no address at all"])
def test_a_database_that_cannot_be_opened_is_a_message(url: str, capsys: Captured) -> None:
    assert main(["db", "upgrade", "--database", url]) == 1
    shown = capsys.readouterr().err
    assert shown.startswith("codered: the database cannot be opened: ")
    assert shown.count("\n") == 1


def test_a_workbook_travels_as_a_folder_does(tmp_path: Path, url: str, capsys: Captured) -> None:
    folder, book = tiny(tmp_path / "in"), tmp_path / "sub" / "tiny.xlsx"
    assert main(["import", str(folder), "--database", url]) == 0
    assert main(["export", "tiny", str(book), "--database", url]) == 0
    assert main(["import", str(book), "--database", url]) == 0
    assert read_folder(book) == read_folder(folder)
    assert main(["export", "tiny", str(book), "--plan", "1", "--database", url]) == 2
    assert "a workbook holds records" in capsys.readouterr().err


@pytest.mark.parametrize("name", ["empty", "empty.zip", "empty.xlsx"])
def test_a_template_is_written_and_says_what_is_missing_when_read(
    tmp_path: Path, url: str, capsys: Captured, name: str
) -> None:
    out = tmp_path / name
    assert main(["template", str(out)]) == 0
    assert main(["template", str(out)]) == 1
    assert main(["import", str(out), "--database", url]) == 2
    assert "portfolio" in capsys.readouterr().err


def test_a_dry_run_shows_every_line_and_writes_nothing(tmp_path: Path, url: str, capsys: Captured) -> None:
    assert main(["import", str(tiny(tmp_path / "in")), "--database", url]) == 0
    part = tmp_path / "part"
    part.mkdir()
    (part / "baseline.csv").write_text("project,need,pool,amount\nchat,gpu,nodes,5\n")
    arguments = ["import", str(part), "--portfolio", "tiny", "--replace", "--database", url]
    capsys.readouterr()
    assert main([*arguments, "--dry-run"]) == 0
    shown = capsys.readouterr()
    assert "update   baseline, line 2: chat/gpu/nodes  amount 4 -> 5" in shown.out
    assert shown.out.count("remove   baseline: ") == 3
    assert "nothing was written" in shown.err
    assert main([*arguments, "--dry-run", "--json"]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert answer["counts"]["baseline"]["remove"] == 3
    assert answer["steps"][0]["cells"] == {"amount": ["4", "5"]}
    assert main(arguments) == 0
    assert "0 created, 1 updated, 3 removed" in capsys.readouterr().err


def test_a_dry_run_with_faults_says_so_with_its_exit_code(tmp_path: Path, url: str, capsys: Captured) -> None:
    broken = tiny(tmp_path / "in", pools="pool,kind,type\nnodes,gpu,h100\n")
    assert main(["import", str(broken), "--dry-run", "--database", url]) == 2
    assert "fault: capacity.csv, line 3, column pool" in capsys.readouterr().err
