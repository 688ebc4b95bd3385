"""A database is copied whole to another kind of database, compared, and goes on there."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import sqlalchemy as sa

from app.actions.accounts import add_account
from app.actions.approve import approve
from app.actions.audit import verify
from app.actions.copy_database import copy_database
from app.actions.declare import declare
from app.actions.edit import edit_record
from app.actions.import_data import import_portfolio
from app.actions.plans import get_plan, store_plan
from app.actions.preview import preview
from app.actions.scenarios import list_scenarios
from app.actions.snapshot import snapshot
from app.cli import main
from app.db import Database
from app.errors import Refused, Unavailable
from app.roles import EVERYWHERE, Role
from app.store import whole
from solver.problem import Problem
from tests.app.lab import outcome
from tests.app.test_chain import tamper
from tests.app.test_scenarios import CODE_RED
from tests.databases import POSTGRESQL, SQLITE, Makers


@pytest.fixture
def lived(lab: Database, problem: Problem, files: dict[str, bytes]) -> Database:
    """A database with rows of most kinds: records, blanks in keys, a scenario, plans, a decision, an upload."""
    add_account(lab, "kim", "a long enough sentence", {EVERYWHERE: Role.ADMIN}, "ann")
    edit_record(lab, "lab", "projects", ("ads",), {"value": "0.1", "name": "Ads \N{SNOWMAN} 'and' \"more\""}, 1, "bob")
    scenario = declare(lab, "lab", CODE_RED, "eve")
    for nodes in (4, 5):
        store_plan(lab, problem, outcome(problem, nodes), scenario, "ann")
    approve(lab, 1, "good", "eve")
    preview(lab, files, "ann")
    return lab


def held(db: Database) -> dict[str, tuple[int, str]]:
    with db.reading() as session:
        told = {table.name: whole.tally(session, table) for table in whole.tables()}
    return {name: (one.count, one.digest) for name, one in told.items()}


def test_everything_comes_over_with_the_same_digests(lived: Database, other: Database) -> None:
    before = held(lived)
    copied = copy_database(lived, other)
    assert {name: (table.rows, table.digest) for name, table in copied.tables.items()} == before == held(other)
    assert copied.rows == sum(count for count, _ in before.values()) > 70
    assert copied.tables["scenarios"].rows == 1
    assert copied.tables["plan_files"].rows > 10


def test_the_copy_reads_as_its_original_does(lived: Database, other: Database) -> None:
    copied = copy_database(lived, other)
    assert snapshot(other, "lab", 1).digest == snapshot(lived, "lab", 1).digest
    assert get_plan(other, 2).outcome.plan is not None
    assert (get_plan(other, 1).created_at, list_scenarios(other, "lab")) == (
        get_plan(lived, 1).created_at,
        list_scenarios(lived, "lab"),
    )
    assert verify(other) == verify(lived)
    assert (copied.lines, copied.end) == (verify(lived).lines, verify(lived).end)


def test_numbers_and_the_audit_chain_go_on_in_the_copy(lived: Database, other: Database, problem: Problem) -> None:
    lines = copy_database(lived, other).lines
    assert store_plan(other, problem, outcome(problem, 6), None, "ann") == 3
    assert declare(other, "lab", CODE_RED, "eve") == 2
    assert (verify(other).good, verify(other).lines) == (True, lines + 2)


def test_what_is_not_empty_is_not_written_to(
    lived: Database, other: Database, files: dict[str, bytes], problem: Problem
) -> None:
    import_portfolio(other, files, "ann")
    before = held(other)
    with pytest.raises(Refused, match="is not empty: table audit holds rows; copy to a new database"):
        copy_database(lived, other)
    assert held(other) == before


def test_a_database_at_another_schema_is_refused_with_the_command_that_helps(lived: Database, bare: Database) -> None:
    with pytest.raises(
        Refused, match=r"(holds no codered tables, and|there is no database) .*: run `codered db upgrade"
    ):
        copy_database(lived, bare)
    bare.upgrade("0009")
    with pytest.raises(Refused, match=r"is at schema 0009, and copying needs "):
        copy_database(lived, bare)
    with pytest.raises(Refused, match=r"is at schema 0009, and copying needs "):
        copy_database(bare, lived)
    with pytest.raises(Refused, match="not copied to itself"):
        copy_database(lived, lived)


def test_a_trail_that_was_tampered_with_is_not_copied(lived: Database, other: Database) -> None:
    tamper(lived, "UPDATE audit SET who = 'eve' WHERE id = 2")
    with pytest.raises(Refused, match="line 2 of the audit trail is not as it was written; nothing was copied"):
        copy_database(lived, other)
    assert {count for count, _ in held(other).values()} == {0}


@pytest.mark.parametrize("kind", [SQLITE], indirect=True)
def test_what_postgresql_cannot_hold_is_told_and_nothing_is_copied(lived: Database, other: Database) -> None:
    with lived.session() as session:
        session.execute(sa.text("UPDATE scenarios SET name = 'a' || char(0) || 'b'"))
    with pytest.raises(Refused, match=r"cannot hold what is to be copied, nothing was: .*NUL"):
        copy_database(lived, other)
    assert {count for count, _ in held(other).values()} == {0}


def test_a_row_lost_on_the_way_is_found_out(lived: Database, other: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    honest = whole.write
    monkeypatch.setattr(whole, "write", lambda session, table, rows: honest(session, table, list(rows)[:-1]))
    with pytest.raises(Refused, match=r"came over as \d+ rows of \d+, with another digest; nothing was copied"):
        copy_database(lived, other)
    assert {count for count, _ in held(other).values()} == {0}


def test_the_command_prints_every_table_and_answers_machines(
    lived: Database, other: Database, capsys: pytest.CaptureFixture[str]
) -> None:
    urls = [db.url.render_as_string(hide_password=False) for db in (lived, other)]
    assert main(["db", "copy", *urls]) == 0
    shown = capsys.readouterr().out
    assert "projects" in shown
    assert "rows copied" in shown
    assert main(["db", "copy", *urls, "--json"]) == 1
    assert "is not empty" in json.loads(capsys.readouterr().out)["message"]


def test_the_answer_for_machines_has_counts_and_digests(
    lived: Database, other: Database, capsys: pytest.CaptureFixture[str]
) -> None:
    urls = [db.url.render_as_string(hide_password=False) for db in (lived, other)]
    assert main(["db", "copy", *urls, "--json"]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert answer["tables"]["projects"] == dict(zip(("rows", "digest"), held(other)["projects"], strict=True))
    assert answer["rows"] == sum(table["rows"] for table in answer["tables"].values())


def test_a_database_that_is_not_there_is_a_message_and_is_not_made(
    makers: Makers, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    missing = tmp_path / "missing.db"
    with makers.migrated(POSTGRESQL) as url:
        assert main(["db", "copy", f"sqlite:///{missing}", url]) == 1
        assert "there is no database to copy from at" in capsys.readouterr().err
        assert main(["db", "copy", url, "postgresql://nobody@127.0.0.1:1/none"]) == 1
        assert "the database to copy to cannot be opened" in capsys.readouterr().err
        assert main(["db", "copy", url, "nonsense"]) == 1
        assert "names no database" in capsys.readouterr().err
    assert not missing.exists()


def test_a_server_that_does_not_answer_is_unavailable(lived: Database) -> None:
    with pytest.raises(Unavailable, match="cannot be opened"):
        copy_database(lived, Database("postgresql://nobody@127.0.0.1:1/none"))
