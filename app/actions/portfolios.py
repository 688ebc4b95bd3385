"""List the portfolios."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from app.db import Database
from app.store import records


@dataclass(frozen=True, slots=True)
class PortfolioInfo:
    """A portfolio in a list; `version` counts every write to any of its records."""

    portfolio: str
    name: str
    start: date
    weeks: int
    version: int


def list_portfolios(db: Database) -> list[PortfolioInfo]:
    """Every portfolio, by id."""
    with db.reading() as session:
        heads = records.heads(session)
    return [
        PortfolioInfo(s.record.portfolio, s.record.name, s.record.start, s.record.weeks, revision)
        for s, revision in heads
    ]
