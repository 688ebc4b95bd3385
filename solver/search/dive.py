"""A first answer for many decisions: round the relaxation's surest ones up, solve again from there, and go on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import highspy
import numpy as np

from solver.engine import Quiet, load, optimise, run, stop_when
from solver.model import Model
from solver.model.sheet import Floats, Ints, dot
from solver.task import Answer, Clock, Matrix, Report, Task

SURE = 0.85
"""A decision at least this far on is taken with its like."""
SHARE = 0.1
"""Share of the open decisions that are taken at a time."""
FEWER = 4
"""How many times fewer decisions are taken after a step that was too much; twice as many after one that was not."""
RETURNS = 30
"""How often a dive may take decisions back before it counts as aground."""
WHOLE = 1e-6
"""How near to a whole number counts as one."""
STEP = 0.25, 500, 2000
"""Iterations of one step, as a share of the rows, at least, and at most: a step that takes more of them stalls."""
MANY_ROWS, DEVEX = 10_000, 1
"""From so many rows on, prices of the dual simplex that cost nothing to begin with: exact ones outlast most steps."""
_OPTIMAL = highspy.HighsModelStatus.kOptimal


def search(model: Model, task: Task, first: Answer, clock: Clock, report: Report | None) -> Answer:
    """A task's binaries by branch and bound, from a first answer if there is one; the better of the two, and bound."""
    task = replace(task, discrete=model.binary)
    start = task.start if first.values is None else first.values
    answer = run(model, replace(task, start=start), clock, report)
    best = answer if first.values is None or answer.objective >= first.objective else first
    return replace(answer, values=best.values, objective=best.objective, bound=min(answer.bound, first.bound))


def dive(model: Matrix, task: Task, clock: Clock, *, presolve: bool = True) -> Answer:
    """Values of a task in which its binaries are whole, found by rounding; the bound is the relaxation's.

    Presolving makes that tighter, but takes longer than it saves where there are few projects.
    """
    task = replace(task, discrete=model.binary, start=None)
    columns = np.flatnonzero(task.free)
    highs = load(model, task, columns)
    if presolve:
        highs.presolve()
    lp = highs.getPresolvedLp() if presolve else highs.getLp()
    dived = _Dive(lp, clock, task.limit)
    place = dived.whole() if lp.num_col_ else np.zeros(0)
    fixed = dot(task.objective, np.where(task.free, 0.0, task.values))
    nothing = Answer(None, np.nan, dived.bound + fixed, finished=False, infeasible=False)
    if place is None:
        return nothing
    if presolve:
        solution = highspy.HighsSolution()
        solution.col_value = list(place)
        highs.postsolve(solution)
        place = np.array(highs.getSolution().col_value)
        if highs.getInfo().primal_solution_status != highspy.SolutionStatus.kSolutionStatusFeasible:
            return nothing
    values = task.values.copy()
    values[columns] = place
    whole = model.binary & task.free
    values[whole] = np.round(values[whole])
    return replace(nothing, values=values, objective=dot(task.objective, values), finished=True)


def bound_of(model: Model, task: Task, clock: Clock) -> float:
    """What the relaxation of a task's binaries proves, as presolving tightens it; infinite if it is stopped."""
    task = replace(task, discrete=model.binary)
    columns = np.flatnonzero(task.free)
    highs = load(model, task, columns)
    highs.presolve()
    lp = highs.getPresolvedLp()
    if not lp.num_col_:
        return run(model, task, clock).bound  # presolving has decided it all
    dived = _Dive(lp, clock, task.limit)
    dived.relax()
    return dived.bound + dot(task.objective, np.where(task.free, 0.0, task.values))


class _Dive:
    """One relaxation, ever more of whose decisions are fixed; after a step too far it is where it was before."""

    def __init__(self, lp: highspy.HighsLp, clock: Clock, seconds: float) -> None:
        kinds = lp.integrality_
        self.open = np.flatnonzero([kind == highspy.HighsVarType.kInteger for kind in kinds])
        self.lower, self.upper = np.array(lp.col_lower_), np.array(lp.col_upper_)
        self.maximise = lp.sense_ == highspy.ObjSense.kMaximize
        lp.integrality_ = []
        self.clock, self.highs = clock, Quiet()
        self.highs.silent()
        for name, value in {"random_seed": clock.options.seed, "presolve": "off"}.items():
            self.highs.setOptionValue(name, value)
        self.highs.passModel(lp)
        stop_when(self.highs, clock)
        self.many, self.bound, self.returns, self.last = len(self.open), np.inf, 0, clock.seconds + seconds
        self.taken: list[tuple[Ints, Floats]] = []

    def whole(self) -> Floats | None:
        """All columns, once the decisions are whole; None if there is no way on."""
        place = self.relax()
        while place is not None and not self.clock.over() and self.clock.seconds < self.last:
            open_ = self.open[np.abs(place[self.open] - np.round(place[self.open])) > WHOLE]
            if not len(open_):
                return place
            rest = place[open_] - np.floor(place[open_])
            place = self._taken(open_[np.argsort(-rest, kind="stable")], np.sort(rest)[::-1], place)
            if place is None:
                place = self._back()
        return None

    def relax(self) -> Floats | None:
        """The columns at the optimum of the relaxation, whose value is the bound."""
        place = self._solved(optimise)
        if place is not None:
            info = self.highs.getInfo()
            self.bound = info.objective_function_value if self.maximise else -info.objective_function_value
            rows = self.highs.getNumRow()
            self.highs.setOptionValue("simplex_iteration_limit", min(STEP[2], max(STEP[1], int(STEP[0] * rows))))
            if rows > MANY_ROWS:
                self.highs.setOptionValue("simplex_dual_edge_weight_strategy", DEVEX)
        return place

    def _taken(self, ordered: Ints, rest: Floats, place: Floats) -> Floats | None:
        """One step: the surest decisions upwards, fewer if that is too much, or the surest one down."""
        sure = int((rest >= SURE).sum())
        size = min(self.many, max(1, int(SHARE * len(ordered)), sure))
        steps = [(size, np.ceil), (1, np.ceil), (1, np.floor)][0 if size > 1 else 1 :]
        for many, side in steps:
            basis = self.highs.getBasis()
            self._bound(ordered[:many], side(place[ordered[:many]]), side(place[ordered[:many]]))
            after = self._solved()
            if after is not None:
                self.taken.append((ordered[:many], side(place[ordered[:many]])))
                self.many = min(len(self.open), 2 * self.many)
                return after
            self._release(ordered[:many])
            self.highs.setBasis(basis)
            self.many = max(1, many // FEWER)
        return None

    def _back(self) -> Floats | None:
        """Where neither up nor down is possible: take back what was decided last, a single decision the other way."""
        while self.taken and self.returns < RETURNS and self.clock.seconds < self.last:
            columns, values = self.taken.pop()
            self._release(columns)
            self.returns, self.many = self.returns + 1, 1
            if len(columns) == 1:
                other = self.lower[columns] + self.upper[columns] - values
                self._bound(columns, other, other)
            place = self._solved()
            if place is not None:
                return place
            self._release(columns)
        return None

    def _release(self, columns: Ints) -> None:
        self._bound(columns, self.lower[columns], self.upper[columns])

    def _bound(self, columns: Ints, lower: Floats, upper: Floats) -> None:
        self.highs.changeColsBounds(len(columns), columns.astype(np.int32), lower, upper)

    def _solved(self, solve: Callable[[highspy.Highs], object] = highspy.Highs.run) -> Floats | None:
        """The columns of the optimum; None if there is none, or not in time."""
        self.highs.setOptionValue("time_limit", self.highs.getRunTime() + max(0.1, self.last - self.clock.seconds))
        solve(self.highs)
        if self.highs.getModelStatus() != _OPTIMAL:
            return None
        return np.array(self.highs.getSolution().col_value)
