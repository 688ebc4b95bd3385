"""What whole steps of several pools can supply together."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from solver.model.sheet import Floats, Ints

COMBINATIONS = 100_000
"""Sums of steps that are looked through for the least that serves a need."""
KEPT = 100_000
"""Answers that are kept: week after week the same is asked."""


@lru_cache(KEPT)
def least_of(units: tuple[float, ...], amount: float) -> float:
    """The least sum of whole multiples of the units that is no less than an amount; the amount where a unit is 0."""
    if amount <= 0 or not units or min(units) <= 0:
        return amount
    sums = np.zeros(1)
    for unit in sorted(units, reverse=True):
        counts = np.arange(np.ceil(amount / unit - 1e-9) + 1)
        if len(sums) * len(counts) > COMBINATIONS:
            return amount
        sums = np.unique(np.round(sums[:, None] + unit * counts, 9))
    return float(sums[sums >= amount - 1e-9][0])


def least_supplies(pair_need: Ints, units: Floats, amounts: Floats) -> Floats:
    """By need the least supply, in whole steps of its pairs (`units`), that is no less than its amount."""
    of_need: list[set[float]] = [set() for _ in amounts]
    for need, unit in zip(pair_need, units, strict=True):
        of_need[need].add(float(unit))
    return np.array([least_of(tuple(u), float(a)) for u, a in zip(of_need, amounts, strict=True)])
