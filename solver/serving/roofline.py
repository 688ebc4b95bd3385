"""How many tokens a node serves: a roofline over compute, bandwidth and memory, as pure formulas.

For one node: memory M, bandwidth BW, peak F at the precision, weights W, parameters P active per token, prompt i and
output o tokens, mean context s = i + o/2, KV bytes per token k, memory cap phi, prefix hits h, speculative gain a:

    B_mem = (phi M - W) / (k s)               B = min(B_mem, the largest batch that meets the TPOT limit)
    c_p = 2 P (1 - h) / (eta_c F)                                                  node-seconds per prompt token
    c_d = (max(2 P B/(eta_c F), W/(eta_b BW)) + B k s/(eta_b BW) + t0) / (a B)     node-seconds per output token
    X = 1/(c_d + c_p i/o)     MFU = 2 P X (1 + i (1 - h)/o)/F     TPOT = B c_d + (B/o) i c_p
"""

from __future__ import annotations

from dataclasses import dataclass
from math import log

PRECISIONS = ("bf16", "fp8", "fp4")
"""From the widest to the narrowest."""
BYTES = {"bf16": 2.0, "fp8": 1.0, "fp4": 0.5625}
"""Bytes per value; FP4 carries one FP8 scale per block of 16."""
ETA_BANDWIDTH = 0.8
SMALL, LARGE = 70e9, 405e9
CALIBRATION = {"bf16": ((0.57, 0.015), (0.40, 0.040)), "fp8": ((0.57, 0.015), (0.40, 0.040)),
               "fp4": ((0.40, 0.015), (0.33, 0.050))}  # fmt: skip
"""eta_c and t0 in seconds by precision, at 70 and at 405 billion active parameters, calibrated on published FP8 and FP4
tables (benchmarks/validate_throughput.py measures how well); BF16 was not calibrated and is taken as FP8."""


@dataclass(frozen=True, slots=True)
class Node:
    """What one node has: memory in bytes, bandwidth in bytes/s, and peak FLOP/s by precision (missing: none)."""

    memory: float
    bandwidth: float
    peak: dict[str, float]

    def flops(self, precision: str) -> float:
        """The peak at a precision; where the hardware has none, at the next wider one."""
        wider = PRECISIONS[: PRECISIONS.index(precision) + 1]
        return next(self.peak[p] for p in reversed(wider) if self.peak.get(p))


@dataclass(frozen=True, slots=True)
class Network:
    """A language model: parameters in all and active per token, and its KV values per token of context."""

    parameters: float
    active: float
    kv_values: float


@dataclass(frozen=True, slots=True)
class Load:
    """What is asked of a node, and how it serves: tokens, limits, precisions, and what levers bring.

    `packing` is how many times more sequences fit into the same KV memory than one by one.
    """

    prompt: float
    output: float
    tpot: float
    memory_cap: float
    weights: str = "bf16"
    kv: str = "bf16"
    prefix_hit: float = 0.0
    speculative: float = 1.0
    packing: float = 1.0

    @property
    def context(self) -> float:
        """Mean tokens in the KV cache of a sequence."""
        return self.prompt + self.output / 2.0


@dataclass(frozen=True, slots=True)
class Point:
    """How a node serves: sequences at once, output tokens/s, MFU, seconds per output token, share of memory in use."""

    batch: float
    tokens: float
    mfu: float
    tpot: float
    memory: float


def calibration(active: float, precision: str) -> tuple[float, float]:
    """eta_c and t0 of a model, between the two calibrated sizes in proportion to the logarithm of its size."""
    share = min(1.0, max(0.0, log(max(active, 1.0) / SMALL) / log(LARGE / SMALL)))
    (eta, t0), (eta_large, t0_large) = CALIBRATION[precision]
    return eta + share * (eta_large - eta), t0 + share * (t0_large - t0)


def weight_bytes(network: Network, load: Load) -> float:
    """W: what the weights take, whatever the batch."""
    return network.parameters * BYTES[load.weights]


def kv_bytes(network: Network, load: Load) -> float:
    """k s: what one sequence takes in the KV cache at its mean context, and what is read of it per token."""
    return network.kv_values * BYTES[load.kv] * load.context


def least_memory(network: Network, load: Load) -> float:
    """Bytes of a node without which not even one sequence can be served."""
    return weight_bytes(network, load) + kv_bytes(network, load) / load.packing


def batch_in_memory(node: Node, network: Network, load: Load) -> float:
    """B_mem = packing (phi M - W) / (k s); below 1 where the model does not fit."""
    room = load.memory_cap * node.memory - weight_bytes(network, load)
    return load.packing * room / kv_bytes(network, load)


def batch_in_time(node: Node, network: Network, load: Load) -> float:
    """The largest batch that meets the TPOT limit (0: none); TPOT(B) is the larger of two rising lines in B."""
    compute, weights, kv, prefill, t0 = _seconds(node, network, load)
    a = load.speculative
    weights_read = (load.tpot - (weights + t0) / a) / (kv / a + prefill)
    computed = (load.tpot - t0 / a) / ((compute + kv) / a + prefill)
    return max(0.0, min(weights_read, computed))


def least_tpot(node: Node, network: Network, load: Load) -> float:
    """Seconds per output token of a node that serves one sequence."""
    return _tpot(node, network, load, 1.0)


def roofline(node: Node, network: Network, load: Load) -> Point | None:
    """How a node serves at its best; None where not even one sequence fits into memory and time."""
    batch = min(batch_in_memory(node, network, load), batch_in_time(node, network, load))
    if batch < 1.0:
        return None
    return at_batch(node, network, load, batch)


def at_batch(node: Node, network: Network, load: Load, batch: float) -> Point:
    """How a node serves with so many sequences at once, whatever the limits say."""
    compute, weights, kv, prefill, t0 = _seconds(node, network, load)
    decode = (max(compute * batch, weights) + batch * kv + t0) / (load.speculative * batch)
    tokens = 1.0 / (decode + prefill)
    memory = weight_bytes(network, load) + batch * kv_bytes(network, load) / load.packing
    return Point(batch, tokens, mfu(node, network, load, tokens), batch * (decode + prefill), memory / node.memory)


def mfu(node: Node, network: Network, load: Load, tokens: float) -> float:
    """2 P X (1 + i (1 - h)/o) / F: the share of the peak that useful work takes."""
    work = 1.0 + load.prompt * (1.0 - load.prefix_hit) / load.output
    return 2.0 * network.active * tokens * work / node.flops(load.weights)


def _tpot(node: Node, network: Network, load: Load, batch: float) -> float:
    return at_batch(node, network, load, batch).tpot


def _seconds(node: Node, network: Network, load: Load) -> tuple[float, float, float, float, float]:
    """Node-seconds: computing one token, reading all weights, reading one KV cache, prefill per output token, t0."""
    eta, t0 = calibration(network.active, load.weights)
    compute = 2.0 * network.active / (eta * node.flops(load.weights))
    bandwidth = ETA_BANDWIDTH * node.bandwidth
    prefill = compute * (1.0 - load.prefix_hit) * load.prompt / load.output
    return compute, weight_bytes(network, load) / bandwidth, kv_bytes(network, load) / bandwidth, prefill, t0
