"""A class by itself: what cannot be rounded stays as it was, and a hard linear program ends where it would have."""

from __future__ import annotations

from importlib import import_module

import highspy
import numpy as np
import pytest

from solver.engine import load, optimise
from solver.model import build
from solver.problem import Problem
from solver.progress import Options
from solver.search import alone
from solver.search.stages import Stages
from solver.task import Clock, Task


def test_what_cannot_be_rounded_leaves_everything_as_it_was(problem: Problem, monkeypatch: pytest.MonkeyPatch) -> None:
    stages = Stages(build(problem, "code-red"), Clock(Options()))
    assert import_module("solver.search.first").stand_by(stages)
    before = stages.values.copy()
    part = stages.opened_part(min(stages.model.classes))
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
