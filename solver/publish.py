"""From the values of a model to the tables of a plan: whole steps, paces the amounts support, moves, utilisation."""

from __future__ import annotations

import numpy as np
import pandas as pd

from solver.effective import effective
from solver.ledger import ledger
from solver.model import Model
from solver.model.sheet import Bools, Floats, Ints
from solver.moves import moves
from solver.plan import COLUMNS, Plan, State
from solver.reasons import reasons
from solver.serving.table import serving_table, split, useful_nodes

ALMOST = 1.0 - 3e-6
"""The progress at which a build is kept that may not complete yet: people on it are still ramping up."""
NEARLY = 2e-6
"""What paces of six decimals may miss of a whole build."""


def publish(model: Model, values: Floats) -> Plan:
    """The plan that a model's values describe."""
    s, v = model.setting, model.variables
    x = np.round(values[v.x] * model.scale[v.x], 6)
    x[np.abs(x) < 1e-6] = 0.0
    on = np.round(values[v.on]).astype(bool)
    complete = np.round(values[v.complete]).astype(bool)
    _finish(model, x, on, complete, values[v.pace])
    nodes = split(model, values, x, complete)
    pace, progress = paces(model, x, on, complete, values[v.pace], nodes)
    state = states(on, complete[:, :-1], s.has_been)
    allocation, paces_ = _allocation(model, x), _pace(model, state, pace, progress)
    moved = moves(s.problem, [p.project for p in s.projects], s.pair_project, s.pair_pool, x, s.base)
    return Plan(
        portfolio=s.problem.head.portfolio, policy=s.policy.policy, start=s.problem.head.start, weeks=s.weeks,
        allocation=allocation, pace=paces_, moves=moved, ledger=ledger(s.problem, s.policy.policy, paces_, moved),
        utilisation=_utilisation(model, x), reasons=reasons(s.problem, s.policy.policy, allocation, paces_),
        serving=serving_table(s, nodes, useful_nodes(s, x, nodes), pace),
        effective=effective(s.problem, s.policy.policy, allocation),
    )  # fmt: skip


def _finish(model: Model, x: Floats, on: Bools, complete: Bools, planned: Floats) -> None:
    """A build whose work is done, and which holds nothing any more, is complete, also where nobody gains by it."""
    s = model.setting
    for i in np.flatnonzero(s.is_build & (s.remaining > 0)):
        done = np.cumsum(planned[i]) >= s.remaining[i] - 1e-6
        busy = np.flatnonzero((x[s.pair_project == i] > 0).any(axis=0))
        last = int(busy[-1]) if len(busy) else -1
        if last >= 0 and done[last] and on[i, last]:
            complete[i, last + 1 :] = True
            on[i, last + 1 :] = False


def supported(model: Model, x: Floats, nodes: Floats | None = None) -> Floats:
    """The pace that amounts support per project and week: the scarcest need's effective supply over its full."""
    s = model.setting
    before = np.concatenate([s.base[:, None], x[:, :-1]], axis=1)
    arrived = np.maximum(0.0, x - before)
    effective = np.zeros((len(s.needs), s.weeks))
    useful = x.copy()
    for k in range(len(s.pairs)):
        for age, loss in enumerate(s.loss(int(s.pair_kind[k]))):
            useful[k, age:] -= loss * arrived[k, : s.weeks - age]
    np.add.at(effective, s.pair_need, s.own_rate[:, None] * useful)
    if nodes is not None:
        served = s.nodes.supply[:, None] * useful_nodes(s, x, nodes)
        np.add.at(effective, s.pair_need[s.nodes.pair], served)
    found = np.ones((len(s.projects), s.weeks))
    share = np.divide(effective, s.full, out=np.ones_like(effective), where=s.full > 0)
    np.minimum.at(found, s.need_project, share)
    return np.clip(found, 0.0, 1.0)


def paces(  # noqa: PLR0917 - the decisions of one plan
    model: Model, x: Floats, on: Bools, complete: Bools, planned: Floats, nodes: Floats | None = None
) -> tuple[Floats, Floats]:
    """Pace and progress (NaN for run projects) with six decimals; builds complete exactly when the plan says so."""
    s = model.setting
    best = supported(model, x, nodes) * on
    pace = np.round(best - 5e-7, 6).clip(0.0)
    progress = np.full(pace.shape, np.nan)
    for i in np.flatnonzero(s.is_build):
        _build(model, int(i), best[i], complete[i], planned[i], pace[i], progress[i])
    return pace, progress


def _build(  # noqa: PLR0917 - two arrays are filled, the others read
    model: Model, i: int, best: Floats, complete: Bools, planned: Floats, pace: Floats, progress: Floats
) -> None:
    """Pace and progress of one build, written into the last two arrays; rounding does not add up over the weeks."""
    p = model.setting.projects[i]
    duration = p.duration or 1.0
    target = p.progress + np.cumsum(np.clip(planned, 0.0, 1.0)) / duration
    done = p.progress
    for t in range(len(pace)):
        goal = 1.0 if complete[t + 1] else min(float(target[t]), ALMOST)
        wanted = 0.0 if complete[t] else min(float(best[t]) + 5e-7, max(0.0, (goal - done) * duration), 1.0)
        pace[t] = round(wanted, 6)
        done += pace[t] / duration
        progress[t] = 1.0 if complete[t + 1] and done > 1.0 - NEARLY else _no_more_than(min(done, ALMOST))


def _no_more_than(progress: float) -> float:
    """Six decimals, downwards but for the noise of sums: 2/3 as 0.666667 would be worth more than there is."""
    return float(np.floor(progress * 1e6 + 1e-3)) / 1e6


def states(on: Bools, complete: Bools, has_been: Bools) -> np.ndarray:
    """The state of each project and week."""
    earlier = np.concatenate([has_been[:, None], on[:, :-1]], axis=1)
    been = np.logical_or.accumulate(earlier, axis=1)
    off = np.where(been, str(State.PAUSED), str(State.WAITING))
    return np.where(complete, str(State.COMPLETE), np.where(on, str(State.RUNNING), off))


def _allocation(model: Model, x: Floats) -> pd.DataFrame:
    s = model.setting
    t, k = np.nonzero(x.T > 0)
    names = np.array(s.pairs, dtype=object).reshape(-1, 3)[k]
    weeks = np.array(s.problem.weeks, dtype=object)[t]
    columns = (weeks, names[:, 0], names[:, 1], names[:, 2], x[k, t])
    return pd.DataFrame(dict(zip(COLUMNS["allocation"], columns, strict=True)))


def _pace(model: Model, state: np.ndarray, pace: Floats, progress: Floats) -> pd.DataFrame:
    s = model.setting
    rows = []
    planned = {p.project: i for i, p in enumerate(s.projects)}
    for t, week in enumerate(s.problem.weeks):
        for p in s.problem.projects:
            i = planned.get(p.project)
            if i is None:
                rows.append((week, p.project, str(State.COMPLETE), 0.0, 1.0 if p.kind == "build" else np.nan))
            else:
                rows.append((week, p.project, state[i, t], pace[i, t], progress[i, t]))
    return pd.DataFrame(rows, columns=list(COLUMNS["pace"]))


def _utilisation(model: Model, x: Floats) -> pd.DataFrame:
    s = model.setting
    used = np.zeros(s.capacity.shape)
    np.add.at(used, s.pair_pool, x)
    t, r = np.indices((s.weeks, len(s.problem.pools)))
    t, r = t.ravel(), r.ravel()
    pools: Ints = np.array([p.pool for p in s.problem.pools], dtype=object)
    earlier = np.cumsum(used, axis=1) - used
    left = s.capacity - (earlier - np.take_along_axis(earlier, s.budget_week, axis=1))
    there = np.where(s.budget_week == np.arange(s.weeks), s.capacity, np.round(np.maximum(0.0, left), 6))
    used = np.round(used[r, t], 6)
    spare = np.round(np.maximum(0.0, there[r, t] - used), 6)
    weeks = np.array(s.problem.weeks, dtype=object)[t]
    columns = (weeks, pools[r], there[r, t], used, spare, np.full(len(used), np.nan))
    return pd.DataFrame(dict(zip(COLUMNS["utilisation"], columns, strict=True)))
