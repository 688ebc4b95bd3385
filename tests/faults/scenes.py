"""What goes wrong, each as one function that is repeated some times and says what it counted."""

from __future__ import annotations

import os
import random
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from app.actions import sweeps, work
from app.actions.audit import verify
from app.actions.edit import rows
from app.actions.import_data import import_portfolio
from app.actions.plans import list_plans
from app.actions.recompute import get_job, start
from app.actions.snapshot import snapshot
from app.actions.sweep import Tally, WorkersLost, sweep
from app.db import Database
from app.errors import Refused
from app.processes.dask_cluster import cluster
from app.store import jobs
from app.store import sweeps as store
from solver.folder import read_files
from solver.progress import Options
from solver.sweep import Base, grid
from tests.app.lab import FILES, as_bytes

ROOT = Path(__file__).resolve().parents[2]
LEASE = 2.0
QUICK = Options(time_limit=20.0)
Counted = Mapping[str, int]


@contextmanager
def lab(folder: Path, url: str = "") -> Iterator[Database]:
    """A database with the small portfolio; the jobs are left to worker processes."""
    db = Database(url or f"sqlite:///{folder / 'codered.db'}")
    db.upgrade()
    import_portfolio(db, as_bytes(FILES), "ann")
    work.leave_to_others()
    try:
        yield db
    finally:
        work.shut_down()
        db.close()


@contextmanager
def process(module: str, *arguments: str) -> Iterator[subprocess.Popen[str]]:
    """A Python process that said it is ready; killed at the end if it still lives."""
    command = [sys.executable, "-m", module, *arguments]
    child = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    try:
        assert child.stdout is not None
        assert child.stdout.readline().strip() == "ready"
        yield child
    finally:
        child.kill()
        child.wait()
        child.stdout.close()  # type: ignore[union-attr]


def worker(db: Database) -> subprocess.Popen[str]:
    """A worker process, which the caller ends."""
    url = db.url.render_as_string(hide_password=False)
    command = [sys.executable, "-m", "tests.faults.worker", url, str(LEASE)]
    child = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    assert child.stdout is not None
    assert child.stdout.readline().strip() == "ready"
    return child


def until(true: Callable[[], bool], seconds: float = 30.0) -> float:
    """Wait for something; how long it took."""
    began = time.monotonic()
    while not true():
        assert time.monotonic() < began + seconds, "it did not come"
        time.sleep(0.01)
    return time.monotonic() - began


def _running(db: Database, job: int) -> bool:
    with db.reading() as session:
        return jobs.get(session, job).state == jobs.RUNNING


def _end(child: subprocess.Popen[str]) -> None:
    child.kill()
    child.wait()
    assert child.stdout is not None
    child.stdout.close()


def worker_killed_mid_solve(folder: Path, times: int, url: str = "") -> Counted:
    """kill -9 of a worker in the middle of a solve: the other one takes over, one plan is stored."""
    moments = random.Random(7)
    with lab(folder, url) as db:
        pair = [worker(db), worker(db)]
        takeovers, slowest = 0, 0.0
        try:
            for _ in range(times):
                job = start(db, "lab", None, "ordinary", "eve")
                until(lambda job=job: _running(db, job))  # type: ignore[misc]
                time.sleep(moments.uniform(0, 0.4))
                with db.reading() as session:
                    pid = int(jobs.get(session, job).owner.rsplit(":", 2)[1])
                victim = next(one for one in pair if one.pid == pid)
                _end(victim)
                slowest = max(slowest, until(lambda job=job: get_job(db, job).ended))  # type: ignore[misc]
                assert get_job(db, job).state == "done", get_job(db, job)
                with db.reading() as session:
                    takeovers += jobs.get(session, job).token > 1
                pair[pair.index(victim)] = worker(db)
        finally:
            for one in pair:
                _end(one)
        plans = len(list_plans(db, "lab", 10 * times))
        assert plans == times, f"{plans} plans of {times} jobs"
        assert verify(db).good
        return {"killed": times, "taken over": takeovers, "plans": plans, "slowest_ms": round(1000 * slowest)}


def worker_stopped_past_its_lease(folder: Path, times: int, url: str = "") -> Counted:
    """SIGSTOP past the lease: another finishes; the stopped one wakes, and its result is refused."""
    with lab(folder, url) as db:
        for _ in range(times):
            first = worker(db)
            job = start(db, "lab", None, "ordinary", "eve")
            until(lambda job=job: _running(db, job))  # type: ignore[misc]
            os.kill(first.pid, signal.SIGSTOP)
            second = worker(db)
            until(lambda job=job: get_job(db, job).ended)  # type: ignore[misc]
            os.kill(first.pid, signal.SIGCONT)
            time.sleep(1.0)  # the time in which the first one would store a second plan
            _end(first)
            _end(second)
            with db.reading() as session:
                assert jobs.get(session, job).token == 2
        plans = len(list_plans(db, "lab", 10 * times))
        assert plans == times, f"{plans} plans of {times} jobs"
        return {"stopped": times, "plans": plans}


def importer_killed(folder: Path, times: int, url: str = "") -> Counted:
    """kill -9 of a process in the middle of an import: all of it or nothing is there."""
    moments = random.Random(11)
    with lab(folder, url) as db:
        whole = 0
        for number in range(times):
            before = {r.key: r.version for r in rows(db, "lab", "projects")}
            with process("tests.faults.importer", db.url.render_as_string(hide_password=False), str(number)) as child:
                time.sleep(moments.uniform(0, 0.06))
                child.kill()
                child.wait()
            names = {r.record.name for r in rows(db, "lab", "projects")}
            after = {r.key: r.version for r in rows(db, "lab", "projects")}
            stamped = {name.endswith(f" #{number}") for name in names}
            assert len(stamped) == 1, f"half an import: {names}"
            assert stamped == {True} or after == before
            whole += stamped == {True}
        assert verify(db).good
        return {"killed": times, "whole": whole, "nothing": times - whole}


def sweeping_worker_killed(folder: Path, times: int, url: str = "") -> Counted:
    """kill -9 of a worker in the middle of a sweep: another goes on, and every scenario has its one result."""
    moments, scenarios = random.Random(13), grid([("projects.ads.value", [str(n) for n in range(1, 41)])])
    with lab(folder, url) as db:
        alone = [result.figures() for _, result in sweep(_base(db), scenarios, folder / "alone").rows]
        takeovers, kept, slowest = 0, 0, 0.0
        for _ in range(times):
            asked = sweeps.start(db, "lab", None, "ordinary", scenarios, "eve", QUICK)
            victim = worker(db)
            until(lambda asked=asked: sweeps.get(db, asked).done > 0, 120)  # type: ignore[misc]
            time.sleep(moments.uniform(0, 0.5))
            _end(victim)
            before = _results(db, asked)
            kept += len(before)
            other = worker(db)
            slowest = max(slowest, until(lambda asked=asked: sweeps.get(db, asked).ended, 240))  # type: ignore[misc]
            _end(other)
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


def dask_killed(folder: Path, times: int, _: str = "") -> Counted:
    """kill -9 of a Dask worker, then of the scheduler, in the middle of a sweep: it goes on with a new cluster."""
    problem = read_files(as_bytes(FILES)).problem
    base, scenarios = Base(problem, "ordinary", QUICK), grid([("projects.ads.value", [str(n) for n in range(1, 61)])])
    alone = [result.figures() for _, result in sweep(base, scenarios, folder / "alone").rows]
    resumed = 0
    for number in range(times):
        out = folder / f"out-{number}"
        with dask(workers=2) as (address, processes):

            def kill(tally: Tally, processes: list[subprocess.Popen[str]] = processes) -> None:
                victim = {5: 1, 20: 0}.get(tally.done)  # first a worker, later the scheduler
                if victim is not None:
                    processes[victim].kill()

            try:
                sweep(base, scenarios, out, cluster(address), kill)
            except (WorkersLost, Refused):
                resumed += 1
        with dask(workers=2) as (address, _):
            again = sweep(base, scenarios, out, cluster(address))
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
