"""One measured solve in a process of its own: prints one line of JSON. Started by `benchmarks.run`."""

from __future__ import annotations

import json
import resource
import sys
import time
from typing import Any

from benchmarks.generate import generate
from benchmarks.textbook import textbook
from solver.problem import Problem
from solver.progress import Options

POLICY = "code-red"
KILOBYTES = 1024 if sys.platform == "darwin" else 1
"""Divisor that makes ru_maxrss kilobytes: macOS counts bytes, Linux kilobytes."""


def run_codered(problem: Problem, limit: float, gap: float, *, same_proof: bool) -> dict[str, Any]:
    """The library as a script calls it; checking the plan is part of it."""
    from solver.solve import solve

    del same_proof
    begin = time.perf_counter()
    outcome = solve(problem, POLICY, options=Options(time_limit=limit, gap=gap))
    seconds = time.perf_counter() - begin
    classes = [
        {"name": c.name, "ideal": c.ideal, "attained": c.attained, "bound": c.bound, "gap_percent": c.gap_percent}
        for c in outcome.classes
    ]
    reached = bool(classes) and all(c.gap_percent <= 100 * gap + 1e-9 for c in outcome.classes)
    return {
        "status": str(outcome.status), "finished": outcome.plan is not None and reached, "seconds": seconds,
        "stages": outcome.seconds, "classes": classes, "arrivals": outcome.arrivals, "pauses": outcome.pauses,
    }  # fmt: skip


def run_textbook(problem: Problem, limit: float, gap: float, *, same_proof: bool) -> dict[str, Any]:
    """The textbook formulation, any amounts, without the last stage (disruption), within the same kind of limit."""
    answer = textbook(problem, POLICY, time_limit=limit, ideal_gap=gap if same_proof else None)
    classes = [
        {
            "name": s.name, "ideal": s.ideal, "attained": s.attained, "bound": s.bound, "gap_percent": s.gap_percent,
            "seconds": s.seconds,
        }
        for s in answer.stages
    ]  # fmt: skip
    return {
        "status": answer.status, "finished": answer.finished, "seconds": answer.seconds, "classes": classes,
        "build_seconds": answer.build_seconds, "columns": answer.columns, "rows": answer.rows,
    }  # fmt: skip


def peak_mb() -> float:
    """The most memory this process ever held."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / KILOBYTES / 1024


def main(words: list[str]) -> None:
    """`codered|textbook PROJECTSxPOOLSxWEEKS SEED LIMIT GAP [--same-proof]`"""
    who, size, seed, limit, gap = words[:5]
    projects, pools, weeks = (int(n) for n in size.split("x"))
    problem = generate(projects, pools, weeks, seed=int(seed))
    before = peak_mb()
    measure = {"codered": run_codered, "textbook": run_textbook}[who]
    result = measure(problem, float(limit), float(gap), same_proof="--same-proof" in words)
    print(json.dumps({**result, "peak_mb": peak_mb(), "peak_mb_before": before}))


if __name__ == "__main__":
    main(sys.argv[1:])
