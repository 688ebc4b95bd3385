"""Moves of a week are acknowledged, and a token says what it is for."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

SEEN = "moves_seen"


def upgrade() -> None:
    op.create_table(
        SEEN,
        sa.Column("id", sa.Integer(), nullable=False, primary_key=True),
        sa.Column("portfolio", sa.Text(), nullable=False),
        sa.Column("approval", sa.Integer(), nullable=False),
        sa.Column("plan", sa.Integer(), nullable=False),
        sa.Column("week", sa.Date(), nullable=False),
        sa.Column("team", sa.Text(), nullable=False),
        sa.Column("who", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
    )
    op.create_index(f"ix_{SEEN}_portfolio", SEEN, ["portfolio"])
    for verb in ("UPDATE", "DELETE"):
        refuse(SEEN, verb)
    op.add_column("tokens", sa.Column("purpose", sa.Text(), nullable=False, server_default="api"))
    with op.batch_alter_table("tokens") as tokens:
        tokens.alter_column("purpose", server_default=None)


def downgrade() -> None:
    # Whoever held the address of a calendar must not hold a token of the API afterwards.
    op.execute(sa.text("DELETE FROM tokens WHERE purpose <> 'api'"))
    op.drop_column("tokens", "purpose")
    op.drop_table(SEEN)


def refuse(name: str, verb: str) -> None:
    """Make the database refuse to change or remove rows of a table."""
    trigger = f"{name}_refuses_{verb.lower()}"
    if op.get_bind().dialect.name == "postgresql":
        op.execute(f"CREATE TRIGGER {trigger} BEFORE {verb} ON {name} FOR EACH ROW EXECUTE FUNCTION refuse_change()")
    else:
        op.execute(
            f"CREATE TRIGGER {trigger} BEFORE {verb} ON {name} BEGIN SELECT RAISE(ABORT, '{name} is append-only'); END"
        )
