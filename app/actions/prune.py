"""Forget plans that nobody decided about, and jobs that made no plan, once they are old."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from app.db import Database
from app.errors import Refused
from app.store import audit, jobs, locks, plans


def prune_plans(db: Database, days: int, who: str, *, dry: bool = False) -> list[int]:
    """Remove plans older than some days, with their files, jobs and risk runs; their numbers.

    A plan that was ever proposed, sent back or approved stays for good, as the audit trail does. Raises Refused.
    """
    if days < 1:
        raise Refused("plans are kept for a day at least")
    before = datetime.now(UTC) - timedelta(days=days)
    if dry:
        with db.reading() as session:
            return [plan for plan, _ in plans.undecided_before(session, before)]
    with db.session() as session:
        locks.hold(session, locks.DECISIONS)
        found = plans.undecided_before(session, before)
        plans.remove(session, [plan for plan, _ in found])
        for portfolio in sorted({portfolio for _, portfolio in found}):
            mine = [plan for plan, home in found if home == portfolio]
            audit.add(session, portfolio, who, "prune", subject=f"{len(mine)} plans",
                      detail={"plans": mine, "older_than_days": days})  # fmt: skip
    return [plan for plan, _ in found]


def prune_jobs(db: Database, days: int, *, dry: bool = False) -> list[int]:
    """Remove jobs that ended some days ago without a plan; their numbers. A plan's jobs go with it. Raises Refused."""
    if days < 1:
        raise Refused("jobs are kept for a day at least")
    before = datetime.now(UTC) - timedelta(days=days)
    if dry:
        with db.reading() as session:
            return [job for job, _ in jobs.ended_before(session, before)]
    with db.session() as session:
        found = [job for job, _ in jobs.ended_before(session, before)]
        jobs.remove(session, found)
    return found
