"""What an infeasible job offers as ways out: the repairs, as its row keeps its conflicts."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("jobs") as table:
        table.add_column(sa.Column("repairs", sa.JSON(), nullable=False, server_default="[]"))
    with op.batch_alter_table("jobs") as table:
        table.alter_column("repairs", server_default=None)


def downgrade() -> None:
    with op.batch_alter_table("jobs") as table:
        table.drop_column("repairs")
