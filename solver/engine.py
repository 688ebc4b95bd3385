"""The only place that runs HiGHS on a model: one subproblem at a time, with bound, progress, deadline and cancel."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import replace

import highspy
import numpy as np

from solver.model import Model
from solver.model.sheet import Floats, Ints, dot
from solver.progress import never_stop
from solver.task import Answer, Clock, Cuts, Matrix, Report, Task

ROUGHLY = 0.5
"""How near to the least amends a search for rows that cannot be met goes, as a share of them."""
BROKEN = 1e-6
"""How far a row may be off its side and count as met."""
_ON_OFF: dict[str, object] = {"mip_heuristic_run_rens": False, "mip_pscost_minreliable": 0, "mip_pool_soft_limit": 100}
"""What halves the time of the hardest decisions of what is on: dive at once, branch without trying, keep few cuts."""
SIMPLEX = 0.6, 8000
"""Iterations of the dual simplex, as a share of the rows, and at least, after which interior point is the quicker."""
_STATUS = highspy.HighsModelStatus


class Quiet(highspy.Highs):  # type: ignore[misc]
    """HiGHS without its banner, which it prints before `silent()` can be called, and with one thread.

    All of a process have to ask for the same number of threads, and of two a search makes little.
    """

    def enableCallbacks(self) -> None:  # noqa: N802 - HiGHS's name
        self.silent()
        self.setOptionValue("threads", 1)
        super().enableCallbacks()


def run(model: Matrix, task: Task, clock: Clock, report: Report | None = None) -> Answer:
    """Solve a subproblem; columns that are not free keep their values, and rows without free columns stay out."""
    columns = np.flatnonzero(task.free)
    fixed = dot(task.objective, np.where(task.free, 0.0, task.values))
    if not len(columns):
        return Answer(task.values.copy(), fixed, fixed, finished=True, infeasible=False)
    highs = load(model, task, columns)
    _limit(highs, task, clock, on_off=not (task.discrete & task.free & ~model.binary).any())
    _listen(highs, task, clock, report, fixed)
    if task.discrete[columns].any():
        highs.run()
    else:
        optimise(highs)
    return _answer(highs, task, columns, fixed)


def optimise(highs: highspy.Highs) -> None:
    """Solve a linear program: by the dual simplex where that is soon there, else by interior point and a crossover."""
    highs.setOptionValue("simplex_iteration_limit", max(SIMPLEX[1], int(SIMPLEX[0] * highs.getNumRow())))
    highs.run()
    highs.setOptionValue("simplex_iteration_limit", highspy.kHighsIInf)
    if highs.getModelStatus() == _STATUS.kIterationLimit:
        highs.setOptionValue("solver", "ipm")
        highs.run()
        highs.setOptionValue("solver", "choose")


class Repeated:
    """A linear task that is solved for one objective after the other, each from where the last one ended."""

    def __init__(self, model: Matrix, task: Task, clock: Clock) -> None:
        self.task, self.columns = task, np.flatnonzero(task.free)
        self.highs = load(model, task, self.columns)
        _limit(self.highs, task, clock, on_off=False)
        _listen(self.highs, task, clock, None, 0.0)

    def best(self, objective: Floats) -> Answer:
        """The answer for an objective; what is not free counts for nothing."""
        count, places = len(self.columns), np.arange(len(self.columns), dtype=np.int32)
        self.highs.changeColsCost(count, places, objective[self.columns])
        self.highs.setOptionValue("time_limit", self.highs.getRunTime() + max(0.01, self.task.limit))
        self.highs.run()
        return _answer(self.highs, replace(self.task, objective=objective), self.columns, 0.0)


def duals(model: Model, task: Task, clock: Clock) -> tuple[Answer, Floats, Floats]:
    """The answer of a linear task with what a unit of each row's side, and of each column's bound, would change."""
    columns = np.flatnonzero(task.free)
    fixed = dot(task.objective, np.where(task.free, 0.0, task.values))
    highs = load(model, task, columns)
    _limit(highs, task, clock, on_off=False)
    _listen(highs, task, clock, None, fixed)
    optimise(highs)
    rows, of_row, of_column = rows_of(model, task), np.zeros(len(model.low)), np.zeros(model.size)
    solution = highs.getSolution()
    if len(solution.row_dual) >= len(rows) and len(solution.col_dual) == len(columns):
        of_row[rows] = np.array(solution.row_dual)[: len(rows)]
        of_column[columns] = np.array(solution.col_dual)
    return _answer(highs, task, columns, fixed), of_row, of_column


def unmet(model: Matrix, task: Task, clock: Clock) -> Ints:
    """Rows of the model that together cannot be met by a task's columns: those a nearly least amends leaves broken."""
    columns = np.flatnonzero(task.free)
    highs = load(model, task, columns)
    _limit(highs, replace(task, target=None), clock, on_off=False)
    highs.setOptionValue("mip_rel_gap", ROUGHLY)
    _listen(highs, task, clock, None, 0.0)
    highs.feasibilityRelaxation(-1.0, -1.0, 1.0)
    if not highs.getSolution().value_valid:
        return np.zeros(0, dtype=np.int64)
    sums, lp, rows = np.array(highs.getSolution().row_value), highs.getLp(), rows_of(model, task)
    missed = np.maximum(np.array(lp.row_lower_) - sums, sums - np.array(lp.row_upper_))
    broken: Ints = rows[missed[: len(rows)] > BROKEN]
    return broken


def rows_of(model: Matrix, task: Task) -> Ints:
    """The rows of the model that a task has to meet, in the order in which they are loaded."""
    kept = task.free[model.column]
    if task.skip is not None:
        kept &= ~task.skip[model.row]
    met = np.zeros(len(model.low), dtype=bool)
    met[model.row[kept]] = True
    return np.flatnonzero(met)


def load(model: Matrix, task: Task, columns: np.ndarray, names: Sequence[str] | None = None) -> highspy.Highs:
    """A HiGHS instance with the free columns and the rows they touch."""
    every, column, factor, lowest, highest = _entries(model, task.cuts)
    open_ = task.free[column]
    fixed = np.flatnonzero(~open_)
    settled = np.bincount(every[fixed], factor[fixed] * task.values[column[fixed]], minlength=len(lowest))
    if task.skip is not None:
        open_ &= ~np.append(task.skip, np.zeros(len(task.cuts.high), dtype=bool))[every]
    free = np.flatnonzero(open_)
    in_row = np.bincount(every[free], minlength=len(lowest))
    rows, place = np.flatnonzero(in_row), np.cumsum(task.free) - 1
    starts = np.concatenate([[0], np.cumsum(in_row[rows])])
    sense = highspy.ObjSense.kMaximize if task.maximise else highspy.ObjSense.kMinimize
    highs = Quiet()
    highs.silent()
    highs.passModel(
        len(columns), len(rows), len(free), int(highspy.MatrixFormat.kRowwise), int(sense), 0.0,
        task.objective[columns], task.lower[columns], task.upper[columns], (lowest - settled)[rows],
        (highest - settled)[rows], starts.astype(np.int32), place[column[free]].astype(np.int32), factor[free],
        task.discrete[columns].astype(np.int32),
    )  # fmt: skip
    for n, name in enumerate(names or ()):
        highs.passColName(n, name)
    for weights, least in task.holds:
        places = np.flatnonzero(weights[columns]).astype(np.int32)
        outside = dot(weights, np.where(task.free, 0.0, task.values))
        if len(places):
            highs.addRow(least - outside, highspy.kHighsInf, len(places), places, weights[columns][places])
    if task.start is not None:
        highs.setSolution(len(columns), np.arange(len(columns), dtype=np.int32), task.start[columns])
    return highs


def _entries(model: Matrix, extra: Cuts) -> tuple[Ints, Ints, Floats, Floats, Floats]:
    """Row, column and factor of every entry, and both sides of every row: those of the model, then the cuts."""
    if not len(extra.high):
        return model.row, model.column, model.coefficient, model.low, model.high
    none = np.full(len(extra.high), -highspy.kHighsInf)
    return (
        np.concatenate([model.row, extra.row + len(model.low)]), np.concatenate([model.column, extra.column]),
        np.concatenate([model.coefficient, extra.coefficient]), np.concatenate([model.low, none]),
        np.concatenate([model.high, extra.high]),
    )  # fmt: skip


def _limit(highs: highspy.Highs, task: Task, clock: Clock, *, on_off: bool) -> None:
    """Limits, gap, threads and seed; heuristics that were measured to cost more than they find are off."""
    settings: dict[str, object] = {
        "time_limit": max(0.01, task.limit),
        "mip_rel_gap": 0.0,
        "mip_abs_gap": max(1e-9, task.gap),
        "random_seed": clock.options.seed,
        "mip_feasibility_tolerance": 1e-7,
        "primal_feasibility_tolerance": 1e-8,
        "mip_heuristic_run_rins": False,
        "mip_heuristic_run_feasibility_jump": False,
        "mip_heuristic_run_root_reduced_cost": not on_off,
        "mip_allow_restart": not on_off,
        **(_ON_OFF if on_off else {}),
    }
    if task.target is not None:
        settings["objective_target"] = task.target - dot(task.objective, np.where(task.free, 0.0, task.values))
    for name, value in settings.items():
        highs.setOptionValue(name, value)


def _listen(highs: highspy.Highs, task: Task, clock: Clock, report: Report | None, fixed: float) -> None:
    """Stop when the caller wants it, and tell value and bound of a MIP at most ten times a second."""
    last, stop = [0.0], stop_when(highs, clock)

    def tell(event: highspy.HighsCallbackEvent) -> None:
        stop(event)
        now = time.perf_counter()
        if report is not None and now - last[0] >= 0.1:
            last[0] = now
            value, bound = event.data_out.mip_primal_bound, event.data_out.mip_dual_bound
            report(value + fixed if np.isfinite(value) else None, bound + fixed if np.isfinite(bound) else None)

    if task.discrete[task.free].any() and (report is not None or clock.should_stop is not never_stop):
        highs.cbMipInterrupt += tell


def stop_when(highs: highspy.Highs, clock: Clock) -> Callable[[highspy.HighsCallbackEvent], None]:
    """Stop a linear solve when the caller wants no more; returns what a callback of a MIP has to ask too."""

    def stop(event: highspy.HighsCallbackEvent) -> None:
        if clock.stopped or clock.should_stop():
            clock.stopped = True
            event.interrupt()

    if clock.should_stop is not never_stop:
        highs.cbSimplexInterrupt += stop
        highs.cbIpmInterrupt += stop
    return stop


def _answer(highs: highspy.Highs, task: Task, columns: np.ndarray, fixed: float) -> Answer:
    """The answer in terms of all columns of the model."""
    status, info = highs.getModelStatus(), highs.getInfo()
    found = info.primal_solution_status == highspy.SolutionStatus.kSolutionStatusFeasible
    mixed = bool(task.discrete[columns].any())
    values = None
    objective = np.nan
    if found:
        values = task.values.copy()
        values[columns] = np.array(highs.getSolution().col_value)
        whole = task.discrete & task.free
        values[whole] = np.round(values[whole])
        objective = dot(task.objective, values)
    worst = np.inf if task.maximise else -np.inf
    proven = info.objective_function_value if status == _STATUS.kOptimal else worst
    bound = info.mip_dual_bound if mixed else proven
    bound = bound + fixed if np.isfinite(bound) else worst
    finished = status in (_STATUS.kOptimal, _STATUS.kObjectiveTarget)
    return Answer(values, objective, bound, finished, status == _STATUS.kInfeasible)
