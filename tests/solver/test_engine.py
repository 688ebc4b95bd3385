"""What is asked of HiGHS beside a plain solve: which rows cannot be met, and one relaxation for many objectives."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from solver.engine import Repeated, run, unmet
from solver.model import Model, build
from solver.progress import Options
from solver.task import Clock, Task
from tests.solver.handmade import gpu_pool, portfolio, project


@pytest.fixture
def model() -> Model:
    """Ads and chat on ten nodes, for two weeks."""
    return build(portfolio(gpu_pool(), project("ads", full=8), project("chat", full=8), weeks=2), "normal")


def whole(model: Model) -> Task:
    """All of it, for nothing."""
    every = np.ones(model.size, dtype=bool)
    zero = np.zeros(model.size)
    return Task(every, zero, model.lower, model.upper, model.discrete, zero)


def test_rows_that_can_be_met_together_are_not_named(model: Model) -> None:
    assert unmet(model, whole(model), Clock(Options())).tolist() == []


def test_a_row_that_cannot_be_met_is_named(model: Model) -> None:
    lower = model.lower.copy()
    lower[model.variables.x[:, 1]] = 6  # twelve nodes of ten in the second week
    lower[model.variables.on[:, 1]] = 1
    (row,) = unmet(model, replace(whole(model), lower=lower), Clock(Options()))
    block, week = model.rule_of_row[row]
    assert (block.rule, week) == ("capacity", 1)


def test_one_relaxation_answers_every_objective_as_a_solve_of_its_own_would(model: Model) -> None:
    clock, none = Clock(Options()), np.zeros(model.size, dtype=bool)
    task = replace(whole(model), discrete=none)
    repeated = Repeated(model, task, clock)
    for columns in (model.variables.x[0, :1], model.variables.x[:, 1], model.variables.pace.ravel()):
        objective = np.zeros(model.size)
        objective[columns] = 1.0
        again, alone = repeated.best(objective), run(model, replace(task, objective=objective), clock)
        assert again.finished
        assert again.objective == pytest.approx(alone.objective)
        assert again.objective > 0
