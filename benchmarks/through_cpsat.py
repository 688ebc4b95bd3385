"""codered's model in whole numbers through OR-Tools CP-SAT, class by class."""

from __future__ import annotations

import numpy as np
from ortools.sat.python import cp_model

from benchmarks.answer import Answer, Found, class_by_class
from benchmarks.whole_numbers import weights_of, whole
from solver.model import Model
from solver.problem import Problem


def through_cpsat(problem: Problem, policy: str, *, time_limit: float, gap: float, threads: int) -> Answer:
    """Each class over all projects, from the solution of the last; bounds hold for the model in whole numbers."""
    books: list[CpSat] = []

    def write(model: Model) -> CpSat:
        books.append(CpSat(model, threads))
        return books[0]

    answer = class_by_class(problem, policy, write, time_limit=time_limit, gap=gap)
    answer.notes["rows rounded"] = int((~books[0].whole.exact).sum())
    return answer


class CpSat:
    """The model's columns as whole variables, and its rows."""

    def __init__(self, model: Model, threads: int) -> None:
        self.model, self.threads, self.whole = model, threads, whole(model)
        self.cp = cp_model.CpModel()
        w = self.whole
        ranges = zip(w.lower.tolist(), w.upper.tolist(), strict=True)
        self.variables = [self.cp.new_int_var(low, high, "") for low, high in ranges]
        starts, columns, factors = w.starts.tolist(), w.column.tolist(), w.coefficient.tolist()
        for n, (low, high) in enumerate(zip(w.low.tolist(), w.high.tolist(), strict=True)):
            first, last = starts[n], starts[n + 1]
            if last > first:
                entries = [self.variables[column] for column in columns[first:last]]
                row = cp_model.LinearExpr.weighted_sum(entries, factors[first:last])
                self.cp.add_linear_constraint(row, low, high)
        self.columns, self.rows = len(self.variables), len(w.low)
        self.counts = w.lower

    def decide(self, rank: int, gap: float, seconds: float) -> Found:
        """One class; the gap is absolute, in the units of the rounded weights."""
        expression, worth = self._weighted(rank)
        self.cp.maximize(expression)
        solver = cp_model.CpSolver()
        asked = solver.parameters
        asked.num_workers, asked.random_seed, asked.max_time_in_seconds = self.threads, 0, seconds
        asked.absolute_gap_limit, asked.relative_gap_limit = gap / worth, 0.0
        status = solver.solve(self.cp)
        if status not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
            return Found(None, None, proven=False)
        self.counts = np.array([solver.value(variable) for variable in self.variables], dtype=np.int64)
        self.cp.clear_hints()
        for variable, count in zip(self.variables, self.counts.tolist(), strict=True):
            self.cp.add_hint(variable, count)
        bound = float(solver.best_objective_bound) * worth
        return Found(self.counts * self.whole.unit, bound, proven=status == cp_model.OPTIMAL)

    def hold(self, rank: int, least: float) -> None:
        """One more row; no smaller than asked for, and never above what the last solution has."""
        expression, worth = self._weighted(rank)
        weights, _ = weights_of(self.model, self.whole.unit, rank)
        self.cp.add(expression >= min(int(np.floor(least / worth)), int(weights @ self.counts)))

    def _weighted(self, rank: int) -> tuple[cp_model.LinearExpr, float]:
        weights, worth = weights_of(self.model, self.whole.unit, rank)
        mine = np.flatnonzero(weights)
        entries = [self.variables[column] for column in mine.tolist()]
        return cp_model.LinearExpr.weighted_sum(entries, weights[mine].tolist()), worth
