"""From a scenario to its task, its key and its result.

base problem + scenario -> edits -> problem -> key (input, policy, options, versions) -> solve -> result
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, field, replace
from functools import cached_property

from solver.edits import Edit, edited
from solver.faults import InvalidInput
from solver.plan import Plan, Status
from solver.problem import Problem
from solver.progress import Options, ShouldStop, never_stop
from solver.solve import BrokenPlan, solve, versions
from solver.sweep.rows import Result, refused, result_of
from solver.sweep.scenarios import Scenario
from solver.sweep.targets import POLICY, wrong

FORMAT = 2
"""Raised when a result holds something else than before: results of an older format are computed anew."""


@dataclass(frozen=True)
class Base:
    """What all scenarios of a sweep share; sent to a worker once."""

    problem: Problem
    policy: str
    options: Options = field(default_factory=Options)
    start: Plan | None = None
    """The plan of the base, from which each solve starts; None: each from nothing."""

    @cached_property
    def start_digest(self) -> str:
        """Which plan solves start from; blank for none."""
        if self.start is None:
            return ""
        tables = (self.start.allocation, self.start.pace)
        return hashlib.sha256("".join(table.to_csv(index=False) for table in tables).encode()).hexdigest()


FAILED = "failed"
"""The status of a scenario whose plan the checker refused: a defect, which is told and not kept."""


@dataclass(frozen=True, slots=True)
class Task:
    """One solve: the key of its result, and what differs from the base."""

    key: str
    policy: str
    edits: tuple[Edit, ...]


def prepare(base: Base, scenarios: Iterable[Scenario]) -> Iterator[tuple[Scenario, Task | Result]]:
    """Each scenario with its task; where its records do not fit together, with a result that says so.

    Scenarios that come to the same input have tasks of the same key.
    """
    return ((scenario, _prepared(base, scenario)) for scenario in scenarios)


def calculate(base: Base, task: Task, should_stop: ShouldStop = never_stop) -> Result | None:
    """The result of a task; None when it was told to stop, as half an answer is not kept."""
    problem = edited(base.problem, task.edits) if task.edits else base.problem
    if key_for(base, problem, task.policy) != task.key:
        raise RuntimeError("this worker has another version of codered, or another base problem, than the sweep")
    try:
        outcome = solve(problem, task.policy, options=base.options, should_stop=should_stop, start=base.start)
    except BrokenPlan as broken:
        return replace(refused(task.policy, FAILED, f"the checker refused the plan: {broken}"), key=task.key)
    return None if should_stop() else result_of(task.key, problem, outcome)


def key_for(base: Base, problem: Problem, policy: str) -> str:
    """The digest of all that a result depends on, time excepted."""
    what = [FORMAT, problem.digest, policy, asdict(base.options), versions(), base.start_digest]
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
    return Task(key_for(base, problem, policy), policy, edits)
