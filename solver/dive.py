"""Whole values without a search tree: round some, let the linear program answer, round more, go back where it cannot.

    solve the relaxation -> round what is nearly whole, and the nearest share of the rest -> solve again, warm -> ...

Every re-solve starts from the last basis, on a model that was presolved once with its whole columns declared, so that a
dive costs little more than its first linear program. It proves nothing but the bound of that first one.
"""

from __future__ import annotations

import time
from dataclasses import dataclass

import highspy
import numpy as np

from solver.engine import Answer, Clock, Quiet, Task, load, stop_when
from solver.model import Model
from solver.model.sheet import Bools, Floats, Ints

SHARE, NEAR = 0.25, 0.1
"""What is rounded at once: this share of the open columns, and all that are this near to a whole value."""
LOOSENED = 40
"""Dead ends that a dive gets out of, by letting go of what is near, before it gives up."""
WHOLE = 1e-6
"""How far from whole counts as whole."""
_OPTIMAL = highspy.HighsModelStatus.kOptimal


def dive(model: Model, task: Task, clock: Clock, turn: Ints | None = None) -> Answer:
    """A solution of the task in whole values, or none; the bound is that of the presolved relaxation.

    With `turn` (a number per column of the model), columns of a lower number are whole before others are rounded.
    """
    columns = np.flatnonzero(task.free)
    fixed = float(task.objective @ np.where(task.free, 0.0, task.values))
    highs = load(model, task, columns, None if turn is None else [str(n) for n in turn[columns]])
    highs.setOptionValue("threads", clock.options.threads)
    highs.setOptionValue("random_seed", clock.options.seed)
    highs.presolve()
    work = _Dive(highs.getPresolvedLp(), clock, time.perf_counter() + task.limit)
    worst = np.inf if task.maximise else -np.inf
    if not work.start():
        nothing = work.status == highspy.HighsModelStatus.kInfeasible
        return Answer(None, np.nan, worst, finished=nothing, infeasible=nothing)
    bound = fixed + (-1.0 if task.maximise else 1.0) * work.value
    if not work.to_the_end():
        return Answer(None, np.nan, bound, finished=False, infeasible=False)
    values = task.values.copy()
    values[columns] = _unpresolved(highs, work.highs)
    whole = task.discrete & task.free
    values[whole] = np.round(values[whole])
    return Answer(values, float(task.objective @ values), bound, finished=True, infeasible=False)


def _unpresolved(highs: highspy.Highs, reduced: highspy.Highs) -> Floats:
    """The values of all columns from those of the presolved model."""
    solution = highspy.HighsSolution()
    solution.col_value = list(reduced.getSolution().col_value)
    solution.value_valid = True
    highs.postsolve(solution)
    return np.array(highs.getSolution().col_value)


@dataclass
class _Dive:
    """One dive: a warm linear program whose whole columns are fixed step by step."""

    lp: highspy.HighsLp
    clock: Clock
    until: float

    def __post_init__(self) -> None:
        continuous = highspy.HighsVarType.kContinuous
        self.whole: Bools = np.array([kind != continuous for kind in self.lp.integrality_], dtype=bool)
        self.lp.integrality_ = []
        names = self.lp.col_names_
        turns = [int(name) for name in names] if names else [0] * len(self.whole)
        self.turn: Ints = np.array(turns, dtype=np.int64)
        self.lower, self.upper = np.array(self.lp.col_lower_), np.array(self.lp.col_upper_)
        self.highs = Quiet()
        self.highs.silent()
        self.highs.setOptionValue("threads", self.clock.options.threads)
        self.highs.setOptionValue("random_seed", self.clock.options.seed)
        self.highs.setOptionValue("primal_feasibility_tolerance", 1e-8)
        self.highs.passModel(self.lp)
        stop_when(self.highs, self.clock)
        self.row = np.array(self.lp.a_matrix_.index_)
        self.column = np.repeat(np.arange(len(self.lower)), np.diff(self.lp.a_matrix_.start_)[: len(self.lower)])
        self.loosened = 0
        self.values: Floats = np.zeros(len(self.lower))
        self.value = 0.0
        self.status = highspy.HighsModelStatus.kNotset

    def start(self) -> bool:
        """Solve the relaxation; presolving again only helps this first time."""
        found = self._solve()
        self.highs.setOptionValue("presolve", "off")
        return found

    def to_the_end(self) -> bool:
        """Round until all is whole; False at a dead end or when the time is up."""
        for turn in np.unique(self.turn[self.whole]):
            mine = self.whole & (self.turn <= turn)
            while len(open_ := self._open(mine)):
                if not self._round(open_):
                    return False
            done = np.flatnonzero(mine & (self.turn == turn))
            values = np.round(self.values[done])
            self.highs.changeColsBounds(len(done), done.astype(np.int32), values, values)
        return True

    def _open(self, mine: Bools) -> Ints:
        """Columns that are not whole yet, the nearest to whole first."""
        away = np.abs(self.values - np.round(self.values))
        away[~mine] = 0.0
        open_ = np.flatnonzero(away > WHOLE)
        return open_[np.argsort(away[open_], kind="stable")]

    def _round(self, open_: Ints) -> bool:
        """Fix the nearest; fewer of them as long as the rest has no answer; the other way round for the last one."""
        away = np.abs(self.values[open_] - np.round(self.values[open_]))
        count = max(1, int(SHARE * len(open_)), int((away < NEAR).sum()))
        while True:
            batch = open_[:count]
            if self._try(batch, np.round(self.values[batch])):
                return True
            if self.clock.over() or time.perf_counter() > self.until:
                return False
            if count == 1:
                return self._other_way(batch) or self._loosen(int(batch[0]))
            count = max(1, count // 4)

    def _other_way(self, one: Ints) -> bool:
        """Round a single column to the whole value that is further away."""
        low = np.floor(self.values[one])
        return self._try(one, np.where(np.round(self.values[one]) > low, low, low + 1.0))

    def _loosen(self, column: int) -> bool:
        """A dead end: let go of all that shares a row with the column, and fix that first."""
        self.loosened += 1
        if self.loosened > LOOSENED:
            return False
        near = np.unique(self.column[np.isin(self.row, self.row[self.column == column])])
        near = near[self.whole[near] & (self.turn[near] >= self.turn[column] - 1)]
        self.highs.changeColsBounds(len(near), near.astype(np.int32), self.lower[near], self.upper[near])
        if not self._solve():
            return False
        one = np.array([column])
        return self._try(one, np.round(self.values[one])) or self._other_way(one)

    def _try(self, batch: Ints, to: Floats) -> bool:
        """Fix columns and solve; take it back where there is no answer."""
        places, before = batch.astype(np.int32), self.values
        if (to < self.lower[batch] - WHOLE).any() or (to > self.upper[batch] + WHOLE).any():
            return False
        self.highs.changeColsBounds(len(batch), places, to, to)
        if self._solve():
            return True
        self.values = before
        self.highs.changeColsBounds(len(batch), places, self.lower[batch], self.upper[batch])
        return False

    def _solve(self) -> bool:
        self.highs.setOptionValue("time_limit", self.highs.getRunTime() + max(0.05, self.until - time.perf_counter()))
        self.highs.run()
        self.status = self.highs.getModelStatus()
        if self.status != _OPTIMAL:
            return False
        self.values = np.array(self.highs.getSolution().col_value)
        self.value = self.highs.getInfo().objective_function_value
        return True
