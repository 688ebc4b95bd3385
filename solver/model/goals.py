"""The objectives: what each class attains, how much is disrupted, and what it costs, as weights on columns."""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from solver.classes import curve_at
from solver.model.fixed import gains_of
from solver.model.sheet import Floats, Sheet
from solver.model.variables import Setting, Variables
from solver.schedule import elapsed, is_fixed, yields


def gains(s: Setting, v: Variables, sheet: Sheet) -> tuple[dict[int, Floats], dict[int, float]]:
    """Per class the weight of every column in `sum value * benefit`, and the constant part.

    gain[p,t] <= curve(argument) by one row per piece, where the argument is pace (run) or progress (build); a linear
    curve puts its weight on pace itself, completion on complete[p,t]. Every week counts by its worth, 1 without a
    discount. What a fixed schedule yields follows from its start.
    """
    weights: dict[int, Floats] = {int(r): np.zeros(sheet.size) for r in np.unique(s.rank)}
    constants: dict[int, float] = dict.fromkeys(weights, 0.0)
    for f in range(len(s.fixed)):
        gains_of(s, v, f, weights, constants)
    for i, p in enumerate(s.projects):
        if is_fixed(p):
            continue
        linear = len(p.curve) == 2
        for t, worth in enumerate(s.problem.worth):
            weight, value = weights[int(s.rank[i, t])], p.value * worth
            if p.kind == "build" and p.benefit == "completion":
                weight[v.complete[i, t]] += value
            elif p.kind == "build" and linear:
                weight[v.pace[i, : t + 1]] += value / (p.duration or 1.0)
                constants[int(s.rank[i, t])] += value * p.progress
            else:
                weight[v.pace[i, t] if linear else v.gain[i, t]] += value
        if not linear and not (p.kind == "build" and p.benefit == "completion"):
            _pieces(s, v, sheet, i)
    done(s, constants)
    return weights, constants


def _pieces(s: Setting, v: Variables, sheet: Sheet, i: int) -> None:
    """gain <= y0 + slope * (argument - x0) per piece; times on for a run, whose curve starts at nothing when off."""
    p, weeks = s.projects[i], np.arange(s.weeks)
    for (x0, y0), (x1, y1) in pairwise(p.curve):
        slope = (y1 - y0) / (x1 - x0)
        offset = y0 - slope * x0
        if p.kind == "run":
            terms = [(weeks, v.gain[i], 1.0), (weeks, v.pace[i], -slope), (weeks, v.on[i], -offset)]
            sheet.rows("curve", s.weeks, terms, upper=0.0)
        else:
            t, j = np.nonzero(np.tri(s.weeks))
            rate = slope / (p.duration or 1.0)
            terms = [(weeks, v.gain[i], 1.0), (t, v.pace[i, j], -rate)]
            sheet.rows("curve", s.weeks, terms, upper=offset + slope * p.progress)


def done(s: Setting, constants: dict[int, float]) -> None:
    """Builds that were done before the first week yield in every week, in the class they belong to."""
    from solver.classes import ranks  # one look-up, only when there are such projects

    builds = [p for p in s.problem.projects if p.status == "done" and p.kind == "build"]
    classes = ranks(s.problem, s.policy.policy) if builds else {}
    for p in builds:
        after = yields(s.problem, p)[elapsed(p) :] if is_fixed(p) else [p.value * curve_at(p.curve, 1.0)] * s.weeks
        for rank, value, worth in zip(classes[p.project], after, s.problem.worth, strict=False):
            constants[rank] = constants.get(rank, 0.0) + value * worth


def disruption(s: Setting, v: Variables, size: int) -> Floats:
    """Arrivals of every kind plus pause_cost per pause, as weights to be minimised."""
    weights = np.zeros(size)
    weights[v.arrive] = 1.0
    for i, p in enumerate(s.projects):
        weights[v.stop[i]] = p.pause_cost
    return weights


def cost(s: Setting, v: Variables, size: int) -> Floats:
    """Cost of all allocations over all weeks, as weights to be minimised."""
    weights = np.zeros(size)
    weights[v.x] = np.broadcast_to(s.cost[:, None], v.x.shape)
    return weights
