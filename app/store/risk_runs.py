"""Simulations of plans that were asked for, and what they found."""

from __future__ import annotations

import gzip
import json
from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, undefer

from app.errors import NotFound
from app.store.audit import now
from app.tables import RiskRunRow


def add(session: Session, facts: Mapping[str, Any]) -> int:
    """A new simulation, to be done by its job; its id."""
    row = RiskRunRow(files=None, created_at=now(), job=None, **facts)
    session.add(row)
    session.flush()
    return row.id


def get(session: Session, run: int) -> RiskRunRow:
    """One simulation. Raises NotFound."""
    row = session.get(RiskRunRow, run)
    if row is None:
        raise NotFound("simulation", run)
    return row


def newest(session: Session, plan: int) -> RiskRunRow | None:
    """The newest simulation of a plan with its files, if there was one."""
    query = sa.select(RiskRunRow).where(RiskRunRow.plan == plan).order_by(RiskRunRow.id.desc()).limit(1)
    return session.scalar(query.options(undefer(RiskRunRow.files)))


def keep(session: Session, run: int, digest: str, files: Mapping[str, str]) -> None:
    """Store what a simulation found, and the digest of the portfolio that it simulated."""
    packed = gzip.compress(json.dumps(dict(files)).encode(), compresslevel=6, mtime=0)
    session.execute(sa.update(RiskRunRow).where(RiskRunRow.id == run).values(digest=digest, files=packed))


def files_of(row: RiskRunRow) -> dict[str, str]:
    """The files of a simulation; none before it is done."""
    if row.files is None:
        return {}
    files: dict[str, str] = json.loads(gzip.decompress(row.files))
    return files
