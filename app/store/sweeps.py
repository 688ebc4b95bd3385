"""Sweeps that were asked for, and the results found so far."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, undefer

from app.errors import NotFound
from app.store.audit import now
from app.tables.sweeps import SweepResultRow, SweepRow


def add(
    session: Session, facts: Mapping[str, Any], scenarios: Sequence[Mapping[str, Any]], files: Mapping[str, str]
) -> int:
    """A new sweep of a problem's files, to be done by its job; its id."""
    row = SweepRow(
        scenarios=[dict(one) for one in scenarios], count=len(scenarios), problem=_packed(files), start=None,
        complete=False, job=None, created_at=now(), **facts,
    )  # fmt: skip
    session.add(row)
    session.flush()
    return row.id


def get(session: Session, sweep: int, *, whole: bool = False) -> SweepRow:
    """One sweep; `whole`: with its scenarios and its files. Raises NotFound."""
    parts = [undefer(SweepRow.scenarios), undefer(SweepRow.problem), undefer(SweepRow.start)] if whole else []
    row = session.get(SweepRow, sweep, options=parts)
    if row is None:
        raise NotFound("sweep", sweep)
    return row


def newest(session: Session, portfolio: str, limit: int) -> list[SweepRow]:
    """The newest sweeps of a portfolio, newest first."""
    query = sa.select(SweepRow).where(SweepRow.portfolio == portfolio)
    return list(session.scalars(query.order_by(SweepRow.id.desc()).limit(limit)))


def problem_files(row: SweepRow) -> dict[str, str]:
    """The files of the problem that is varied."""
    return _unpacked(row.problem)


def start_files(row: SweepRow) -> dict[str, str]:
    """The files of the plan that solves start from; none where there is none."""
    return _unpacked(row.start) if row.start is not None else {}


def keep_start(session: Session, sweep: int, files: Mapping[str, str]) -> None:
    """Keep the plan that solves start from."""
    session.execute(sa.update(SweepRow).where(SweepRow.id == sweep).values(start=_packed(files)))


def keep(session: Session, sweep: int, numbers: Iterable[int], key: str, result: Mapping[str, Any]) -> None:
    """The result of some scenarios; those that have one keep theirs."""
    there = sa.select(SweepResultRow.number).where(SweepResultRow.sweep == sweep, SweepResultRow.number.in_(numbers))
    known, moment = set(session.scalars(there)), now()
    session.add_all(
        SweepResultRow(sweep=sweep, number=number, key=key, result=dict(result), at=moment)
        for number in numbers if number not in known
    )  # fmt: skip


def results(session: Session, sweep: int) -> dict[int, dict[str, Any]]:
    """The results found so far, by the place of their scenario."""
    query = sa.select(SweepResultRow.number, SweepResultRow.result).where(SweepResultRow.sweep == sweep)
    return dict(session.execute(query.order_by(SweepResultRow.number)).all())


def counts(session: Session, sweeps: Iterable[int]) -> dict[int, int]:
    """How many results some sweeps have; those without any are not there."""
    query = sa.select(SweepResultRow.sweep, sa.func.count()).where(SweepResultRow.sweep.in_(list(sweeps)))
    return dict(session.execute(query.group_by(SweepResultRow.sweep)).all())


def complete(session: Session, sweep: int) -> None:
    """Every scenario has its result."""
    session.execute(sa.update(SweepRow).where(SweepRow.id == sweep).values(complete=True))


def _packed(files: Mapping[str, str]) -> bytes:
    return gzip.compress(json.dumps(dict(files)).encode(), compresslevel=6, mtime=0)


def _unpacked(content: bytes) -> dict[str, str]:
    files: dict[str, str] = json.loads(gzip.decompress(content))
    return files
