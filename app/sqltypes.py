"""How values of codered stand in SQL, and the home of all tables."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import DeclarativeBase
from sqlalchemy.types import TypeDecorator

from solver.columns import Column, read_cell, write_cell


class Moment(TypeDecorator[datetime]):
    """A point in time, always UTC and aware in Python."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: sa.Dialect) -> datetime | None:
        return None if value is None else value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: sa.Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class BlankId(TypeDecorator[str]):
    """An id that may be blank in a key: '' in SQL, where NULLs are never equal."""

    impl = sa.Text
    cache_ok = True
    coerce_to_is_types = ()

    def process_bind_param(self, value: str | None, dialect: sa.Dialect) -> str:
        return value or ""

    def process_result_value(self, value: str | None, dialect: sa.Dialect) -> str | None:
        return value or None


class BlankWeek(TypeDecorator[date]):
    """A week that may be blank in a key: the first day of the calendar in SQL."""

    impl = sa.Date
    cache_ok = True
    coerce_to_is_types = ()

    def process_bind_param(self, value: date | None, dialect: sa.Dialect) -> date:
        return value or date.min

    def process_result_value(self, value: date | None, dialect: sa.Dialect) -> date | None:
        return None if value == date.min else value


class Cell(TypeDecorator[Any]):
    """A curve or ramp as its CSV text."""

    impl = sa.Text
    cache_ok = True

    def __init__(self, column: Column) -> None:
        super().__init__()
        self.column = column

    def process_bind_param(self, value: Any, dialect: sa.Dialect) -> str | None:
        return None if value is None else write_cell(self.column, value)

    def process_result_value(self, value: str | None, dialect: sa.Dialect) -> Any:
        return None if value is None else read_cell(self.column, value)


class Base(DeclarativeBase):
    """The home of all tables."""

    metadata = sa.MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
