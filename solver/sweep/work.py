"""From a scenario to its task, its key and its result.

base problem + scenario -> edits -> problem -> key (input, policy, options, versions) -> solve -> result
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field

from solver.edits import Edit, edited
from solver.faults import InvalidInput
from solver.plan import Status
from solver.problem import Problem
from solver.progress import Options, ShouldStop, never_stop
from solver.solve import solve, versions
from solver.sweep.rows import Result, refused, result_of
from solver.sweep.scenarios import Scenario
from solver.sweep.targets import POLICY, wrong

FORMAT = 1
"""Raised when a result holds something else than before: results of an older format are computed anew."""


@dataclass(frozen=True)
class Base:
    """What all scenarios of a sweep share; sent to a worker once."""

    problem: Problem
    policy: str
    options: Options = field(default_factory=Options)


@dataclass(frozen=True, slots=True)
class Task:
    """One solve: the key of its result, and what differs from the base."""

    key: str
    policy: str
    edits: tuple[Edit, ...]


def prepare(base: Base, scenarios: Iterable[Scenario]) -> list[tuple[Scenario, Task | Result]]:
    """Each scenario with its task; where its records do not fit together, with a result that says so.

    Scenarios that come to the same input have tasks of the same key.
    """
    return [(scenario, _prepared(base, scenario)) for scenario in scenarios]


def calculate(base: Base, task: Task, should_stop: ShouldStop = never_stop) -> Result | None:
    """The result of a task; None when it was told to stop, as half an answer is not kept."""
    problem = edited(base.problem, task.edits) if task.edits else base.problem
    if key_for(problem, task.policy, base.options) != task.key:
        raise RuntimeError("this worker has another version of codered, or another base problem, than the sweep")
    outcome = solve(problem, task.policy, options=base.options, should_stop=should_stop)
    return None if should_stop() else result_of(task.key, problem, outcome)


def key_for(problem: Problem, policy: str, options: Options) -> str:
    """The digest of all that a result depends on, time excepted."""
    what = [FORMAT, problem.digest, policy, asdict(options), versions()]
    return hashlib.sha256(json.dumps(what, sort_keys=True).encode()).hexdigest()


def _prepared(base: Base, scenario: Scenario) -> Task | Result:
    policy = scenario.policy(base.policy)
    try:
        if policy not in base.problem.policy:
            raise wrong(POLICY, "is not a policy of this portfolio", f"one of {', '.join(base.problem.policy)}", policy)
        edits = scenario.edits(base.problem, policy)
        problem = edited(base.problem, edits) if edits else base.problem
    except InvalidInput as invalid:
        return refused(policy, str(Status.INVALID), "; ".join(str(f) for f in invalid.faults[:3]))
    return Task(key_for(problem, policy, base.options), policy, edits)
