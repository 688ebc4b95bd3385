"""Accounts that sign in through a provider are bound to who they are there."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("accounts", sa.Column("subject", sa.Text(), nullable=False, server_default=""))
    with op.batch_alter_table("accounts") as accounts:
        accounts.alter_column("subject", server_default=None)


def downgrade() -> None:
    op.drop_column("accounts", "subject")
