"""How much a need takes, week by week: at full pace, at least, and how far whole steps may go beyond."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from solver.model.sheet import Floats
from solver.model.steps import least_supplies

if TYPE_CHECKING:
    from solver.model.variables import Setting

ALMOST_A_STEP = 0.999


def full(s: Setting) -> Floats:
    """Supply at full pace by need and week: its full, or the demand of a service."""
    found = np.zeros((len(s.needs), s.weeks))
    for n, need in enumerate(s.needs):
        serving = s.serving.get((need.project, need.need))
        found[n] = serving.demand if serving else need.full or 0.0
    return found


def slack(s: Setting, amounts: Floats) -> Floats:
    """By how much an amount [L,T] may be overserved: under one step, and nothing where all steps divide it.

    Nodes of a service yield more or less with its levers: there it is always a step of the best.
    """
    found = np.zeros(amounts.shape)
    unit = np.broadcast_to((s.step * s.rate)[:, None], (len(s.pairs), amounts.shape[1]))
    asked = amounts[s.pair_need]
    parts = np.divide(asked, unit, out=np.zeros_like(asked), where=unit > 0)
    odd = (np.abs(parts - np.round(parts)) > 1e-9) | (s.nodes.serves & (asked.T > 0)).T
    np.maximum.at(found, s.pair_need, np.where(odd, ALMOST_A_STEP * unit, 0.0))
    return found


def whole(s: Setting, amounts: Floats) -> Floats:
    """The least supply of each need, in whole steps of its pools, that is no less than an amount."""
    return least_supplies(s.pair_need, s.step * s.rate, amounts)


def least(s: Setting) -> Floats:
    """The least supply while on by need and week: the minimum in whole steps, or a service's share of its demand."""
    found = np.repeat(whole(s, s.minimum)[:, None], s.weeks, axis=1)
    for n, need in enumerate(s.needs):
        serving = s.serving.get((need.project, need.need))
        if serving:
            found[n] = serving.service.minimum_share * s.full[n]
    return found
