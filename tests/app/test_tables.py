"""The record tables say what the records say, column by column."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from app.tables import RECORDS
from solver.columns import Type
from solver.records import TABLES, columns, key_columns

STORED_AS = {
    Type.ID: sa.Text, Type.TEXT: sa.Text, Type.CHOICE: sa.Text, Type.INTEGER: sa.Integer, Type.AMOUNT: sa.Float,
    Type.WEEK: sa.Date, Type.DATE: sa.Date, Type.CURVE: sa.Text, Type.RAMP: sa.Text,
    Type.SET: sa.Text,
}  # fmt: skip
OWN = {"portfolio", "version", "revision"}


def test_every_record_kind_has_its_table() -> None:
    assert list(RECORDS) == list(TABLES)


@pytest.mark.parametrize("table", TABLES)
def test_a_table_has_the_columns_of_its_records_in_their_order(table: str) -> None:
    ours = [c.name for c in RECORDS[table].columns if c.name not in OWN]
    assert ours == [c.name for c in columns(table) if c.name not in OWN]


@pytest.mark.parametrize("table", TABLES)
def test_a_cell_is_stored_as_what_it_is(table: str) -> None:
    for column in columns(table):
        sql = RECORDS[table].columns[column.name].type
        stored = sql.impl_instance if isinstance(sql, sa.TypeDecorator) else sql
        assert isinstance(stored, STORED_AS[column.type]), column.name


@pytest.mark.parametrize("table", TABLES)
def test_the_key_of_a_row_is_the_key_of_its_record_within_its_portfolio(table: str) -> None:
    ours = [c.name for c in RECORDS[table].primary_key.columns]
    assert ours == list(dict.fromkeys(["portfolio", *(c.name for c in key_columns(table))]))


@pytest.mark.parametrize("table", TABLES)
def test_only_a_cell_that_may_be_blank_is_nullable(table: str) -> None:
    for column in columns(table):
        may_be_blank = not column.required and not column.key and column.default is None
        assert RECORDS[table].columns[column.name].nullable == may_be_blank, column.name
