"""Services: their demand by week, the sets of levers they can serve with, and what a node then yields on each SKU."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from itertools import combinations
from typing import TYPE_CHECKING

from solver.serving.records import Demand, LanguageModel, Lever, Service, Sku, Throughput
from solver.serving.roofline import PRECISIONS, Load, Network, Node, batch_in_memory, mfu, roofline
from solver.serving.roofline import kv_bytes as kv_of
from solver.serving.roofline import weight_bytes as weights_of

if TYPE_CHECKING:
    from solver.problem import Problem

MOST_LEVERS = 6
"""Levers of one service; their sets are enumerated, and six make 64."""
Label = str
"""A set of levers as their ids in order, joined by `+`; nothing for the empty set."""


@dataclass(frozen=True, slots=True)
class Yield:
    """What one node yields at full load: output tokens/s, MFU and the share of its memory in use at peak."""

    tokens: float
    mfu: float
    memory: float
    measured: bool = False


@dataclass(frozen=True)
class Serving:
    """A service under a policy: demand and least supply by week, its levers, and yields by set of levers and SKU."""

    service: Service
    demand: tuple[float, ...]
    levers: tuple[str, ...]
    today: Label
    sku_of: Mapping[str, str]
    yields: Mapping[tuple[Label, str], Yield] = field(repr=False)

    @property
    def sets(self) -> tuple[Label, ...]:
        """The sets of levers worth having, the smallest first; also without what was delivered before."""
        return tuple(dict.fromkeys(label for label, _ in self.yields))

    def supply(self, label: Label, pool: str) -> float:
        """Tokens/s that one node of a pool is planned with; 0 where the model does not fit or is too slow."""
        found = self.yields.get((label, self.sku_of.get(pool, "")))
        return self.service.headroom * found.tokens if found else 0.0

    def best(self, pool: str) -> float:
        """The most that one node of a pool may ever supply."""
        return max((self.supply(label, pool) for label in self.sets), default=0.0)

    def best_label(self, pool: str, complete: Iterable[str]) -> Label:
        """The set of levers with the highest yield among those whose levers are complete (the smallest at a tie)."""
        there = {*complete, *levers_in(self.today)}
        able = [label for label in self.sets if there.issuperset(levers_in(label))]
        return max(able, key=lambda label: self.supply(label, pool), default=self.today)


def levers_in(label: Label) -> tuple[str, ...]:
    """The ids in a set of levers."""
    return tuple(label.split("+")) if label else ()


def label_of(levers: Iterable[str]) -> Label:
    """A set of levers as one text."""
    return "+".join(sorted(levers))


def node_of(sku: Sku) -> Node:
    """What a node of a SKU has."""
    peaks = {"bf16": sku.tflops_bf16, "fp8": sku.tflops_fp8, "fp4": sku.tflops_fp4}
    peak = {precision: sku.gpus * tflops * 1e12 for precision, tflops in peaks.items() if tflops}
    return Node(sku.gpus * sku.memory_gb * 1e9, sku.gpus * sku.bandwidth_tb_s * 1e12, peak)


def network_of(model: LanguageModel) -> Network:
    """A model's parameters, and its KV values per token: keys and values of every layer and head."""
    active = model.active_params_b if model.active_params_b is not None else model.params_b
    return Network(model.params_b * 1e9, active * 1e9, 2.0 * model.layers * model.kv_heads * model.head_dim)


def load_of(service: Service, levers: Iterable[Lever], memory_cap: float) -> Load:
    """A service's load with a set of levers: the narrowest precision and, of each other kind of gain, the largest.

    Gains of the same kind are never multiplied.
    """
    chosen = tuple(levers)
    weights = {service.weights, *(x.weights for x in chosen if x.weights)}
    kv = {service.kv, *(x.kv for x in chosen if x.kv)}
    return Load(
        service.prompt_tokens, service.output_tokens, service.tpot_ms / 1000.0, memory_cap,
        max(weights, key=PRECISIONS.index), max(kv, key=PRECISIONS.index),
        max((x.prefix_hit for x in chosen), default=0.0), max((x.speculative_gain for x in chosen), default=1.0),
        max((x.batch_gain for x in chosen), default=1.0),
    )  # fmt: skip


def yield_of(sku: Sku, model: LanguageModel, load: Load, measured: float | None = None) -> Yield | None:
    """What a node yields: as measured, else by the roofline; None where the model does not fit or is too slow."""
    node, network = node_of(sku), network_of(model)
    point = roofline(node, network, load)
    if measured is None:
        return Yield(point.tokens, point.mfu, point.memory) if point else None
    weights, sequence = weights_of(network, load), kv_of(network, load) / load.packing
    batch = point.batch if point else max(1.0, batch_in_memory(node, network, load))
    memory = min(1.0, (weights + batch * sequence) / node.memory)
    return Yield(measured, mfu(node, network, load, measured), memory, True)


def demand_by_week(rows: Iterable[Demand], weeks: Iterable[date]) -> tuple[float, ...]:
    """The peak demand in each week: that of the latest row that started."""
    ordered = sorted(rows, key=lambda row: row.week)
    return tuple(next((r.tokens_per_s for r in reversed(ordered) if r.week <= week), 0.0) for week in weeks)


def yields_of(  # noqa: PLR0917 - the facts of one service
    service: Service, model: LanguageModel, skus: Iterable[Sku], sets: Iterable[tuple[Lever, ...]],
    measured: Mapping[tuple[str, Label], float], memory_cap: float,
) -> dict[tuple[Label, str], Yield]:  # fmt: skip
    """Yields by set of levers and SKU, as far as a node can serve at all."""
    skus, found = tuple(skus), {}
    for levers in sets:
        label, load = label_of(x.lever for x in levers), load_of(service, levers, memory_cap)
        for sku in skus:
            one = yield_of(sku, model, load, measured.get((sku.sku, label)))
            if one is not None:
                found[label, sku.sku] = one
    return found


def lever_sets(always: Iterable[Lever], open_: Iterable[Lever]) -> list[tuple[Lever, ...]]:
    """Every set of levers that may come to be, the smallest first: those delivered before, and any of the others."""
    base, others = tuple(always), tuple(open_)
    return [(*base, *more) for size in range(len(others) + 1) for more in combinations(others, size)]


def measured_of(rows: Iterable[Throughput], service: str) -> dict[tuple[str, Label], float]:
    """Measured tokens/s of a service by SKU and set of levers."""
    return {(row.sku, row.levers): row.tokens_per_s for row in rows if row.service == service}


def services_of(problem: Problem, policy: str) -> dict[tuple[str, str], Serving]:
    """Every service of a portfolio that is not done, by project and need."""
    cap = problem.policy[policy].memory_cap
    live = [s for s in problem.services if problem.project[s.project].status != "done"]
    return {(service.project, service.need): _serving(problem, service, cap) for service in live}


def _serving(problem: Problem, service: Service, cap: float) -> Serving:
    skus = {sku.sku: sku for sku in problem.skus}
    model = next(m for m in problem.models if m.model == service.model)
    rows = [x for x in problem.levers if x.service == service.project]
    done = [x for x in rows if problem.project[x.lever].status == "done"]
    able = [x for x in rows if x not in done and problem.project[x.lever].must != "out"]
    sku_of = {e.pool: problem.pool[e.pool].type for e in problem.pools_of[service.project, service.need]}
    used = [skus[name] for name in sorted(set(sku_of.values()))]
    measured = measured_of(problem.throughput, service.project)
    yields = yields_of(service, model, used, lever_sets((), [*done, *able]), measured, cap)
    demand = demand_by_week((d for d in problem.demand if d.project == service.project), problem.weeks)
    levers, today = tuple(x.lever for x in able), label_of(x.lever for x in done)
    return Serving(service, demand, levers, today, sku_of, _worth_having(yields, today))


def _worth_having(yields: dict[tuple[Label, str], Yield], today: Label) -> dict[tuple[Label, str], Yield]:
    """Without the sets that a part of them equals on every SKU: what else they have brings nothing. Today's stays."""
    by_label: dict[Label, dict[str, float]] = {}
    for (label, sku), one in yields.items():
        by_label.setdefault(label, {})[sku] = one.tokens
    kept: list[Label] = []
    for label, mine in by_label.items():
        smaller = [by_label[k] for k in kept if set(levers_in(k)) < set(levers_in(label))]
        equal = any(all(less.get(sku, 0.0) >= tokens - 1e-9 for sku, tokens in mine.items()) for less in smaller)
        if label == today or not equal:
            kept.append(label)
    return {key: one for key, one in yields.items() if key[0] in kept}
