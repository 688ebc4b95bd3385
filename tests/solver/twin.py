"""The model asked about a plan that is already written: whether what the plan decides obeys every row of it."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pytest

from solver.check import Report
from solver.check.ground import Ground
from solver.check.published import read
from solver.engine import run
from solver.model import Model, build
from solver.plan import Plan
from solver.problem import Problem
from solver.progress import Options
from solver.task import Clock, Task

LIMITS = Options(time_limit=20)
ROUNDING = 2e-6
"""Published paces have 6 decimals, and so have sums of them."""
CLOSE = 1e-4
"""What the rounding of paces adds up to."""


@dataclass(frozen=True)
class Twin:
    """What a plan is worth and what it takes, as the model counts it."""

    attained: dict[int, float]
    disruption: float
    cost: float


def in_model(problem: Problem, plan: Plan) -> Twin | None:
    """A plan as the model sees it, with its amounts, its paces and its on and off; None where a row forbids it."""
    model = build(problem, plan.policy)
    bounds = _decided(model, problem, plan)
    if bounds is None:
        return None
    lower, upper = bounds
    if (lower > upper).any():
        return None
    every, nothing = np.ones(model.size, dtype=bool), np.zeros(model.size)
    task = Task(every, nothing, lower, upper, model.binary, nothing)
    if run(model, task, Clock(LIMITS)).infeasible:
        return None
    # What is gained and what is disrupted follow from the plan, so that they may be asked for together.
    answer = run(model, replace(task, objective=sum(model.classes.values(), -model.disruption)), Clock(LIMITS))
    assert answer.values is not None
    attained = {rank: float(weights @ answer.values) for rank, weights in model.classes.items()}
    return Twin(
        {rank: attained.get(rank, 0.0) + constant for rank, constant in model.constants.items()},
        float(model.disruption @ answer.values), float(model.cost @ answer.values),
    )  # fmt: skip


def assert_same(problem: Problem, plan: Plan, report: Report) -> None:
    """The model refuses a plan that the checker refuses; what both accept both count alike."""
    twin = in_model(problem, plan)
    assert (twin is not None) == report.ok, [str(v) for v in report.violations]
    if twin is not None:
        assert twin.attained == pytest.approx(report.attained, abs=CLOSE)
        moved = read(Ground(problem, problem.policy[plan.policy]), plan)[0].arrivals.sum()
        assert twin.disruption == pytest.approx(moved + report.pause_cost, abs=CLOSE)
        assert twin.cost == pytest.approx(report.cost, abs=CLOSE)


def _decided(model: Model, problem: Problem, plan: Plan) -> tuple[np.ndarray, np.ndarray] | None:
    """The bounds of the columns that leave a plan no choice; None where it decides what the model does not know."""
    s, v = model.setting, model.variables
    published, unread = read(Ground(problem, problem.policy[plan.policy]), plan)
    assert not unread, [str(violation) for violation in unread]
    done = np.array([p.status == "done" for p in problem.projects])
    mine = [published.ground.pair_index[pair] for pair in s.pairs]
    others = np.setdiff1d(np.arange(len(published.x)), mine)
    if published.x[others].any() or published.on[done].any():
        return None
    lower, upper = model.lower.copy(), model.upper.copy()

    def decide(columns: np.ndarray, values: np.ndarray, slack: float = 0.0) -> None:
        lower[columns] = np.maximum(lower[columns], values - slack)
        upper[columns] = np.minimum(upper[columns], values + slack)

    steps = published.x[mine] / model.scale[v.x]
    if (np.abs(steps - np.round(steps)) > 1e-6)[s.step > 0].any():
        return None
    decide(v.x, np.where((s.step > 0)[:, None], np.round(steps), steps), 1e-9)
    decide(v.on, published.on[~done])
    decide(v.pace, published.pace[~done], ROUNDING)
    complete = np.hstack([published.complete[~done], published.finished[~done, -1:] | published.complete[~done, -1:]])
    decide(v.complete, complete & s.is_build[:, None])
    return lower, upper
