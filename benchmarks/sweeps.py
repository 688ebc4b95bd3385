"""Sweeps measured: one example in many scenarios, in this process, by a pool and on Dask, with equal results.

python -m benchmarks.sweeps examples/petersen/mknap1-3 --scenarios 1000 --workers 1 2 4
"""

from __future__ import annotations

import argparse
import os
import resource
import tempfile
import time
from pathlib import Path

from distributed import LocalCluster

from app.actions.sweep import sweep
from app.processes.dask_cluster import cluster
from app.processes.sweep import Hire, pool
from solver.folder import read_folder
from solver.progress import Options
from solver.sweep import Base, Scenario, grid


def scenarios_of(base: Base, count: int) -> list[Scenario]:
    """As many values of the first project."""
    project = next(iter(base.problem.project))
    return grid([(f"projects.{project}.value", [f"x{1 + n / count:.6f}" for n in range(count)])])


def measured(name: str, base: Base, count: int, hire: Hire | None) -> tuple[float, list[dict[str, object]]]:
    """Seconds from start to the written table, and the figures without times."""
    with tempfile.TemporaryDirectory() as out:
        started, before = time.perf_counter(), _cpu()
        tally = sweep(base, scenarios_of(base, count), Path(out), hire)
        seconds, cpu = time.perf_counter() - started, _cpu() - before
    load = os.getloadavg()[0]
    busy = sum(result.seconds for _, result in tally.rows)
    rate, spent = f"{count / seconds:7.2f} a second", f"solver {busy:8.1f} s  cpu {cpu:8.1f} s  load {load:.1f}"
    print(f"{name:10} {seconds:8.1f} s  {rate}  {spent}", flush=True)
    return seconds, [result.figures() for _, result in tally.rows]


def _cpu() -> float:
    """CPU seconds of this process and of those it began that have ended; not of a Dask cluster that still runs."""
    ours, theirs = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return ours.ru_utime + ours.ru_stime + theirs.ru_utime + theirs.ru_stime


def main() -> None:
    """Every way once, and how much faster than this process alone."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--policy")
    parser.add_argument("--scenarios", type=int, default=1000)
    parser.add_argument("--workers", type=int, nargs="+", default=[1, 2, 4])
    asked = parser.parse_args()
    problem = read_folder(asked.folder)
    base = Base(problem, asked.policy or next(iter(problem.policy)), Options(time_limit=600))
    serial, expected = measured("serial", base, asked.scenarios, None)
    for workers in asked.workers:
        ways: list[tuple[str, Hire]] = [(f"pool {workers}", pool(workers))]
        with LocalCluster(n_workers=workers, threads_per_worker=1, dashboard_address=None) as started:
            ways.append((f"dask {workers}", cluster(started.scheduler_address)))
            for name, hire in ways:
                seconds, found = measured(name, base, asked.scenarios, hire)
                print(f"{'':10} speed-up {serial / seconds:5.2f}  equal: {found == expected}", flush=True)


if __name__ == "__main__":
    main()
