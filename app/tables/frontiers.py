"""The SQL tables of trade-offs: what was asked, and the points as they were found."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from app.sqltypes import Base, Moment


class FrontierRunRow(Base):
    """A trade-off that was asked for, and the job that does it; `complete` once all its points are there.

    `plan` is the approved plan that moves count against.
    """

    __tablename__ = "frontier_runs"
    id: Mapped[int] = mapped_column(primary_key=True)
    portfolio: Mapped[str] = mapped_column(sa.ForeignKey("portfolio.portfolio", ondelete="CASCADE"), index=True)
    scenario: Mapped[int | None] = mapped_column(sa.ForeignKey("scenarios.id", ondelete="CASCADE"))
    policy: Mapped[str] = mapped_column(sa.Text)
    kind: Mapped[str] = mapped_column(sa.Text)
    points: Mapped[int]
    plan: Mapped[int | None] = mapped_column(sa.ForeignKey("plans.id", ondelete="CASCADE"))
    options: Mapped[dict[str, Any]] = mapped_column(sa.JSON)
    digest: Mapped[str] = mapped_column(sa.Text)
    complete: Mapped[bool]
    who: Mapped[str] = mapped_column(sa.Text)
    job: Mapped[int | None] = mapped_column(sa.ForeignKey("jobs.id", ondelete="SET NULL"))
    created_at: Mapped[datetime] = mapped_column(Moment)


class FrontierPointRow(Base):
    """One point of a trade-off, by the order in which they were found."""

    __tablename__ = "frontier_points"
    run: Mapped[int] = mapped_column(sa.ForeignKey("frontier_runs.id", ondelete="CASCADE"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    point: Mapped[dict[str, Any]] = mapped_column(sa.JSON)
    at: Mapped[datetime] = mapped_column(Moment)
