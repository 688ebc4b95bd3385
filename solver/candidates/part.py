"""A part of the choice solved exactly, or as far as time goes, while the rest stays as it is."""

from __future__ import annotations

from dataclasses import dataclass

import highspy
import numpy as np

from solver.candidates.choices import Choices
from solver.candidates.relax import INF, program, requirement
from solver.engine import Quiet, stop_when
from solver.model.sheet import Bools, Floats, Ints
from solver.task import Clock, Report


@dataclass(frozen=True, slots=True)
class Found:
    """The options chosen (None: none found), the bound on their value, and whether it was proven to the gap."""

    chosen: Ints | None
    bound: float
    proven: bool


@dataclass(frozen=True)
class Rows:
    """All rows of a choice as entries sorted by row, with what they must lie between."""

    row: Ints
    column: Ints
    factor: Floats
    low: Floats
    high: Floats

    @staticmethod
    def of(c: Choices) -> Rows:
        """Projects once, capacities, `excludes`, and `requires` in every week in which the later one can start."""
        columns, count = np.arange(c.size), c.count + len(c.capacity)
        parts = [(c.project, columns, np.ones(c.size)), (c.count + c.row, c.option, c.amount)]
        for p, q in c.excludes:
            both = np.concatenate([columns[c.of(p)], columns[c.of(q)]])
            parts.append((np.full(len(both), count), both, np.ones(len(both))))
            count += 1
        for n, (p, _, _) in enumerate(c.requires):
            for t in c.start[c.of(p)]:
                column, factor = requirement(c, n, int(t))
                parts.append((np.full(len(column), count), column, factor))
                count += 1
        row, column, factor = (np.concatenate([part[k] for part in parts]) for k in range(3))
        order = np.lexsort((column, row))
        rest = count - c.count - len(c.capacity)
        ones = np.concatenate([np.ones(len(c.excludes)), np.zeros(rest - len(c.excludes))])
        low = np.concatenate([np.where(c.must, 1.0, -INF), np.full(count - c.count, -INF)])
        return Rows(row[order], column[order], factor[order], low, np.concatenate([np.ones(c.count), c.capacity, ones]))


def solve_part(
    c: Choices, rows: Rows, open_: Bools, chosen: Ints, clock: Clock, *, limit: float, gap: float, known: bool,
    report: Report | None = None,
) -> Found:  # fmt: skip
    """The best choice where only some options are open; the others stay chosen or not. `known`: `chosen` is a plan."""
    taken = np.zeros(c.size)
    taken[chosen] = 1.0
    fixed = np.where(open_, 0.0, taken)
    outside = float(c.value @ fixed)
    highs = _load(c, rows, open_, fixed)
    settings: dict[str, object] = {
        "time_limit": max(0.1, limit), "mip_abs_gap": max(gap, 1e-9), "mip_rel_gap": 0.0,
        "random_seed": clock.options.seed, "mip_heuristic_run_rins": False,
        "mip_feasibility_tolerance": 1e-7,
    }  # fmt: skip
    for name, value in settings.items():
        highs.setOptionValue(name, value)
    if known:
        start = taken[open_]
        highs.setSolution(len(start), np.arange(len(start), dtype=np.int32), start)
    _listen(highs, clock, report, outside)
    highs.run()
    info = highs.getInfo()
    bound = info.mip_dual_bound + outside if np.isfinite(info.mip_dual_bound) else np.inf
    proven = highs.getModelStatus() == highspy.HighsModelStatus.kOptimal
    if info.primal_solution_status != highspy.SolutionStatus.kSolutionStatusFeasible:
        return Found(None, bound, proven)
    fixed[open_] = np.round(np.array(highs.getSolution().col_value))
    found = np.flatnonzero(fixed > 0.5)
    return Found(found if c.obeys(found) else None, bound, proven)


def _load(c: Choices, rows: Rows, open_: Bools, fixed: Floats) -> highspy.Highs:
    """HiGHS with the open options and the rows they touch."""
    settled = np.bincount(rows.row, rows.factor * fixed[rows.column], minlength=len(rows.low))
    free = open_[rows.column]
    touched, row = np.unique(rows.row[free], return_inverse=True)
    place = np.cumsum(open_) - 1
    lp = program(
        c.value[open_], row, place[rows.column[free]], rows.factor[free], (rows.low - settled)[touched],
        (rows.high - settled)[touched],
    )  # fmt: skip
    lp.integrality_ = [highspy.HighsVarType.kInteger] * int(open_.sum())
    highs = Quiet()
    highs.silent()
    highs.passModel(lp)
    return highs


def _listen(highs: highspy.Highs, clock: Clock, report: Report | None, outside: float) -> None:
    stop = stop_when(highs, clock)

    def tell(event: highspy.HighsCallbackEvent) -> None:
        stop(event)
        if report is not None:
            value, bound = event.data_out.mip_primal_bound, event.data_out.mip_dual_bound
            report(value + outside if np.isfinite(value) else None, bound + outside if np.isfinite(bound) else None)

    highs.cbMipInterrupt += tell
