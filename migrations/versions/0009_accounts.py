"""Accounts, roles, sessions, tokens and attempts to sign in; the audit trail becomes a chain of hashes."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from alembic import op

from app.chain import FIRST, link

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def text(name: str, *, key: bool = False) -> sa.Column[Any]:
    return sa.Column(name, sa.Text(), nullable=False, primary_key=key)


def moment(name: str, *, blank: bool = False) -> sa.Column[Any]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=blank)


def account(*, key: bool = False) -> sa.Column[Any]:
    home = sa.ForeignKey("accounts.name", ondelete="CASCADE")
    return sa.Column("account", sa.Text(), home, nullable=False, primary_key=key)


def number() -> sa.Column[Any]:
    return sa.Column("id", sa.Integer(), nullable=False, primary_key=True)


TABLES: dict[str, tuple[sa.Column[Any], ...]] = {
    "accounts": (
        text("name", key=True), text("password"), sa.Column("revoked", sa.Boolean(), nullable=False),
        moment("created_at"),
    ),
    "roles": (account(key=True), text("portfolio", key=True), text("role")),
    "sessions": (
        text("id", key=True), account(), text("browser"), moment("created_at"), moment("seen_at"),
        moment("expires_at"),
    ),
    "tokens": (
        number(), text("hash"), account(), text("title"), text("role"), text("portfolio"), moment("created_at"),
        moment("expires_at"), moment("used_at", blank=True),
    ),
    "attempts": (number(), text("name"), text("address"), moment("at")),
}  # fmt: skip
INDEXES = (
    ("sessions", "account"), ("tokens", "hash"), ("tokens", "account"), ("attempts", "name"), ("attempts", "address"),
    ("attempts", "at"),
)  # fmt: skip


def upgrade() -> None:
    for name, columns in TABLES.items():
        op.create_table(name, *columns)
    for table, column in INDEXES:
        op.create_index(f"ix_{table}_{column}", table, [column])
    op.add_column("audit", sa.Column("hash", sa.Text(), nullable=False, server_default=""))
    allow("audit")
    chain()
    refuse("audit")


def downgrade() -> None:
    op.drop_column("audit", "hash")
    for name in reversed(TABLES):
        op.drop_table(name)


def chain() -> None:
    """Give every line that is there its hash, the oldest first; what the lines say stays as it is."""
    connection, before = op.get_bind(), FIRST
    lines = connection.execute(sa.text("SELECT * FROM audit ORDER BY id")).mappings().all()
    for row in lines:
        line = dict(row)
        line["at"] = aware(line["at"])
        line["detail"] = json.loads(line["detail"]) if isinstance(line["detail"], str) else line["detail"]
        before = link(before, line)
        connection.execute(sa.text("UPDATE audit SET hash = :hash WHERE id = :id"), {"hash": before, "id": row["id"]})


def aware(at: Any) -> datetime:
    """SQLite hands out its text, in UTC and without saying so."""
    found = datetime.fromisoformat(at) if isinstance(at, str) else at
    return found.replace(tzinfo=UTC) if found.tzinfo is None else found


def allow(name: str) -> None:
    """Take away the trigger that refuses updates, for this transaction."""
    on = f" ON {name}" if op.get_bind().dialect.name == "postgresql" else ""
    op.execute(f"DROP TRIGGER {name}_refuses_update{on}")


def refuse(name: str) -> None:
    """Make the database refuse to change rows again."""
    trigger = f"{name}_refuses_update"
    if op.get_bind().dialect.name == "postgresql":
        op.execute(f"CREATE TRIGGER {trigger} BEFORE UPDATE ON {name} FOR EACH ROW EXECUTE FUNCTION refuse_change()")
    else:
        op.execute(
            f"CREATE TRIGGER {trigger} BEFORE UPDATE ON {name} BEGIN SELECT RAISE(ABORT, '{name} is append-only'); END"
        )
