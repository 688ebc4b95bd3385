"""Scenarios and their changes over a portfolio."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.errors import NotFound
from app.store.audit import now
from app.tables import ScenarioChangeRow, ScenarioRow

PUT, SET, REMOVE = "put", "set", "remove"
DRAFT, APPROVED, ARCHIVED = "draft", "approved", "archived"


@dataclass(frozen=True, slots=True)
class ScenarioChange:
    """One change over the portfolio: `put` a whole record, `set` some of its cells, or `remove` it."""

    operation: str
    table: str
    key: str
    cells: dict[str, str]


def add(
    session: Session, portfolio: str, *, name: str, policy: str, kind: str, who: str, parent: int | None = None,
    code_reds: list[str] | None = None,
) -> int:  # fmt: skip
    """A new scenario without changes; its id."""
    row = ScenarioRow(
        portfolio=portfolio, name=name, policy=policy, kind=kind, status=DRAFT, created_at=now(), who=who, version=1,
        parent=parent, code_reds=code_reds,
    )  # fmt: skip
    session.add(row)
    session.flush()
    return row.id


def add_changes(session: Session, scenario: int, changes: Iterable[ScenarioChange]) -> None:
    """Append changes to a scenario, in order."""
    rows = [
        {
            "scenario": scenario, "operation": c.operation, "record_table": c.table, "record_key": c.key,
            "cells": c.cells,
        }
        for c in changes
    ]  # fmt: skip
    if rows:
        session.execute(sa.insert(ScenarioChangeRow), rows)


def replace_changes(session: Session, scenario: int, changes: Iterable[ScenarioChange]) -> None:
    """Exchange all changes of a scenario."""
    session.execute(sa.delete(ScenarioChangeRow).where(ScenarioChangeRow.scenario == scenario))
    add_changes(session, scenario, changes)


def get(session: Session, scenario: int) -> ScenarioRow:
    """One scenario. Raises NotFound."""
    row = session.get(ScenarioRow, scenario)
    if row is None:
        raise NotFound("scenario", scenario)
    return row


def lock(session: Session, scenario: int) -> ScenarioRow:
    """One scenario, held against other writers until this one ends. Raises NotFound."""
    row = session.get(ScenarioRow, scenario, with_for_update=True)
    if row is None:
        raise NotFound("scenario", scenario)
    return row


def of(session: Session, portfolio: str) -> list[ScenarioRow]:
    """The scenarios of a portfolio, newest first."""
    query = sa.select(ScenarioRow).where(ScenarioRow.portfolio == portfolio).order_by(ScenarioRow.id.desc())
    return list(session.scalars(query))


def changes(session: Session, scenario: int) -> list[ScenarioChange]:
    """The changes of a scenario, in order."""
    query = sa.select(ScenarioChangeRow).where(ScenarioChangeRow.scenario == scenario).order_by(ScenarioChangeRow.id)
    return [ScenarioChange(c.operation, c.record_table, c.record_key, c.cells) for c in session.scalars(query)]


def set_status(session: Session, scenario: int, status: str) -> None:
    """Move a scenario on; counts as a write."""
    row = get(session, scenario)
    row.status, row.version = status, row.version + 1
