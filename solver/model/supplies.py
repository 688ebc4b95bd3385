"""The rules of supply: what pools have, week by week or as a budget, and what a week may cost."""

from __future__ import annotations

from functools import partial

import numpy as np

from solver.model import say
from solver.model.sheet import Sheet, Terms
from solver.model.variables import Setting, Variables


def capacity(s: Setting, v: Variables, sheet: Sheet) -> None:
    """1. sum_{k in r} x[k,t] <= capacity[r,t]  for all r, t; with period=horizon the sum is over all weeks t that share

    a budget, one row for each row of the pool's capacity.
    """
    row = s.pair_pool[:, None] * s.weeks + s.budget_week[s.pair_pool]
    most = s.whole_capacity.ravel()
    sheet.rows("capacity", most.size, [(row, v.x, 1.0)], upper=most, label=partial(say.capacity, s))


def money(s: Setting, v: Variables, sheet: Sheet) -> None:
    """10. sum_k cost[k] * x[k,t] <= max_cost  for all t."""
    if s.policy.max_cost is not None:
        weeks = np.arange(s.weeks)
        total: Terms = (weeks[None, :], v.x, s.cost[:, None])
        sheet.rows("money", s.weeks, [total], upper=s.policy.max_cost, label=partial(say.money, s))
