"""Sweeps with the result of each scenario."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    home = "portfolio.portfolio"
    op.create_table(
        "sweeps",
        sa.Column("id", sa.Integer(), nullable=False, primary_key=True),
        sa.Column("portfolio", sa.Text(), sa.ForeignKey(home, ondelete="CASCADE"), nullable=False),
        sa.Column("scenario", sa.Integer(), sa.ForeignKey("scenarios.id", ondelete="CASCADE"), nullable=True),
        sa.Column("policy", sa.Text(), nullable=False),
        sa.Column("scenarios", sa.JSON(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("options", sa.JSON(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("problem", sa.LargeBinary(), nullable=False),
        sa.Column("start", sa.LargeBinary(), nullable=True),
        sa.Column("complete", sa.Boolean(), nullable=False),
        sa.Column("who", sa.Text(), nullable=False),
        sa.Column("job", sa.Integer(), sa.ForeignKey("jobs.id", ondelete="SET NULL"), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
    )
    op.create_index("ix_sweeps_portfolio", "sweeps", ["portfolio"])
    op.create_table(
        "sweep_results",
        sa.Column("sweep", sa.Integer(), sa.ForeignKey("sweeps.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("number", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("result", sa.JSON(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
    )


def downgrade() -> None:
    op.drop_table("sweep_results")
    op.drop_table("sweeps")
