"""Scenarios know the scenario that they were copied from."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("scenarios", sa.Column("parent", sa.Integer(), nullable=True))


def downgrade() -> None:
    op.drop_column("scenarios", "parent")
