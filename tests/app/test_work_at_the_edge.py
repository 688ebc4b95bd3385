"""Jobs at the edges: systems that tell no start times, rounds that fail, a process without a worker of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest

from app.actions import work
from app.actions.edit import add_record
from app.actions.import_data import import_portfolio
from app.actions.plans import list_plans, plan_orders, store_plan
from app.actions.recompute import cancel, get_job, order, start
from app.actions.work import here, owner
from app.actions.work.worker import Worker
from app.db import Database
from app.errors import Unavailable
from app.processes.solver import SolveCancelled, Task
from app.store import jobs
from solver.folder import files_of
from solver.orders import change_orders
from solver.people import Orders
from solver.plan import Outcome, Status
from solver.progress import Options, Progress
from tests.app.lab import outcome
from tests.app.test_recompute import wait
from tests.solver.test_orders import company, people
from tests.solver.test_orders import plan as given


class AtOnce:
    """A solver that answers at once."""

    def solve(self, task: Task, *_: Any) -> Outcome:
        return outcome(task.problem)

    def order(self, task: Task, _: Any) -> Orders:
        assert task.plan is not None
        return change_orders(task.problem, task.plan)

    def close(self) -> None:
        """There is no process to end."""


class Never(AtOnce):
    """A solver that finds no plan."""

    def solve(self, task: Task, *_: Any) -> Outcome:
        return Outcome(Status.INFEASIBLE)


class Broken(AtOnce):
    """A solver with a defect."""

    def solve(self, task: Task, *_: Any) -> Outcome:
        raise ArithmeticError("a defect")


class Telling(AtOnce):
    """A solver that reports until it is told to stop."""

    def solve(self, task: Task, *how: Any) -> Outcome:
        on_progress, should_stop = how
        while not should_stop():
            on_progress(Progress(1, "priority 0", 5.0, 6.0, 2.5, 0.1))
        raise SolveCancelled


@pytest.fixture(autouse=True)
def _nobody() -> Iterator[None]:
    """No worker is left over from another test, or for one."""
    work.leave_to_others()
    yield
    work.shut_down()


def test_where_the_system_tells_no_start_times_a_process_is_there_or_gone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(owner, "Path", lambda _: Path("no/such/file"))
    mine = owner.owner_of(os.getpid())
    assert mine.endswith(":alive")
    assert not owner.gone(mine)
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as child:
        theirs = owner.owner_of(child.pid)
        assert theirs.endswith(f":{child.pid}:alive")
    assert owner.gone(theirs)


def test_a_process_of_somebody_else_is_there(monkeypatch: pytest.MonkeyPatch) -> None:
    def not_mine(*_: int) -> None:
        raise PermissionError

    monkeypatch.setattr(owner, "Path", lambda _: Path("no/such/file"))
    monkeypatch.setattr(os, "kill", not_mine)
    assert owner.owner_of(os.getpid()).endswith(":alive")


def test_a_round_that_fails_is_told_and_the_next_one_does_the_job(
    lab: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    job, whole = start(lab, "lab", None, "ordinary", "eve"), lab.reading
    failures: list[Exception] = [Unavailable("it is being restarted"), ArithmeticError("a defect")]

    def reading() -> Any:
        if failures:
            raise failures.pop()
        return whole()

    worker = Worker(AtOnce(), lanes=("plans",))  # type: ignore[arg-type]
    monkeypatch.setattr(lab, "reading", reading)
    worker.watch(lab)
    while failures:
        worker.wake(lab)
    monkeypatch.setattr(lab, "reading", whole)
    assert wait(lab, job).state == "done"
    worker.close()


def test_a_process_that_leaves_the_work_to_others_begins_nothing(lab: Database) -> None:
    job = start(lab, "lab", None, "ordinary", "eve")
    work.watch(lab)
    work.wake(lab)
    work.cancel_here(lab, job)
    assert get_job(lab, job).state == "queued"


def test_a_process_makes_its_worker_when_it_is_first_asked(lab: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(here, "Worker", lambda: Worker(AtOnce(), lanes=("plans",)))  # type: ignore[arg-type]
    work.shut_down()
    with work.elsewhere():
        job = start(lab, "lab", None, "ordinary", "eve")
    assert get_job(lab, job).state == "queued"
    work.watch(lab)
    work.wake(lab)
    assert wait(lab, job).state == "done"
    work.cancel_here(lab, job)
    assert get_job(lab, job).state == "done"
    work.shut_down()
    work.shut_down()


def asked(db: Database, kind: str, **options: Any) -> int:
    """A job of some kind, as it is written down."""
    facts = {"portfolio": "lab", "scenario": None, "policy": "ordinary", "who": "eve", "kind": kind}
    with db.session() as session:
        return jobs.add(session, facts | {"options": asdict(Options()) | options})


def test_a_worker_of_studies_starts_no_solver_and_leaves_plans_alone(lab: Database) -> None:
    worker, job = Worker(lanes=("studies",)), start(lab, "lab", None, "ordinary", "eve")
    worker.watch(lab)
    worker.close()
    assert "solver" not in vars(worker)
    assert get_job(lab, job).state == "queued"


def test_a_robust_plan_that_cannot_be_made_keeps_nothing_and_says_why(lab: Database) -> None:
    never = Worker(Never(), lanes=("plans",))  # type: ignore[arg-type]
    job = asked(lab, work.ROBUST, robust=0.5, futures=5, subject=1)
    never.wake(lab)
    assert wait(lab, job).message == "no risks are recorded, so that there is nothing to be robust against"
    risk = {"risk": "leave", "kind": "attrition", "pool": "ml", "distribution": "fixed", "mean": "0.25"}
    add_record(lab, "lab", "risks", risk, "ann")
    job = asked(lab, work.ROBUST, robust=0.5, futures=5, subject=1)
    never.wake(lab)
    ended = wait(lab, job)
    assert (ended.state, ended.message, ended.plan_id) == ("failed", "no plan can obey all rules", None)
    assert list_plans(lab, "lab") == []
    never.close()


def test_change_orders_are_stored_beside_their_plan(db: Database) -> None:
    problem = company(people("ads", "ads", "chat"))
    made = given(problem, ads=[2, 1, 1, 1, 2, 2], chat=[1, 2, 2, 2, 1, 1])
    import_portfolio(db, {name: text.encode() for name, text in files_of(problem).items()}, "ann")
    found = Outcome(Status.OPTIMAL, portfolio="tiny", policy="normal", plan=made, digest=problem.digest)
    plan, worker = store_plan(db, problem, found, None, "ann"), Worker(AtOnce(), lanes=("plans",))  # type: ignore[arg-type]
    job = order(db, plan, "eve")
    worker.wake(db)
    ended = wait(db, job, seconds=60)
    assert (ended.state, ended.message, ended.plan_id) == ("done", "proven", plan)
    orders = plan_orders(db, plan)
    assert orders is not None
    assert orders.moves == 2
    worker.close()


def test_reports_are_written_now_and_then_and_a_job_ends_when_it_is_cancelled(lab: Database) -> None:
    worker, job = Worker(Telling(), lanes=("plans",)), start(lab, "lab", None, "ordinary", "eve")  # type: ignore[arg-type]
    worker.wake(lab)
    wait(lab, job, lambda now: bool(now.progress))
    cancel(lab, job, "eve")
    ended = wait(lab, job)
    assert (ended.state, ended.message) == ("cancelled", "cancelled")
    worker.close()


def test_a_defect_ends_its_job_and_says_what_it_was(lab: Database) -> None:
    worker, job = Worker(Broken(), lanes=("plans",)), start(lab, "lab", None, "ordinary", "eve")  # type: ignore[arg-type]
    worker.wake(lab)
    ended = wait(lab, job, seconds=60)
    assert (ended.state, ended.message) == ("failed", "an unexpected error: ArithmeticError: a defect")
    worker.close()


def test_a_worker_that_closes_waits_no_longer_for_a_database_that_is_away(
    lab: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away() -> Any:
        worker.closing.set()
        raise Unavailable("it is being restarted")

    class Cut(AtOnce):
        def solve(self, task: Task, *_: Any) -> Outcome:
            monkeypatch.setattr(lab, "session", away)
            return outcome(task.problem)

    worker, job = Worker(Cut(), lanes=("plans",)), start(lab, "lab", None, "ordinary", "eve")  # type: ignore[arg-type]
    worker.wake(lab)
    assert worker.closing.wait(30)
    worker.close()
    assert get_job(lab, job).state == "running"
