"""Rule 12, checked on what is published: nodes of services by set of levers, and what serving.csv tells of them."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from solver.check.ground import total
from solver.check.published import Published, numbers
from solver.check.report import ABSOLUTE, PACE, Numbers, Violation, hits, off, say, tolerance
from solver.serving.services import levers_in


def serving(plan: Published) -> Iterator[Violation]:
    """sum_c nodes[l,r,c,t] = x[l,r,t] for services;  nodes[l,r,c,t] > 0 only where every lever of c is complete by the
    end of an earlier week and the model fits and is fast enough with c; nodes are whole steps  for all l, r, c, t
    """
    g, s = plan.ground, plan.served
    told = total(s.nodes, s.pair, len(g.pair_index))
    serves = np.zeros(len(g.pair_index), dtype=np.bool_)
    serves[list(g.service_of)] = True
    for i, t in hits((np.abs(told - plan.x) > tolerance(plan.x)) & serves[:, None]):
        text = f"serving.csv has {say(told[i, t])} nodes, the allocation {say(plan.x[i, t])}"
        yield g.at_pair("serving", text, i, t, abs(told[i, t] - plan.x[i, t]))
    for q, t in hits(s.nodes > 0):
        yield from _node(plan, q, t)


def _node(plan: Published, q: int, t: int) -> Iterator[Violation]:
    g, s = plan.ground, plan.served
    i, amount = int(s.pair[q]), float(s.nodes[q, t])
    if s.yields[q] is None:
        yield g.at_pair("serving", f"cannot serve with the levers {s.label[q] or 'none'}", i, t, amount)
    for lever in levers_in(s.label[q]):
        if lever in g.project_index and not plan.complete[g.project_index[lever], t]:
            yield g.at_pair("serving", f"uses {lever} before it is complete", i, t, amount)
    step = g.step[g.pair_pool[i]]
    odd = abs(amount - round(amount / step) * step) if step > 0 else 0.0
    if odd > tolerance(amount):
        yield g.at_pair("serving", f"{say(amount)} nodes are no multiple of {say(step)}", i, t, odd)


def figures(plan: Published, table: pd.DataFrame) -> Iterator[Violation]:
    """demand as in the portfolio, MFU and memory of each row as recomputed, memory within the cap, and per service and
    week  sum of served = pace * demand, no row serving more than its useful nodes can
    """
    g, s = plan.ground, plan.served
    useful = s.supply[:, None] * s.useful(plan.arrivals)
    place = {(int(i), label): q for q, (i, label) in enumerate(zip(s.pair, s.label, strict=True))}
    served = np.zeros((len(g.problem.needs), len(g.weeks)))
    names = table[["week", "project", "pool", "levers"]].itertuples(index=False, name=None)
    told = np.column_stack([numbers(table[name]) for name in ("demand", "served", "mfu", "memory")])
    for n, (week, project, pool, label) in enumerate(names):
        i = g.pair_index.get((project, g.need_of_service.get(project, ""), pool))
        if i is None or week not in g.weeks or (i, label) not in place:
            continue
        q, t = place[i, label], g.weeks.index(week)
        served[g.pair_need[i], t] += np.nan_to_num(told[n, 1])
        yield from _figures(plan, q, t, told[n], float(useful[q, t]))
    yield from _totals(plan, served)


def _figures(plan: Published, q: int, t: int, told: Numbers, useful: float) -> Iterator[Violation]:
    """One row: demand, served, MFU and memory."""
    g, one = plan.ground, plan.served.yields[q]
    i = int(plan.served.pair[q])
    need, (demand, served, mfu, memory) = int(g.pair_need[i]), told.tolist()
    right = {"demand": (demand, g.full[need, t]), "mfu": (mfu, one.mfu if one else 0.0)}
    right["memory"] = (memory, one.memory if one else 0.0)
    for name, (is_, should) in right.items():
        if not abs(is_ - should) <= tolerance(should):
            yield g.at_pair("serving", f"{name} is {say(is_)} instead of {say(should)}", i, t, off(is_, should))
    if one and not one.measured and not memory <= g.policy.memory_cap + ABSOLUTE:
        text = f"takes {say(memory)} of the memory, above the cap {say(g.policy.memory_cap)}"
        yield g.at_pair("serving", text, i, t, off(memory, g.policy.memory_cap))
    if not served <= useful * (1 + PACE) + g.supply_tolerance[need]:
        yield g.at_pair("serving", f"serves {say(served)} of at most {say(useful)} tokens/s", i, t, off(served, useful))


def _totals(plan: Published, served: np.ndarray) -> Iterator[Violation]:
    g = plan.ground
    for need in {int(g.pair_need[i]) for i in g.service_of}:
        right = np.where(plan.on[g.need_project[need]], plan.pace[g.need_project[need]], 0.0) * g.full[need]
        for (t,) in hits(np.abs(served[need] - right) > g.supply_tolerance[need] + 2 * PACE * g.full[need]):
            text = f"rows serve {say(served[need, t])} tokens/s, the pace says {say(right[t])}"
            yield g.at_need("serving", text, need, t, abs(served[need, t] - right[t]))
