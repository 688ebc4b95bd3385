"""From the values of a model to serving.csv: nodes by set of levers, what they serve, and how hard they work."""

from __future__ import annotations

import numpy as np
import pandas as pd

from solver.model import Model
from solver.model.sheet import Bools, Floats
from solver.model.variables import Setting
from solver.plan import COLUMNS
from solver.serving.services import levers_in


def split(model: Model, values: Floats, x: Floats, complete: Bools) -> Floats:
    """Nodes by kind and week, which add up to x; each runs the best set of levers there is, as far as demand goes."""
    s, v = model.setting, model.variables
    nodes = np.round(values[v.nodes] * model.scale[v.nodes], 6)
    nodes[np.abs(nodes) < 1e-6] = 0.0
    mine = np.flatnonzero(s.nodes.serves)
    x[mine] = 0.0
    np.add.at(x, s.nodes.pair, nodes)
    x[mine] = np.round(x[mine], 6)
    for k in mine:
        for t in np.flatnonzero(x[k] > 0):
            _upgrade(s, nodes, int(k), int(t), complete[:, t])
    return nodes


def _upgrade(s: Setting, nodes: Floats, k: int, t: int, complete: Bools) -> None:
    """Move a pair's nodes from slower sets to the best one delivered, while supply stays within what is asked."""
    kinds = np.flatnonzero(s.nodes.pair == k)
    able = [q for q in kinds if all(complete[s.index[x]] for x in levers_in(s.nodes.label[q]) if x in s.index)]
    best = max(able, key=lambda q: s.nodes.supply[q])
    need, step = int(s.pair_need[k]), s.step[k]
    of_need = s.pair_need[s.nodes.pair] == need
    for q in sorted(kinds, key=lambda q: s.nodes.supply[q]):
        gain = s.nodes.supply[best] - s.nodes.supply[q]
        if nodes[q, t] > 0 and gain > 0:
            room = s.full[need, t] + s.full_slack[need, t] - float(s.nodes.supply[of_need] @ nodes[of_need, t])
            most = max(0.0, room / gain)
            more = min(nodes[q, t], np.floor(most / step + 1e-9) * step if step > 0 else most)
            nodes[q, t], nodes[best, t] = round(nodes[q, t] - more, 6), round(nodes[best, t] + more, 6)


def useful_nodes(s: Setting, x: Floats, nodes: Floats) -> Floats:
    """Nodes by kind and week without what the ramp of arrivals takes, of the slowest nodes of a pool first."""
    before = np.concatenate([s.base[:, None], x[:, :-1]], axis=1)
    arrived = np.maximum(0.0, x - before)
    found = nodes.copy()
    for k in np.flatnonzero(s.nodes.serves):
        lost = np.zeros(s.weeks)
        for age, loss in enumerate(s.loss(int(s.pair_kind[k]))):
            lost[age:] += loss * arrived[k, : s.weeks - age]
        for q in sorted(np.flatnonzero(s.nodes.pair == k), key=lambda q: s.nodes.supply[q]):
            taken = np.minimum(lost, found[q])
            found[q] -= taken
            lost -= taken
    return found


def serving_table(s: Setting, nodes: Floats, useful: Floats, pace: Floats) -> pd.DataFrame:
    """One row per week, service, pool and set of levers that has nodes; `served` adds up to pace * demand."""
    rows: list[tuple[object, ...]] = []
    supply = s.nodes.supply[:, None] * useful
    total = np.zeros((len(s.needs), s.weeks))
    np.add.at(total, s.pair_need[s.nodes.pair], supply)
    for t, week in enumerate(s.problem.weeks):
        for q in np.flatnonzero(nodes[:, t] > 0):
            project, need, pool = s.pairs[s.nodes.pair[q]]
            serving, n = s.serving[project, need], s.pair_need[s.nodes.pair[q]]
            one = serving.yields[s.nodes.label[q], serving.sku_of[pool]]
            share = supply[q, t] / total[n, t] if total[n, t] > 0 else 0.0
            served = round(share * pace[s.need_project[n], t] * s.full[n, t], 6)
            rows.append(
                (week, project, pool, s.nodes.label[q], s.full[n, t], served, nodes[q, t], one.mfu, one.memory)
            )  # fmt: skip
    return pd.DataFrame(rows, columns=list(COLUMNS["serving"]))
