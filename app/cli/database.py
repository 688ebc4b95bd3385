"""`codered db ...`: the schema of the database, and how every command opens it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import click
from sqlalchemy.exc import SQLAlchemyError

from app.cli.terminal import Terminal
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
