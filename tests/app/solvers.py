"""Solvers that behave in one way each, to see what a job makes of it."""

from __future__ import annotations

import os
import time
from dataclasses import replace

from solver.plan import FROM_PLAN, Conflict, Outcome, Plan, Status
from solver.problem import Problem
from solver.progress import OnProgress, Options, Progress, ShouldStop, never_stop
from tests.app.lab import outcome


def quick(
    problem: Problem,
    policy: str,
    *,
    options: Options,
    on_progress: OnProgress | None = None,
    should_stop: ShouldStop = never_stop,
    start: Plan | None = None,
) -> Outcome:
    """Answers at once; the policy's name says how: `infeasible`, `crashes`, `fails`, `garbage`, else with a plan."""
    if on_progress:
        on_progress(Progress(1, "priority 0", 5.0, 6.0, 2.5, 0.1))
    if problem.policy[policy].name == "crashes":
        os._exit(7)
    if problem.policy[policy].name == "fails":
        raise ArithmeticError("a defect")
    if problem.policy[policy].name == "garbage":
        return "a plan"  # type: ignore[return-value]
    if problem.policy[policy].name == "infeasible":
        return Outcome(Status.INFEASIBLE, conflicts=(Conflict("floor", "training keeps 4 nodes"),))
    if problem.policy[policy].name == "slow":
        return _slow(problem, on_progress, should_stop)
    if problem.policy[policy].name == "deaf":
        time.sleep(30)
    found = outcome(problem, policy=policy)
    return replace(found, options=found.options | {FROM_PLAN: start is not None})


def _slow(problem: Problem, on_progress: OnProgress | None, should_stop: ShouldStop) -> Outcome:
    """Works until it is told to stop, and reports fifty times a second."""
    began = time.monotonic()
    while not should_stop() and time.monotonic() < began + 30:
        time.sleep(0.02)
        if on_progress:
            on_progress(Progress(1, "priority 0", 5.0, 6.0, 2.5, time.monotonic() - began))
    return outcome(problem)
