"""The records of portfolios: reading, comparing and writing rows of the record tables."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.cells import Key
from app.errors import NotFound
from app.store import locks
from app.tables import RECORDS, AuditRow
from solver.records import TABLES, columns, key_columns, key_of, sort_key

HEAD = "portfolio"
_HEAD = RECORDS[HEAD]


@dataclass(frozen=True, slots=True)
class Stored:
    """A record and the version that it was last written with."""

    record: Any
    version: int


@dataclass(frozen=True, slots=True)
class Difference:
    """How the rows of a table differ from what is wanted, by key."""

    created: tuple[Any, ...]
    updated: tuple[tuple[Any, Any], ...]
    removed: tuple[Any, ...]


def heads(session: Session) -> list[tuple[Stored, int]]:
    """Every portfolio row, with the portfolio's revision, by id."""
    rows = session.execute(sa.select(_HEAD).order_by(_HEAD.c.portfolio)).mappings()
    return [(_stored(HEAD, row), row["revision"]) for row in rows]


def revision(session: Session, portfolio: str) -> int:
    """How often a portfolio was written; 0 where there is none."""
    return session.scalar(sa.select(_HEAD.c.revision).where(_HEAD.c.portfolio == portfolio)) or 0


@dataclass(frozen=True, slots=True)
class State:
    """What changes with every write to a portfolio: its revision, and the last line of the audit trail about it."""

    revision: int
    line: int
    hash: str


def state(session: Session, portfolio: str) -> State | None:
    """The state of a portfolio; None while nothing tells of it."""
    line = sa.select(sa.func.max(AuditRow.id)).where(AuditRow.portfolio == portfolio).scalar_subquery()
    query = sa.select(_HEAD.c.revision, AuditRow.id, AuditRow.hash).join(AuditRow, AuditRow.id == line)
    row = session.execute(query.where(_HEAD.c.portfolio == portfolio)).one_or_none()
    return State(*row) if row else None


def follows(session: Session, earlier: State) -> bool:
    """Whether what is stored goes on from an earlier state: the chain of the audit trail still holds its line."""
    return session.scalar(sa.select(AuditRow.hash).where(AuditRow.id == earlier.line)) == earlier.hash


def counts(session: Session, portfolio: str, since: int) -> dict[str, tuple[int, int]]:
    """By table: how many rows there are, and how many of them were written after a revision; one statement for all."""
    parts = []
    for table, sql in RECORDS.items():
        newer = sa.func.count(sa.case((sql.c.version > since, 1)))
        parts.append(sa.select(sa.literal(table), sa.func.count(), newer).where(sql.c.portfolio == portfolio))
    return {table: (rows, newer) for table, rows, newer in session.execute(sa.union_all(*parts))}


def read_since(session: Session, portfolio: str, table: str, since: int) -> list[Any]:
    """The records of a table that were written after a revision."""
    sql = RECORDS[table]
    query = sa.select(sql).where(sql.c.portfolio == portfolio, sql.c.version > since)
    return [_stored(table, row).record for row in session.execute(query).mappings()]


def hold(session: Session, portfolio: str) -> int:
    """A portfolio's revision, 0 where there is none; until this transaction ends nobody else writes it."""
    held = sa.select(_HEAD.c.revision).where(_HEAD.c.portfolio == portfolio).with_for_update(key_share=True)
    revision = session.scalar(held)
    if revision is None:  # there is no row yet to hold: who would add it waits for the name
        locks.hold(session, f"portfolio {portfolio}")
        revision = session.scalar(held)
    return revision or 0


def exists(session: Session, portfolio: str) -> bool:
    """Whether there is such a portfolio."""
    return session.scalar(sa.select(_HEAD.c.revision).where(_HEAD.c.portfolio == portfolio)) is not None


def require(session: Session, portfolio: str) -> None:
    """Raises NotFound when there is no such portfolio."""
    if not exists(session, portfolio):
        raise NotFound("portfolio", portfolio)


def advance(session: Session, portfolio: str) -> int:
    """Count one more write to a portfolio, and hold off other writers until it ends. Raises NotFound."""
    home = _HEAD.c.portfolio == portfolio
    next_revision = sa.update(_HEAD).where(home).values(revision=_HEAD.c.revision + 1).returning(_HEAD.c.revision)
    revision = session.scalar(next_revision)
    if revision is None:
        raise NotFound("portfolio", portfolio)
    return int(revision)


def read(session: Session, portfolio: str, table: str) -> list[Stored]:
    """The rows of one table, in the order of a Problem."""
    sql = RECORDS[table]
    rows = session.execute(sa.select(sql).where(sql.c.portfolio == portfolio)).mappings()
    return sorted((_stored(table, row) for row in rows), key=lambda stored: sort_key(stored.record))


def read_cells(session: Session, portfolio: str, table: str) -> list[tuple[Any, ...]]:
    """The rows of one table as values under `version` and its columns, by key; quicker than whole records."""
    sql = RECORDS[table]
    query = sa.select(sql.c.version, *(sql.c[c.name] for c in columns(table))).where(sql.c.portfolio == portfolio)
    return [tuple(row) for row in session.execute(query.order_by(*(sql.c[c.name] for c in key_columns(table))))]


def names(session: Session, portfolio: str, table: str, column: str, most: int) -> list[str]:
    """The different values of a column of ids, in order; no more than `most`."""
    sql = RECORDS[table]
    query = sa.select(sql.c[column]).where(sql.c.portfolio == portfolio).distinct().order_by(sql.c[column])
    return [str(name) for name in session.scalars(query.limit(most))]


def read_all(session: Session, portfolio: str) -> dict[str, tuple[Any, ...]]:
    """All records of a portfolio by table. Raises NotFound."""
    found = {table: tuple(stored.record for stored in read(session, portfolio, table)) for table in TABLES}
    if not found[HEAD]:
        raise NotFound("portfolio", portfolio)
    return found


def read_one(session: Session, portfolio: str, table: str, key: Key) -> Stored | None:
    """One row, if it is there."""
    rows = session.execute(sa.select(RECORDS[table]).where(_where(table, portfolio, key))).mappings()
    return next((_stored(table, row) for row in rows), None)


def insert(session: Session, portfolio: str, table: str, records: Iterable[Any], version: int) -> None:
    """Add rows, all with one version."""
    rows = [_row(portfolio, table, record, version) for record in records]
    if rows:
        session.execute(sa.insert(RECORDS[table]), rows)


def insert_head(session: Session, record: Any) -> None:
    """Add a portfolio, at revision 1."""
    session.execute(sa.insert(_HEAD), [{**_row(record.portfolio, HEAD, record, 1), "revision": 1}])


def update(session: Session, portfolio: str, table: str, record: Any, version: int) -> None:
    """Write one row anew, under its key."""
    where = _where(table, portfolio, key_of(record))
    session.execute(sa.update(RECORDS[table]).where(where).values(_row(portfolio, table, record, version)))


def delete(session: Session, portfolio: str, table: str, keys: Sequence[Key]) -> None:
    """Remove rows by key."""
    sql, names = RECORDS[table], key_columns(table)
    if not keys:
        return
    same = [sql.c[c.name] == sa.bindparam(f"key_{c.attribute}", type_=sql.c[c.name].type) for c in names]
    rows = [{f"key_{c.attribute}": part for c, part in zip(names, key, strict=True)} for key in keys]
    session.connection().execute(sa.delete(sql).where(sql.c.portfolio == portfolio, *same), rows)


def difference(old: Iterable[Any], new: Iterable[Any]) -> Difference:
    """What it takes to make the old records the new ones."""
    before = {key_of(record): record for record in old}
    after = {key_of(record): record for record in new}
    return Difference(
        created=tuple(record for key, record in after.items() if key not in before),
        updated=tuple((before[key], record) for key, record in after.items() if before.get(key, record) != record),
        removed=tuple(record for key, record in before.items() if key not in after),
    )


def apply(session: Session, portfolio: str, table: str, change: Difference, version: int) -> None:
    """Write a difference; a portfolio's own row is updated in place, since everything refers to it."""
    if table == HEAD:
        for _, record in change.updated:
            update(session, portfolio, HEAD, record, version)
        return
    written = [record for _, record in change.updated]
    delete(session, portfolio, table, [key_of(record) for record in (*change.removed, *written)])
    insert(session, portfolio, table, (*change.created, *written), version)


def _stored(table: str, row: Mapping[Any, Any]) -> Stored:
    return Stored(TABLES[table](**{c.attribute: row[c.name] for c in columns(table)}), row["version"])


def _row(portfolio: str, table: str, record: Any, version: int) -> dict[str, Any]:
    cells = {c.name: getattr(record, c.attribute) for c in columns(table)}
    return {"portfolio": portfolio, **cells, "version": version}


def _where(table: str, portfolio: str, key: Key) -> sa.ColumnElement[bool]:
    sql = RECORDS[table]
    same = [sql.c[c.name] == part for c, part in zip(key_columns(table), key, strict=True)]
    return sa.and_(sql.c.portfolio == portfolio, *same)
