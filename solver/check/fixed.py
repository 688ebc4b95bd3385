"""Builds with a fixed schedule, checked on what is published: no break, full pace, and what the profiles say."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from solver.check.published import Published
from solver.check.report import PACE, Numbers, Violation, hits, say
from solver.records import VALUE


def schedule(plan: Published) -> Iterator[Violation]:
    """on[p,t] for start <= t < start + duration and in no other week, u[p,t] = 1 in these;
    takes[l,t-start] <= sum_r rate * x[l,r,t], beyond it by less than one step, and 0 in all other weeks
    for all builds p with a fixed schedule, their needs l, all t
    """
    g = plan.ground
    for (p,) in hits(g.fixed):
        start = start_of(plan, p)
        weeks = np.arange(len(g.weeks))
        right = np.zeros(len(weeks), dtype=np.bool_)
        if start is not None:
            right = (weeks >= start) & (weeks < start + round(g.duration[p]))
        for (t,) in hits(plan.on[p] != right):
            text = "has a break" if right[t] else "runs on after its end"
            yield g.at_project("schedule", f"{text}, but its schedule is fixed", p, t)
        for (t,) in hits(plan.on[p] & (plan.pace[p] < 1.0 - PACE)):
            yield g.at_project("schedule", f"runs at {say(plan.pace[p, t])} instead of full pace", p, t)
        for (n,) in hits(g.need_project == p):
            yield from _taken(plan, n, start)


def start_of(plan: Published, p: int) -> int | None:
    """The week in which a fixed build starts: before the first where it is under way or done, None where never."""
    g = plan.ground
    if g.was_started[p] or g.done[p]:
        return -round(float(g.progress[p] * g.duration[p]))
    return min((int(t) for (t,) in hits(plan.on[p])), default=None)


def _taken(plan: Published, n: int, start: int | None) -> Iterator[Violation]:
    """One need in every week."""
    g = plan.ground
    asked = _asked(plan, n, start)
    slack, step = g.supply_tolerance[n], g.largest_step[n]
    beyond = plan.supply[n] - asked
    for (t,) in hits(beyond < -slack):
        text = f"{say(plan.supply[n, t])} are below the {say(asked[t])} of its schedule"
        yield g.at_need("schedule", text, n, t, -beyond[t])
    for (t,) in hits((beyond > slack) & ~((beyond < step - slack) & (asked > 0))):
        text = f"{say(plan.supply[n, t])} are beyond the {say(asked[t])} of its schedule"
        yield g.at_need("schedule", text, n, t, beyond[t])


def _asked(plan: Published, n: int, start: int | None) -> Numbers:
    """What the profile of a need asks for in each week, given its build's start."""
    g = plan.ground
    found, row = np.zeros(len(g.weeks)), g.problem.needs[n]
    if start is None:
        return found
    profile = g.problem.profile_of.get((row.project, row.need))
    for t in range(max(0, start), min(len(found), start + round(g.duration[g.need_project[n]]))):
        found[t] = row.full if profile is None else profile.get(t - start, 0.0)
    return found


def yielded(plan: Published, p: int) -> Numbers | None:
    """What a fixed build with a value profile yields in each week, before the discount; None where it has none."""
    g = plan.ground
    profile = g.problem.profile_of.get((g.projects[p].project, VALUE))
    if profile is None:
        return None
    start = start_of(plan, p)
    weeks = range(len(g.weeks))
    return np.array([0.0 if start is None else profile.get(t - start, 0.0) for t in weeks])
