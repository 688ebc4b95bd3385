"""Advice is acknowledged, and a scenario knows the order of the code reds that it combines."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    home = "portfolio.portfolio"
    op.create_table(
        "acknowledgements",
        sa.Column("id", sa.Integer(), nullable=False, primary_key=True),
        sa.Column("portfolio", sa.Text(), sa.ForeignKey(home, ondelete="CASCADE"), nullable=False),
        sa.Column("trigger", sa.Text(), nullable=False),
        sa.Column("evidence", sa.Date(), nullable=False),
        sa.Column("fall", sa.Double(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("who", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
    )
    op.create_index("ix_acknowledgements_portfolio", "acknowledgements", ["portfolio"])
    op.add_column("scenarios", sa.Column("code_reds", sa.JSON(), nullable=True))


def downgrade() -> None:
    op.drop_column("scenarios", "code_reds")
    op.drop_table("acknowledgements")
