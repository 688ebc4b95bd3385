"""The language in which an account reads."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("accounts", sa.Column("language", sa.Text(), nullable=False, server_default=""))
    with op.batch_alter_table("accounts") as accounts:
        accounts.alter_column("language", server_default=None)


def downgrade() -> None:
    op.drop_column("accounts", "language")
