"""Jobs at the edges: systems that tell no start times, rounds that fail, a process without a worker of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from app.actions import work
from app.actions.recompute import get_job, start
from app.actions.work import here, owner
from app.actions.work.worker import Worker
from app.db import Database
from app.errors import Unavailable
from app.processes.solver import Task
from solver.plan import Outcome
from tests.app.lab import outcome
from tests.app.test_recompute import wait


class AtOnce:
    """A solver that answers at once."""

    def solve(self, task: Task, *_: Any) -> Outcome:
        return outcome(task.problem)

    def close(self) -> None:
        """There is no process to end."""


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
