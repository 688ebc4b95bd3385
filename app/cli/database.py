"""`codered db ...`: the schema of the database, and how every command opens it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click
from rich.table import Column, Table
from sqlalchemy.exc import SQLAlchemyError

from app.actions import backup as copies
from app.actions.copy_database import copy_database
from app.actions.prune import prune_jobs, prune_plans
from app.cli.terminal import Terminal, json_option, this_user
from app.config import Settings
from app.db import Database
from app.errors import Unavailable

database_option: Callable[[Callable[..., Any]], Callable[..., Any]] = click.option(
    "--database",
    "url",
    metavar="URL",
    default=lambda: Settings().url,
    help="Database to use (default: CODERED_DATABASE_URL, else instance/codered.db).",
)


def open_database(url: str) -> Database:
    """The database with the newest schema. Raises Unavailable."""
    try:
        db = Database(url)
        db.upgrade()
    except SQLAlchemyError as error:
        reason = str(getattr(error, "orig", None) or error).splitlines()[0]
        raise Unavailable(f"the database cannot be opened: {reason}") from error
    return db


@click.group("db")
def database() -> None:
    """Look after the database."""


@database.command("upgrade")
@database_option
@click.pass_obj
def upgrade(terminal: Terminal, url: str) -> None:
    """Bring the schema to the newest version. Safe to repeat."""
    db = open_database(url)
    terminal.say(f"codered: {db.url.render_as_string(hide_password=True)} is at schema {db.revision()}")


@database.command("backup")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@json_option
@database_option
@click.pass_obj
def backup(terminal: Terminal, file: Path, url: str) -> None:
    """Copy the database to FILE while it is in use, and verify the copy."""
    _tell(terminal, copies.backup(open_database(url), file), "written and verified")


@database.command("verify")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@json_option
@click.pass_obj
def verify(terminal: Terminal, file: Path) -> None:
    """Look a backup over: pages, references, schema and audit chain."""
    _tell(terminal, copies.verified(file), "verified")


@database.command("restore")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@json_option
@database_option
@click.pass_obj
def restore(terminal: Terminal, file: Path, url: str) -> None:
    """Verify the backup FILE and bring it back; what was there is kept beside it."""
    found, kept = copies.restore(Database(url), file)
    if kept is not None:
        terminal.say(f"codered: what was there before is kept in {kept}")
    _tell(terminal, found, "restored")


@database.command("prune")
@click.option("--days", type=click.IntRange(1), default=90, show_default=True, help="What is younger stays.")
@click.option("--dry-run", is_flag=True, help="Only say what would go.")
@json_option
@database_option
@click.pass_obj
def prune(terminal: Terminal, days: int, dry_run: bool, url: str) -> None:
    """Remove old plans that nobody ever proposed or approved, and jobs that made none.

    The audit trail and decided plans stay.
    """
    db = open_database(url)
    gone = prune_plans(db, days, this_user(), dry=dry_run)
    jobs = prune_jobs(db, days, dry=dry_run)
    terminal.answer({
        "removed": [] if dry_run else gone, "would_remove": gone if dry_run else [],
        "removed_jobs": [] if dry_run else jobs, "would_remove_jobs": jobs if dry_run else [],
    })  # fmt: skip
    terminal.show(f"{len(gone)} plans and {len(jobs)} jobs {'would go' if dry_run else 'removed'}")


@database.command("copy")
@click.argument("source", metavar="FROM_URL")
@click.argument("target", metavar="TO_URL")
@json_option
@click.pass_obj
def copy(terminal: Terminal, source: str, target: str) -> None:
    """Copy everything from one database to an empty one at the newest schema, and compare both.

    All of it in one transaction, or nothing. SQLite and PostgreSQL, either way.
    """
    read, written = _named(source), _named(target)
    copied = copy_database(read, written)
    names = [db.url.render_as_string(hide_password=True) for db in (read, written)]
    terminal.answer({"from": names[0], "to": names[1], **asdict(copied), "rows": copied.rows})
    table = Table("table", Column("rows", justify="right"), "digest, the same in both", box=None)
    for name, held in copied.tables.items():
        table.add_row(name, f"{held.rows:,}", held.digest)
    terminal.show(table)
    terminal.show(
        f"{copied.rows:,} rows copied, schema {copied.schema}; the chain of {copied.lines:,} audit lines holds"
    )


def _named(url: str) -> Database:
    """A database as it is, its schema left alone. Raises Unavailable."""
    try:
        return Database(url)
    except (SQLAlchemyError, ImportError) as error:
        raise Unavailable(f"{url!r} names no database: {str(error).splitlines()[0]}") from error


def _tell(terminal: Terminal, found: copies.Verified, done: str) -> None:
    facts = {"file": str(found.path), "schema": found.schema, "audit_lines": found.lines, "audit_end": found.end,
             "bytes": found.size, "sha256": found.sha256}  # fmt: skip
    terminal.answer(facts)
    terminal.show(f"{found.path} {done}: schema {found.schema}, {found.lines} audit lines, {found.size:,} bytes, "
                  f"SHA-256 {found.sha256}")  # fmt: skip
