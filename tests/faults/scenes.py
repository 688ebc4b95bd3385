"""What goes wrong, each as one function that is repeated some times and says what it counted."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from app.actions import work
from app.actions.audit import verify
from app.actions.edit import rows
from app.actions.import_data import import_portfolio
from app.actions.plans import list_plans
from app.actions.recompute import get_job, start
from app.db import Database
from app.store import jobs
from tests.app.lab import FILES, as_bytes

ROOT = Path(__file__).resolve().parents[2]
LEASE = 2.0
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
