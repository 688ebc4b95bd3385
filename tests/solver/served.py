"""Small portfolios with a service: a chat on nodes of one or two SKUs, levers that engineers deliver, and ads."""

from __future__ import annotations

from typing import Any

from solver.problem import Problem
from solver.records import Baseline, Capacity, Eligible, Need, Pool, Project
from solver.serving.records import Demand, LanguageModel, Lever, Service, Sku, Throughput
from tests.solver.handmade import ml_pool, policy, portfolio, project, week

H100 = Sku(sku="h100", gpus=8, memory_gb=80, bandwidth_tb_s=3.35, tflops_bf16=989, tflops_fp8=1979)
B200 = Sku(sku="b200", gpus=8, memory_gb=180, bandwidth_tb_s=7.7, tflops_bf16=2250, tflops_fp8=4500, tflops_fp4=9000)
LLAMA = LanguageModel(model="llama", params_b=70.6, layers=80, kv_heads=8, head_dim=128)
FP8 = {"weights": "fp8", "kv": "fp8"}
Parts = dict[str, list[Any]]


def measured(*rows: tuple[str, str, float]) -> Parts:
    """Measured tokens/s by SKU and levers, so that amounts are plain numbers."""
    return {"throughput": [Throughput(service="chat", sku=s, levers=x, tokens_per_s=y) for s, x, y in rows]}


def pool(name: str, sku: str, amount: float, **facts: Any) -> Parts:
    """A pool of nodes of a SKU."""
    return {
        "pools": [Pool(pool=name, kind="gpu", type=sku, **facts)],
        "capacity": [Capacity(pool=name, week=week(0), amount=amount)],
    }


def chat(
    demand: tuple[float, ...] = (1000.0,), *, today: float = 0, pools: tuple[str, ...] = ("h100",),
    service: dict[str, Any] | None = None, **facts: Any,
) -> Parts:  # fmt: skip
    """The service, whose demand changes week by week as given and then stays; without headroom unless given."""
    facts = {"priority": 0, "value": 10.0, "status": "running" if today else "candidate"} | facts
    asked = {"prompt_tokens": 1000, "output_tokens": 250, "tpot_ms": 100, "headroom": 1.0} | (service or {})
    return {
        "projects": [Project(project="chat", kind="run", **facts)],
        "needs": [Need(project="chat", need="nodes", kind="gpu", full=None)],
        "eligible": [Eligible(project="chat", need="nodes", pool=p) for p in pools],
        "baseline": [Baseline(project="chat", need="nodes", pool=pools[0], amount=today)] if today else [],
        "models": [LLAMA],
        "skus": [H100, B200],
        "services": [Service(project="chat", need="nodes", model="llama", **asked)],
        "demand": [Demand(project="chat", week=week(t), tokens_per_s=x) for t, x in enumerate(demand)],
    }


def lever(name: str = "fp8", *, duration: float = 1.0, engineers: float = 1.0, **gains: Any) -> Parts:
    """A lever of chat as a build of the highest priority without value of its own."""
    states = {"status": gains.pop("status", "candidate"), "progress": gains.pop("progress", 0.0)}
    states |= {"priority": gains.pop("priority", 0), "must": gains.pop("must", None)}
    parts = project(name, engineers, kind="build", of="engineer", pools=("ml",), value=0, duration=duration, **states)
    return {**parts, "levers": [Lever(lever=name, service="chat", **(gains or FP8))]}


def served(*parts: Parts, weeks: int = 4, engineers: float = 10, nodes: float = 10, **facts: Any) -> Problem:
    """The portfolio of a chat, with h100 nodes and engineers; the policy has no ramps unless given."""
    base = (pool("h100", "h100", nodes), ml_pool(amount=engineers), policy(**facts))
    return portfolio(*base, *(parts or (chat(),)), weeks=weeks)
