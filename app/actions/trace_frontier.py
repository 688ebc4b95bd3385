"""Work one trade-off off: the piece that a queue of jobs calls, in whatever thread it likes.

run -> snapshot of today -> a process of its own -> each point stored as it arrives -> done, cancelled or failed
"""

from __future__ import annotations

import os
from collections.abc import Callable

from app.actions.plans import get_plan
from app.actions.runner import owner_of
from app.actions.snapshot import snapshot
from app.db import Database
from app.errors import CoderedError
from app.frontier_process import TraceFailed, traced
from app.frontier_tables import FrontierRunRow
from app.store import frontiers
from solver.faults import InvalidInput
from solver.frontier import Ask
from solver.problem import Problem
from solver.progress import Options

ShouldStop = Callable[[], bool]


def trace_run(db: Database, run_id: int, should_stop: ShouldStop) -> None:
    """Find the points of a trade-off that waits, until it is done, fails in words or is told to stop.

    What no longer waits is left alone; a trade-off begun anew starts without points. Raises NotFound.
    """
    with db.session() as session:
        if not frontiers.begin(session, run_id, owner_of(os.getpid())):
            return
        row = frontiers.get(session, run_id)
    try:
        _trace(db, row, should_stop)
        state, message = (frontiers.CANCELLED, "cancelled") if should_stop() else (frontiers.DONE, "")
    except (TraceFailed, InvalidInput, CoderedError) as failed:
        state, message = frontiers.FAILED, str(failed)
    with db.session() as session:
        frontiers.finish(session, run_id, state, message)


def ask_of(db: Database, row: FrontierRunRow, problem: Problem) -> Ask:
    """The question of a stored trade-off, of a problem as it stands. Raises NotFound."""
    approved = get_plan(db, row.plan).outcome.plan if row.plan is not None else None
    return Ask(problem, row.policy, row.kind, row.points, approved, Options(**row.options))


def _trace(db: Database, row: FrontierRunRow, should_stop: ShouldStop) -> None:
    problem = snapshot(db, row.portfolio, row.scenario)
    with db.session() as session:
        frontiers.note_digest(session, row.id, problem.digest)
    for number, point in enumerate(traced(ask_of(db, row, problem), should_stop)):
        with db.session() as session:
            frontiers.add_point(session, row.id, number, point.as_dict())
