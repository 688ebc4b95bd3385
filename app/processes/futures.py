"""The study of a plan's futures; loaded by the process that does it."""

from __future__ import annotations

from dataclasses import dataclass

from app.processes.study import StudyRefused, Tell
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


def simulate(task: Simulation, _: Tell) -> dict[str, str]:
    """The files of a simulation. Raises StudyRefused where the plan does not stand."""
    try:
        drawn = {"count": task.futures, "seed": task.seed}
        return chances_files(assess(task.problem, task.policy, task.plan, **drawn, made_for=task.made_for))
    except InvalidInput as invalid:
        raise StudyRefused("; ".join(str(fault) for fault in invalid.faults[:3])) from invalid
