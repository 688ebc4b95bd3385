"""Solvers that break: each in the way that the name of the policy says."""

from __future__ import annotations

import importlib
import os
import resource
import signal
import time
from collections.abc import Callable
from dataclasses import replace
from unittest.mock import patch

from solver.plan import Outcome, Plan
from solver.problem import Problem
from solver.progress import OnProgress, Options, Progress, ShouldStop, never_stop
from tests.app.lab import outcome

SOLVE_SECONDS = 1.0
MEMORY = 2**30


def slowly(
    problem: Problem,
    policy: str,
    *,
    options: Options,
    on_progress: OnProgress | None = None,
    should_stop: ShouldStop = never_stop,
    start: Plan | None = None,
) -> Outcome:
    """A plan, after a while."""
    until = time.monotonic() + SOLVE_SECONDS
    while time.monotonic() < until and not should_stop():
        if on_progress:
            on_progress(Progress(1, "priority 0", 5.0, 6.0, 2.5, 0.1))
        time.sleep(0.02)
    return outcome(problem, 5.0, policy)


def as_told(problem: Problem, policy: str, *, options: Options, **more: object) -> Outcome:
    """The real solver, unless the policy's name is one of BREAKS."""
    breaks = BREAKS.get(problem.policy[policy].name)
    return _solved(problem, policy, options) if breaks is None else breaks(problem, policy, options)


def _solved(problem: Problem, policy: str, options: Options) -> Outcome:
    from solver.solve import solve

    return solve(problem, policy, options=options)


def _hangs(*_: object) -> Outcome:
    while True:
        time.sleep(1)


def _starves(problem: Problem, policy: str, options: Options) -> Outcome:
    """It may have a gibibyte more than it has, and wants two."""
    before = resource.getrlimit(resource.RLIMIT_AS)
    with open("/proc/self/statm", encoding="ascii") as sizes:
        now = int(sizes.read().split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (now + MEMORY, before[1]))
    try:
        bytearray(2 * MEMORY)
        return _solved(problem, policy, options)
    finally:
        resource.setrlimit(resource.RLIMIT_AS, before)


def _is_killed(*_: object) -> Outcome:
    """What the system does with a process when memory runs out."""
    os.kill(os.getpid(), signal.SIGKILL)
    raise AssertionError("it survived")


def _says_nonsense(*_: object) -> Outcome:
    return "a plan"  # type: ignore[return-value]


def _gives_more_than_there_is(problem: Problem, policy: str, options: Options) -> Outcome:
    """The real solver with a defect: ten times of everything is given."""
    module = importlib.import_module("solver.solve")
    publish: Callable[..., Plan] = module.publish

    def ten_times(*arguments: object) -> Plan:
        plan = publish(*arguments)
        return replace(plan, allocation=plan.allocation.assign(amount=10 * plan.allocation["amount"]))

    with patch.object(module, "publish", ten_times):
        return _solved(problem, policy, options)


BREAKS: dict[str, Callable[..., Outcome]] = {
    "hangs": _hangs, "starves": _starves, "is killed": _is_killed, "says nonsense": _says_nonsense,
    "gives more than there is": _gives_more_than_there_is,
}  # fmt: skip
TOLD = {
    "hangs": "did not keep its time limit and was ended",
    "starves": "MemoryError",
    "is killed": "ended unexpectedly (exit code -9)",
    "says nonsense": "answered with str, which is no outcome",
    "gives more than there is": "BrokenPlan",
}
"""What the job says of each."""
