"""The SQL tables: one per record kind, made from its columns, and one class each for what is decided and computed."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.types import TypeEngine

import app.tables.accounts
import app.tables.decisions
import app.tables.frontiers
import app.tables.inquiries
import app.tables.sweeps
import app.tables.webhooks  # noqa: F401 - their tables belong to the same Base
from app.sqltypes import Base, BlankId, BlankWeek, Cell, Moment
from solver.columns import Column, Type
from solver.records import TABLES, columns

_SQL_TYPES: dict[Type, type[TypeEngine[Any]]] = {
    Type.ID: sa.Text, Type.TEXT: sa.Text, Type.CHOICE: sa.Text, Type.INTEGER: sa.Integer, Type.AMOUNT: sa.Float,
    Type.WEEK: sa.Date, Type.DATE: sa.Date, Type.SET: sa.Text,
}  # fmt: skip


def sql_type(column: Column) -> TypeEngine[Any]:
    """The SQL type of a record's column."""
    if column.key and not column.required and column.default is None:
        return BlankId() if column.type is Type.ID else BlankWeek()
    if column.type in (Type.CURVE, Type.RAMP):
        return Cell(column)
    return _SQL_TYPES[column.type]()


def _nullable(column: Column) -> bool:
    return not (column.required or column.key or column.default is not None)


def _record_table(name: str) -> sa.Table:
    """The table of a record kind: portfolio, its columns under their CSV names, and the version last written."""
    own = [
        sa.Column(c.name, sql_type(c), primary_key=c.key, nullable=_nullable(c), autoincrement=False)
        for c in columns(name)
    ]
    if name == "portfolio":
        extra = [sa.Column("revision", sa.Integer, nullable=False)]
    else:
        home = sa.ForeignKey("portfolio.portfolio", ondelete="CASCADE")
        own.insert(0, sa.Column("portfolio", sa.Text, home, primary_key=True))
        extra = []
    return sa.Table(name, Base.metadata, *own, sa.Column("version", sa.Integer, nullable=False), *extra)


RECORDS: dict[str, sa.Table] = {name: _record_table(name) for name in TABLES}
"""The table of each record kind. `portfolio.revision` counts every write to a portfolio; a row's `version` is the
revision that wrote it, so that no version ever comes back, not even after a remove and an add."""


class ScenarioRow(Base):
    """A portfolio with changes and a policy. `parent` is the scenario it was copied from; none: the portfolio."""

    __tablename__ = "scenarios"
    id: Mapped[int] = mapped_column(primary_key=True)
    portfolio: Mapped[str] = mapped_column(sa.ForeignKey("portfolio.portfolio", ondelete="CASCADE"), index=True)
    name: Mapped[str] = mapped_column(sa.Text)
    policy: Mapped[str] = mapped_column(sa.Text)
    kind: Mapped[str] = mapped_column(sa.Text)
    status: Mapped[str] = mapped_column(sa.Text)
    created_at: Mapped[datetime] = mapped_column(Moment)
    who: Mapped[str] = mapped_column(sa.Text)
    version: Mapped[int]
    parent: Mapped[int | None]
    code_reds: Mapped[list[str] | None] = mapped_column(sa.JSON)
    """The policies that its own combines, the one that wins first."""


class ScenarioChangeRow(Base):
    """One change of a scenario, in order: `put` a whole record, `set` some of its cells, or `remove` it."""

    __tablename__ = "scenario_changes"
    id: Mapped[int] = mapped_column(primary_key=True)
    scenario: Mapped[int] = mapped_column(sa.ForeignKey("scenarios.id", ondelete="CASCADE"), index=True)
    operation: Mapped[str] = mapped_column(sa.Text)
    record_table: Mapped[str] = mapped_column(sa.Text)
    record_key: Mapped[str] = mapped_column(sa.Text)
    cells: Mapped[dict[str, str]] = mapped_column(sa.JSON)


class PlanRow(Base):
    """A checked plan, with the problem it answers; never changed."""

    __tablename__ = "plans"
    id: Mapped[int] = mapped_column(primary_key=True)
    portfolio: Mapped[str] = mapped_column(sa.ForeignKey("portfolio.portfolio", ondelete="CASCADE"), index=True)
    scenario: Mapped[int | None] = mapped_column(sa.ForeignKey("scenarios.id", ondelete="CASCADE"), index=True)
    policy: Mapped[str] = mapped_column(sa.Text)
    status: Mapped[str] = mapped_column(sa.Text)
    created_at: Mapped[datetime] = mapped_column(Moment)
    who: Mapped[str] = mapped_column(sa.Text)
    digest: Mapped[str] = mapped_column(sa.Text)
    summary: Mapped[dict[str, Any]] = mapped_column(sa.JSON)
    problem: Mapped[bytes] = mapped_column(sa.LargeBinary, deferred=True)


class PlanFileRow(Base):
    """One file of a plan, gzip'ed: its summary or the CSV of one of its tables."""

    __tablename__ = "plan_files"
    plan: Mapped[int] = mapped_column(sa.ForeignKey("plans.id", ondelete="CASCADE"), primary_key=True)
    name: Mapped[str] = mapped_column(sa.Text, primary_key=True)
    content: Mapped[bytes] = mapped_column(sa.LargeBinary)


class JobRow(Base):
    """Long work that was asked for, and how far it got.

    Whoever does it holds a lease until `lease_until`, extended while it works, and the number `token` of its claim:
    what an older claim brings is refused.
    """

    __tablename__ = "jobs"
    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(sa.Text)
    portfolio: Mapped[str] = mapped_column(sa.ForeignKey("portfolio.portfolio", ondelete="CASCADE"), index=True)
    scenario: Mapped[int | None] = mapped_column(sa.ForeignKey("scenarios.id", ondelete="CASCADE"))
    policy: Mapped[str] = mapped_column(sa.Text)
    state: Mapped[str] = mapped_column(sa.Text, index=True)
    who: Mapped[str] = mapped_column(sa.Text)
    owner: Mapped[str] = mapped_column(sa.Text)
    lease_until: Mapped[datetime | None] = mapped_column(Moment)
    token: Mapped[int]
    attempts: Mapped[int]
    options: Mapped[dict[str, Any]] = mapped_column(sa.JSON)
    progress: Mapped[list[dict[str, Any]]] = mapped_column(sa.JSON)
    plan: Mapped[int | None] = mapped_column(sa.ForeignKey("plans.id", ondelete="CASCADE"))
    message: Mapped[str] = mapped_column(sa.Text)
    faults: Mapped[list[dict[str, Any]]] = mapped_column(sa.JSON)
    conflicts: Mapped[list[dict[str, Any]]] = mapped_column(sa.JSON)
    repairs: Mapped[list[dict[str, Any]]] = mapped_column(sa.JSON)
    cancel: Mapped[bool]
    created_at: Mapped[datetime] = mapped_column(Moment)
    started_at: Mapped[datetime | None] = mapped_column(Moment)
    finished_at: Mapped[datetime | None] = mapped_column(Moment)


class WorkerRow(Base):
    """A worker that said, a few seconds ago, that it is there."""

    __tablename__ = "workers"
    name: Mapped[str] = mapped_column(sa.Text, primary_key=True)
    lanes: Mapped[list[str]] = mapped_column(sa.JSON)
    version: Mapped[str] = mapped_column(sa.Text)
    since: Mapped[datetime] = mapped_column(Moment)
    seen_at: Mapped[datetime] = mapped_column(Moment, index=True)


class RiskRunRow(Base):
    """A simulation of a plan in futures: what was asked for, the job that does it, and its files (gzip'ed JSON)."""

    __tablename__ = "risk_runs"
    id: Mapped[int] = mapped_column(primary_key=True)
    plan: Mapped[int] = mapped_column(sa.ForeignKey("plans.id", ondelete="CASCADE"), index=True)
    digest: Mapped[str] = mapped_column(sa.Text)
    futures: Mapped[int]
    seed: Mapped[int]
    who: Mapped[str] = mapped_column(sa.Text)
    job: Mapped[int | None] = mapped_column(sa.ForeignKey("jobs.id", ondelete="SET NULL"))
    files: Mapped[bytes | None] = mapped_column(sa.LargeBinary, deferred=True)
    created_at: Mapped[datetime] = mapped_column(Moment)


class DecisionRow(Base):
    """A decision about a plan; append-only. The newest approval names the plan of record."""

    __tablename__ = "decisions"
    id: Mapped[int] = mapped_column(primary_key=True)
    portfolio: Mapped[str] = mapped_column(sa.Text, index=True)
    plan: Mapped[int] = mapped_column(sa.Integer)
    verb: Mapped[str] = mapped_column(sa.Text)
    reason: Mapped[str] = mapped_column(sa.Text)
    who: Mapped[str] = mapped_column(sa.Text)
    at: Mapped[datetime] = mapped_column(Moment)


class AuditRow(Base):
    """Who did what, when; append-only. A change of a record names its table, key and version."""

    __tablename__ = "audit"
    __table_args__ = (sa.Index(None, "portfolio", "record_table", "record_key"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(Moment)
    who: Mapped[str] = mapped_column(sa.Text)
    verb: Mapped[str] = mapped_column(sa.Text)
    portfolio: Mapped[str] = mapped_column(sa.Text)
    subject: Mapped[str] = mapped_column(sa.Text)
    record_table: Mapped[str | None] = mapped_column(sa.Text)
    record_key: Mapped[str | None] = mapped_column(sa.Text)
    version: Mapped[int | None]
    detail: Mapped[dict[str, Any]] = mapped_column(sa.JSON)
    hash: Mapped[str] = mapped_column(sa.Text)
    """Of this line and of the hash of the line before it."""


class UploadRow(Base):
    """An upload that was previewed: what it holds, what it would change, and the revision that it was compared with."""

    __tablename__ = "uploads"
    id: Mapped[str] = mapped_column(sa.Text, primary_key=True)
    portfolio: Mapped[str] = mapped_column(sa.Text)
    revision: Mapped[int]
    digest: Mapped[str] = mapped_column(sa.Text)
    replacing: Mapped[bool]
    who: Mapped[str] = mapped_column(sa.Text)
    created_at: Mapped[datetime] = mapped_column(Moment, index=True)
    summary: Mapped[dict[str, Any]] = mapped_column(sa.JSON)
    content: Mapped[bytes] = mapped_column(sa.LargeBinary, deferred=True)
    changes: Mapped[bytes] = mapped_column(sa.LargeBinary, deferred=True)
    steps: Mapped[bytes] = mapped_column(sa.LargeBinary, deferred=True)


class HeaderAliasRow(Base):
    """A heading that somebody's files use for a column; in lower case."""

    __tablename__ = "header_aliases"
    record_table: Mapped[str] = mapped_column(sa.Text, primary_key=True)
    heading: Mapped[str] = mapped_column(sa.Text, primary_key=True)
    column: Mapped[str] = mapped_column(sa.Text)
    who: Mapped[str] = mapped_column(sa.Text)
    at: Mapped[datetime] = mapped_column(Moment)


class AnswerRow(Base):
    """The answer to a request that named an idempotency key, so that the same request again does nothing again."""

    __tablename__ = "answers"
    key: Mapped[str] = mapped_column(sa.Text, primary_key=True)
    request: Mapped[str] = mapped_column(sa.Text)
    status: Mapped[int | None]
    headers: Mapped[dict[str, str]] = mapped_column(sa.JSON)
    body: Mapped[str] = mapped_column(sa.Text)
    at: Mapped[datetime] = mapped_column(Moment, index=True)
