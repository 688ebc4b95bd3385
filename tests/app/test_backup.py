"""A database is copied while it is used, verified, and brought back whole."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from app.actions.backup import backup, restore, verified
from app.actions.edit import edit_record
from app.actions.snapshot import snapshot
from app.cli import main
from app.db import Database, sqlite_module
from app.errors import Refused
from tests.databases import POSTGRESQL, SQLITE, Makers


@pytest.fixture
def kind() -> str:
    """SQLite: PostgreSQL brings its own tools."""
    return SQLITE


def test_a_postgresql_is_told_to_use_its_own_tools(makers: Makers, tmp_path: Path) -> None:
    with makers.migrated(POSTGRESQL) as url:
        db = Database(url)
        for asked in (lambda: backup(db, tmp_path / "copy.db"), lambda: restore(db, tmp_path / "copy.db")):
            with pytest.raises(Refused, match="use pg_dump and pg_restore"):
                asked()
        db.close()


def test_a_copy_holds_what_the_database_held(lab: Database, tmp_path: Path) -> None:
    found = backup(lab, tmp_path / "copies" / "first.db")
    assert found == verified(found.path)
    assert found.schema == lab.newest()
    assert found.lines > 0
    copy = Database(f"sqlite:///{found.path}")
    assert snapshot(copy, "lab").digest == snapshot(lab, "lab").digest
    copy.close()


def test_a_copy_made_while_others_write_is_of_one_moment(lab: Database, tmp_path: Path) -> None:
    stop = threading.Event()

    def write() -> None:
        version = 1
        while not stop.is_set():
            version = edit_record(lab, "lab", "projects", ("ads",), {"value": str(version + 1)}, version, "bob")

    writer = threading.Thread(target=write)
    writer.start()
    try:
        copies = [backup(lab, tmp_path / f"copy{i}.db") for i in range(3)]
    finally:
        stop.set()
        writer.join()
    assert [found.lines for found in copies] == sorted(found.lines for found in copies)
    assert verified(copies[-1].path).end == copies[-1].end


def test_a_backup_never_writes_over_anything(lab: Database, tmp_path: Path) -> None:
    (tmp_path / "there.db").write_text("mine")
    with pytest.raises(Refused, match="is there already"):
        backup(lab, tmp_path / "there.db")
    assert (tmp_path / "there.db").read_text() == "mine"


def test_restoring_brings_the_old_rows_back_and_keeps_the_new_ones_beside(lab: Database, tmp_path: Path) -> None:
    before = snapshot(lab, "lab").digest
    copy = backup(lab, tmp_path / "copy.db")
    edit_record(lab, "lab", "projects", ("ads",), {"value": "9"}, 1, "bob")
    after = snapshot(lab, "lab").digest
    found, kept = restore(lab, copy.path)
    assert found.end == copy.end
    assert snapshot(lab, "lab").digest == before
    assert kept is not None
    old = Database(f"sqlite:///{kept}")
    assert snapshot(old, "lab").digest == after
    old.close()


def test_who_has_the_database_open_sees_the_restored_rows(lab: Database, tmp_path: Path) -> None:
    other = Database(str(lab.url))
    copy = backup(lab, tmp_path / "copy.db")
    edit_record(other, "lab", "projects", ("ads",), {"value": "9"}, 1, "bob")
    restore(lab, copy.path)
    assert snapshot(other, "lab").project["ads"].value == 4
    other.close()


def test_a_damaged_copy_is_refused_and_changes_nothing(lab: Database, tmp_path: Path) -> None:
    copy = backup(lab, tmp_path / "copy.db")
    content = bytearray(copy.path.read_bytes())
    content[len(content) // 2 : len(content) // 2 + 4096] = b"\xff" * 4096
    copy.path.write_bytes(bytes(content))
    before = snapshot(lab, "lab").digest
    with pytest.raises(Refused, match=r"damaged|no database"):
        restore(lab, copy.path)
    assert snapshot(lab, "lab").digest == before


def test_a_copy_whose_audit_trail_was_touched_is_refused(lab: Database, tmp_path: Path) -> None:
    copy = backup(lab, tmp_path / "copy.db")
    connection = sqlite_module().connect(copy.path)
    connection.execute("DROP TRIGGER audit_refuses_update")
    connection.execute("UPDATE audit SET who = 'eve' WHERE id = 1")
    connection.commit()
    connection.close()
    with pytest.raises(Refused, match="audit trail"):
        verified(copy.path)


@pytest.mark.parametrize("content", [b"", b"no database at all"])
def test_a_file_that_is_no_copy_is_refused(lab: Database, tmp_path: Path, content: bytes) -> None:
    (tmp_path / "other.db").write_bytes(content)
    with pytest.raises(Refused, match=r"no database|no codered database"):
        restore(lab, tmp_path / "other.db")


def test_the_commands_copy_verify_and_restore(
    lab: Database, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    url, copy = str(lab.url), str(tmp_path / "by-hand.db")
    assert main(["db", "backup", copy, "--database", url]) == 0
    assert main(["db", "verify", copy, "--json"]) == 0
    assert main(["db", "restore", copy, "--database", url]) == 0
    assert main(["db", "restore", str(tmp_path / "nothing.db"), "--database", url]) == 1
    shown = capsys.readouterr()
    assert "what was there before is kept in" in shown.err
    assert "nothing.db is not there" in shown.err
    assert "Traceback" not in shown.err
