"""Counts for operators: jobs by state, how long the oldest waits, and how much is stored."""

from __future__ import annotations

from datetime import UTC, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.store import jobs
from app.tables import RECORDS, AuditRow, JobRow, PlanRow, ScenarioRow


def jobs_by_state(session: Session) -> dict[str, float]:
    """How many jobs are in each state; the states that matter are told even when none is."""
    query = sa.select(JobRow.state, sa.func.count()).group_by(JobRow.state)
    return dict.fromkeys(jobs.OPEN, 0.0) | {state: float(count) for state, count in session.execute(query)}


def oldest_open_job(session: Session) -> dict[str, float]:
    """Seconds since the oldest open job of each state was asked for."""
    query = sa.select(JobRow.state, sa.func.min(JobRow.created_at)).where(JobRow.state.in_(jobs.OPEN))
    oldest = {row[0]: row[1] for row in session.execute(query.group_by(JobRow.state))}
    now = datetime.now(UTC)
    return {state: (now - oldest[state]).total_seconds() if state in oldest else 0.0 for state in jobs.OPEN}


def rows(session: Session) -> dict[str, float]:
    """How many portfolios, scenarios, plans and audit lines there are."""
    tables = {
        "portfolios": RECORDS["portfolio"], "scenarios": ScenarioRow.__table__, "plans": PlanRow.__table__,
        "audit": AuditRow.__table__,
    }  # fmt: skip
    return {name: float(session.scalar(sa.select(sa.func.count()).select_from(t)) or 0) for name, t in tables.items()}
