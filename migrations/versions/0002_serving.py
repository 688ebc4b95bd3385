"""Serving: models, SKUs, services, demand, levers and measured throughput; a service's need has no size of its own."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

TABLES = ("models", "skus", "services", "demand", "levers", "throughput")


def upgrade() -> None:
    with op.batch_alter_table("needs") as batch:
        batch.alter_column("full", existing_type=sa.Float(), nullable=True)
    record("models", key("model"), number("params_b"), number("active_params_b", blank=True), count("layers"),
           count("kv_heads"), count("head_dim"))  # fmt: skip
    record("skus", key("sku"), count("gpus"), number("memory_gb"), number("bandwidth_tb_s"), number("tflops_bf16"),
           number("tflops_fp8", blank=True), number("tflops_fp4", blank=True), number("kw", blank=True))  # fmt: skip
    record("services", key("project"), text("need"), text("model"), number("prompt_tokens"), number("output_tokens"),
           number("tpot_ms"), text("weights"), text("kv"), number("headroom"), number("minimum_share"))  # fmt: skip
    record("demand", key("project"), sa.Column("week", sa.Date(), primary_key=True, nullable=False),
           number("tokens_per_s"))  # fmt: skip
    record("levers", key("lever"), key("service"), text("weights", blank=True), text("kv", blank=True),
           number("prefix_hit"), number("speculative_gain"), number("batch_gain"))  # fmt: skip
    record("throughput", key("service"), key("sku"), key("levers"), number("tokens_per_s"), text("source"))


def downgrade() -> None:
    for name in reversed(TABLES):
        op.drop_table(name)
    op.execute('UPDATE needs SET "full" = 0 WHERE "full" IS NULL')
    with op.batch_alter_table("needs") as batch:
        batch.alter_column("full", existing_type=sa.Float(), nullable=False)


def record(name: str, *columns: sa.Column[Any]) -> None:
    """A table of records of a portfolio."""
    home = sa.ForeignKey("portfolio.portfolio", ondelete="CASCADE", name=f"fk_{name}_portfolio_portfolio")
    portfolio = sa.Column("portfolio", sa.Text(), home, primary_key=True, nullable=False)
    op.create_table(name, portfolio, *columns, sa.Column("version", sa.Integer(), nullable=False))


def key(name: str) -> sa.Column[Any]:
    """A part of the key."""
    return sa.Column(name, sa.Text(), primary_key=True, nullable=False)


def text(name: str, *, blank: bool = False) -> sa.Column[Any]:
    """A text."""
    return sa.Column(name, sa.Text(), nullable=blank)


def number(name: str, *, blank: bool = False) -> sa.Column[Any]:
    """An amount."""
    return sa.Column(name, sa.Float(), nullable=blank)


def count(name: str) -> sa.Column[Any]:
    """A whole number."""
    return sa.Column(name, sa.Integer(), nullable=False)
