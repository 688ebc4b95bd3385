"""Risks as distributions, and the simulations of plans against them."""

from __future__ import annotations

from functools import partial
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def column(
    name: str, type_: type[sa.types.TypeEngine[Any]], *, key: bool = False, blank: bool = False
) -> sa.Column[Any]:
    """A column; only one named `id` counts by itself."""
    return sa.Column(name, type_(), primary_key=key, nullable=blank, autoincrement=name == "id")


def moment(name: str, *, blank: bool = False) -> sa.Column[Any]:
    """A point in time."""
    return sa.Column(name, sa.DateTime(timezone=True), nullable=blank)


text, whole, real, day = (partial(column, type_=t) for t in (sa.Text, sa.Integer, sa.Float, sa.Date))


# fmt: off
def upgrade() -> None:
    home = sa.ForeignKey("portfolio.portfolio", ondelete="CASCADE")
    op.create_table(
        "risks",
        sa.Column("portfolio", sa.Text(), home, primary_key=True, nullable=False),
        text("risk", key=True), text("kind"), text("pool", blank=True), text("project", blank=True),
        text("need", blank=True), text("distribution"), real("low", blank=True), real("mode", blank=True),
        real("high", blank=True), real("mean", blank=True), real("sd", blank=True), real("chance"),
        day("from", blank=True), day("to", blank=True), text("note"), whole("version"),
    )
    op.create_table(
        "risk_runs",
        whole("id", key=True),
        sa.Column("plan", sa.Integer(), sa.ForeignKey("plans.id", ondelete="CASCADE"), nullable=False),
        text("digest"), whole("futures"), whole("seed"), text("state"), text("message"), text("who"), text("owner"),
        column("files", sa.LargeBinary, blank=True), moment("created_at"), moment("finished_at", blank=True),
    )
    op.create_index("ix_risk_runs_plan", "risk_runs", ["plan"])
# fmt: on


def downgrade() -> None:
    op.drop_table("risk_runs")
    op.drop_table("risks")
