"""Rules 7 to 11, checked on what is published: stance, floors, change, pins, must, money, steps."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from solver.check.ground import total
from solver.check.published import Published
from solver.check.report import Numbers, Violation, hits, say, tolerance
from solver.records import ENGINEER, GPU, Floor


def stance(plan: Published) -> Iterator[Violation]:
    """start <= t < end:  stance pause -> off[p,t];  stance protect -> on[p,t] from earliest[p] on, unless complete"""
    g = plan.ground
    for p, t in hits(g.paused & plan.on):
        yield g.at_project("stance", "runs while the policy pauses it", p, t)
    for p, t in hits(g.stance("protect") & ~plan.on & ~plan.complete & ~g.early):
        yield g.at_project("stance", "does not run while the policy protects it", p, t)


def floors(plan: Published) -> Iterator[Violation]:
    """x[l,r,t] >= floor[l,r,t]  where the floor names a pool, else  sum_r rate * x[l,r,t] >= floor[l,t];
    for every t from the floor's week until the next row of the same project, need and pool, unless p is complete.
    A share is of the baseline, counted the same way
    """
    g = plan.ground
    rows: dict[tuple[str, str, str | None], list[Floor]] = {}
    for row in sorted(g.problem.floors_of(g.policy.policy), key=lambda f: f.week or g.weeks[0]):
        rows.setdefault((row.project, row.need, row.pool), []).append(row)
    for (project, need, pool), group in rows.items():
        kept, today, slack = _kept(plan, project, need, pool)
        least = _least(plan, group, today)
        for (t,) in hits((kept < least - slack - tolerance(least)) & ~plan.complete[g.project_index[project]]):
            text = f"keeps {say(kept[t])} of at least {say(least[t])}"
            yield Violation("floors", text, project, need, pool, g.weeks[t], float(least[t] - kept[t]))


def _kept(plan: Published, project: str, need: str, pool: str | None) -> tuple[Numbers, float, float]:
    """What a floor looks at: the amounts by week, the amount today, and by how much they may be off."""
    g = plan.ground
    if pool is None:
        n = g.need_index[project, need]
        today = float((g.rate * g.baseline)[g.pair_need == n].sum())
        return plan.supply[n], today, float(g.supply_tolerance[n])
    i = g.pair_index[project, need, pool]
    return plan.x[i], float(g.baseline[i]), 0.0


def _least(plan: Published, group: list[Floor], today: float) -> Numbers:
    """The floor in each week; a later row replaces an earlier one from its week on."""
    least = np.zeros(len(plan.ground.weeks))
    for row in group:
        first = max(0, plan.ground.problem.week_index(row.week)) if row.week else 0
        least[first:] = max(row.amount or 0.0, (row.share or 0.0) * today)
    return least


def change(plan: Published) -> Iterator[Violation]:
    """sum_{l,r of kind} in[l,r,t] <= moves[kind]  for all t;
    sum_{l,r of engineers} x[l,r,t] <= (1 + growth) * max(the same in t-1, sum_l minimum[l])  for all p without a
    fixed schedule, all t
    """
    g = plan.ground
    for kind, limit in ((GPU, g.policy.gpu_moves), (ENGINEER, g.policy.engineer_moves)):
        moved = plan.arrivals[g.of_kind(kind)].sum(axis=0)
        for (t,) in hits(moved > (np.inf if limit is None else limit + tolerance(limit))):
            text = f"{say(moved[t])} {kind} arrivals of at most {say(limit or 0.0)}"
            yield Violation("change", text, week=g.weeks[t], amount=float(moved[t] - (limit or 0.0)))
    if g.policy.growth is not None:
        yield from _growth(plan, g.policy.growth)


def _growth(plan: Published, growth: float) -> Iterator[Violation]:
    g = plan.ground
    chosen, count = g.of_kind(ENGINEER), len(g.projects)
    now = total(plan.x[chosen], g.pair_project[chosen], count)
    before = total(plan.before[chosen], g.pair_project[chosen], count)
    least = total(np.where(g.engineering, g.minimum, 0.0), g.need_project, count)
    limit = (1.0 + growth) * np.maximum(before, least[:, None])
    for p, t in hits((now > limit + tolerance(limit)) & ~g.fixed[:, None]):
        text = f"grows to {say(now[p, t])} engineers of at most {say(limit[p, t])}"
        yield g.at_project("change", text, p, t, now[p, t] - limit[p, t])


def pins(plan: Published) -> Iterator[Violation]:
    """x[l,r,t] = amount  for all pins (l,r), from <= t <= to"""
    g = plan.ground
    for pin in g.problem.pins:
        first = max(0, g.problem.week_index(pin.since))
        end = len(g.weeks) if pin.until is None else g.problem.week_index(pin.until) + 1
        i = g.pair_index.get((pin.project, pin.need, pin.pool))
        given = np.zeros(len(g.weeks)) if i is None else plan.x[i]
        for t in range(first, min(end, len(g.weeks))):
            off = abs(float(given[t]) - pin.amount)
            if off > tolerance(pin.amount):
                text = f"{say(given[t])} instead of the pinned {say(pin.amount)}"
                yield Violation("pins", text, pin.project, pin.need, pin.pool, g.weeks[t], off)


def must(plan: Published) -> Iterator[Violation]:
    """out: off[p,t] for all t;  in, a run: on[p,t] for all t from earliest[p] on in which the policy does not pause it;
    in, a build: complete by the end of the horizon
    """
    g = plan.ground
    for p, row in enumerate(g.projects):
        if row.must == "out":
            for (t,) in hits(plan.on[p]):
                yield g.at_project("must", "runs although it is forced out", p, t)
        elif row.must == "in" and row.kind == "run":
            for (t,) in hits(~plan.on[p] & ~g.paused[p] & ~g.early[p] & ~plan.complete[p]):
                yield g.at_project("must", "does not run although it is forced in", p, t)
        elif row.must == "in" and not plan.finished[p, -1]:
            yield g.at_project("must", "is forced in but not complete by the last week", p, len(g.weeks) - 1)


def money(plan: Published) -> Iterator[Violation]:
    """sum_{l,r} cost[r] * x[l,r,t] <= max_cost  for all t"""
    g = plan.ground
    if g.policy.max_cost is None:
        return
    spent = g.cost @ plan.used
    for (t,) in hits(spent > g.policy.max_cost + tolerance(g.policy.max_cost)):
        text = f"costs {say(spent[t])} of at most {say(g.policy.max_cost)}"
        yield Violation("money", text, week=g.weeks[t], amount=float(spent[t] - g.policy.max_cost))


def steps(plan: Published) -> Iterator[Violation]:
    """x[l,r,t] = n * step[r], n a whole number, for all l, t and all r with a step"""
    g = plan.ground
    step = g.step[g.pair_pool][:, None]
    whole = np.round(plan.x / np.where(step > 0, step, 1.0)) * step
    off = np.where(step > 0, np.abs(plan.x - whole), 0.0)
    for i, t in hits(off > tolerance(plan.x)):
        yield g.at_pair("steps", f"{say(plan.x[i, t])} is no multiple of {say(step[i, 0])}", i, t, off[i, t])
