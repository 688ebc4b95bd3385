"""What could be given up: every rule of the model that stands for a record of the user's, as a lever."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np

from solver.model import Model, say
from solver.model.sheet import Ints
from solver.model.variables import Setting
from solver.records import ENGINEER, Floor, Link, Policy
from solver.repair.lever import Give, Lever

EARLIER = 8
"""By how many weeks a delivery may be brought forward."""


def levers(model: Model) -> list[Lever]:
    """Every lever of a model."""
    found: list[Lever] = []
    first = 0
    for block in model.blocks:
        rows = np.arange(first, first + block.count)
        first += block.count
        if isinstance(block.label, partial) and block.label.func in _OF:
            made = _OF[block.label.func](model, rows, *block.label.args[1:])
            found += [one for one in made if one.gives or len(one.free_on)]
    found += _links(model)
    found += _stances(model)
    return _merged(found)


def _merged(found: list[Lever]) -> list[Lever]:
    """Levers of the same rule in several blocks, such as the growth of all projects, as one."""
    growth = [one for one in found if one.what[0] == "growth"]
    rest = [one for one in found if one.what[0] != "growth"]
    if not growth:
        return rest
    gives = [give for one in growth for give in one.gives]
    rows, factor = (np.concatenate([getattr(g, name) for g in gives]) for name in ("rows", "factor"))
    return [*rest, replace(growth[0], gives=(Give(rows, factor, 1.0, whole=True),))]


def _give(rows: Ints, most: float, sign: float = 1.0, *, whole: bool = False) -> Give:
    return Give(rows, np.full(len(rows), sign), most, whole)


def _capacity(model: Model, rows: Ints) -> Iterator[Lever]:
    """More of a pool in some weeks, and deliveries that come earlier; of a budget, more for all of its weeks."""
    s = model.setting
    grid = rows.reshape(-1, s.weeks)
    for r, pool in enumerate(s.problem.pools):
        supply = s.capacity[r]
        size = max(1.0, float(supply.max()))
        most = size + float(s.full[s.pair_need[s.pair_pool == r]].sum())
        firsts = np.unique(s.budget_week[r]).tolist()
        gives = tuple(Give(grid[r, t : t + 1], np.full(1, -1.0), most, week=t) for t in firsts)
        yield Lever("capacity", (pool.pool,), gives, size=size)
        for t in range(1, s.weeks if pool.period == "week" else 0):
            if (more := float(supply[t] - supply[t - 1])) > 0:
                last = max(0, t - EARLIER)
                weeks = range(t - 1, last - 1, -1)
                steps = tuple(Give(grid[r, w : w + 1], np.full(1, -more), 1.0, whole=True, week=w) for w in weeks)
                yield Lever("delivery", (pool.pool, t, more), steps, nested=True, size=float(EARLIER))


def _minimum(model: Model, rows: Ints) -> Iterator[Lever]:
    s = model.setting
    for n, own in enumerate(rows.reshape(-1, s.weeks)):
        most = float(max(s.whole_minimum[n].max(), s.whole_standby[n]))
        if most > 0:
            need = s.needs[n]
            yield Lever("minimum", (need.project, need.need), (_give(own, most),), size=most)


def _floor(model: Model, rows: Ints, pairs: Ints, first: int, amount: float) -> Iterator[Lever]:
    row = _floor_record(model.setting, pairs, first, amount)
    if row is not None and amount > 0:
        yield Lever("floors", (row, amount), (_give(rows, amount),), size=amount)


def _floor_record(s: Setting, pairs: Ints, first: int, amount: float) -> Floor | None:
    """The record whose weeks begin where the rows do."""
    project, need, pool = s.pairs[int(pairs[0])]
    for row in s.problem.floors_of(s.policy.policy):
        begins = 0 if row.week is None else max(0, s.problem.week_index(row.week))
        mine = (row.project, row.need) == (project, need) and begins == first
        if mine and (row.pool is None or (row.pool == pool and len(pairs) == 1)):
            base = float(np.where(row.pool is None, s.rate[pairs], 1.0) @ s.base[pairs])
            asked = row.amount if row.amount is not None else (row.share or 0.0) * base
            if abs(asked - amount) < 1e-9:
                return row
    return None


def _moves(model: Model, rows: Ints, kind: str, limit: float) -> Iterator[Lever]:
    size = max(1.0, limit)
    yield Lever("change", (f"{kind}_moves", limit), (_give(rows, _supply(model.setting, kind), -1.0),), size=size)


def _supply(s: Setting, kind: str) -> float:
    """All there ever is of a kind."""
    return float(s.capacity[[p.kind == kind for p in s.problem.pools]].max(axis=1).sum())


def _growth(model: Model, rows: Ints, i: int) -> Iterator[Lever]:
    """Growth is a factor: a lever lets go of it altogether, for all projects; see `_merged`."""
    most = _supply(model.setting, ENGINEER)
    yield Lever("change", ("growth", model.setting.policy.growth), (_give(rows, 1.0, -most, whole=True),))


def _pin(model: Model, rows: Ints, k: int, first: int, amount: float) -> Iterator[Lever]:
    s = model.setting
    project, need, pool = s.pairs[k]
    size = max(1.0, amount)
    for pin in s.problem.pins:
        begins = max(0, s.problem.week_index(pin.since))
        if (pin.project, pin.need, pin.pool, pin.amount, begins) == (project, need, pool, amount, first):
            more = float(s.capacity[s.pair_pool[k]].max())
            yield Lever("pins", (pin,), (_give(rows, amount), _give(rows, more, -1.0)), size=size)


def _money(model: Model, rows: Ints) -> Iterator[Lever]:
    policy: Policy = model.setting.policy
    limit = policy.max_cost or 0.0
    pools = [p.cost * max(model.setting.problem.supply(p.pool)) for p in model.setting.problem.pools]
    yield Lever("money", ("max_cost", limit), (_give(rows, sum(pools), -1.0),), size=max(1.0, limit))


def _must(model: Model, rows: Ints, i: int) -> Iterator[Lever]:
    s, v = model.setting, model.variables
    name = s.projects[i].project
    once = (_give(rows, 1.0, whole=True),)
    yield Lever("must", (name,), once)
    deadline = s.projects[i].deadline
    if deadline is not None and s.problem.week_index(deadline) + 1 < s.weeks:
        yield Lever("deadline", (name,), once, asks=v.complete[i, -1:])


def _protect(model: Model, rows: Ints, p: Ints, t: Ints) -> Iterator[Lever]:
    """Builds that are protected; those that run are held by bounds, see `_stances`."""
    for i in np.unique(p):
        give = _give(rows[p == i], 1.0, whole=True)
        yield Lever("protect", (model.setting.projects[i].project,), (give,))


_OF: dict[Callable[..., str], Callable[..., Iterator[Lever]]] = {
    say.capacity: _capacity, say.minimum: _minimum, say.floor: _floor, say.moves: _moves, say.growth: _growth,
    say.pin: _pin, say.money: _money, say.must: _must, say.protect: _protect,
}  # fmt: skip
"""The levers of a block of rows, by the sentence of `say` that labels it; the label's arguments name the record."""


def _links(model: Model) -> Iterator[Lever]:
    """One lever per link, which lets go of all its rows."""
    found: dict[tuple[str, str, str], tuple[Link, list[Ints]]] = {}
    first = 0
    for block in model.blocks:
        rows = np.arange(first, first + block.count)
        first += block.count
        if block.rule == "links" and isinstance(block.label, partial):
            link: Any = block.label.args[1]
            found.setdefault((link.project, link.relation, link.other), (link, []))[1].append(rows)
    for link, parts in found.values():
        yield Lever("links", (link,), (_give(np.concatenate(parts), 1.0, -1.0, whole=True),))


def _stances(model: Model) -> Iterator[Lever]:
    """What bounds of columns say: projects that are protected or must run, and those that are paused."""
    s, v = model.setting, model.variables
    inside = s.in_force
    for i, p in enumerate(s.projects):
        on = v.on[i]
        if s.stance[i] == "protect" and not s.is_build[i]:
            yield Lever("protect", (p.project,), (_nothing(),), free_on=on[inside & ~s.forced_off[i]])
        if p.must == "in" and p.kind == "run":
            yield Lever("must", (p.project,), (_nothing(),), free_on=on[~s.forced_off[i]])
        if s.stance[i] == "pause" and p.must != "out":
            early = 0 if p.earliest is None else max(0, s.problem.week_index(p.earliest))
            weeks = np.flatnonzero(inside & (np.arange(s.weeks) >= early))
            closed = np.concatenate([v.on[i, weeks], v.pace[i, weeks], v.start[i, weeks], _too_late(model, i, early)])
            yield Lever("pause", (p.project,), (_nothing(),), free_off=closed)


def _too_late(model: Model, i: int, early: int) -> Ints:
    """Columns of a build's completion that are closed only because its pause leaves no time for the work."""
    s = model.setting
    if not s.is_build[i]:
        return np.zeros(0, dtype=np.int64)
    columns: Ints = model.variables.complete[i]
    done = np.arange(s.weeks + 1) - early >= max(1e-6, s.remaining[i]) - 1e-9
    late: Ints = columns[done & (model.upper[columns] < 0.5)]
    return late


def _nothing() -> Give:
    return Give(np.zeros(0, dtype=np.int64), np.zeros(0), 1.0, whole=True)
