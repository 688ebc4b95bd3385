"""Where projects at rest keep their standby: in whole steps, seldom moved, out of the way of a class.

The weeks fall into spans without an event (a policy's start or end, a delivery). Per pair k and span e:

    minimise  sum_{r,e} short[r,e] + worth * sum_{k,e} arrive[k,e]
    whole_standby[l] <= sum_{k in l} rate[k] * y[k,e] <= standby[l] + slack[l]     for every need l at rest
    sum_{k in r} y[k,e] <= wished[r,e] + short[r,e],   short[r,e] <= left[r,e] - wished[r,e]
    arrive[k,e] >= y[k,e] - y[k,e-1],   sum_{k of kind} arrive[k,e] <= moves left
    y[k,e] = y[k,e-1]                                                              for people, within a ramp-up

`wished` is what the class would leave, `left` what all others leave while the class is at rest.
"""

from __future__ import annotations

import highspy
import numpy as np

from solver.engine import Clock, Quiet
from solver.model import Model
from solver.model.sheet import Bools, Floats, Ints
from solver.model.variables import Setting
from solver.records import ENGINEER, GPU, KINDS

WORTH = 1e-2
"""What an arrival of standby costs, beside a unit that the class lacks."""
LIMIT = 2.0
GAP = 0.02
"""How much better, as a share, another place might be."""
SPAN = 4
"""Most weeks of a span."""


def standbys(model: Model, idle: Bools, wanted: Floats, now: Floats, clock: Clock) -> Floats | None:
    """Values in which the projects given keep their standby where `wanted`, a class's own plan, leaves room; or None.

    Only projects that are paused in every week move; `now` is a whole plan with them at rest.
    """
    s, v = model.setting, model.variables
    moving = idle & s.has_been & (np.round(now[v.on]).sum(axis=1) == 0) & (np.round(now[v.complete]).sum(axis=1) == 0)
    pairs = np.flatnonzero(moving[s.pair_project] & (s.standby[s.pair_need] > 0) & (s.step > 0))
    if not len(pairs):
        return None
    span = _spans(s)
    wished, left = (_left(model, pairs, values, span) for values in (wanted, now))
    found = _search(model, pairs, wished, np.maximum(wished, left), span, now, clock)
    if found is None:
        return None
    values = now.copy()
    values[v.x[pairs]] = found[:, span]
    before = np.concatenate([s.base[pairs, None] / model.scale[v.x[pairs, :1]], values[v.x[pairs]][:, :-1]], axis=1)
    values[v.arrive[pairs]] = np.maximum(0.0, values[v.x[pairs]] - before) * model.scale[v.x[pairs]]
    return values


def _spans(s: Setting) -> Ints:
    """The span of each week."""
    event = np.zeros(s.weeks, dtype=bool)
    event[1:] = (np.diff(s.capacity, axis=1) != 0).any(axis=0) | (np.diff(s.in_force) != 0)
    span, length = np.zeros(s.weeks, dtype=np.int64), 1
    for t in range(1, s.weeks):
        fresh = bool(event[t]) or length >= SPAN
        span[t], length = span[t - 1] + fresh, 1 if fresh else length + 1
    return span


def _left(model: Model, pairs: Ints, values: Floats, span: Ints) -> Floats:
    """Per pool and span: the least of its weeks that is left beside all others, in units of the pool."""
    s, v = model.setting, model.variables
    others = np.ones(len(s.pairs), dtype=bool)
    others[pairs] = False
    used = np.zeros((len(s.problem.pools), s.weeks))
    np.add.at(used, s.pair_pool[others], (values * model.scale)[v.x[others]])
    found = np.full((len(used), span[-1] + 1), np.inf)
    np.minimum.at(found.T, span, (s.whole_capacity - used).T)
    return np.maximum(0.0, found)


def _search(  # noqa: PLR0917 - what is known about each pool and span
    model: Model, pairs: Ints, wished: Floats, left: Floats, span: Ints, now: Floats, clock: Clock
) -> Floats | None:
    """Steps per pair and span."""
    s = model.setting
    pools, pool = np.unique(s.pair_pool[pairs], return_inverse=True)
    spans, step = wished.shape[1], s.step[pairs]
    grid = np.arange(len(pairs) * spans).reshape(len(pairs), spans)
    arrive, short = grid + grid.size, np.arange(len(pools) * spans).reshape(len(pools), spans) + 2 * grid.size
    sheet = _Sheet(np.concatenate([np.zeros(grid.size), np.full(grid.size, WORTH), np.ones(short.size)]))
    sheet.upper[short] = (left - wished)[pools]
    for need in np.unique(s.pair_need[pairs]):
        mine = s.pair_need[pairs] == need
        weights = (s.rate[pairs] * step)[mine]
        for e in range(spans):
            sheet.row(grid[mine, e], weights, s.whole_standby[need], s.standby[need] + s.standby_slack[need])
    for number, r in enumerate(pools):
        mine = pool == number
        for e in range(spans):
            columns, weights = np.append(grid[mine, e], short[number, e]), np.append(step[mine], -1.0)
            sheet.row(columns, weights, -np.inf, wished[r, e])
    _arrivals(model, pairs, grid, arrive, span, now, sheet)
    found = sheet.solve(grid.size, clock)
    return None if found is None else found[grid]


def _arrivals(  # noqa: PLR0917 - columns and what they are about
    model: Model, pairs: Ints, grid: Ints, arrive: Ints, span: Ints, now: Floats, sheet: _Sheet
) -> None:
    """Rows that count arrivals, and give people time to be of use before they move again."""
    s, plus_minus = model.setting, np.array([1.0, -1.0])
    weeks, settling = np.searchsorted(span, np.arange(grid.shape[1])), len(s.loss(KINDS.index(ENGINEER)))
    people, moved = s.pair_kind[pairs] == KINDS.index(ENGINEER), 0
    for k, base in enumerate(s.base[pairs] / s.step[pairs]):
        sheet.row(np.array([grid[k, 0], arrive[k, 0]]), plus_minus, -np.inf, base)
    for e in range(1, grid.shape[1]):
        still = weeks[e] - moved < settling
        moved = moved if still else int(weeks[e])
        for k in range(len(pairs)):
            columns = np.array([grid[k, e], grid[k, e - 1], arrive[k, e]])
            sheet.row(columns, np.array([1.0, -1.0, -1.0]), -np.inf, 0.0)
            if still and people[k]:
                sheet.row(columns[:2], plus_minus, 0.0, 0.0)
    _moves(model, pairs, arrive, weeks, now, sheet)


def _moves(  # noqa: PLR0917 - columns and what they are about
    model: Model, pairs: Ints, arrive: Ints, weeks: Ints, now: Floats, sheet: _Sheet
) -> None:
    """Arrivals of a kind in the first week of a span stay within the moves that the others leave."""
    s, v = model.setting, model.variables
    for kind, limit in ((GPU, s.policy.gpu_moves), (ENGINEER, s.policy.engineer_moves)):
        of_kind = np.flatnonzero(s.pair_kind == KINDS.index(kind))
        mine = np.flatnonzero(np.isin(pairs, of_kind))
        if limit is None or not len(mine):
            continue
        taken = now[v.arrive[np.setdiff1d(of_kind, pairs)]].sum(axis=0)
        for e, week in enumerate(weeks):
            sheet.row(arrive[mine, e], s.step[pairs][mine], -np.inf, max(0.0, limit - float(taken[week])))


class _Sheet:
    """A small model, row by row: the first columns are whole, all are at least 0."""

    def __init__(self, price: Floats) -> None:
        self.price, self.starts = price, [0]
        self.upper: Floats = np.full(len(price), 1e9)
        self.index: list[Ints] = []
        self.weight: list[Floats] = []
        self.low: list[float] = []
        self.high: list[float] = []

    def row(self, columns: Ints, weights: Floats, low: float, high: float) -> None:
        """low <= weights @ columns <= high."""
        self.index.append(columns)
        self.weight.append(weights)
        self.low.append(low)
        self.high.append(high)
        self.starts.append(self.starts[-1] + len(columns))

    def solve(self, whole: int, clock: Clock) -> Floats | None:
        """The cheapest values found, in whole numbers where they have to be; None if there are none."""
        lp = highspy.HighsLp()
        lp.num_col_, lp.num_row_ = len(self.price), len(self.low)
        lp.col_cost_, lp.col_lower_, lp.col_upper_ = self.price, np.zeros(len(self.price)), self.upper
        lp.row_lower_, lp.row_upper_ = np.array(self.low), np.array(self.high)
        lp.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
        lp.a_matrix_.start_ = np.array(self.starts, np.int32)
        lp.a_matrix_.index_ = np.concatenate(self.index).astype(np.int32)
        lp.a_matrix_.value_ = np.concatenate(self.weight)
        kinds = (highspy.HighsVarType.kContinuous, highspy.HighsVarType.kInteger)
        lp.integrality_ = [kinds[n < whole] for n in range(len(self.price))]
        highs = Quiet()
        highs.silent()
        highs.passModel(lp)
        settings = {"mip_rel_gap": GAP, "time_limit": clock.budget(LIMIT), "random_seed": clock.options.seed}
        for name, value in {**settings, "threads": clock.options.threads}.items():
            highs.setOptionValue(name, value)
        highs.run()
        if highs.getInfo().primal_solution_status != highspy.SolutionStatus.kSolutionStatusFeasible:
            return None
        values = np.array(highs.getSolution().col_value)
        values[:whole] = np.round(values[:whole])
        return values
