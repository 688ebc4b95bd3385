"""Trade-offs with their points, and what really happened."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    home = "portfolio.portfolio"
    op.create_table(
        "actuals",
        sa.Column("portfolio", sa.Text(), sa.ForeignKey(home, ondelete="CASCADE"), primary_key=True, nullable=False),
        sa.Column("project", sa.Text(), primary_key=True, nullable=False),
        sa.Column("week", sa.Date(), primary_key=True, nullable=False),
        sa.Column("need", sa.Text(), primary_key=True, nullable=False),
        sa.Column("pool", sa.Text(), primary_key=True, nullable=False),
        sa.Column("amount", sa.Float(), nullable=True),
        sa.Column("pace", sa.Float(), nullable=True),
        sa.Column("progress", sa.Float(), nullable=True),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
    )
    op.create_table(
        "frontier_runs",
        sa.Column("id", sa.Integer(), nullable=False, primary_key=True),
        sa.Column("portfolio", sa.Text(), sa.ForeignKey(home, ondelete="CASCADE"), nullable=False),
        sa.Column("scenario", sa.Integer(), sa.ForeignKey("scenarios.id", ondelete="CASCADE"), nullable=True),
        sa.Column("policy", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("points", sa.Integer(), nullable=False),
        sa.Column("plan", sa.Integer(), sa.ForeignKey("plans.id", ondelete="CASCADE"), nullable=True),
        sa.Column("options", sa.JSON(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("complete", sa.Boolean(), nullable=False),
        sa.Column("who", sa.Text(), nullable=False),
        sa.Column("job", sa.Integer(), sa.ForeignKey("jobs.id", ondelete="SET NULL"), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
    )
    op.create_index("ix_frontier_runs_portfolio", "frontier_runs", ["portfolio"])
    op.create_table(
        "frontier_points",
        sa.Column("run", sa.Integer(), sa.ForeignKey("frontier_runs.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("number", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("point", sa.JSON(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
    )


def downgrade() -> None:
    op.drop_table("frontier_points")
    op.drop_table("frontier_runs")
    op.drop_table("actuals")
