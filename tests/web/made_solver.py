"""Solvers of known behaviour for the job page: one answers at once, one works until it is stopped."""

from __future__ import annotations

import time

from solver.edits import Edit
from solver.plan import Conflict, Outcome, Plan, Repair, Status
from solver.problem import Problem
from solver.progress import OnProgress, Options, Progress, ShouldStop, never_stop
from solver.records import Capacity
from tests.web.made_plan import made_outcome


def by_reason(
    problem: Problem,
    policy: str,
    *,
    options: Options,
    on_progress: OnProgress | None = None,
    should_stop: ShouldStop = never_stop,
    start: Plan | None = None,
) -> Outcome:
    """The policy's reason says how: `endless` works until stopped, `impossible` is infeasible, else a plan at once."""
    reason = problem.policy[policy].reason
    if reason == "impossible":
        against = (Conflict("floors", "training keeps 240 nodes of b200-texas"),)
        more = Capacity(pool="b200-texas", week=problem.head.start, amount=400)
        way = Repair("add 120 nodes to B200 Texas", ("capacity",), "888,000 USD", 3.0, (Edit("capacity", more),))
        return Outcome(Status.INFEASIBLE, conflicts=against, repairs=(way,))
    began = time.monotonic()
    while reason == "endless" and not should_stop():
        if on_progress:
            on_progress(Progress(0, "focus", 210.4, 215.0, 2.1, time.monotonic() - began))
        time.sleep(0.05)
    return made_outcome(problem, policy)
