"""The record kinds of serving: models, SKUs, services with their demand, levers, and measured throughput."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from solver.columns import Type, column
from solver.serving.roofline import PRECISIONS


@dataclass(frozen=True, slots=True, kw_only=True)
class LanguageModel:
    """A model that services run: its parameters, and the shape of its KV cache."""

    model: str = column(Type.ID, "id of the model", required=True, key=True)
    params_b: float = column(
        Type.AMOUNT, "parameters that weights take memory for", required=True, minimum=0.001, unit="billions"
    )
    active_params_b: float | None = column(
        Type.AMOUNT, "parameters active per token (blank: all)", minimum=0.001, unit="billions"
    )
    layers: int = column(Type.INTEGER, "layers with a KV cache", required=True, minimum=1, maximum=10000)
    kv_heads: int = column(Type.INTEGER, "key-value heads per layer", required=True, minimum=1, maximum=10000)
    head_dim: int = column(Type.INTEGER, "values per head", required=True, minimum=1, maximum=100000)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sku:
    """The hardware of a node, named by the `type` of GPU pools; figures are per GPU, without sparsity."""

    sku: str = column(Type.ID, "id of the SKU, as in the type of a pool", required=True, key=True)
    gpus: int = column(Type.INTEGER, "GPUs per node", required=True, minimum=1, maximum=1024)
    memory_gb: float = column(Type.AMOUNT, "memory per GPU", required=True, minimum=0.001, unit="GB")
    bandwidth_tb_s: float = column(Type.AMOUNT, "memory bandwidth per GPU", required=True, minimum=0.001, unit="TB/s")
    tflops_bf16: float = column(Type.AMOUNT, "dense peak per GPU, BF16", required=True, minimum=0.001, unit="TFLOP/s")
    tflops_fp8: float | None = column(
        Type.AMOUNT, "dense peak per GPU, FP8 (blank: computes in BF16)", minimum=0.001, unit="TFLOP/s"
    )
    tflops_fp4: float | None = column(
        Type.AMOUNT, "dense peak per GPU, FP4 (blank: computes in the next wider)", minimum=0.001, unit="TFLOP/s"
    )
    kw: float | None = column(Type.AMOUNT, "power of a node", minimum=0, unit="kW")


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """A need for nodes that answers users: what full pace takes follows from its demand in tokens per second."""

    project: str = column(Type.ID, "project", required=True, key=True, refers="projects")
    need: str = column(Type.ID, "its need for GPU nodes (blank there: full and minimum)", required=True, refers="needs")
    model: str = column(Type.ID, "model it runs", required=True, refers="models")
    prompt_tokens: float = column(Type.AMOUNT, "mean prompt", required=True, minimum=0, unit="tokens/request")
    output_tokens: float = column(Type.AMOUNT, "mean answer", required=True, minimum=1, unit="tokens/request")
    tpot_ms: float = column(
        Type.AMOUNT, "longest time per output token", required=True, minimum=0.001, maximum=1e9, unit="ms"
    )
    weights: str = column(Type.CHOICE, "precision of the weights today", default="bf16", choices=PRECISIONS)
    kv: str = column(Type.CHOICE, "precision of the KV cache today", default="bf16", choices=PRECISIONS)
    headroom: float = column(
        Type.AMOUNT, "share of a node's throughput that is planned with", default=0.75, minimum=0.01, maximum=1
    )
    minimum_share: float = column(
        Type.AMOUNT, "least share of the demand that is served while on", default=0.0, minimum=0, maximum=1
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Demand:
    """What users ask of a service at peak, from a week on until its next row."""

    project: str = column(Type.ID, "service", required=True, key=True, refers="services")
    week: date = column(Type.WEEK, "first week of this demand", required=True, key=True)
    tokens_per_s: float = column(Type.AMOUNT, "output tokens at peak", required=True, minimum=0, unit="tokens/s")


@dataclass(frozen=True, slots=True, kw_only=True)
class Lever:
    """A build that makes a service's nodes yield more once it is complete."""

    lever: str = column(Type.ID, "the build project that delivers it", required=True, key=True, refers="projects")
    service: str = column(Type.ID, "the service it is for", required=True, key=True, refers="services")
    weights: str | None = column(Type.CHOICE, "precision of the weights with it", choices=PRECISIONS)
    kv: str | None = column(Type.CHOICE, "precision of the KV cache with it", choices=PRECISIONS)
    prefix_hit: float = column(
        Type.AMOUNT, "share of prompt tokens found in a cache", default=0.0, minimum=0, maximum=0.99
    )
    speculative_gain: float = column(
        Type.AMOUNT, "output tokens accepted per step (1: none)", default=1.0, minimum=1, maximum=16
    )
    batch_gain: float = column(
        Type.AMOUNT, "how many times more sequences fit into the same KV memory (1: none)",
        default=1.0, minimum=1, maximum=16,
    )  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Throughput:
    """A measured throughput of one node, which replaces the formula for that SKU and exactly that set of levers."""

    service: str = column(Type.ID, "service", required=True, key=True, refers="services")
    sku: str = column(Type.ID, "SKU", required=True, key=True, refers="skus")
    levers: str = column(Type.SET, "levers in use (blank: none)", key=True, default="")
    tokens_per_s: float = column(
        Type.AMOUNT, "output tokens of a node at full load", required=True, minimum=0.001, unit="tokens/s"
    )
    source: str = column(Type.TEXT, "where it was measured", default="")


SERVING_TABLES: dict[str, type] = {
    "models": LanguageModel,
    "skus": Sku,
    "services": Service,
    "demand": Demand,
    "levers": Lever,
    "throughput": Throughput,
}
