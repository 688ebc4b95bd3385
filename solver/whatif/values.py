"""A published plan as values of a model's columns: where a what-if starts, and what it leaves as it is."""

from __future__ import annotations

from datetime import date

import numpy as np

from solver.classes import COMPLETE_AT, curve_at
from solver.model import Model
from solver.model.sheet import Bools, Floats
from solver.model.variables import Setting
from solver.plan import Plan, State
from solver.serving.table import useful_nodes


def values_of(model: Model, plan: Plan) -> Floats:
    """The value of every column in a plan of the model's problem."""
    s, v = model.setting, model.variables
    values = np.zeros(model.size)
    index = {week: t for t, week in enumerate(s.problem.weeks)}
    x = np.zeros(v.x.shape)
    for week, project, need, pool, amount in plan.allocation.itertuples(index=False, name=None):
        if (project, need, pool) in s.pair_number:
            x[s.pair_number[project, need, pool], index[week]] = amount
    before = np.concatenate([s.base[:, None], x[:, :-1]], axis=1)
    values[v.x], values[v.arrive] = x, np.maximum(0.0, x - before)
    on, done, pace = _states(model, plan, values, index)
    earlier = np.concatenate([[[p.status == "running"] for p in s.projects], on[:, :-1]], axis=1) if len(on) else on
    ends = np.diff(done, axis=1) > 0
    values[v.start] = on & ~earlier
    left = earlier & ~on & ~np.concatenate([np.zeros((len(on), 1), dtype=bool), ends[:, :-1]], axis=1)
    values[v.stop] = left
    been = np.logical_or.accumulate(np.concatenate([s.has_been[:, None], on | done[:, :-1]], axis=1), axis=1)[:, 1:]
    values[v.been], values[v.ever] = been, on.any(axis=1)
    values[v.gain] = _gains(model, pace)
    values[v.begin] = (on & ~earlier)[s.fixed]
    nodes = _nodes(s, plan, index)
    values[v.nodes], values[v.useful] = nodes, useful_nodes(s, x, nodes)
    return values / model.scale


def _nodes(s: Setting, plan: Plan, index: dict[date, int]) -> Floats:
    """The nodes of services by kind and week."""
    kinds = {(s.pairs[k], label): q for q, (k, label) in enumerate(zip(s.nodes.pair, s.nodes.label, strict=True))}
    need = dict(list(s.serving))
    found, columns = np.zeros((len(s.nodes.pair), s.weeks)), ("week", "project", "pool", "levers", "nodes")
    for week, project, pool, label, amount in plan.serving[list(columns)].itertuples(index=False, name=None):
        q = kinds.get(((project, need.get(project, ""), pool), label))
        if q is not None:
            found[q, index[week]] = amount
    return found


def _states(model: Model, plan: Plan, values: Floats, index: dict[date, int]) -> tuple[Bools, Bools, Floats]:
    """On, complete (one column more) and pace by project and week, also written into the values."""
    s, v = model.setting, model.variables
    on, done = np.zeros(v.on.shape, dtype=bool), np.zeros(v.complete.shape, dtype=bool)
    pace = np.zeros(v.pace.shape)
    for week, project, state, u, progress in plan.pace.itertuples(index=False, name=None):
        i, t = s.index.get(project), index[week]
        if i is not None:
            on[i, t], pace[i, t] = state == State.RUNNING, u
            done[i, t] |= state == State.COMPLETE
            done[i, t + 1] = bool(s.is_build[i] and progress >= COMPLETE_AT)
    values[v.on], values[v.complete], values[v.pace] = on, done, pace
    return on, done, pace


def _gains(model: Model, pace: Floats) -> Floats:
    """The curve's value by project and week: of pace, or of progress for a build."""
    s = model.setting
    found = np.zeros(pace.shape)
    for i, p in enumerate(s.projects):
        done = p.progress + np.cumsum(pace[i]) / (p.duration or 1.0)
        at = pace[i] if p.kind == "run" else np.minimum(1.0, done)
        found[i] = [curve_at(p.curve, float(u)) for u in at]
    return found
