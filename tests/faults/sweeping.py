"""Sweeps whose worker, whose Dask workers and whose scheduler are killed while they calculate."""

from __future__ import annotations

import random
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from unittest.mock import patch

from app.actions import sweeps
from app.actions.audit import verify
from app.actions.snapshot import snapshot
from app.actions.sweep import Tally, WorkersLost, sweep
from app.db import Database
from app.errors import Refused
from app.processes import dask_cluster
from app.store import jobs
from app.store import sweeps as store
from solver.folder import read_files
from solver.progress import Options
from solver.sweep import Base, grid
from tests.app.lab import FILES, as_bytes
from tests.faults.ground import ROOT, Counted, Place, lab, until
from tests.faults.processes import end, worker_of

QUICK = Options(time_limit=20.0)
GONE_SECONDS = 2.0
"""How long a scheduler is looked for that was killed and does not come back."""


def sweeping_worker_killed(where: Place, times: int) -> Counted:
    """kill -9 of a worker in the middle of a sweep: another goes on, and every scenario has its one result."""
    moments, scenarios = random.Random(13), grid([("projects.ads.value", [str(n) for n in range(1, 41)])])
    with lab(where) as db:
        alone = [result.figures() for _, result in sweep(_base(db), scenarios, where.folder / "alone").rows]
        takeovers, kept, slowest = 0, 0, 0.0
        for _ in range(times):
            asked = sweeps.start(db, "lab", None, "ordinary", scenarios, "eve", QUICK)
            victim = worker_of(where)
            until(lambda asked=asked: sweeps.get(db, asked).done > 0, 120)  # type: ignore[misc]
            time.sleep(moments.uniform(0, 0.5))
            end(victim)
            before = _results(db, asked)
            kept += len(before)
            other = worker_of(where)
            slowest = max(slowest, until(lambda asked=asked: sweeps.get(db, asked).ended, 240))  # type: ignore[misc]
            end(other)
            now = sweeps.get(db, asked)
            assert (now.state, now.done) == ("done", len(scenarios)), now
            with db.reading() as session:
                takeovers += jobs.get(session, now.job or 0).token > 1
            after = _results(db, asked)
            assert {n: after[n] for n in before} == before, "a result that was kept was computed again"
            assert [result.figures() for _, result in sweeps.rows_of(db, asked)] == alone
        assert verify(db).good
        return {"killed": times, "taken over": takeovers, "kept": kept, "slowest_ms": round(1000 * slowest)}


def _base(db: Database) -> Base:
    return Base(snapshot(db, "lab"), "ordinary", QUICK)


def _results(db: Database, asked: int) -> dict[int, Mapping[str, object]]:
    with db.reading() as session:
        return dict(store.results(session, asked))


def dask_killed(where: Place, times: int) -> Counted:
    """kill -9 of a Dask worker, then of the scheduler, in the middle of a sweep: it goes on with a new cluster."""
    problem = read_files(as_bytes(FILES)).problem
    base, scenarios = Base(problem, "ordinary", QUICK), grid([("projects.ads.value", [str(n) for n in range(1, 61)])])
    alone = [result.figures() for _, result in sweep(base, scenarios, where.folder / "alone").rows]
    resumed = 0
    for number in range(times):
        out = where.folder / f"out-{number}"
        with dask(workers=2) as (address, processes):

            def kill(tally: Tally, processes: list[subprocess.Popen[str]] = processes) -> None:
                victim = {5: 1, 20: 0}.get(tally.done)  # first a worker, later the scheduler
                if victim is not None:
                    processes[victim].kill()
                if victim == 0:
                    dask_cluster.PATIENCE = GONE_SECONDS

            with patch.object(dask_cluster, "PATIENCE", dask_cluster.PATIENCE):
                try:
                    sweep(base, scenarios, out, dask_cluster.cluster(address), kill)
                except (WorkersLost, Refused):
                    resumed += 1
        with dask(workers=2) as (address, _):
            again = sweep(base, scenarios, out, dask_cluster.cluster(address))
        assert again.found >= 20, again.found
        assert (again.left, [result.figures() for _, result in again.rows]) == (0, alone)
    return {"killed": times, "resumed": resumed}


@contextmanager
def dask(workers: int) -> Iterator[tuple[str, list[subprocess.Popen[str]]]]:
    """A Dask scheduler and its workers as processes of their own, the scheduler first."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"tcp://127.0.0.1:{free.getsockname()[1]}"
    port = address.rsplit(":", 1)[1]
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "cwd": ROOT, "text": True}
    scheduler = ["scheduler", "--host", "127.0.0.1", "--port", port, "--no-dashboard"]
    one = ["worker", address, "--nthreads", "1", "--no-nanny", "--no-dashboard", "--host", "127.0.0.1"]
    command = [sys.executable, "-m", "distributed.cli.dask_{}"]
    started: list[subprocess.Popen[str]] = []
    try:
        for kind, *arguments in (scheduler, *[one] * workers):
            started.append(subprocess.Popen([*command[:2], command[2].format(kind), *arguments], **quiet))  # type: ignore[call-overload]
        yield address, started
    finally:
        for child in started:
            child.kill()
            child.wait()
