"""The linear relaxation of a choice, kept warm: rows of `requires` join when they are broken, and options come and go.

max sum value[o] x[o]   sum_{o of p} x[o] <= 1 (= 1 where p must)    sum amount x <= capacity per row
sum_{o of p, start <= t} x[o] <= sum_{o of q, start <= t - lag} x[o]  for p requires q, all t
sum_{o of p or q} x[o] <= 1  for p excludes q
"""

from __future__ import annotations

from dataclasses import dataclass, field

import highspy
import numpy as np

from solver.candidates.choices import Choices
from solver.engine import Quiet, stop_when
from solver.model.sheet import Floats, Ints
from solver.task import Clock

BROKEN = 1e-6
ROUNDS = 40
"""How often rows are added before the value, which is a bound all the same, has to do."""
INF = highspy.kHighsInf


@dataclass
class Relaxation:
    """HiGHS with the options as columns; `x`, `price` (reduced costs) and `bound` of the last solve."""

    choices: Choices
    clock: Clock
    x: Floats = field(init=False)
    price: Floats = field(init=False)
    bound: float = field(init=False, default=np.inf)

    def __post_init__(self) -> None:
        c = self.choices
        self.highs = Quiet()
        self.highs.silent()
        stop_when(self.highs, self.clock)
        self.highs.setOptionValue("random_seed", self.clock.options.seed)
        self.highs.passModel(_program(c))
        self.seen: set[tuple[int, int]] = set()
        self.pairs = np.array([r[:2] for r in c.requires], dtype=np.int64).reshape(-1, 2)
        last = int(c.start.max(initial=0))
        self._add([(n, last) for n in range(len(c.requires))])

    def solve(self, limit: float, rounds: int = ROUNDS) -> bool:
        """The optimum with all rows of `requires` that matter; False if there is none (or no time)."""
        for _ in range(rounds):
            self.highs.setOptionValue("time_limit", self.highs.getRunTime() + max(0.1, limit))
            self.highs.run()
            if self.highs.getModelStatus() != highspy.HighsModelStatus.kOptimal:
                return False
            solution = self.highs.getSolution()
            self.x, self.price = np.array(solution.col_value), np.array(solution.col_dual)
            self.bound = self.highs.getInfo().objective_function_value
            broken = self._broken()
            if not broken or self.clock.over():
                return True
            self._add(broken)
        return True

    def bounds(self, options: Ints, lower: Floats, upper: Floats) -> None:
        """Set what is left of some options: 1..1 is taken, 0..0 is gone, 0..1 is open."""
        self.highs.changeColsBounds(len(options), options.astype(np.int32), lower, upper)

    def _broken(self) -> list[tuple[int, int]]:
        """The most broken week of each `requires`."""
        c = self.choices
        if not len(self.pairs):
            return []
        begun = np.zeros((c.count, int(c.start.max()) + 1))
        begun[c.project, c.start] = self.x
        begun = np.cumsum(begun, axis=1)
        found = []
        for n, (p, q, lag) in enumerate(c.requires):
            before = np.zeros(begun.shape[1])
            before[lag:] = begun[q, : max(0, begun.shape[1] - lag)]
            t = int(np.argmax(begun[p] - before))
            if begun[p, t] - before[t] > BROKEN and (n, t) not in self.seen:
                found.append((n, t))
        return found

    def _add(self, rows: list[tuple[int, int]]) -> None:
        c = self.choices
        starts, index, values = [0], [], []
        for n, t in rows:
            columns, factors = requirement(c, n, t)
            self.seen.add((n, t))
            index.append(columns)
            values.append(factors)
            starts.append(starts[-1] + len(columns))
        if rows:
            every, factor = np.concatenate(index).astype(np.int32), np.concatenate(values)
            low, high = np.full(len(rows), -INF), np.zeros(len(rows))
            self.highs.addRows(len(rows), low, high, len(every), np.array(starts[:-1], dtype=np.int32), every, factor)


def requirement(c: Choices, n: int, t: int) -> tuple[Ints, Floats]:
    """The row of the n-th `requires` in week t: its columns and their factors."""
    p, q, lag = c.requires[n]
    mine, theirs = np.arange(*c.first[p : p + 2]), np.arange(*c.first[q : q + 2])
    mine, theirs = mine[c.start[mine] <= t], theirs[c.start[theirs] <= t - lag]
    return np.concatenate([mine, theirs]), np.concatenate([np.ones(len(mine)), -np.ones(len(theirs))])


def _program(c: Choices) -> highspy.HighsLp:
    """Everything but `requires`."""
    columns = np.arange(c.size)
    row = [c.project, c.count + c.row]
    column, factor = [columns, c.option], [np.ones(c.size), c.amount]
    first = c.count + len(c.capacity)
    for n, (p, q) in enumerate(c.excludes):
        both = np.concatenate([columns[c.of(p)], columns[c.of(q)]])
        row.append(np.full(len(both), first + n))
        column.append(both)
        factor.append(np.ones(len(both)))
    rows, cols, factors = np.concatenate(row), np.concatenate(column), np.concatenate(factor)
    order = np.lexsort((cols, rows))
    low = np.concatenate([np.where(c.must, 1.0, -INF), np.full(len(c.capacity) + len(c.excludes), -INF)])
    high = np.concatenate([np.ones(c.count), c.capacity, np.ones(len(c.excludes))])
    return program(c.value, rows[order], cols[order], factors[order], low, high)


def program(  # noqa: PLR0917 - the parts of one program
    value: Floats, row: Ints, column: Ints, factor: Floats, low: Floats, high: Floats
) -> highspy.HighsLp:
    """A HiGHS program that maximises value over columns 0..1; entries sorted by row."""
    lp = highspy.HighsLp()
    lp.num_col_, lp.num_row_ = len(value), len(low)
    lp.col_cost_, lp.col_lower_, lp.col_upper_ = value, np.zeros(len(value)), np.ones(len(value))
    lp.row_lower_, lp.row_upper_ = low, high
    lp.sense_ = highspy.ObjSense.kMaximize
    lp.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    lp.a_matrix_.start_ = np.searchsorted(row, np.arange(len(low) + 1)).astype(np.int32)
    lp.a_matrix_.index_, lp.a_matrix_.value_ = column.astype(np.int32), factor
    return lp
