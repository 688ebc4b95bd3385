"""Fixed schedules: profiles of builds, pools that are budgets, and the discount of a portfolio."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

COLUMNS: tuple[tuple[str, str, sa.types.TypeEngine[Any], str], ...] = (
    ("portfolio", "discount", sa.Float(), "0"),
    ("pools", "period", sa.Text(), "week"),
    ("projects", "schedule", sa.Text(), "free"),
)
"""Table, new column, its type, and what it is for the rows that are there."""


def upgrade() -> None:
    for table, column, type_, default in COLUMNS:
        op.add_column(table, sa.Column(column, type_, nullable=False, server_default=default))
    home = sa.ForeignKey("portfolio.portfolio", ondelete="CASCADE")
    op.create_table(
        "profiles",
        sa.Column("portfolio", sa.Text(), home, primary_key=True, nullable=False),
        sa.Column("project", sa.Text(), primary_key=True, nullable=False),
        sa.Column("item", sa.Text(), primary_key=True, nullable=False),
        sa.Column("elapsed", sa.Integer(), primary_key=True, nullable=False, autoincrement=False),
        sa.Column("amount", sa.Float(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
    )


def downgrade() -> None:
    op.drop_table("profiles")
    for table, column, _, _ in reversed(COLUMNS):
        op.drop_column(table, column)
