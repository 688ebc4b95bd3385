"""Runs migrations on the connection that the application hands over, or on the configured database."""

from __future__ import annotations

from alembic import context
from sqlalchemy import Connection

from app.config import Settings
from app.db import Database
from app.tables import Base


def run(connection: Connection) -> None:
    """Run on one connection, whose transaction holds everything, DDL included."""
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        transactional_ddl=True,
        render_as_batch=connection.dialect.name == "sqlite",
    )
    with context.begin_transaction():
        context.run_migrations()


given = context.config.attributes.get("connection")
if isinstance(given, Connection):
    run(given)
else:
    engine = given if given is not None else Database(Settings().url).engine
    with engine.execution_options(codered_write=True).begin() as opened:
        run(opened)
