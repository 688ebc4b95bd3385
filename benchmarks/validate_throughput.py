"""The throughput formulas against published tables: predicted, measured and error per point, failures included.

python -m benchmarks.validate_throughput
"""

from __future__ import annotations

import csv
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from solver.serving.records import LanguageModel, Sku
from solver.serving.roofline import Load, roofline
from solver.serving.services import network_of, node_of

POINTS = Path(__file__).resolve().parent / "published_throughput.csv"
MEMORY_CAP = 0.9
"""Benchmarks fill the memory: at 0.9, as servers do by default."""
NO_LIMIT = 1e6
FAILS = 0.25
"""An error above this is a failure."""
MODELS = {
    "llama-3.3-70b": LanguageModel(model="llama-3.3-70b", params_b=70.6, layers=80, kv_heads=8, head_dim=128),
    "llama-2-70b": LanguageModel(model="llama-2-70b", params_b=69.0, layers=80, kv_heads=8, head_dim=128),
    "llama-3.1-405b": LanguageModel(model="llama-3.1-405b", params_b=405.9, layers=126, kv_heads=8, head_dim=128),
    "deepseek-r1": LanguageModel(
        model="deepseek-r1", params_b=671, active_params_b=37, layers=61, kv_heads=1, head_dim=288
    ),
}
"""Shapes as their makers publish them; deepseek-r1 keeps 576 latent values per layer, which is 2 x 288."""
PEAKS = {
    "h100": (80, 3.35, 989, 1979, None),
    "h200": (141, 4.8, 989, 1979, None),
    "b200": (180, 7.7, 2250, 4500, 9000),
}
KNOWN = {
    (
        "mlperf",
        "llama-3.1-405b",
    ): "long prompts at a tight time per token: prefill runs apart from decode in chunks, which "
    "the formula lets hold up every token",
    (
        "mlperf",
        "deepseek-r1",
    ): "a mixture of experts: a batch reads the experts it meets, and t0 is not calibrated for it",
}
"""Why points fail, by table and model."""


@dataclass(frozen=True, slots=True)
class Point:
    """One published figure beside what the formulas say (0: no sequence fits into memory and time)."""

    table: str
    model: str
    sku: str
    gpus: int
    precision: str
    prompt: float
    output: float
    tpot_ms: float | None
    measured: float
    source: str
    predicted: float

    @property
    def error(self) -> float:
        """Predicted above (or below) measured, as a share of measured."""
        return self.predicted / self.measured - 1.0


def points() -> list[Point]:
    """Every published figure with its prediction."""
    with POINTS.open(newline="", encoding="utf-8") as file:
        return [_point(row) for row in csv.DictReader(file)]


def _point(row: dict[str, str]) -> Point:
    limit = float(row["tpot_ms"]) if row["tpot_ms"] else None
    memory, bandwidth, bf16, fp8, fp4 = PEAKS[row["sku"]]
    sku = Sku(
        sku=row["sku"], gpus=int(row["gpus"]), memory_gb=memory, bandwidth_tb_s=bandwidth, tflops_bf16=bf16,
        tflops_fp8=fp8, tflops_fp4=fp4,
    )  # fmt: skip
    load = Load(
        float(row["prompt"]), float(row["output"]), limit / 1000.0 if limit else NO_LIMIT, MEMORY_CAP,
        row["precision"], "fp8",
    )  # fmt: skip
    found = roofline(node_of(sku), network_of(MODELS[row["model"]]), load)
    return Point(
        row["table"], row["model"], row["sku"], int(row["gpus"]), row["precision"], load.prompt, load.output, limit,
        float(row["measured"]), row["source"], found.tokens if found else 0.0,
    )  # fmt: skip


def median_error(found: Iterable[Point]) -> float:
    """The median of the errors' sizes."""
    return median(abs(p.error) for p in found)


def line(p: Point) -> str:
    """One point as a row of the table."""
    limit = f"{p.tpot_ms:6.1f}" if p.tpot_ms else "     -"
    mark = "  FAILS" if abs(p.error) > FAILS else ""
    return (
        f"{p.model:15} {p.gpus:3}x{p.sku} {p.precision} {p.prompt:6.0f} {p.output:5.0f} {limit} "
        f"{p.predicted:9.0f} {p.measured:9.0f} {100 * p.error:+7.1f} %{mark}"
    )


def main() -> None:
    """Print every point, the failures with their reasons, and the median errors."""
    found = points()
    print(f"{'model':15} {'GPUs':8} prec prompt  output TPOT ms predicted  measured    error   (output tokens/s)")
    for table in ("trtllm", "mlperf"):
        mine = [p for p in found if p.table == table]
        print(f"\n{table}: {'; '.join(sorted({p.source.split(',')[0] for p in mine}))}")
        for p in mine:
            print(line(p))
        by_model = {m: [p for p in mine if p.model == m] for m in dict.fromkeys(p.model for p in mine)}
        parts = ", ".join(f"{m} {100 * median_error(ps):.1f} %" for m, ps in by_model.items())
        print(f"median error of {len(mine)} points: {100 * median_error(mine):.1f} % ({parts})")
        dense = [p for p in mine if MODELS[p.model].active_params_b is None]
        if len(dense) < len(mine):
            print(f"median error of the {len(dense)} points of dense models: {100 * median_error(dense):.1f} %")
    print(f"\nfailures (error above {100 * FAILS:.0f} %):")
    for (table, model), why in KNOWN.items():
        count = sum(abs(p.error) > FAILS for p in found if (p.table, p.model) == (table, model))
        print(f"  {count} of {table} {model}: {why}")
    others = [p for p in found if abs(p.error) > FAILS and (p.table, p.model) not in KNOWN]
    print(f"  {len(others)} others" + "".join(f"\n    {line(p)}" for p in others))
    print("A failing service needs a measured row in throughput.csv. MLPerf is a trade mark of MLCommons; these")
    print("predictions are not results verified by it.")


if __name__ == "__main__":
    main()
