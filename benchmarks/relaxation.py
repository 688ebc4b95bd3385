"""The linear relaxation of codered's model, class by class: a floor for whoever solves it as a whole."""

from __future__ import annotations

from dataclasses import replace

import highspy
import numpy as np

from benchmarks.answer import Answer, Found, class_by_class
from solver.engine import load
from solver.model import Model
from solver.model.sheet import Floats
from solver.problem import Problem
from solver.task import Task

OPTIONS = {"solver": "ipx", "run_crossover": "off", "threads": 1, "random_seed": 0}
"""Interior point without a vertex: the fastest of HiGHS's ways that were tried."""


def relaxation(problem: Problem, policy: str, *, time_limit: float) -> Answer:
    """All classes as linear programs, each held like a plan's; there are no plans and no gaps here, only times."""
    return class_by_class(problem, policy, Relaxation, time_limit=time_limit, gap=0.0)


class Relaxation:
    """The arrays as they are, handed to HiGHS once per class."""

    def __init__(self, model: Model) -> None:
        everything, none = np.ones(model.size, dtype=bool), np.zeros(model.size, dtype=bool)
        nothing = np.zeros(model.size)
        self.task = Task(everything, nothing, model.lower, model.upper, none, nothing)
        self.model, self.columns, self.rows = model, model.size, len(model.low)
        self.held: list[tuple[Floats, float]] = []

    def decide(self, rank: int, gap: float, seconds: float) -> Found:
        """The optimum of one class."""
        del gap
        task = replace(self.task, objective=self.model.classes[rank], holds=self.held)
        highs = load(self.model, task, np.arange(self.model.size))
        for name, value in {**OPTIONS, "time_limit": seconds}.items():
            highs.setOptionValue(name, value)
        highs.run()
        if highs.getModelStatus() != highspy.HighsModelStatus.kOptimal:
            return Found(None, None, proven=False)
        return Found(np.array(highs.getSolution().col_value), None, proven=True)

    def hold(self, rank: int, least: float) -> None:
        """One more row."""
        self.held.append((self.model.classes[rank], least))
