"""Rules 1 to 6, checked on what is published: capacity, pace, ramp, viable, dwell, builds."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from solver.check.published import COMPLETE, PAUSED, RUNNING, STATES, WAITING, Published
from solver.check.report import PACE, Flags, Numbers, Violation, hits, say, tolerance


def capacity(plan: Published) -> Iterator[Violation]:
    """sum_l x[l,r,t] <= capacity[r,t]  for all r, t; of a budget less what earlier weeks of its time have used"""
    g = plan.ground
    for r, t in hits(plan.used > plan.available + tolerance(g.capacity)):
        used, there = plan.used[r, t], plan.available[r, t]
        yield g.at_pool("capacity", f"{say(used)} given of {say(there)}", r, t, used - there)


def pace(plan: Published) -> Iterator[Violation]:
    """0 <= u[p,t] <= on[p,t]  and  u[p,t] * full[l] <= effective[l,t]  for all needs l of p without a fixed schedule,
    all t
    """
    g = plan.ground
    for p, t in hits((plan.pace < -PACE) | (plan.pace > plan.on + PACE)):
        text = f"pace {say(plan.pace[p, t])} while {STATES[plan.state[p, t]]}"
        yield g.at_project("pace", text, p, t, max(-plan.pace[p, t], plan.pace[p, t] - plan.on[p, t]))
    asked = plan.pace[g.need_project] * g.full
    slack = g.supply_tolerance[:, None] + PACE * g.full
    for n, t in hits((asked > plan.effective + slack) & ~g.scheduled[:, None]):
        text = f"the pace takes {say(asked[n, t])} where {say(plan.effective[n, t])} are effective"
        yield g.at_need("pace", text, n, t, asked[n, t] - plan.effective[n, t])


def ramp(plan: Published) -> Iterator[Violation]:
    """effective[l,t] >= 0  for all l without a fixed schedule, all t, on or off"""
    g = plan.ground
    for n, t in hits((plan.effective < -g.supply_tolerance[:, None]) & ~g.scheduled[:, None]):
        text = f"effective supply is {say(plan.effective[n, t])}: what arrived leaves before it was of use"
        yield g.at_need("ramp", text, n, t, -plan.effective[n, t])


def viable(plan: Published) -> Iterator[Violation]:
    """on:     minimum[l] <= sum_r rate * x[l,r,t] <= full[l], beyond full by less than one step
    paused: standby[l] <= sum_r rate * x[l,r,t], beyond standby by less than one step
    else:   sum_r rate * x[l,r,t] = 0;
    and the state is what follows from on, complete and started  for all l of p without a fixed schedule, all t
    """
    g = plan.ground
    yield from _states(plan)
    on, resting = plan.on[g.need_project], plan.resting[g.need_project]
    low = np.where(on, g.least, np.where(resting, g.standby[:, None], 0.0))
    high = np.where(on, g.full, np.where(resting, g.standby[:, None], 0.0))
    slack, step = g.supply_tolerance[:, None], g.largest_step[:, None]
    free = ~g.scheduled[:, None]
    for n, t in hits((plan.supply < low - slack) & free):
        text = f"{say(plan.supply[n, t])} are below {say(low[n, t])}, the least while {_word(plan, n, t)}"
        yield g.at_need("viable", text, n, t, low[n, t] - plan.supply[n, t])
    beyond = plan.supply - high
    # Steps divide 0, so nothing is allowed beyond it; elsewhere a whole step beyond is one too many.
    inside = (beyond <= slack) | ((beyond < step - slack) & (high > 0))
    for n, t in hits(~inside & free):
        text = f"{say(plan.supply[n, t])} are beyond {say(high[n, t])}, the most while {_word(plan, n, t)}"
        yield g.at_need("viable", text, n, t, beyond[n, t])


def _states(plan: Published) -> Iterator[Violation]:
    g = plan.ground
    off = np.where(plan.complete, COMPLETE, np.where(plan.started, PAUSED, WAITING))
    right = np.where(plan.on & ~plan.complete, RUNNING, off)
    for p, t in hits(plan.state != right):
        yield g.at_project("viable", f"is published {STATES[plan.state[p, t]]} but is {STATES[right[p, t]]}", p, t)


def _word(plan: Published, n: int, t: int) -> str:
    return STATES[int(plan.state[plan.ground.need_project[n], t])]


def dwell(plan: Published) -> Iterator[Violation]:
    """on[p,t] > on[p,t-1]   ->  on[p,s]   for t <= s < t + min_run
    on[p,t] < on[p,t-1]  ->  off[p,s]  for t <= s < t + min_pause
    as long as s lies within the horizon, p is not complete, and the policy does not pause p in s or before in the spell
    """
    g = plan.ground
    ends = plan.complete | g.paused
    for p, t in hits(plan.on & ~plan.on_before):
        least = g.projects[p].min_run
        if (broken := _cut(~plan.on[p], ends[p], t, least)) is not None:
            yield g.at_project("dwell", f"runs {broken - t} weeks of at least {least}", p, broken, least - broken + t)
    for p, t in hits(~plan.on & plan.on_before & ~plan.complete):
        least = g.projects[p].min_pause
        if (broken := _cut(plan.on[p], ends[p], t, least)) is not None:
            yield g.at_project("dwell", f"pauses {broken - t} weeks of at least {least}", p, broken, least - broken + t)


def _cut(changed: Flags, ends: Flags, start: int, least: int) -> int | None:
    """The week in which a spell changes before its least length, unless it was ended by right."""
    for t in range(start, min(start + least, len(changed))):
        if ends[t]:
            return None
        if changed[t]:
            return t
    return None


def builds(plan: Published) -> Iterator[Violation]:
    """progress[p,t] = min(1, progress[p,t-1] + u[p,t] / duration[p]); on[p,t] only if t >= earliest[p];
    on[p,t] only if every required project is complete by the end of an earlier week; of projects that exclude each
    other never both on, nor one on after the other was; a build with must=in is complete by its deadline
    """
    yield from _progress(plan)
    yield from _links(plan)
    yield from _deadlines(plan)
    for p, t in hits(plan.on & plan.ground.early):
        yield plan.ground.at_project("builds", f"runs before {plan.ground.projects[p].earliest}", p, t)


def reached(plan: Published) -> Numbers:
    """Progress at the end of each week, recomputed from the published paces [P,T]."""
    g = plan.ground
    gained = np.cumsum(np.where(plan.on, plan.pace, 0.0) / g.duration[:, None], axis=1)
    return np.minimum(1.0, g.progress[:, None] + np.where(g.builds[:, None], gained, 0.0))


def _progress(plan: Published) -> Iterator[Violation]:
    g, right = plan.ground, reached(plan)
    # Every published pace is rounded by itself; the errors add up week by week.
    slack = 2 * PACE + PACE * (1 + np.arange(len(g.weeks))) / g.duration[:, None]
    for p, t in hits((np.abs(plan.progress - right) > slack) & g.builds[:, None]):
        text = f"progress is published as {say(plan.progress[p, t])}, the paces give {say(right[p, t])}"
        yield g.at_project("builds", text, p, t, abs(plan.progress[p, t] - right[p, t]))


def _links(plan: Published) -> Iterator[Violation]:
    g = plan.ground
    for link in g.problem.links:
        p, other = g.project_index[link.project], g.project_index[link.other]
        if link.relation == "requires":
            for (t,) in hits(plan.on[p] & ~plan.complete[other]):
                yield g.at_project("builds", f"runs before {link.other}, which it requires, is complete", p, t)
        else:
            yield from _excluded(plan, p, other)


def _excluded(plan: Published, p: int, other: int) -> Iterator[Violation]:
    g = plan.ground
    both = plan.on[p] & plan.on[other]
    for (t,) in hits(both):
        yield g.at_project("builds", f"runs beside {g.projects[other].project}, which it excludes", p, t)
    if g.was_started[p] and g.was_started[other]:
        return
    for me, they in ((p, other), (other, p)):
        for (t,) in hits(plan.on[me] & plan.started[they] & ~both):
            yield g.at_project("builds", f"runs after {g.projects[they].project}, which it excludes", me, t)


def _deadlines(plan: Published) -> Iterator[Violation]:
    g = plan.ground
    for p, row in enumerate(g.projects):
        if row.must != "in" or row.kind != "build" or row.deadline is None:
            continue
        t = g.problem.week_index(row.deadline)
        if t < len(g.weeks) and not (plan.finished[p, t] if t >= 0 else plan.complete[p, 0]):
            yield g.at_project("builds", f"is not complete by its deadline {row.deadline}", p, max(0, t))
