"""Acknowledge what a trigger advises: seen by somebody, with a reason, until there is new evidence."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from app.actions.advice import advise
from app.actions.snapshot import snapshot
from app.db import Database
from app.errors import NotFound, Refused
from app.store import acknowledgements, audit, records


@dataclass(frozen=True, slots=True)
class Acknowledgement:
    """Who saw an advice, and why no code red was declared; `evidence` is the last day that was measured then."""

    evidence: date
    fall: float
    reason: str
    who: str
    at: datetime


def acknowledge(db: Database, portfolio: str, trigger: str, reason: str, who: str) -> None:
    """Say that an advice was seen. Raises NotFound, or Refused without a reason or where nothing is advised."""
    if not reason.strip():
        raise Refused("to acknowledge an advice needs a reason: why is no code red declared?")
    problem = snapshot(db, portfolio)
    row = next((t for t in problem.triggers if t.trigger == trigger), None)
    if row is None:
        raise NotFound("trigger", trigger)
    found = advise(row, problem.signals)
    if not found.advised or found.at is None or found.before is None or found.now is None:
        raise Refused(f"trigger {trigger} advises nothing at present")
    with db.session() as session:
        records.require(session, portfolio)
        acknowledgements.add(session, portfolio, trigger, found.at, found.fall, reason.strip(), who)
        detail = {
            "reason": reason.strip(), "signal": found.signal, "evidence": found.at.isoformat(),
            "before": found.before.value, "now": found.now.value, "fall": found.fall,
        }  # fmt: skip
        audit.add(session, portfolio, who, "acknowledge", subject=f"trigger {trigger}", detail=detail)


def acknowledged(db: Database, portfolio: str) -> dict[str, Acknowledgement]:
    """The newest acknowledgement of each trigger."""
    with db.reading() as session:
        return {
            name: Acknowledgement(row.evidence, row.fall, row.reason, row.who, row.at)
            for name, row in acknowledgements.newest(session, portfolio).items()
        }
