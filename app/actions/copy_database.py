"""Copy every table of a database to an empty one of the same schema, SQLite or PostgreSQL, and compare the two.

source, as of one moment -> rows, counted -> target, one transaction -> counted again, compared -> numbers, audit chain
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from app.actions.audit import Checked, follow
from app.db import Database
from app.errors import Refused, Unavailable
from app.store import whole


@dataclass(frozen=True, slots=True)
class Table:
    """What one table holds, in both databases: rows, and their digest whatever their order."""

    rows: int
    digest: str


@dataclass(frozen=True, slots=True)
class Copied:
    """What was copied, by table, with the lines of the audit trail and the end of their chain."""

    schema: str
    tables: dict[str, Table]
    lines: int
    end: str

    @property
    def rows(self) -> int:
        """Of all tables."""
        return sum(table.rows for table in self.tables.values())


def copy_database(source: Database, target: Database) -> Copied:
    """Copy everything, or nothing. Raises Refused where the two do not fit or differ afterwards, Unavailable."""
    if source.url == target.url:
        raise Refused("a database is not copied to itself")
    schema = _require_newest(source, "from")
    _require_newest(target, "to")
    try:
        with source.reading() as reading, target.session() as writing:
            whole.keep_out_others(writing)
            _require_empty(writing, target)
            tables = {table.name: _copy(reading, writing, table.name) for table in whole.tables()}
            whole.go_on_counting(writing)
            chain = _holding(follow(writing))
    except SQLAlchemyError as error:
        raise Refused(f"{_name(target)} cannot hold what is to be copied, nothing was: {_reason(error)}") from error
    return Copied(schema, tables, chain.lines, chain.end)


def _copy(reading: Session, writing: Session, name: str) -> Table:
    table = next(t for t in whole.tables() if t.name == name)
    read = whole.Tally()
    whole.write(writing, table, read.over(whole.rows(reading, table)))
    written = whole.tally(writing, table)
    if (read.count, read.digest) != (written.count, written.digest):
        came = f"table {name} came over as {written.count} rows of {read.count}, with another digest"
        raise Refused(f"{came}; nothing was copied")
    return Table(written.count, written.digest)


def _require_newest(db: Database, place: str) -> str:
    """The schema, which is the one of this version."""
    path = Path(db.url.database or "")
    if db.url.get_backend_name() == "sqlite" and not path.is_file():
        raise Refused(f"there is no database to copy {place} at {path}{_remedy(db) if place == 'to' else ''}")
    try:
        found, newest = db.revision() or "", db.newest() or ""
    except SQLAlchemyError as error:
        raise Unavailable(f"the database to copy {place} cannot be opened: {_reason(error)}") from error
    if found != newest:
        stands = f"is at schema {found}" if found else "holds no codered tables"
        raise Refused(f"{_name(db)} {stands}, and copying needs {newest}{_remedy(db)}")
    return found


def _require_empty(session: Session, target: Database) -> None:
    filled = whole.first_filled(session)
    if filled is not None:
        raise Refused(f"{_name(target)} is not empty: table {filled} holds rows; copy to a new database")


def _holding(chain: Checked) -> Checked:
    if not chain.good:
        raise Refused(f"line {chain.broken} of the audit trail is not as it was written; nothing was copied")
    return chain


def _remedy(db: Database) -> str:
    return f": run `codered db upgrade --database {_name(db)}` first"


def _name(db: Database) -> str:
    return db.url.render_as_string(hide_password=True)


def _reason(error: SQLAlchemyError) -> str:
    return str(getattr(error, "orig", None) or error).splitlines()[0]
