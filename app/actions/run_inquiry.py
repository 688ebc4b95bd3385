"""Answer one inquiry: what a worker does for its job.

inquiry -> its plan and the portfolio that this answers -> a process of its own -> each way stored as it arrives
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from sqlalchemy.orm import Session

from app.actions.plans import get_plan
from app.db import Database
from app.processes import inquiry
from app.processes.inquiry import SECONDS, Inquiry
from app.processes.solver import SolveCancelled
from app.processes.study import study
from app.store import inquiries, jobs

SOLVES = 4
"""The most that an inquiry solves one after the other: as it is, a unit more, a unit less, and a price."""
OVERTIME_SECONDS = 60.0
"""How long each may exceed its time limit: building and checking are not limited."""


def run_inquiry(db: Database, number: int, claim: jobs.Claim, should_stop: Callable[[], bool]) -> None:
    """Find the ways for the claim of an inquiry's job; an attempt before it leaves none behind.

    Raises NotFound, StudyFailed, or SolveCancelled when it is to stop or the claim is no longer the newest; what was
    found until then stays.
    """
    with db.reading() as session:
        row = inquiries.get(session, number)
    stored = get_plan(db, row.plan)
    with db.session() as session:
        _require(session, claim)
        inquiries.begin(session, number)

    def keep(part: tuple[str, Mapping[str, Any]]) -> None:
        with db.session() as session:
            _require(session, claim)
            inquiries.add_part(session, number, *part)

    asked = Inquiry(row.kind, row.asked, stored.problem, stored.policy, stored.outcome)
    limit = SOLVES * (SECONDS + OVERTIME_SECONDS)
    study(inquiry.FUNCTION, asked, on_part=keep, should_stop=should_stop, limit=limit)


def _require(session: Session, claim: jobs.Claim) -> None:
    if jobs.held(session, claim) is None:
        raise SolveCancelled
