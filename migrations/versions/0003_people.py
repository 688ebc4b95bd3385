"""People of the pools of engineers."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    home = sa.ForeignKey("portfolio.portfolio", ondelete="CASCADE")
    op.create_table(
        "people",
        sa.Column("portfolio", sa.Text(), home, primary_key=True, nullable=False),
        sa.Column("person", sa.Text(), primary_key=True, nullable=False),
        sa.Column("pool", sa.Text(), nullable=False),
        sa.Column("site", sa.Text(), nullable=False),
        sa.Column("project", sa.Text(), nullable=True),
        sa.Column("fte", sa.Float(), nullable=False),
        sa.Column("locked_until", sa.Date(), nullable=True),
        sa.Column("skills", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
    )


def downgrade() -> None:
    op.drop_table("people")
