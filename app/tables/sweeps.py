"""The SQL tables of sweeps: what was asked, of which records, and the result of each scenario as it came."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from app.sqltypes import Base, Moment


class SweepRow(Base):
    """A sweep that was asked for, and the job that does it; `complete` once every scenario has its result.

    `problem` are the records as they were, and `start` the plan of them that solves start from, both gzip'ed files.
    """

    __tablename__ = "sweeps"
    id: Mapped[int] = mapped_column(primary_key=True)
    portfolio: Mapped[str] = mapped_column(sa.ForeignKey("portfolio.portfolio", ondelete="CASCADE"), index=True)
    scenario: Mapped[int | None] = mapped_column(sa.ForeignKey("scenarios.id", ondelete="CASCADE"))
    policy: Mapped[str] = mapped_column(sa.Text)
    scenarios: Mapped[list[dict[str, Any]]] = mapped_column(sa.JSON, deferred=True)
    count: Mapped[int]
    options: Mapped[dict[str, Any]] = mapped_column(sa.JSON)
    digest: Mapped[str] = mapped_column(sa.Text)
    problem: Mapped[bytes] = mapped_column(sa.LargeBinary, deferred=True)
    start: Mapped[bytes | None] = mapped_column(sa.LargeBinary, deferred=True)
    complete: Mapped[bool]
    who: Mapped[str] = mapped_column(sa.Text)
    job: Mapped[int | None] = mapped_column(sa.ForeignKey("jobs.id", ondelete="SET NULL"))
    created_at: Mapped[datetime] = mapped_column(Moment)


class SweepResultRow(Base):
    """The result of one scenario of a sweep, by its place in the list."""

    __tablename__ = "sweep_results"
    sweep: Mapped[int] = mapped_column(sa.ForeignKey("sweeps.id", ondelete="CASCADE"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    key: Mapped[str] = mapped_column(sa.Text)
    result: Mapped[dict[str, Any]] = mapped_column(sa.JSON)
    at: Mapped[datetime] = mapped_column(Moment)
