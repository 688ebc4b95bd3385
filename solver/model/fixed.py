"""The rule of builds with a fixed schedule: their start decides every week, what it takes, and what it yields."""

from __future__ import annotations

from functools import partial

import numpy as np

from solver.model import say
from solver.model.sheet import Floats, Ints, Sheet, Terms
from solver.model.steps import least_of
from solver.model.variables import Setting, Variables
from solver.schedule import elapsed, length, takes, yields


def fixed(s: Setting, v: Variables, sheet: Sheet) -> None:
    """6a. sum_t begin[p,t] <= 1; D = duration:

    on[p,t] = sum_{t-D < j <= t} begin[p,j], complete[p,t] = sum_{j <= t-D} begin[p,j], pace[p,t] = on[p,t];
    sum_{k in l} rate[k] x[k,t] is no less than sum_{j <= t} takes[l,t-j] * begin[p,j], and no more than steps ask for;
    sum_{j <= t} begin[p,j] <= complete[q,t] if p requires q, sum_t begin[p,t] <= ever[p]. What runs began before.
    """
    for f, i in enumerate(s.fixed):
        _run(s, v, sheet, f, int(i))
    _supplies(s, v, sheet)
    _requires(s, v, sheet)


def _run(s: Setting, v: Variables, sheet: Sheet, f: int, i: int) -> None:
    """The start decides on, complete and pace of one build."""
    weeks, last = np.arange(s.weeks), length(s.projects[i])
    runs = s.projects[i].status == "running"
    end = last - elapsed(s.projects[i]) if runs else 0
    t, j = np.nonzero(np.tri(s.weeks) - np.tri(s.weeks, k=-last))
    now = 1.0 * (weeks < end)
    rows: list[Terms] = [(weeks, v.on[i], 1.0), (t, v.begin[f, j], -1.0)]
    sheet.rows("fixed", s.weeks, rows, lower=now, upper=now)
    t, j = np.nonzero(np.tri(s.weeks + 1, s.weeks, k=-last))
    after = 1.0 * (np.arange(s.weeks + 1) >= end) * runs
    done: list[Terms] = [(np.arange(s.weeks + 1), v.complete[i], 1.0), (t, v.begin[f, j], -1.0)]
    sheet.rows("fixed", s.weeks + 1, done, lower=after, upper=after)
    sheet.rows("fixed", s.weeks, [(weeks, v.pace[i], 1.0), (weeks, v.on[i], -1.0)], lower=0.0)
    once: list[Terms] = [(0, v.begin[f], 1.0), (0, v.ever[i], -1.0)]
    sheet.rows("fixed", 1, once, upper=0.0)


def _supplies(s: Setting, v: Variables, sheet: Sheet) -> None:
    """What each need of a fixed build gets in each week."""
    place = {int(i): f for f, i in enumerate(s.fixed)}
    for n in np.flatnonzero(s.fixed_need):
        i = int(s.need_project[n])
        least, most = _amounts(s, int(n))
        behind = elapsed(s.projects[i]) if s.projects[i].status == "running" else len(least)
        pairs, weeks = s.pair_need == n, np.arange(s.weeks)
        supply: Terms = (weeks[None, :], v.x[pairs], s.rate[pairs, None])
        t, j = np.nonzero(np.tri(s.weeks) - np.tri(s.weeks, k=-len(least)))
        begin, label = v.begin[place[i], j], partial(say.profile, s, int(n))
        given = _running(least, behind, s.weeks)
        sheet.rows("fixed", s.weeks, [supply, (t, begin, -least[t - j])], lower=given, label=label)
        sheet.rows("fixed", s.weeks, [supply, (t, begin, -most[t - j])], upper=_running(most, behind, s.weeks))


def _running(amounts: Floats, behind: int, weeks: int) -> Floats:
    """What a build that began `behind` weeks ago takes in the weeks of the horizon."""
    found = np.zeros(weeks)
    rest = amounts[behind : behind + weeks]
    found[: len(rest)] = rest
    return found


def _amounts(s: Setting, n: int) -> tuple[Floats, Floats]:
    """Least and most supply by elapsed week: the profile, up to what whole steps of the pools can make of it."""
    asked = np.array(takes(s.problem, s.needs[n]))
    units = tuple({float(u) for u in (s.step * s.rate)[s.pair_need == n]})
    least = np.array([least_of(units, a) for a in asked])
    odd = [max((u for u in units if u > 0 and abs(a / u - round(a / u)) > 1e-9), default=0.0) for a in asked]
    return least, np.maximum(least, asked + 0.999 * np.array(odd))


def _requires(s: Setting, v: Variables, sheet: Sheet) -> None:
    """Whoever began by week t needs what it requires complete by then: tighter than the same of `on`."""
    place = {int(i): f for f, i in enumerate(s.fixed)}
    weeks, (t, j) = np.arange(s.weeks), np.nonzero(np.tri(s.weeks))
    for link in s.problem.links:
        p, q = s.index.get(link.project), s.index.get(link.other)
        if link.relation == "requires" and p in place and q is not None:
            rows: list[Terms] = [(t, v.begin[place[p], j], 1.0), (weeks, v.complete[q, :-1], -1.0)]
            sheet.rows("fixed", s.weeks, rows, upper=0.0)


def gains_of(s: Setting, v: Variables, f: int, weights: dict[int, Floats], constants: dict[int, float]) -> None:
    """sum_e yields[e] * worth[j+e] per start j, in the class of week j+e; of what runs as a constant."""
    i = int(s.fixed[f])
    given = np.array(yields(s.problem, s.projects[i]))
    if s.projects[i].status == "running":
        for week, value in enumerate(_running(given, elapsed(s.projects[i]), s.weeks) * s.problem.worth):
            constants[int(s.rank[i, week])] += float(value)
        return
    t, j = np.nonzero(np.tri(s.weeks))
    t, j = t[t - j < len(given)], j[t - j < len(given)]
    value, columns, ranks = given[t - j] * np.array(s.problem.worth)[t], v.begin[f, j], s.rank[i, t]
    for rank in np.unique(ranks):
        here: Ints = np.flatnonzero(ranks == rank)
        np.add.at(weights[int(rank)], columns[here], value[here])
