"""Webhooks, events, and deliveries with their attempts."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def text(name: str) -> sa.Column[Any]:
    return sa.Column(name, sa.Text(), nullable=False)


def whole(name: str, *, key: bool = False, blank: bool = False) -> sa.Column[Any]:
    return sa.Column(name, sa.Integer(), primary_key=key, nullable=blank)


def moment(name: str, *, blank: bool = False) -> sa.Column[Any]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=blank)


def refers(name: str, to: str, kind: type[sa.types.TypeEngine[Any]] = sa.Integer) -> sa.Column[Any]:
    return sa.Column(name, kind(), sa.ForeignKey(to, ondelete="CASCADE"), nullable=False)


TABLES: dict[str, tuple[sa.SchemaItem, ...]] = {
    "webhooks": (
        whole("id", key=True), refers("portfolio", "portfolio.portfolio", sa.Text), text("url"),
        sa.Column("kinds", sa.JSON(), nullable=False), text("secret"),
        sa.Column("active", sa.Boolean(), nullable=False), text("who"), moment("created_at"),
    ),
    "events": (
        whole("id", key=True), text("key"), text("portfolio"), text("kind"), moment("at"), text("body"),
        sa.UniqueConstraint("key"),
    ),
    "deliveries": (
        whole("id", key=True), refers("webhook", "webhooks.id"), refers("event", "events.id"), text("state"),
        whole("attempts"), moment("due_at"), moment("finished_at", blank=True),
    ),
    "delivery_attempts": (
        whole("id", key=True), refers("delivery", "deliveries.id"), whole("number"), moment("at"),
        whole("status", blank=True), text("message"), whole("milliseconds"),
    ),
}  # fmt: skip
INDEXES = (
    ("webhooks", "portfolio"), ("events", "portfolio"), ("deliveries", "webhook"), ("deliveries", "event"),
    ("deliveries", "state", "due_at"), ("delivery_attempts", "delivery"),
)  # fmt: skip


def upgrade() -> None:
    for name, columns in TABLES.items():
        op.create_table(name, *columns)
    for table, *columns in INDEXES:
        op.create_index(f"ix_{table}_{'_'.join(columns)}", table, columns)


def downgrade() -> None:
    for name in reversed(TABLES):
        op.drop_table(name)
