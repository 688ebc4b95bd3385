"""One measured solve in a process of its own: prints one line of JSON. Started by `benchmarks.run`."""

from __future__ import annotations

import json
import resource
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

from benchmarks.answer import Answer, violations
from benchmarks.generate import generate
from solver.problem import Problem
from solver.progress import Options

Result = dict[str, Any]
POLICY = "code-red"
KILOBYTES = 1024 if sys.platform == "darwin" else 1
"""Divisor that makes ru_maxrss kilobytes: macOS counts bytes, Linux kilobytes."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What is asked of a solve: policy `POLICY` within some seconds, proven to a share of each class's ideal."""

    problem: Problem
    limit: float
    gap: float
    same_proof: bool


def run_codered(wish: Wish, threads: int = 1) -> Result:
    """The library as a script calls it; checking the plan is part of it."""
    from solver.solve import solve

    begin = time.perf_counter()
    outcome = solve(wish.problem, POLICY, options=Options(time_limit=wish.limit, gap=wish.gap, threads=threads))
    seconds = time.perf_counter() - begin
    classes = [
        {"name": c.name, "ideal": c.ideal, "attained": c.attained, "bound": c.bound, "gap_percent": c.gap_percent}
        for c in outcome.classes
    ]
    reached = [c for c in outcome.classes if c.gap_percent <= 100 * wish.gap + 1e-9]
    return {
        "status": str(outcome.status), "finished": bool(reached) and len(reached) == len(classes), "seconds": seconds,
        "proven": len(reached), "stages": outcome.seconds, "classes": classes, "arrivals": outcome.arrivals,
        "pauses": outcome.pauses,
    }  # fmt: skip


def run_textbook(wish: Wish) -> Result:
    """The textbook formulation, any amounts, without the last stage (disruption), within the same kind of limit."""
    from benchmarks.textbook import textbook

    ideal_gap = wish.gap if wish.same_proof else None
    return told(textbook(wish.problem, POLICY, time_limit=wish.limit, ideal_gap=ideal_gap))


def run_linopy(wish: Wish) -> Result:
    """codered's model through linopy, without the last stage."""
    from benchmarks.through_linopy import through_linopy

    return told(through_linopy(wish.problem, POLICY, time_limit=wish.limit, gap=wish.gap))


def run_cpsat(wish: Wish, threads: int = 1) -> Result:
    """codered's model in whole numbers through CP-SAT, without the last stage."""
    from benchmarks.through_cpsat import through_cpsat

    return told(through_cpsat(wish.problem, POLICY, time_limit=wish.limit, gap=wish.gap, threads=threads))


def run_relaxation(wish: Wish) -> Result:
    """codered's model without whole numbers."""
    from benchmarks.relaxation import relaxation

    answer = relaxation(wish.problem, POLICY, time_limit=wish.limit)
    answer.values = None
    return told(answer)


def told(answer: Answer) -> Result:
    """An answer as plain data; `values` are taken out again before it is printed."""
    classes = [
        {
            "name": s.name, "ideal": s.ideal, "attained": s.attained, "bound": s.bound, "gap_percent": s.gap_percent,
            "seconds": s.seconds,
        }
        for s in answer.stages
    ]  # fmt: skip
    return {
        "status": answer.status, "finished": answer.finished, "seconds": answer.seconds, "classes": classes,
        "proven": sum(s.proven for s in answer.stages), "build_seconds": answer.build_seconds,
        "columns": answer.columns, "rows": answer.rows, "notes": answer.notes, "values": answer.values,
    }  # fmt: skip


MEASURES: dict[str, Callable[[Wish], Result]] = {
    "codered": run_codered, "codered-2": partial(run_codered, threads=2), "textbook": run_textbook,
    "linopy": run_linopy, "cp-sat": run_cpsat, "cp-sat-2": partial(run_cpsat, threads=2), "relaxation": run_relaxation,
}  # fmt: skip
"""Who can be asked; `-2` is the same on two threads."""


def cpu_seconds() -> float:
    """Processor time of this process so far, all its threads together."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def peak_mb() -> float:
    """The most memory this process ever held."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / KILOBYTES / 1024


def main(words: list[str]) -> None:
    """`WHO PROJECTSxPOOLSxWEEKS SEED LIMIT GAP [--same-proof]`; who is one of `MEASURES`."""
    who, size, seed, limit, gap = words[:5]
    projects, pools, weeks = (int(n) for n in size.split("x"))
    problem = generate(projects, pools, weeks, seed=int(seed))
    memory, cpu = peak_mb(), cpu_seconds()
    result = MEASURES[who](Wish(problem, float(limit), float(gap), "--same-proof" in words))
    result |= {"cpu_seconds": cpu_seconds() - cpu, "peak_mb": peak_mb(), "peak_mb_before": memory}
    values = result.pop("values", None)
    if values is not None:
        result["violations"] = len(violations(problem, POLICY, values))
    print(json.dumps(result))


if __name__ == "__main__":
    main(sys.argv[1:])
