"""What a unit of a pool is worth in a week: read off the relaxation of a plan, and confirmed by solving again."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date

import numpy as np
import pandas as pd

from solver.classes import class_name
from solver.edits import Edit
from solver.engine import duals
from solver.model import Model, build
from solver.model.sheet import Bools, Floats
from solver.plan import Outcome, Plan
from solver.problem import Problem
from solver.repair.edits import with_more
from solver.task import Clock, Task
from solver.whatif.values import values_of

NOTHING = 1e-6
ROUNDING = 2e-5
"""What six decimals of amounts, paces and progress may add up to in a row."""


@dataclass(frozen=True, slots=True)
class Price:
    """What one unit more of a pool in a week would bring the highest class that it helps, in value; indicative."""

    week: date
    pool: str
    price: float
    rank: int

    @property
    def name(self) -> str:
        """The class that gains."""
        return class_name(self.rank)


def prices(problem: Problem, policy: str, plan: Plan, clock: Clock) -> list[Price]:
    """Shadow prices per pool and week with all decisions and higher classes held: the highest class that gains counts.

    A price of nothing is left out. It tells the gain of the next bit only, with amounts that need not be whole steps
    and with what is on when as it is: an indication, which solving again can confirm.
    """
    model = _rounded(build(problem, policy))
    values = values_of(model, plan)
    found: dict[int, Price] = {}
    holds: list[tuple[Floats, float]] = []
    for rank in sorted(model.classes):
        if clock.over():
            break
        task = _relaxed(model, values, holds, rank, max(1.0, clock.left))
        answer, of_row, _ = duals(model, task, clock)
        if answer.values is None:
            break
        holds.append((model.classes[rank], answer.objective - 1e-6 - 1e-7 * abs(answer.objective)))
        for n in np.flatnonzero((np.abs(of_row) > NOTHING) & model.row_of("capacity")):
            found.setdefault(int(n), _price(model, int(n), abs(float(of_row[n])), rank))
    return sorted(found.values(), key=lambda p: (p.week, p.pool)) if found else []


def _rounded(model: Model) -> Model:
    """The model with rows as exact as published figures are, so that a plan is a solution of it."""
    return replace(model, low=model.low - ROUNDING, high=model.high + ROUNDING)


def _relaxed(model: Model, values: Floats, holds: list[tuple[Floats, float]], rank: int, seconds: float) -> Task:
    """The class at its best with decisions as they are."""
    lower, upper = model.lower.copy(), model.upper.copy()
    for columns in (model.variables.x, model.variables.arrive):  # so that the price stands at the row of the capacity
        upper[columns] *= 2.0
    lower[model.binary] = upper[model.binary] = np.round(values[model.binary])
    everything: Bools = np.ones(model.size, dtype=bool)
    nothing = np.zeros(model.size, dtype=bool)
    return Task(everything, values, lower, upper, nothing, model.classes[rank], holds=list(holds), limit=seconds)


def _price(model: Model, n: int, price: float, rank: int) -> Price:
    s = model.setting
    r, t = divmod(n, s.weeks)
    return Price(s.problem.weeks[t], s.problem.pools[r].pool, price, rank)


def priced(plan: Plan, found: list[Price]) -> Plan:
    """The plan with the prices in its utilisation; pools and weeks without one have none."""
    known = {(p.week, p.pool): p.price for p in found}
    table = plan.utilisation.copy()
    table["price"] = [known.get((w, r), np.nan) for w, r in zip(table["week"], table["pool"], strict=True)]
    return replace(plan, utilisation=pd.DataFrame(table))


def unit(problem: Problem, pool: str) -> float:
    """What a price is confirmed with: one of the pool, in whole steps."""
    step = problem.step(pool) or 1.0
    return round(step * float(np.ceil(1.0 / step - NOTHING)), 6)


def one_step(problem: Problem, pool: str, week: date, step: float) -> tuple[Edit, ...]:
    """The records with which there is a step more (or less) of a pool in a week."""
    t = problem.week_index(week)
    return with_more(problem, pool, [step if n == t else 0.0 for n in range(problem.head.weeks)])


def confirmed(before: Outcome, after: Outcome) -> Iterator[tuple[str, float, float]]:
    """(class, change of its value, what the proofs leave open), from solving again with one step more or less."""
    later = {c.rank: c for c in after.classes}
    for c in before.classes:
        if c.rank in later:
            other = later[c.rank]
            yield c.name, other.attained - c.attained, max(c.bound - c.attained, other.bound - other.attained)
