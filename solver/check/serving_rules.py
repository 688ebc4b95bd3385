"""Rule 12, checked on what is published: nodes of services by set of levers, and what serving.csv tells of them."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from solver.check.ground import total
from solver.check.published import Published, numbers
from solver.check.report import ABSOLUTE, PACE, Violation, hits, say, tolerance
from solver.services import levers_in


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
    if step > 0 and abs(amount - round(amount / step) * step) > tolerance(amount):
        yield g.at_pair("serving", f"{say(amount)} nodes are no multiple of {say(step)}", i, t, amount)


def figures(plan: Published, table: pd.DataFrame) -> Iterator[Violation]:
    """demand as in the portfolio, MFU and memory of each row as recomputed, memory within the cap, and per service and
    week  sum of served = pace * demand, no row serving more than its useful nodes can
    """
    g, s = plan.ground, plan.served
    useful = s.supply[:, None] * s.useful(plan.arrivals)
    place = {(int(i), label): q for q, (i, label) in enumerate(zip(s.pair, s.label, strict=True))}
    served = np.zeros((len(g.problem.needs), len(g.weeks)))
    columns = {name: numbers(table[name]) for name in ("demand", "served", "mfu", "memory")}
    for n, (week, project, pool, label) in enumerate(
        zip(table["week"], table["project"], table["pool"], table["levers"], strict=True)
    ):
        i = g.pair_index.get((project, g.need_of_service.get(project, ""), pool))
        if i is None or week not in g.weeks or (i, label) not in place:
            continue
        q, t = place[i, label], g.weeks.index(week)
        need, one = int(g.pair_need[i]), s.yields[q]
        row = {name: float(values[n]) for name, values in columns.items()}
        served[need, t] += np.nan_to_num(row["served"])
        right = {"demand": g.full[need, t], "mfu": one.mfu if one else 0.0, "memory": one.memory if one else 0.0}
        for name, value in right.items():
            if not abs(row[name] - value) <= tolerance(value):
                yield g.at_pair("serving", f"{name} is {say(row[name])} instead of {say(value)}", i, t, value)
        if not row["memory"] <= g.policy.memory_cap + ABSOLUTE and one and not one.measured:
            text = f"takes {say(row['memory'])} of the memory, above the cap {say(g.policy.memory_cap)}"
            yield g.at_pair("serving", text, i, t, row["memory"])
        if not row["served"] <= useful[q, t] * (1 + PACE) + g.supply_tolerance[need]:
            text = f"serves {say(row['served'])} of at most {say(useful[q, t])} tokens/s"
            yield g.at_pair("serving", text, i, t, row["served"])
    yield from _totals(plan, served)


def _totals(plan: Published, served: np.ndarray) -> Iterator[Violation]:
    g = plan.ground
    for need in {int(g.pair_need[i]) for i in g.service_of}:
        right = np.where(plan.on[g.need_project[need]], plan.pace[g.need_project[need]], 0.0) * g.full[need]
        for (t,) in hits(np.abs(served[need] - right) > g.supply_tolerance[need] + 2 * PACE * g.full[need]):
            text = f"rows serve {say(served[need, t])} tokens/s, the pace says {say(right[t])}"
            yield g.at_need("serving", text, need, t, abs(served[need, t] - right[t]))
