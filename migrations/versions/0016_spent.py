"""How many requests an account was granted in a minute."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "spent",
        sa.Column(
            "account", sa.Text(), sa.ForeignKey("accounts.name", ondelete="CASCADE"), nullable=False, primary_key=True
        ),
        sa.Column("minute", sa.Integer(), nullable=False, primary_key=True, autoincrement=False),
        sa.Column("granted", sa.Integer(), nullable=False),
    )


def downgrade() -> None:
    op.drop_table("spent")
