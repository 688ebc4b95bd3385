"""A solver that hangs, runs out of memory, is killed, answers with nonsense or with a plan that breaks the rules."""

from __future__ import annotations

from unittest.mock import patch

from app.actions import work
from app.actions.audit import verify
from app.actions.edit import edit_record, rows
from app.actions.plans import list_plans
from app.actions.recompute import Job, get_job, start
from app.db import Database
from app.processes import solver
from solver.progress import Options
from tests.faults.ground import Counted, Place, lab, until
from tests.faults.solvers import TOLD

QUICKLY = Options(time_limit=1.0)


def solver_breaks(where: Place, times: int) -> Counted:
    """Each in turn: its job fails and says why, nothing is stored, and the next job has its plan."""
    counted = dict.fromkeys(TOLD, 0)
    with lab(where) as db:
        work.use(work.Worker(solver.SolverProcess("tests.faults.solvers:as_told")))
        for number in range(1, times + 1):
            for how, told in TOLD.items():
                with patch.object(solver, "OVERTIME_SECONDS", 0.5 if how == "hangs" else solver.OVERTIME_SECONDS):
                    job = _solved(db, how)
                assert (job.state, job.plan_id) == ("failed", None), job
                assert told in job.message, job
                counted[how] += 1
            assert _solved(db, "ordinary").state == "done"
            assert len(list_plans(db, "lab", 10 * times)) == number
        assert verify(db).good
    return {"rounds": times, **counted}


def _solved(db: Database, how: str) -> Job:
    policy = rows(db, "lab", "policies")[0]
    edit_record(db, "lab", "policies", policy.key, {"name": how}, policy.version, "ann")
    job = start(db, "lab", None, "ordinary", "eve", QUICKLY)
    until(lambda: get_job(db, job).ended)
    return get_job(db, job)
