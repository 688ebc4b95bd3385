"""The planner on public instances of project selection, beside the best values known: value, bound and seconds.

python -m benchmarks.candidates FILE [FILE ...] [--limit SECONDS] [--known FILE] [--only NAME] [--until-known]

FILE is an instance of Liu's selection and scheduling problem (.json) or an OR-Library file of knapsacks (.txt); --known
is OR-Library's list of best values in the order of the knapsacks. The files are not part of this project.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from benchmarks.instances import read
from solver.plan import Outcome
from solver.problem import Problem
from solver.progress import Options, Progress, never_stop
from solver.solve import solve

PUBLISHED = {"pi_1_1000_25_0.25_0.01": 893_555.8159}
"""Best values published: Liu's repository PPSSolver, Gurobi 11.0.3 on 20 threads, 317 to 365 s."""
HEADS = (
    "instance",
    "value",
    "best known",
    "to known %",
    "bound",
    "gap %",
    "known after s",
    "CPU s",
    "wall s",
    "status",
)


@dataclass
class Watch:
    """When the best known value was reached, in seconds of wall time and of CPU."""

    known: float | None
    began: float
    after: float | None = None
    cpu: float | None = None

    def __call__(self, progress: Progress) -> None:
        reached = self.known is not None and (progress.incumbent or 0.0) >= self.known - 1e-6 * abs(self.known)
        if reached and self.after is None:
            self.after, self.cpu = progress.seconds, time.process_time() - self.began


def best_values(path: Path | None) -> list[float]:
    """The whole numbers at the head of OR-Library's list, until its second table."""
    if path is None:
        return []
    text = path.read_text(encoding="utf-8")
    return [float(line) for line in text.splitlines() if re.fullmatch(r"\s*\d+\s*", line)]


def problems(paths: list[Path], known: list[float], only: str) -> Iterator[tuple[Problem, float | None]]:
    """The instances with the best value known of each."""
    place = iter(known)
    for path in paths:
        for problem in read(path):
            best = PUBLISHED.get(problem.head.portfolio) if path.suffix == ".json" else next(place, None)
            if only in problem.head.portfolio:
                yield problem, best


def run(
    problem: Problem, known: float | None, limit: float, threads: int, *, until_known: bool = False
) -> dict[str, object]:
    """One instance from the problem to the checked plan."""
    began, wall = time.process_time(), time.perf_counter()
    watch = Watch(known, began)
    # Half a unit of a whole value is proof enough; fractional ones run until the time is up.
    options = Options(time_limit=limit, gap=1e-7, threads=threads)
    stop = (lambda: watch.after is not None) if until_known else never_stop
    outcome = solve(problem, "select", options=options, on_progress=watch, should_stop=stop)
    return _row(problem, outcome, watch, time.process_time() - began, time.perf_counter() - wall)


def _row(problem: Problem, outcome: Outcome, watch: Watch, cpu: float, wall: float) -> dict[str, object]:
    (only,) = outcome.classes or (None,)
    value, bound = (only.attained, only.bound) if only else (0.0, float("nan"))
    share = 100.0 * (value / watch.known - 1.0) if watch.known else None
    cells = (
        problem.head.portfolio, round(value, 2), watch.known, None if share is None else round(share, 4),
        round(bound, 2), round(100.0 * (bound - value) / bound, 4),
        None if watch.after is None else f"{watch.after:.1f} ({watch.cpu:.1f} CPU)", round(cpu, 1), round(wall, 1),
        str(outcome.status),
    )  # fmt: skip
    return dict(zip(HEADS, cells, strict=True))


def main() -> None:
    """Print a table, one row as soon as it is known."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("files", nargs="+", type=Path)
    parser.add_argument("--known", type=Path)
    parser.add_argument("--limit", type=float, default=60.0)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--only", default="")
    parser.add_argument("--until-known", action="store_true", help="stop where the best value known is reached")
    parser.add_argument("--json", action="store_true", help="one JSON object per line")
    given = parser.parse_args()
    print(f"limit {given.limit:g} s wall, load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores", flush=True)
    if not given.json:
        print(" | ".join(HEADS), flush=True)
    for problem, known in problems(given.files, best_values(given.known), given.only):
        row = run(problem, known, given.limit, given.threads, until_known=given.until_known)
        print(json.dumps(row) if given.json else " | ".join(str(cell) for cell in row.values()), flush=True)


if __name__ == "__main__":
    main()
