"""A class by prices: what its relaxation holds, what it would pay for what is scarce, and a bound that follows.

At given prices of the rows that several projects share, every project is a problem of its own, and the sum of what each
gains at best is a bound, whatever the prices are: so they may come from a first-order method that ends early.

    bound = sum_r price[r] * side[r] + sum_p max over p's own rows of (value - sum_r price[r] * use[r])
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from solver.engine import load, rows_of, run, stop_when
from solver.model.sheet import Floats, Ints, dot
from solver.search.part import Part
from solver.task import BRIEFLY, Task

if TYPE_CHECKING:
    from solver.search.stages import Stages

OPTIONS: dict[str, object] = {"run_crossover": "off"}
"""Prices and shares need no vertex."""
MANY_ROWS = 60_000
"""Rows up to which interior point is soon there."""
INTERIOR: dict[str, object] = {"solver": "ipx"}
QUICK: dict[str, object] = {"solver": "hipdlp", "kkt_tolerance": 1e-2}
"""A first-order method for more rows: mostly there in a tenth of the time, or else never."""
STEADY: dict[str, object] = {"solver": "pdlp", "kkt_tolerance": 1e-2}
"""Another one, slower and less exact, that ends where the quick one does not, and tells how far it came in time."""
QUICKLY = 0.5, 6e-5
"""Share of the time for a relaxation, and seconds for every row, that the quick method may take."""
PATIENCE = 0.5
"""Seconds that the best answer of one project to the prices may take; until then its bound is as good as it got."""
RESTING = 0.2
"""Share of the time for a bound in which those at rest below may have linear programs of their own."""
SHARE = 0.02
"""Share of the gap asked for, by project, that its best answer may leave open."""


@dataclass(frozen=True, slots=True)
class Relaxed:
    """What a relaxation holds, and its prices: by row of the model, and by class that is held."""

    values: Floats
    prices: Floats
    held: Floats

    def within(self, most: float) -> Relaxed:
        """With no price above some: of two that cancelled out where they were found, one may be left elsewhere."""
        return replace(self, prices=np.clip(self.prices, -most, most))


def relax(stages: Stages, task: Task, seconds: float) -> Relaxed | None:
    """The relaxation of a task, nearly; None if nothing came of it in time."""
    rows, last = rows_of(stages.model, task), stages.clock.seconds + seconds
    quickly = min(QUICKLY[0] * seconds, QUICKLY[1] * len(rows))
    ways = [(INTERIOR, seconds)] if len(rows) <= MANY_ROWS else [(QUICK, quickly), (STEADY, seconds)]
    for way, most in ways:
        left = max(BRIEFLY, min(most, last - stages.clock.seconds))  # HiGHS takes a limit below 0 for none at all
        found = _solved(stages, task, rows, {**way, "time_limit": left}, anyhow=way is STEADY)
        if found is not None:
            return found
    return None


def _solved(
    stages: Stages, task: Task, rows: Ints, options: dict[str, object], *, anyhow: bool = False
) -> Relaxed | None:
    """The relaxation of a task by one of HiGHS's methods; anyhow: also where it only came as far as it did in time."""
    model, columns = stages.model, np.flatnonzero(task.free)
    highs = load(model, replace(task, discrete=np.zeros_like(task.free), start=None), columns)
    for name, value in {**OPTIONS, **options}.items():
        highs.setOptionValue(name, value)
    stop_when(highs, stages.clock)
    highs.run()
    solution = highs.getSolution()
    duals, held = np.array(solution.row_dual), np.array(solution.col_value)
    known = (
        len(held) == len(columns) and len(duals) >= len(rows) and np.isfinite(held).all() and np.isfinite(duals).all()
    )
    if not known or not ((solution.value_valid and solution.dual_valid) or (anyhow and duals.any())):
        return None
    values, prices = task.values.copy(), np.zeros(len(model.low))
    values[columns] = np.clip(held, task.lower[columns], task.upper[columns])
    prices[rows] = duals[: len(rows)]
    prices[model.row_is_own] = 0.0
    prices[((prices > 0) & ~np.isfinite(model.high)) | ((prices < 0) & ~np.isfinite(model.low))] = 0.0
    of_classes, after = np.zeros(len(task.holds)), iter(duals[len(rows) + len(task.cuts.high) :])
    for n, (weights, _) in enumerate(task.holds):
        if weights[columns].any():
            of_classes[n] = max(0.0, -next(after, 0.0))
    return Relaxed(values, prices, of_classes)


def bound_at(stages: Stages, part: Part, relaxed: Relaxed, seconds: float) -> float:
    """What the prices prove about a class: each project of it in its best answer, those below at rest in theirs.

    Decisions count as whole as long as there is time, and as fractions after that. Those below come first; where their
    time is up, they only hold the least that they may, where that is cheapest.
    """
    clock, model = stages.clock, stages.model
    begun, owner = clock.seconds, model.owner
    gains, bound = at_prices(stages, part, relaxed)
    fixed = ~part.free
    bound += dot(gains[fixed], stages.values[fixed])
    free = np.zeros(len(part.mine), dtype=bool)
    free[owner[part.free]] = True
    least = at_least(stages, part, gains)
    gap = SHARE * part.gap / max(1, int(part.mine.sum()))

    def best(project: int) -> float:
        spent = clock.seconds - begun
        if spent > RESTING * seconds and not part.mine[project]:
            return float(least[project])
        piece = stages.pieces.apart([project])
        whole, columns = part.mine[project] and spent < seconds, piece.columns
        task = Task(
            np.ones(len(columns), dtype=bool), np.zeros(len(columns)), part.lower[columns], part.upper[columns],
            piece.binary & whole, gains[columns], gap=gap, limit=PATIENCE,
        )  # fmt: skip
        answer = run(piece, task, clock)
        return answer.bound if np.isfinite(answer.bound) else _in_a_box(task)

    in_turn = np.concatenate([np.flatnonzero(free & ~part.mine), np.flatnonzero(free & part.mine)])
    return bound + sum(stages.crew.each(best, in_turn.tolist()))


def at_least(stages: Stages, part: Part, gains: Floats) -> Floats:
    """What each project gains at most by its bounds, and by the rows that say what it has to hold in a week.

    That is no more than it might gain by all its rows, and it takes no linear program.
    """
    model, x = stages.model, np.zeros(stages.model.size, dtype=bool)
    x[model.variables.x] = True
    chosen = np.where(gains > 0, part.upper, part.lower)
    of_needs = model.row_of("viable") & model.row_is_own & np.isfinite(model.low)
    entries = np.flatnonzero(of_needs[model.row])
    row, column, factor = model.row[entries], model.column[entries], model.coefficient[entries]
    held = x[column] & (factor > 0)
    most = np.where(held, chosen[column], np.where(factor > 0, part.upper[column], part.lower[column]))
    lack = np.maximum(0.0, model.low - np.bincount(row, factor * most, minlength=len(model.low)))
    more = np.flatnonzero(held & (gains[column] <= 0) & (lack[row] > 0))
    row, column, factor = row[more], column[more], factor[more]
    cheapest = np.lexsort((-gains[column] / factor, row))
    row, column, factor = row[cheapest], column[cheapest], factor[cheapest]
    room = np.minimum(factor * (part.upper - part.lower)[column], lack[row])
    before = np.cumsum(room) - room
    before -= before[np.searchsorted(row, row)]
    filled = np.clip(lack[row] - before, 0.0, room)
    costs = np.bincount(model.owner[column], gains[column] / factor * filled, minlength=len(part.mine))
    found: Floats = np.bincount(model.owner, gains * chosen, minlength=len(part.mine)) + costs
    return found


def at_prices(stages: Stages, part: Part, relaxed: Relaxed) -> tuple[Floats, float]:
    """What each column gains at the prices, and what the shared rows and the classes held are worth at them."""
    model, prices = stages.model, relaxed.prices
    row, column, coefficient = stages.pieces.shared
    gains = part.weights - np.bincount(column, coefficient * prices[row], minlength=model.size)
    priced: Ints = np.flatnonzero(prices)
    sides = np.where(prices[priced] > 0, model.high[priced], model.low[priced])
    worth = dot(prices[priced], sides)
    for price, (weights, least) in zip(relaxed.held, stages.held, strict=True):
        if price > 0:
            gains, worth = gains + price * weights, worth - float(price) * least
    return gains, worth


def _in_a_box(task: Task) -> float:
    """The most that columns between their bounds can gain, whatever the rows say."""
    return float(np.maximum(task.objective * task.lower, task.objective * task.upper).sum())
