"""What only fractions of a decision could do, cut off: tighter bounds for a class, at no cost to any plan.

While a class is decided the classes above hold what they hold, so that its projects see no more than what is left. From
that, ramp, growth and the limits on moves follow bounds on what can be on, and on the pace of who came on lately:

    on[p,t] = 0                      where what is left cannot make a minimum
    on[p,t] <= on[p,t-1]             where starting takes more arrivals than a week may see
    sum_k rate[k] x[k,t] >= minimum[l,t] * on[p,t] + standby[l,t] * paused[p,t]
    pace[p,t] <= most[p,t] * on[p,t]
    pace[p,t] <= young[p,t,a] * on[p,t] + (most[p,t] - young[p,t,a]) * on[p,t-a-1]      a = 0, 1, ...

`minimum` and `standby` count as what whole steps supply of those pools of which a step is left, `most` is the pace that
what is left allows, `young` the best pace a weeks after coming on: who was off a+1 weeks ago came on since.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from solver.model import Model
from solver.model.sheet import Bools, Floats, Ints
from solver.model.steps import least_of
from solver.model.variables import Setting, Variables
from solver.records import ENGINEER, GPU, KINDS
from solver.task import Cuts

AGES = 6
"""Weeks after coming on in which the pace is bounded."""
_WORTH = 5e-3
"""How much of a pace a cut must take away to be worth a row."""


def cuts(model: Model, mine: Bools, free: Bools, values: Floats, upper: Floats) -> Cuts:
    """The rows for the projects of a class; what cannot be on at all is set in `upper`."""
    s, v = model.setting, model.variables
    left = _left(model, free | mine[model.owner], values)
    supply = _supply(s, left)
    possible = np.ones((len(s.projects), s.weeks), dtype=bool)
    np.logical_and.at(possible, s.need_project, supply >= s.whole_minimum - 1e-9)
    off = mine[:, None] & ~possible
    upper[v.on[off]] = 0.0
    rows = _Rows()
    _starts(s, v.on, np.flatnonzero(mine), rows)
    _paces(s, v, np.flatnonzero(mine), supply, rows)
    _scarce(model, left, free, rows)
    return rows.cuts()


def _left(model: Model, free: Bools, values: Floats) -> Floats:
    """What the fixed projects leave of each pool in each week."""
    s, v = model.setting, model.variables
    fixed = np.where(free[v.x], 0.0, values[v.x]) * model.scale[v.x]
    used = np.zeros((len(s.problem.pools), s.weeks))
    np.add.at(used, s.pair_pool, fixed)
    return np.maximum(0.0, s.whole_capacity - used)


def _supply(s: Setting, left: Floats) -> Floats:
    """The most that each need can get in each week: what is left to it, and no more than full."""
    found = np.zeros((len(s.needs), s.weeks))
    np.add.at(found, s.pair_need, s.rate[:, None] * left[s.pair_pool])
    return np.minimum(found, s.full + s.full_slack)


@dataclass
class _Rows:
    """Rows `sum coefficient * column <= high`, collected block by block."""

    row: list[Ints] = field(default_factory=list)
    column: list[Ints] = field(default_factory=list)
    coefficient: list[Floats] = field(default_factory=list)
    high: list[Floats] = field(default_factory=list)
    count: int = 0

    def add(self, terms: list[tuple[Ints, Floats]], high: Floats) -> None:
        """A block: each term is a column and a coefficient per row; columns below 0 are none."""
        rows = np.arange(self.count, self.count + len(high))
        for column, coefficient in terms:
            real = (column >= 0) & (coefficient != 0.0)
            self.row.append(rows[real])
            self.column.append(column[real])
            self.coefficient.append(coefficient[real])
        self.high.append(high)
        self.count += len(high)

    def cuts(self) -> Cuts:
        """All rows as arrays, sorted by row."""
        if not self.count:
            return Cuts()
        row, column = np.concatenate(self.row), np.concatenate(self.column)
        order = np.lexsort((column, row))
        return Cuts(row[order], column[order], np.concatenate(self.coefficient)[order], np.concatenate(self.high))


def _starts(s: Setting, on: Ints, mine: Ints, rows: _Rows) -> None:
    """on[p,t] <= on[p,t-1] where coming on takes more arrivals of a kind than a week may see."""
    never = np.zeros(len(s.projects), dtype=bool)
    for kind, limit in {GPU: s.policy.gpu_moves, ENGINEER: s.policy.engineer_moves}.items():
        if limit is not None:
            never |= _arrivals_to_start(s, KINDS.index(kind)) > limit + 1e-9
    for p in mine[never[mine]]:
        before = np.zeros(s.weeks)
        before[0] = _running(s)[p]
        last = np.concatenate([[-1], on[p, :-1]])
        rows.add([(on[p], np.ones(s.weeks)), (last, -np.ones(s.weeks))], before)


def _arrivals_to_start(s: Setting, kind: int) -> Floats:
    """The least that has to arrive in the week in which a project comes on: its minimums less what it may have kept."""
    best = np.full(len(s.needs), 1e-9)
    np.maximum.at(best, s.pair_need, s.rate)
    least = np.maximum(0.0, s.whole_minimum.min(axis=1, initial=np.inf) - _kept(s)) / best
    found = np.zeros(len(s.projects))
    of_kind = s.need_kind == kind
    np.add.at(found, s.need_project[of_kind], least[of_kind])
    return found


def _paces(s: Setting, v: Variables, mine: Ints, supply: Floats, rows: _Rows) -> None:
    """The rows for the pace, of those projects and weeks where they say more than the model does."""
    on, pace, most = v.on, v.pace, _fastest(s, supply)
    grown = _grown(s)
    running = _running(s)
    p, t = (grid.ravel() for grid in np.meshgrid(mine, np.arange(s.weeks), indexing="ij"))
    rows.add([(pace[p, t], np.ones(len(p))), (on[p, t], -most[p, t])], np.zeros(len(p)))
    for age in range(AGES):
        young = np.minimum(_fastest(s, _ramped(s, supply, age)), np.minimum(most, grown[:, age, None]))
        p, t = np.nonzero(most - young > _WORTH)
        here = np.isin(p, mine)
        p, t = p[here], t[here]
        rest = (most - young)[p, t]
        earlier = np.where(t > age, on[p, np.maximum(t - age - 1, 0)], -1)
        known = np.where(t > age, 0.0, rest * running[p])
        terms = [(pace[p, t], np.ones(len(p))), (on[p, t], -young[p, t]), (earlier, -rest)]
        rows.add(terms, known)


def _scarce(model: Model, left: Floats, free: Bools, rows: _Rows) -> None:
    """Where of some pools of a need not a step is left: what whole steps of the others supply at least."""
    s, v = model.setting, model.variables
    unit = s.own_rate * s.step
    there = left[s.pair_pool] >= s.step[:, None] - 1e-9
    for n in np.flatnonzero(~s.fixed_need & free[v.on[s.need_project, 0]]):
        pairs = np.flatnonzero(s.pair_need == n)
        if s.nodes.serves[pairs].any() or there[pairs].all():
            continue
        weeks = np.flatnonzero(~there[pairs].all(axis=0) & there[pairs].any(axis=0))
        units = [tuple(np.unique(unit[pairs[there[pairs, t]]])) for t in weeks]
        least = np.array([[least_of(u, float(x)) for u in units] for x in (s.minimum[n], s.standby[n])]).reshape(2, -1)
        more = (least[0] > s.whole_minimum[n, weeks] + 1e-9) | (least[1] > s.whole_standby[n] + 1e-9)
        weeks, (on, paused) = weeks[more], least[:, more]
        p = s.need_project[n]
        terms = [(v.x[k, weeks], np.full(len(weeks), -s.own_rate[k]) * model.scale[v.x[k, weeks]]) for k in pairs]
        terms += [(v.on[p, weeks], on - paused), (v.been[p, weeks], paused), (v.complete[p, weeks], -paused)]
        rows.add(terms, np.zeros(len(weeks)))


def _fastest(s: Setting, supply: Floats) -> Floats:
    """The pace that supplies allow by project and week: the scarcest need decides."""
    found = np.ones((len(s.projects), s.weeks))
    share = np.divide(supply, s.full, out=np.ones_like(supply), where=s.full > 0)
    np.minimum.at(found, s.need_project, share)
    return np.clip(found, 0.0, 1.0)


def _running(s: Setting) -> Floats:
    """1 for projects that run in the baseline."""
    return np.array([p.status == "running" for p in s.projects], dtype=float)


def _kept(s: Setting) -> Floats:
    """The most that a need can hold in the week before its project comes on, the baseline included."""
    held = np.zeros(len(s.needs))
    np.add.at(held, s.pair_need, s.rate * s.base)
    waiting = _running(s)[s.need_project] == 0
    return np.maximum(s.standby + s.standby_slack, np.where(waiting, held, 0.0))


def _ramped(s: Setting, supply: Floats, age: int) -> Floats:
    """Effective supply some weeks after coming on, if all that is missing arrived in the first week."""
    found = supply.copy()
    for kind in range(len(KINDS)):
        loss = s.loss(kind)
        if age < len(loss):
            mine = s.need_kind == kind
            lost = loss[age] * _slowest(s)[mine, None]
            found[mine] -= lost * np.maximum(0.0, supply[mine] - _kept(s)[mine, None])
    return found


def _slowest(s: Setting) -> Floats:
    """What the slowest node supplies as a share of the best, by need: newcomers of a service may be the slowest."""
    found = np.ones(len(s.needs))
    able = s.nodes.serves & (s.nodes.best > 0)
    np.minimum.at(found, s.pair_need[able], s.nodes.worst[able] / s.nodes.best[able])
    return found


def _grown(s: Setting) -> Floats:
    """Best pace by age if a project's engineers grow as fast as the policy allows, all of them where they are best."""
    found = np.ones((len(s.projects), AGES))
    if s.policy.growth is None:
        return found
    loss, slowest, best = s.loss(KINDS.index(ENGINEER)), np.full(len(s.needs), np.inf), np.zeros(len(s.needs))
    full = s.full.max(axis=1, initial=0.0)
    np.minimum.at(slowest, s.pair_need, s.rate)
    np.maximum.at(best, s.pair_need, s.rate)
    for i in range(len(s.projects)):
        mine = (s.need_project == i) & (s.need_kind == KINDS.index(ENGINEER)) & (full > 0)
        if mine.any():
            held = [float((_kept(s) / slowest)[mine].sum())]
            for _ in range(AGES):
                held.append((1.0 + s.policy.growth) * max(held[-1], float(s.minimum[mine].sum())))
            found[i] = np.clip(_useful(held, loss) * best[mine].max() / full[mine].sum(), 0.0, 1.0)
    return found


def _useful(held: list[float], loss: tuple[float, ...]) -> Floats:
    """Effective supply by age of amounts that rise week by week from the first one."""
    arrived = np.diff(held)
    lost = [sum(share * arrived[age - k] for k, share in enumerate(loss) if k <= age) for age in range(len(arrived))]
    return np.asarray(held[1:], dtype=float) - np.asarray(lost, dtype=float)
