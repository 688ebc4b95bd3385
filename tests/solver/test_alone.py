"""A class of a large model by itself: by a dive, else as its relaxation has it, in whole steps that pass the check."""

from __future__ import annotations

from dataclasses import replace
from importlib import import_module

import highspy
import numpy as np
import pytest

from benchmarks.generate import generate
from solver.engine import load, optimise
from solver.model import Model, build
from solver.plan import Outcome
from solver.problem import Problem
from solver.progress import Options
from solver.search import alone
from solver.search.dive import dive
from solver.search.stages import Stages
from solver.solve import solve
from solver.task import Answer, Clock, Task
from tests.solver.solving import LIMITS, class_after_class

LEAST = 0.9
"""Share of what an ordinary solve attains of the first class that one in which each class is by itself does too."""


@pytest.fixture(scope="module")
def problem() -> Problem:
    """A generated portfolio in which much competes for little."""
    return generate(8, 4, 8, 3)


@pytest.fixture(scope="module")
def ordinary(problem: Problem) -> Outcome:
    """Its plan as that of a portfolio of middling size."""
    with class_after_class():
        return solve(problem, "code-red", options=LIMITS)


def as_large(problem: Problem) -> Outcome:
    """The plan of a portfolio that counts as large."""
    with class_after_class(), pytest.MonkeyPatch.context() as patch:
        patch.setattr(import_module("solver.search.stages"), "LARGE", 0)
        return solve(problem, "code-red", options=LIMITS)


def test_each_class_by_itself_comes_near_to_what_it_gets_with_those_below_making_room(
    problem: Problem, ordinary: Outcome
) -> None:
    found = as_large(problem)
    assert found.plan is not None  # and so it passed the check
    assert found.classes[0].attained >= LEAST * ordinary.classes[0].attained
    assert all(c.attained <= c.bound + 1e-6 for c in found.classes)
    assert any(c.attained > 0 for c in found.classes[1:])


def test_where_no_dive_ends_in_time_its_relaxation_tells_what_to_build(
    problem: Problem, ordinary: Outcome, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, relaxed = alone.dive, []

    def aground(model: Model, task: Task, clock: Clock) -> Answer:
        answer = real(model, task, clock)
        relaxed.append(answer.values)
        return Answer(None, np.nan, answer.bound, finished=False, infeasible=False, relaxed=answer.values)

    monkeypatch.setattr(alone, "dive", aground)
    found = as_large(problem)
    assert found.plan is not None
    assert any(values is not None for values in relaxed)
    assert found.classes[0].attained >= LEAST * ordinary.classes[0].attained


def test_a_dive_without_time_says_what_its_relaxation_held(problem: Problem) -> None:
    model = build(problem, "code-red")
    every, weights = np.ones(model.size, dtype=bool), model.classes[min(model.classes)]
    task = Task(every, np.zeros(model.size), model.lower, model.upper, model.binary, weights, limit=60.0)
    answer = dive(model, replace(task, limit=0.0), Clock(Options()))
    whole = dive(model, task, Clock(Options()))
    assert answer.values is None
    assert whole.values is not None
    assert answer.relaxed is not None
    assert whole.objective - 1e-6 <= model.classes[min(model.classes)] @ answer.relaxed <= whole.bound + 1e-6


def test_what_cannot_be_rounded_leaves_everything_as_it_was(problem: Problem, monkeypatch: pytest.MonkeyPatch) -> None:
    stages = Stages(build(problem, "code-red"), Clock(Options()))
    assert import_module("solver.search.first").stand_by(stages)
    before = stages.values.copy()
    part = stages._open(min(stages.model.classes))
    monkeypatch.setattr(alone, "search_steps", lambda *_: False)
    assert not alone.decide_alone(stages, part, 10.0, stages.values)
    assert (stages.values == before).all()


def test_interior_point_ends_where_the_simplex_would_have(problem: Problem, monkeypatch: pytest.MonkeyPatch) -> None:
    model = build(problem, "code-red")
    every, none = np.ones(model.size, dtype=bool), np.zeros(model.size, dtype=bool)
    task = Task(every, np.zeros(model.size), model.lower, model.upper, none, model.classes[min(model.classes)])
    found = []
    for least in (10**6, 0):
        monkeypatch.setattr("solver.engine.SIMPLEX", (0.0, least))
        highs = load(model, task, np.arange(model.size))
        optimise(highs)
        assert highs.getModelStatus() == highspy.HighsModelStatus.kOptimal
        found.append((highs.getInfo().objective_function_value, highs.getInfo().ipm_iteration_count > 0))
    assert found[0][0] == pytest.approx(found[1][0], rel=1e-7)
    assert [interior for _, interior in found] == [False, True]
