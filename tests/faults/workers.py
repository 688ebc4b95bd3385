"""Workers that are killed, stopped, raced against each other and given wrong clocks while they solve."""

from __future__ import annotations

import os
import random
import signal
import time
from multiprocessing.process import BaseProcess

from app.actions.audit import verify
from app.actions.plans import list_plans
from app.actions.recompute import get_job, start
from app.db import Database
from app.store import jobs
from tests.faults.ground import Counted, Place, lab, running, there, token_of, until
from tests.faults.processes import end, worker_apart, worker_of

HOUR = 3600


def worker_killed_mid_solve(where: Place, times: int) -> Counted:
    """kill -9 of a worker in the middle of a solve: the other one takes over, one plan is stored, no solver is left."""
    moments = random.Random(7)
    with lab(where) as db:
        pair = [worker_apart(where), worker_apart(where)]
        takeovers, slowest = 0, 0.0
        try:
            for _ in range(times):
                job = start(db, "lab", None, "ordinary", "eve")
                until(lambda job=job: running(db, job))  # type: ignore[misc]
                time.sleep(moments.uniform(0, 0.4))
                with db.reading() as session:
                    pid = int(jobs.get(session, job).owner.rsplit(":", 2)[1])
                victim, solves = next((one, apart) for one, apart in pair if one.pid == pid)
                assert there(solves)
                end(victim)
                slowest = max(slowest, until(lambda job=job: get_job(db, job).ended))  # type: ignore[misc]
                assert get_job(db, job).state == "done", get_job(db, job)
                takeovers += token_of(db, job) > 1
                until(lambda solves=solves: not there(solves), 60)  # type: ignore[misc]
                pair[pair.index((victim, solves))] = worker_apart(where)
        finally:
            for one, _ in pair:
                end(one)
        plans = _one_each(db, times)
        return {"killed": times, "taken over": takeovers, "plans": plans, "slowest_ms": round(1000 * slowest)}


def worker_stopped_past_its_lease(where: Place, times: int) -> Counted:
    """SIGSTOP past the lease: another finishes; the stopped one wakes, and its result is refused."""
    with lab(where) as db:
        for _ in range(times):
            first = worker_of(where)
            job = start(db, "lab", None, "ordinary", "eve")
            until(lambda job=job: running(db, job))  # type: ignore[misc]
            os.kill(first.pid, signal.SIGSTOP)
            second = worker_of(where)
            until(lambda job=job: get_job(db, job).ended)  # type: ignore[misc]
            os.kill(first.pid, signal.SIGCONT)
            time.sleep(1.0)  # the time in which the first one would store a second plan
            end(first)
            end(second)
            assert token_of(db, job) == 2
        return {"stopped": times, "plans": _one_each(db, times)}


def workers_race(where: Place, times: int) -> Counted:
    """Three workers that solve at once over one queue: every job is begun once and done once."""
    with lab(where) as db:
        three = [worker_of(where, "--quick") for _ in range(3)]
        try:
            for _ in range(times):
                numbers = [start(db, "lab", None, "ordinary", "eve") for _ in range(9)]
                until(lambda numbers=numbers: all(get_job(db, job).ended for job in numbers))  # type: ignore[misc]
                assert [token_of(db, job) for job in numbers] == [1] * 9
        finally:
            for one in three:
                end(one)
        with db.reading() as session:
            shares = {row.owner for row in jobs.newest(session, "lab", 9 * times)}
        return {"rounds": times, "jobs": 9 * times, "plans": _one_each(db, 9 * times), "workers": len(shares)}


def clocks_jump(where: Place, times: int) -> Counted:
    """A worker's clock jumps an hour ahead or back in the middle of a solve, as that of its host does.

    On PostgreSQL the leases go by the clock of the database, and nothing happens. SQLite is on one host, whose clock
    every worker shares: the lease seems over, and the job is at worst solved twice, and stored once.
    """
    with lab(where) as db:
        twice = 0
        for number in range(times):
            flag = f"--clock={HOUR if number % 2 else -HOUR}"
            pair = [worker_of(where, flag), worker_of(where, flag)]
            try:
                job = start(db, "lab", None, "ordinary", "eve")
                until(lambda job=job: running(db, job))  # type: ignore[misc]
                for one in pair if where.on_sqlite else pair[:1]:
                    os.kill(one.pid, signal.SIGUSR1)
                until(lambda job=job: get_job(db, job).ended)  # type: ignore[misc]
                ended = get_job(db, job)
                assert ended.state == "done", ended
                assert where.on_sqlite or 0 <= ended.seconds < 60, ended
                twice += token_of(db, job) > 1
                _steady(pair)
            finally:
                for one in pair:
                    end(one)
        assert where.on_sqlite or twice == 0, f"{twice} jobs changed hands because of a host's clock"
        return {"jumps": times, "solved twice": twice, "plans": _one_each(db, times)}


def _steady(pair: list[BaseProcess]) -> None:
    time.sleep(1.0)  # the time in which a worker that lost its job would store a second plan
    assert [one.is_alive() for one in pair] == [True, True]


def _one_each(db: Database, expected: int) -> int:
    """How many plans there are: one for each job; and the audit trail holds."""
    plans = len(list_plans(db, "lab", 10 * expected))
    assert plans == expected, f"{plans} plans of {expected} jobs"
    assert verify(db).good
    return plans
