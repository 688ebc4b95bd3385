"""Work one trade-off off: what a worker does for its job.

run -> snapshot of today -> a process of its own -> each point stored as it arrives, while the claim holds
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import count

from sqlalchemy.orm import Session

from app.actions.plans import get_plan, known_answer
from app.actions.snapshot import snapshot
from app.db import Database
from app.processes import frontier
from app.processes.solver import SolveCancelled
from app.processes.study import study
from app.store import frontiers, jobs
from app.tables.frontiers import FrontierRunRow
from solver.frontier import Ask, Point
from solver.problem import Problem
from solver.progress import Options

OVERTIME_SECONDS = 60.0
"""How long a point may exceed its time limit: building and checking are not limited."""


def trace_run(db: Database, run_id: int, claim: jobs.Claim, should_stop: Callable[[], bool]) -> None:
    """Find the points of a trade-off for the claim of its job; an attempt before it leaves none behind.

    Raises NotFound, InvalidInput, StudyFailed, or SolveCancelled when it is to stop or the claim is no longer the
    newest; what was found until then stays.
    """
    with db.reading() as session:
        row = frontiers.get(session, run_id)
    problem = snapshot(db, row.portfolio, row.scenario)
    ask, numbers = ask_of(db, row, problem), count()
    with db.session() as session:
        _require(session, claim)
        frontiers.begin(session, run_id, problem.digest)

    def keep(point: Point) -> None:
        with db.session() as session:
            _require(session, claim)
            frontiers.add_point(session, run_id, next(numbers), point.as_dict())

    limit = (row.points + 1) * (ask.options.time_limit + OVERTIME_SECONDS)
    study(frontier.FUNCTION, ask, on_part=keep, should_stop=should_stop, limit=limit)


def ask_of(db: Database, row: FrontierRunRow, problem: Problem) -> Ask:
    """The question of a stored trade-off, of a problem as it stands. Raises NotFound."""
    approved = get_plan(db, row.plan).outcome.plan if row.plan is not None else None
    known = known_answer(db, row.portfolio, row.policy, problem.digest)
    return Ask(problem, row.policy, row.kind, row.points, approved, Options(**row.options), known)


def _require(session: Session, claim: jobs.Claim) -> None:
    if jobs.held(session, claim) is None:
        raise SolveCancelled
