"""The rules of the planning problem, one function each; the docstring is the rule's mathematics.

Letters as in `Setting`: projects p, needs l, pairs k of a need and a pool, pools r, weeks t. A function adds its rows
to the sheet and nothing else. `RULES` is the table of contents; each has its twin in `solver.check`.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import numpy as np

from solver.model import say
from solver.model.fixed import fixed
from solver.model.nodes import serving
from solver.model.sheet import INF, Bools, Ints, Sheet, Terms
from solver.model.supplies import capacity, money
from solver.model.variables import Setting, Variables
from solver.records import ENGINEER, GPU, KINDS, Floor

LAST = 1e-4
"""The least pace of the week in which a build becomes complete: who is done before is complete before."""

Rule = Callable[[Setting, Variables, Sheet], None]


def pace(s: Setting, v: Variables, sheet: Sheet) -> None:
    """2. full[l] * pace[p,t] <= effective[l,t]  for all l of p, t; pace[p,t] <= on[p,t] where supply is no bound.

    effective[l,t] = sum_{k in l} rate[k] * (x[k,t] - sum_j loss[j] * arrive[k,t-j]), loss = ramp + mentor's tax: the
    row also says effective >= 0, on or off, and needs no big M. Not for needs with a fixed schedule, see `fixed`.
    """
    grid = np.arange(len(s.needs) * s.weeks).reshape(len(s.needs), s.weeks)
    terms: list[Terms] = [(grid, v.pace[s.need_project], -s.full), (grid[s.pair_need], v.x, s.own_rate[:, None])]
    for kind in range(len(KINDS)):
        of_kind = s.pair_kind == kind
        for age, loss in enumerate(s.loss(kind)):
            late = grid[s.pair_need][of_kind, age:]
            terms.append((late, v.arrive[of_kind, : s.weeks - age], -loss * s.own_rate[of_kind, None]))
    terms.append((grid[s.pair_need[s.nodes.pair]], v.useful, s.nodes.supply[:, None]))
    sheet.rows("pace", grid.size, terms, lower=np.repeat(np.where(s.fixed_need, -INF, 0.0), s.weeks))
    bound_by_needs = np.setdiff1d(s.need_project[(s.full > 0).all(axis=1)], s.need_project[s.standby > 0])
    bare = np.setdiff1d(np.arange(len(s.projects)), bound_by_needs)
    rows = np.arange(len(bare) * s.weeks).reshape(len(bare), s.weeks)
    sheet.rows("pace", rows.size, [(rows, v.pace[bare], 1.0), (rows, v.on[bare], -1.0)], upper=0.0)


def ramp(s: Setting, v: Variables, sheet: Sheet) -> None:
    """3. arrive[k,t] >= x[k,t] - x[k,t-1], with x[k,-1] = baseline[k] (what arrives is lost in part, see `pace`)."""
    grid = np.arange(v.x.size).reshape(v.x.shape)
    first = np.zeros(v.x.shape)
    if v.x.size:
        first[:, 0] = s.base
    terms: list[Terms] = [(grid, v.x, 1.0), (grid[:, 1:], v.x[:, :-1], -1.0), (grid, v.arrive, -1.0)]
    sheet.rows("ramp", grid.size, terms, upper=first.ravel())


def viable(s: Setting, v: Variables, sheet: Sheet) -> None:
    """4. minimum[l] * on + standby[l] * paused <= sum_{k in l} rate[k] x[k,t] <= full[l] * on + standby[l] * paused.

    On the left amounts count as what whole steps can supply, on the right there is one step more where steps do not
    divide them. paused[p,t] = been[p,t] - on[p,t] - complete[p,t]; been is 1 from p's first week on (or the baseline).
    Needs with a fixed schedule have rows of their own, see `fixed`.
    """
    grid = np.arange(len(s.needs) * s.weeks).reshape(len(s.needs), s.weeks)
    served: Terms = (grid[s.pair_need[s.nodes.pair]], v.nodes, s.nodes.supply[:, None])
    supply: list[Terms] = [(grid[s.pair_need], v.x, s.own_rate[:, None]), served]
    low = [*supply, *_paused(s, v, grid, -s.whole_standby), (grid, v.on[s.need_project], -s.whole_minimum)]
    free = np.repeat(np.where(s.fixed_need, INF, 0.0), s.weeks)
    sheet.rows("viable", grid.size, low, lower=-free, label=partial(say.minimum, s))
    high = [*supply, *_paused(s, v, grid, -(s.standby + s.standby_slack))]
    high.append((grid, v.on[s.need_project], -(s.full + s.full_slack)))
    sheet.rows("viable", grid.size, high, upper=free)
    _been(s, v, sheet)


def _paused(s: Setting, v: Variables, grid: Ints, weight: np.ndarray) -> list[Terms]:
    """`weight[l] * paused[p,t]` in the rows of a need."""
    p, w = s.need_project, weight[:, None]
    return [(grid, v.been[p], w), (grid, v.on[p], -w), (grid, v.complete[p, :-1], -w)]


def _been(s: Setting, v: Variables, sheet: Sheet) -> None:
    """on[p,t] <= been[p,t], been[p,t-1] <= been[p,t] <= been[p,t-1] + on[p,t]; complete builds have been."""
    new = np.flatnonzero(~s.has_been)
    grid = np.arange(len(new) * s.weeks).reshape(len(new), s.weeks)
    on, been, done = v.on[new], v.been[new], v.complete[new, :-1]
    sheet.rows("viable", grid.size, [(grid, on, 1.0), (grid, done, 1.0), (grid, been, -1.0)], upper=0.0)
    rise: list[Terms] = [(grid, been, 1.0), (grid[:, 1:], been[:, :-1], -1.0)]
    sheet.rows("viable", grid.size, rise, lower=0.0)
    started = np.zeros(grid.shape)
    started[:, :1] = (s.is_build & (s.remaining <= 1e-9))[new, None] * 1.0
    sheet.rows("viable", grid.size, [*rise, (grid, on, -1.0)], upper=started.ravel())


def dwell(s: Setting, v: Variables, sheet: Sheet) -> None:
    """5. start[p,t] >= on[p,t] - on[p,t-1]; stop[p,t] >= on[p,t-1] - on[p,t] - (complete[p,t] - complete[p,t-1]).

    sum_{t-min_run < j <= t} start[p,j] <= on[p,t] + complete[p,t] where the policy does not pause p in week t;
    sum_{t-min_pause < j <= t} stop[p,j] <= 1 - on[p,t]; the baseline's spell counts as long enough, and a week in which
    p may not run ends every spell.
    """
    for i, p in enumerate(s.projects):
        weeks = np.arange(s.weeks)
        before = 1.0 if p.status == "running" else 0.0
        change: list[Terms] = [(weeks, v.on[i], 1.0), (weeks[1:], v.on[i, :-1], -1.0)]
        edge = np.where(weeks == 0, before, 0.0)
        if p.min_run > 1:
            sheet.rows("dwell", s.weeks, [*change, (weeks, v.start[i], -1.0)], upper=edge)
            since = _spell(v.start[i], p.min_run, s.forced_off[i])
            spell = [since, (weeks, v.on[i], -1.0), (weeks, v.complete[i, :-1], -1.0)]
            sheet.rows("dwell", s.weeks, spell, upper=np.where(s.forced_off[i], INF, 0.0))
        finish: list[Terms] = [(weeks, v.complete[i, :-1], 1.0), (weeks[1:], v.complete[i, :-2], -1.0)]
        sheet.rows("dwell", s.weeks, [*change, *finish, (weeks, v.stop[i], 1.0)], lower=edge)
        if p.min_pause > 1:
            since = _spell(v.stop[i], p.min_pause, s.forced_off[i])
            sheet.rows("dwell", s.weeks, [since, (weeks, v.on[i], 1.0)], upper=1.0)


def _spell(changes: Ints, length: int, cut: Bools) -> Terms:
    """Entries of sum_{t-length < j <= t} changes[j] in row t; a week in `cut` ends what began before it or in it."""
    weeks = len(changes)
    t, j = np.nonzero(np.tri(weeks) - np.tri(weeks, k=-length))
    cuts = np.concatenate([[0], np.cumsum(cut)])
    whole = cuts[t + 1] == cuts[j]
    return t[whole], changes[j[whole]], 1.0


def builds(s: Setting, v: Variables, sheet: Sheet) -> None:
    """6. duration * complete[p,t] <= done before + sum_{j<t} pace[p,j], sum_t pace[p,t] <= what remains.

    complete never falls back and rises only in a week with on = 1 and some pace, on + complete <= 1; on[p,t] <=
    complete[q,t] if p requires q; ever[p] + ever[q] <= 1 and on[p,t] <= ever[p] if they exclude each other; must-in
    builds are complete by deadline or horizon's end.
    """
    b = np.flatnonzero(s.is_build)
    n, weeks = len(b), s.weeks
    grid = np.arange(n * (weeks + 1)).reshape(n, weeks + 1)
    t, j = np.nonzero(np.tri(weeks + 1, weeks, k=-1))
    work: Terms = (grid[:, t], v.pace[b][:, j], 1.0)
    sheet.rows("builds", grid.size, [(grid, v.complete[b], -s.remaining[b][:, None]), work], lower=0.0)
    rows = np.arange(n)
    sheet.rows("builds", n, [(rows[:, None], v.pace[b], 1.0)], upper=s.remaining[b])
    cells = np.arange(n * weeks).reshape(n, weeks)
    rise: list[Terms] = [(cells, v.complete[b, 1:], 1.0), (cells, v.complete[b, :-1], -1.0)]
    sheet.rows("builds", cells.size, rise, lower=0.0)
    sheet.rows("builds", cells.size, [*rise, (cells, v.on[b], -1.0)], upper=0.0)
    least = np.minimum(LAST, 0.5 * s.remaining[b])[:, None]
    last: list[Terms] = [(cells, v.pace[b], 1.0), (cells, v.complete[b, 1:], -least)]
    last.append((cells, v.complete[b, :-1], least))
    sheet.rows("builds", cells.size, last, lower=0.0)
    sheet.rows("builds", cells.size, [(cells, v.on[b], 1.0), (cells, v.complete[b, :-1], 1.0)], upper=1.0)
    _links(s, v, sheet)
    for i in b:
        if s.projects[i].must == "in":
            final: Terms = (0, v.complete[i, _latest(s, int(i))], 1.0)
            sheet.rows("must", 1, [final], lower=1.0, label=partial(say.must, s, int(i)))


def _latest(s: Setting, i: int) -> int:
    """The index of `complete` that a must-in build has to reach: the week after its deadline or after the last."""
    deadline = s.projects[i].deadline
    return s.weeks if deadline is None else max(0, min(s.weeks, s.problem.week_index(deadline) + 1))


def _links(s: Setting, v: Variables, sheet: Sheet) -> None:
    """The `requires` and `excludes` part of `builds`; a project that is done satisfies and excludes for ever."""
    weeks = np.arange(s.weeks)
    for link in s.problem.links:
        p, q = s.index.get(link.project), s.index.get(link.other)
        if link.relation == "requires" and p is not None and q is not None:
            after: list[Terms] = [(weeks, v.on[p], 1.0), (weeks, v.complete[q, :-1], -1.0)]
            sheet.rows("links", s.weeks, after, upper=0.0, label=partial(say.requires, s, link))
        if link.relation == "excludes" and p is not None and q is not None:
            apart = partial(say.excludes, s, link)
            for i in (p, q):
                sheet.rows("builds", s.weeks, [(weeks, v.on[i], 1.0), (weeks, v.ever[i], -1.0)], upper=0.0)
            if not (s.has_been[p] and s.has_been[q]):
                were = 1.0 * (s.has_been[p] or s.has_been[q])
                other = [i for i in (p, q) if not s.has_been[i]]
                sheet.rows("links", 1, [(0, v.ever[other], 1.0)], upper=1.0 - were, label=apart)
            both: list[Terms] = [(weeks, v.on[p], 1.0), (weeks, v.on[q], 1.0)]
            sheet.rows("links", s.weeks, both, upper=1.0, label=apart)


def stances(s: Setting, v: Variables, sheet: Sheet) -> None:
    """7. start <= t < end: pause -> on[p,t] = 0, protect -> on[p,t] + complete[p,t] = 1 (runs by their bounds)."""
    p, t = np.nonzero(s.forced_on & s.is_build[:, None] & ~s.forced_off)
    rows = np.arange(len(p))
    terms: list[Terms] = [(rows, v.on[p, t], 1.0), (rows, v.complete[p, t], 1.0)]
    sheet.rows("stances", len(p), terms, lower=1.0, label=partial(say.protect, s, p, t))


def floors(s: Setting, v: Variables, sheet: Sheet) -> None:
    """7. x[k,t] >= amount (or share * baseline[k]) if a pool is named, else sum_{k in l} rate[k] x[k,t] >= amount.

    A row holds from its week until the next row of the same project, need and pool; a complete build owes nothing.
    """
    for first, last, pairs, weights, amount in floor_rows(s):
        weeks = np.arange(first, last)
        rows = np.arange(len(weeks))
        terms: list[Terms] = [(rows[None, :], v.x[pairs][:, weeks], weights[:, None])]
        project = int(s.pair_project[pairs[0]])
        if s.is_build[project]:
            terms.append((rows, v.complete[project, weeks], amount))
        sheet.rows("floors", len(weeks), terms, lower=amount, label=partial(say.floor, s, pairs, first, amount))


def floor_rows(s: Setting) -> list[tuple[int, int, Ints, np.ndarray, float]]:
    """Each floor as (first week, week after the last, pairs, weight per pair, amount)."""
    found = []
    groups: dict[tuple[str, str, str | None], list[Floor]] = {}
    for row in s.problem.floors_of(s.policy.policy):
        groups.setdefault((row.project, row.need, row.pool), []).append(row)
    for (project, need, pool), rows in groups.items():
        if project not in s.index:
            continue
        eligible = s.problem.pools_of[project, need]
        pairs = np.array([s.pair_number[project, need, e.pool] for e in eligible if pool in (None, e.pool)])
        weights = np.ones(len(pairs)) if pool else s.rate[pairs]
        begin = [0 if row.week is None else s.problem.week_index(row.week) for row in rows]
        order = np.argsort(begin, kind="stable")
        for n, at in enumerate(order):
            row, first = rows[at], max(0, begin[at])
            last = min(s.weeks, begin[order[n + 1]]) if n + 1 < len(order) else s.weeks
            amount = row.amount if row.amount is not None else (row.share or 0.0) * float(weights @ s.base[pairs])
            if first < last:
                found.append((first, last, pairs, weights, amount))
    return found


def change(s: Setting, v: Variables, sheet: Sheet) -> None:
    """8. sum_{k of kind} arrive[k,t] <= gpu_moves / engineer_moves; engineers[p,t] <= (1 + growth) * the larger of

    engineers[p,t-1] and the sum of p's engineer minimums: that sum counts in weeks after one in which p was not on, of
    a p that keeps more while paused only until p has been on. A fixed schedule takes what it takes.
    """
    limits = {GPU: s.policy.gpu_moves, ENGINEER: s.policy.engineer_moves}
    weeks = np.arange(s.weeks)
    for kind, limit in limits.items():
        of_kind = s.pair_kind == KINDS.index(kind)
        if limit is not None and of_kind.any():
            total: Terms = (weeks[None, :], v.arrive[of_kind], 1.0)
            sheet.rows("change", s.weeks, [total], upper=limit, label=partial(say.moves, s, kind, limit))
    if s.policy.growth is not None:
        for i in np.setdiff1d(np.arange(len(s.projects)), s.fixed):
            _growth(s, v, sheet, int(i), 1.0 + s.policy.growth)


def _growth(s: Setting, v: Variables, sheet: Sheet, i: int, factor: float) -> None:
    """The growth rows of one project: x is the sum of its engineers, least that of its minimums.

    x[t] <= factor * x[t-1] when on, and factor * least after a week off: then x[t-1] is 0 before p has been on, and at
    least what its standby takes (`keeps`) once it has. Where a pause may keep more than that, x[t] <= factor * least
    has rows too; where standby takes more than least, what a pause keeps counts by itself.
    """
    mine = (s.pair_project == i) & (s.pair_kind == KINDS.index(ENGINEER))
    needs = (s.need_project == i) & (s.need_kind == KINDS.index(ENGINEER))
    if not mine.any():
        return
    least = float(s.minimum[needs].sum())
    slowest, fastest = np.full(len(s.needs), np.inf), np.full(len(s.needs), 1e-9)
    np.minimum.at(slowest, s.pair_need, s.rate)
    np.maximum.at(fastest, s.pair_need, s.rate)
    kept = float(((s.standby + s.standby_slack) / slowest)[needs].sum())
    within, idle = kept <= least + 1e-9, factor * least
    keeps = float((s.standby / fastest)[needs].sum()) if within else least
    weeks = np.arange(s.weeks)
    first = factor * max(float(s.base[mine].sum()), least)
    now: Terms = (weeks[None, :], v.x[mine], 1.0)
    terms: list[Terms] = [
        now,
        (weeks[None, 1:], v.x[mine, :-1], -factor),
        (weeks[1:], v.been[i, :-1], factor * keeps),
        (weeks[1:], v.on[i, :-1], factor * (least - keeps)),
    ]
    limit, label = np.where(weeks == 0, first, idle), partial(say.growth, s, i)
    sheet.rows("change", s.weeks, terms, upper=limit, label=label)
    if within and kept > keeps + 1e-9:
        most = ((s.full + s.full_slack) / slowest[:, None])[needs].sum(axis=0)
        on: Terms = (weeks[1:], v.on[i, :-1], -np.maximum(0.0, most - idle)[1:])
        sheet.rows("change", s.weeks, [now, on], upper=limit, label=label)


def pins(s: Setting, v: Variables, sheet: Sheet) -> None:
    """9. x[k,t] = amount  for from <= t <= to."""
    for pin in s.problem.pins:
        k = s.pair_number.get((pin.project, pin.need, pin.pool))
        if k is None:
            continue
        first = max(0, s.problem.week_index(pin.since))
        last = s.weeks if pin.until is None else min(s.weeks, s.problem.week_index(pin.until) + 1)
        rows = np.arange(max(0, last - first))
        amount, label = pin.amount, partial(say.pin, s, k, first, pin.amount)
        sheet.rows("pins", len(rows), [(rows, v.x[k, first:last], 1.0)], lower=amount, upper=amount, label=label)


RULES: dict[str, Rule] = {
    rule.__name__: rule
    for rule in (capacity, pace, ramp, viable, dwell, builds, fixed, stances, floors, change, pins, money, serving)
}
"""Rules 1-10 and 12; `must` is part of `builds` and of the bounds of `on`, rule 11 is `Model.discrete`."""
