"""The model asked about a plan that is already written: whether what the plan decides obeys every row of it."""

from __future__ import annotations

import numpy as np

from solver.check.ground import Ground
from solver.check.published import read
from solver.engine import Clock, Task, run
from solver.model import Model, build
from solver.plan import Plan
from solver.problem import Problem
from solver.progress import Options

LIMITS = Options(time_limit=20)
ROUNDING = 2e-6
"""Published paces have 6 decimals, and so have sums of them."""


def fits(problem: Problem, plan: Plan) -> bool:
    """Whether the model has a solution with the amounts, the paces and the on and off of a plan."""
    model = build(problem, plan.policy)
    bounds = _decided(model, problem, plan)
    if bounds is None:
        return False
    lower, upper = bounds
    if (lower > upper).any():
        return False
    nothing, every = np.zeros(model.size), np.ones(model.size, dtype=bool)
    return not run(model, Task(every, nothing, lower, upper, model.binary, nothing), Clock(LIMITS)).infeasible


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
