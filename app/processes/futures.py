"""The study of a plan's futures; loaded by the process that does it."""

from __future__ import annotations

from concurrent.futures import Executor
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass

from app.config import Settings
from app.processes.study import StudyRefused, Tell
from app.processes.workers import executor
from solver.faults import InvalidInput
from solver.plan import Plan
from solver.problem import Problem
from solver.risks import assess, chances_files

FUNCTION = "app.processes.futures:simulate"


@dataclass(frozen=True, slots=True)
class Simulation:
    """What to simulate."""

    problem: Problem
    policy: str
    plan: Plan
    futures: int
    seed: int
    made_for: Problem | None = None
    """The hedged portfolio that a robust plan answers."""


MANY = 5_000
"""Futures from which on further processes gain more than they take to start."""


def executor_for(futures: int, workers: int, dask: str = "") -> AbstractContextManager[Executor | None]:
    """Who simulates so many futures."""
    return executor(workers, dask) if futures >= MANY else nullcontext()


def simulate(task: Simulation, _: Tell) -> dict[str, str]:
    """The files of a simulation. Raises StudyRefused where the plan does not stand."""
    settings, drawn = Settings(), {"count": task.futures, "seed": task.seed}
    try:
        with executor_for(task.futures, settings.processes, settings.dask) as workers:
            chances = assess(task.problem, task.policy, task.plan, **drawn, made_for=task.made_for, executor=workers)
        return chances_files(chances)
    except InvalidInput as invalid:
        raise StudyRefused("; ".join(str(fault) for fault in invalid.faults[:3])) from invalid
