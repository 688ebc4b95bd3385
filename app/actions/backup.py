"""Copy a SQLite database while it is in use, verify the copy, and bring a copy back."""

from __future__ import annotations

import hashlib
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from app.actions.audit import verify
from app.db import Database, sqlite_module
from app.errors import Refused

PAGES = 2000
"""Pages copied at a time; writers get in between."""
ELSEWHERE = "this database is no SQLite file: use pg_dump and pg_restore, which copy a PostgreSQL while it is in use"


@dataclass(frozen=True, slots=True)
class Verified:
    """What a copy holds: its schema, its audit lines with the end of their chain, its size, and its SHA-256."""

    path: Path
    schema: str
    lines: int
    end: str
    size: int
    sha256: str


def backup(db: Database, target: Path) -> Verified:
    """Copy the database to a new file, as of one moment, and verify it; nothing stays of a copy that fails.

    Raises Refused.
    """
    source = _file_of(db)
    if target.exists():
        raise Refused(f"{target} is there already; a backup never writes over anything")
    target.parent.mkdir(parents=True, exist_ok=True)
    part = target.with_name(target.name + ".part")
    part.unlink(missing_ok=True)
    try:
        _copy(source, part)
        _settle(part)
        found = verified(part)
        part.rename(target)
    finally:
        part.unlink(missing_ok=True)
    return Verified(target, found.schema, found.lines, found.end, found.size, found.sha256)


def verified(path: Path) -> Verified:
    """Look a copy over: its pages, references, schema and audit chain. Raises Refused with what is wrong."""
    if not path.is_file():
        raise Refused(f"{path} is not there")
    sqlite = sqlite_module()
    try:
        with closing(sqlite.connect(f"file:{path}?mode=ro", uri=True)) as opened:
            problems = [row[0] for row in opened.execute("PRAGMA integrity_check") if row[0] != "ok"]
            problems += [f"a row of {row[0]} refers to nothing" for row in opened.execute("PRAGMA foreign_key_check")]
    except sqlite.DatabaseError as error:
        raise Refused(f"{path} is no database: {error}") from error
    if problems:
        raise Refused(f"{path} is damaged: {'; '.join(problems[:3])}")
    copy = Database(f"sqlite:///{path.absolute()}")
    try:
        schema = copy.revision()
        if schema is None:
            raise Refused(f"{path} holds no codered database")
        chain = verify(copy) if schema == copy.newest() else None
    finally:
        copy.close()
    if chain is not None and not chain.good:
        raise Refused(f"{path} is damaged: line {chain.broken} of its audit trail is not as it was written")
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    lines, end = (chain.lines, chain.end) if chain else (0, "")
    return Verified(path, schema, lines, end, path.stat().st_size, digest)


def restore(db: Database, source: Path) -> tuple[Verified, Path | None]:
    """Bring a verified copy back in one transaction; what was there is kept beside it, and told. Raises Refused.

    Whoever has the database open sees the old rows before and the restored ones after, never a mixture.
    """
    target = _file_of(db)
    found = verified(source)
    kept = None
    if target.exists() and db.revision() is not None:
        kept = target.with_name(f"{target.stem}.before-restore-{datetime.now(UTC):%Y%m%dT%H%M%S%f}{target.suffix}")
        backup(db, kept)
    db.close()
    _copy(source, target, pages=-1)
    db.upgrade()
    return found, kept


def _file_of(db: Database) -> Path:
    if db.url.get_backend_name() != "sqlite" or not db.url.database or db.url.database == ":memory:":
        raise Refused(ELSEWHERE)
    return Path(db.url.database)


def _copy(source: Path, target: Path, pages: int = PAGES) -> None:
    """SQLite's own online copy: as of one moment, however many write meanwhile."""
    sqlite: Any = sqlite_module()
    with closing(sqlite.connect(source)) as read, closing(sqlite.connect(target, timeout=30)) as written:
        read.backup(written, pages=pages)


def _settle(path: Path) -> None:
    """One file without a log beside it."""
    sqlite: Any = sqlite_module()
    with closing(sqlite.connect(path)) as opened:
        opened.execute("PRAGMA journal_mode = DELETE").fetchall()
