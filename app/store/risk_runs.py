"""Simulations of plans that were asked for, and what they found."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterable, Mapping
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, undefer

from app.store.audit import now
from app.tables import RiskRunRow

RUNNING, DONE, FAILED = "running", "done", "failed"


def add(session: Session, facts: Mapping[str, Any]) -> int:
    """A new simulation, running; its id."""
    row = RiskRunRow(state=RUNNING, message="", files=None, created_at=now(), finished_at=None, **facts)
    session.add(row)
    session.flush()
    return row.id


def newest(session: Session, plan: int) -> RiskRunRow | None:
    """The newest simulation of a plan with its files, if there was one."""
    query = sa.select(RiskRunRow).where(RiskRunRow.plan == plan).order_by(RiskRunRow.id.desc()).limit(1)
    return session.scalar(query.options(undefer(RiskRunRow.files)))


def finish(session: Session, run: int, state: str, message: str, files: Mapping[str, str] | None = None) -> None:
    """End a simulation that is still running."""
    packed = None if files is None else gzip.compress(json.dumps(dict(files)).encode(), compresslevel=6, mtime=0)
    ended = sa.update(RiskRunRow).where(RiskRunRow.id == run, RiskRunRow.state == RUNNING)
    session.execute(ended.values(state=state, message=message, files=packed, finished_at=now()))


def files_of(row: RiskRunRow) -> dict[str, str]:
    """The files of a simulation; none before it is done."""
    if row.files is None:
        return {}
    files: dict[str, str] = json.loads(gzip.decompress(row.files))
    return files


def open_owners(session: Session) -> list[str]:
    """The processes that own simulations which did not end."""
    return list(session.scalars(sa.select(RiskRunRow.owner).where(RiskRunRow.state == RUNNING).distinct()))


def fail_of(session: Session, owners: Iterable[str], message: str) -> None:
    """Mark the running simulations of processes that are gone as failed."""
    lost = sa.update(RiskRunRow).where(RiskRunRow.state == RUNNING, RiskRunRow.owner.in_(list(owners)))
    session.execute(lost.values(state=FAILED, message=message, finished_at=now()))
