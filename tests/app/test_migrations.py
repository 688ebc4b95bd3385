"""The schema: one head, up and down, and the same as the tables that the application knows."""

from __future__ import annotations

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from pytest_alembic import create_alembic_fixture, tests
from pytest_alembic.runner import MigrationContext as Runner
from sqlalchemy import Engine, inspect

from app.db import Database, alembic_config
from app.tables import Base


@pytest.fixture
def alembic_engine(bare: Database) -> Engine:
    return bare.engine


runner = create_alembic_fixture(alembic_config())


def test_there_is_one_head(runner: Runner) -> None:
    tests.test_single_head_revision(runner)
    assert len(runner.heads) == 1


def test_every_migration_goes_up_and_down(runner: Runner) -> None:
    tests.test_upgrade(runner)
    tests.test_up_down_consistency(runner)
    assert runner.current == runner.heads[0]


def test_the_migrated_schema_is_what_the_tables_say(db: Database) -> None:
    with db.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, Base.metadata) == []


def test_going_down_to_nothing_leaves_nothing(db: Database) -> None:
    db.downgrade("base")
    assert inspect(db.engine).get_table_names() == ["alembic_version"]
    assert db.revision() is None


def test_an_upgraded_database_is_at_the_newest_revision(db: Database) -> None:
    assert db.revision() == db.newest()


def test_a_failed_migration_leaves_the_schema_as_it_was(bare: Database) -> None:
    with bare.engine.connect() as connection:
        connection.exec_driver_sql("CREATE TABLE audit (id INTEGER)")
        connection.commit()
    with pytest.raises(Exception, match=r"audit.? already exists"):
        bare.upgrade()
    assert inspect(bare.engine).get_table_names() == ["audit"]
