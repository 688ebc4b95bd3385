"""All tables of a database as they stand in SQL: counting, reading, writing and comparing them whatever they hold."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator
from datetime import date, datetime
from itertools import batched
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import Session
from sqlalchemy.types import TypeDecorator, TypeEngine

from app.sqltypes import Base, Moment

AT_A_TIME = 1000
_WRAPS = 2**256

Row = tuple[Any, ...]


class LockTables(sa.Executable, sa.ClauseElement):
    """PostgreSQL's LOCK TABLE: others may read the tables, and nobody else writes them."""

    inherit_cache = False

    def __init__(self, of: list[sa.Table]) -> None:
        self.tables = of


@compiles(LockTables)
def _lock(element: LockTables, compiler: Any, **_: Any) -> str:
    names = ", ".join(compiler.preparer.format_table(table) for table in element.tables)
    return f"LOCK TABLE {names} IN SHARE ROW EXCLUSIVE MODE"


def tables() -> list[sa.Table]:
    """Every table, each after those that it refers to."""
    return list(Base.metadata.sorted_tables)


def keep_out_others(session: Session) -> None:
    """Nobody else writes any table until this transaction ends. SQLite has one writer at a time anyway."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(LockTables(tables()))


def first_filled(session: Session) -> str | None:
    """The first table that holds a row, if any does."""
    found = (t.name for t in tables() if session.execute(sa.select(sa.literal(1)).select_from(t).limit(1)).first())
    return next(found, None)


def rows(session: Session, table: sa.Table) -> Iterator[Row]:
    """Every row of a table, its values as SQL holds them, in no order that can be relied on."""
    query = sa.select(_in_sql(table)).execution_options(yield_per=AT_A_TIME)
    return (tuple(row) for row in session.execute(query))


def write(session: Session, table: sa.Table, found: Iterable[Row]) -> None:
    """Add rows as `rows` gives them."""
    into, names = sa.insert(_in_sql(table)), [column.name for column in table.columns]
    for some in batched(found, AT_A_TIME):
        session.execute(into, [dict(zip(names, row, strict=True)) for row in some])


def go_on_counting(session: Session) -> None:
    """The next number of each table follows the highest that it holds; SQLite sees to that itself."""
    if session.get_bind().dialect.name != "postgresql":
        return
    for table in tables():
        column = table.autoincrement_column
        if column is not None:
            highest = sa.select(sa.func.max(column)).scalar_subquery()
            sequence = sa.func.pg_get_serial_sequence(_quoted(session, table.name), column.name)
            session.execute(sa.select(sa.func.setval(sequence, sa.func.coalesce(highest, 1), highest.is_not(None))))


class Tally:
    """Counts rows and adds up the SHA-256 of each, so that the same rows in another order come to the same digest."""

    def __init__(self) -> None:
        self.count, self._sum = 0, 0

    def over(self, found: Iterable[Row]) -> Iterator[Row]:
        """The same rows, counted on their way."""
        for row in found:
            text = json.dumps(row, default=_plain, sort_keys=True, ensure_ascii=True)
            self._sum = (self._sum + int.from_bytes(hashlib.sha256(text.encode()).digest())) % _WRAPS
            self.count += 1
            yield row

    @property
    def digest(self) -> str:
        """Of all rows so far."""
        return f"{self._sum:064x}"


def tally(session: Session, table: sa.Table) -> Tally:
    """How many rows a table holds, and their digest."""
    told = Tally()
    for _ in told.over(rows(session, table)):
        pass
    return told


def _in_sql(table: sa.Table) -> sa.TableClause:
    return sa.table(table.name, *(sa.column(c.name, _raw(c.type)) for c in table.columns))


def _raw(type_: TypeEngine[Any]) -> TypeEngine[Any]:
    """The type in SQL alone; but SQLite forgets the zone of moments, and a blank is no JSON `null`."""
    if isinstance(type_, sa.JSON):
        return sa.JSON(none_as_null=True)
    return type_.impl_instance if isinstance(type_, TypeDecorator) and not isinstance(type_, Moment) else type_


def _plain(value: object) -> object:
    if isinstance(value, (datetime, date)):
        return value.isoformat()
    if isinstance(value, (bytes, memoryview)):
        return hashlib.sha256(value).hexdigest()
    raise TypeError(f"{type(value).__name__} has no digest")


def _quoted(session: Session, name: str) -> str:
    return session.get_bind().dialect.identifier_preparer.quote(name)
