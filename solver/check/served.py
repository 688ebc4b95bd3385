"""The nodes that a plan publishes for services, by set of levers, and what they yield: recomputed from the records."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from solver.check.ground import Ground, later, ramp
from solver.check.report import Indices, Numbers, Violation
from solver.problem import Problem
from solver.records import GPU
from solver.serving.records import Service
from solver.serving.services import Yield, levers_in, load_of, yield_of

Kind = tuple[int, str]
"""A pair and a set of levers."""


@dataclass(frozen=True)
class Served:
    """Published nodes by kind and week [Q,T]; a kind is a pair [Q] and a set of levers, with its yield."""

    ground: Ground
    pair: Indices
    label: tuple[str, ...]
    yields: tuple[Yield | None, ...]
    nodes: Numbers

    @property
    def supply(self) -> Numbers:
        """Tokens/s that one node is planned with: headroom * X [Q]."""
        service = [self.ground.service_of[int(i)] for i in self.pair]
        pairs = zip(service, self.yields, strict=True)
        return np.array([s.headroom * one.tokens if one else 0.0 for s, one in pairs], dtype=np.float64)

    def useful(self, arrivals: Numbers) -> Numbers:
        """Nodes less what the ramp of arrivals takes, of the slowest nodes of a pool first [Q,T]."""
        found, supply = self.nodes.copy(), self.supply
        for i in np.unique(self.pair):
            lost = np.zeros(found.shape[1])
            for k, share in enumerate(ramp(self.ground.policy, GPU)):
                lost += share * later(arrivals[[i]], k)[0]
            mine = np.flatnonzero(self.pair == i)
            for q in mine[np.argsort(supply[mine], kind="stable")]:
                left = np.maximum(0.0, lost - found[q])
                found[q] = np.maximum(0.0, found[q] - lost)
                lost = left
        return found


def read_served(ground: Ground, table: pd.DataFrame) -> tuple[Served, list[Violation]]:
    """The table as arrays, and what in it cannot be read."""
    faults: list[Violation] = []
    found: dict[Kind, dict[int, float]] = {}
    for n, row in enumerate(table.to_dict("records"), start=1):
        kind, t = _kind(ground, row), _week(ground, row)
        amount = pd.to_numeric(pd.Series([row["nodes"]]), errors="coerce").iloc[0]
        if kind is None or t is None:
            faults.append(Violation("tables", f"row {n} of serving names no service, pool or week of the portfolio"))
        elif not np.isfinite(amount) or amount <= 0:
            faults.append(Violation("tables", f"row {n} of serving has no nodes"))
        elif t in found.setdefault(kind, {}):
            faults.append(Violation("tables", f"row {n} of serving is there twice"))
        else:
            found[kind][t] = float(amount)
    kinds = sorted(found)
    nodes = np.zeros((len(kinds), len(ground.weeks)))
    for q, kind in enumerate(kinds):
        for t, amount in found[kind].items():
            nodes[q, t] = amount
    pair = np.array([i for i, _ in kinds], dtype=np.intp)
    yields = tuple(_yield(ground, i, label) for i, label in kinds)
    return Served(ground, pair, tuple(label for _, label in kinds), yields, nodes), faults


def _kind(ground: Ground, row: Mapping[Any, Any]) -> Kind | None:
    need = ground.need_of_service.get(row["project"])
    i = ground.pair_index.get((row["project"], need or "", row["pool"]))
    return None if need is None or i is None else (i, str(row["levers"]))


def _week(ground: Ground, row: Mapping[Any, Any]) -> int | None:
    return ground.weeks.index(row["week"]) if row["week"] in ground.weeks else None


def _yield(ground: Ground, i: int, label: str) -> Yield | None:
    """What a node of a kind yields, from the records; None where it cannot serve, or a lever is not the service's."""
    problem, service = ground.problem, ground.service_of[i]
    levers = {x.lever: x for x in problem.levers if x.service == service.project}
    if not set(levers_in(label)) <= set(levers):
        return None
    sku = next(s for s in problem.skus if s.sku == problem.pool[problem.eligible[i].pool].type)
    model = next(m for m in problem.models if m.model == service.model)
    load = load_of(service, [levers[x] for x in levers_in(label)], ground.policy.memory_cap)
    return yield_of(sku, model, load, _measured(problem, service, sku.sku, label))


def _measured(problem: Problem, service: Service, sku: str, label: str) -> float | None:
    rows = problem.throughput
    key = (service.project, sku, label)
    return next((row.tokens_per_s for row in rows if (row.service, row.sku, row.levers) == key), None)
