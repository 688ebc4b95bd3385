"""What a worker process does whose solver takes a while.

`--apart`: the solver has a process of its own, as it has in truth; without, one signal hits worker and solver alike.
`--quick`: it solves at once. `--clock=SECONDS`: its clock is that much ahead (or behind: negative) from the first
SIGUSR1 on, and right again after the next. `--busy=SECONDS`: so long it waits for a SQLite file that is locked.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
import threading
import time
from collections.abc import Sequence
from datetime import datetime, timedelta, tzinfo
from multiprocessing.connection import Connection
from typing import Self
from unittest.mock import patch

from app import db
from app.actions import work
from app.processes.solver import SolverProcess, Task
from solver.plan import Outcome
from solver.progress import OnProgress, Progress, ShouldStop
from tests.app.lab import outcome
from tests.faults.solvers import SOLVE_SECONDS


class Slowly:
    """Solves in this process, so that one signal hits worker and solver alike."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds

    def solve(self, task: Task, on_progress: OnProgress, should_stop: ShouldStop) -> Outcome:
        """A plan, after a while."""
        until = time.monotonic() + self.seconds
        while time.monotonic() < until:
            on_progress(Progress(1, "priority 0", 5.0, 6.0, 2.5, 0.1))
            should_stop()
            time.sleep(0.02)
        return outcome(task.problem, 5.0, task.policy)

    def close(self) -> None:
        """Nothing to close."""


class Jumping(datetime):
    """The clock of this process, which jumps."""

    ahead = timedelta(0)

    @classmethod
    def now(cls, tz: tzinfo | None = None) -> Self:
        """What a clock shows that was set wrong."""
        return super().now(tz) + cls.ahead


def jump(seconds: float) -> None:
    """Have every module of the application read the clock that jumps, and have it jump at each SIGUSR1."""
    for name, module in list(sys.modules.items()):
        if name.startswith("app.") and getattr(module, "datetime", None) is datetime:
            module.datetime = Jumping  # type: ignore[attr-defined]

    def set_otherwise(*_: object) -> None:
        Jumping.ahead = timedelta(0) if Jumping.ahead else timedelta(seconds=seconds)

    signal.signal(signal.SIGUSR1, set_otherwise)


def _apart() -> SolverProcess:
    """The warm process of every worker, forked from where all is loaded instead of started anew."""
    with patch.object(multiprocessing, "get_context", return_value=multiprocessing.get_context("forkserver")):
        return SolverProcess("tests.faults.solvers:slowly")


def main(says: Connection, url: str, lease: float, flags: Sequence[str]) -> None:
    """Work until told to stop, or until nobody is there who could."""
    stop, parent = threading.Event(), os.getppid()
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    for flag in flags:
        if flag.startswith("--clock="):
            jump(float(flag.removeprefix("--clock=")))
        if flag.startswith("--busy="):
            db.BUSY_SECONDS = int(flag.removeprefix("--busy="))
    alike = Slowly(0 if "--quick" in flags else SOLVE_SECONDS)
    solver = _apart() if "--apart" in flags else alike
    worker = work.Worker(solver, lease=lease)  # type: ignore[arg-type]
    worker.watch(db.Database(url))
    says.send("ready")
    if isinstance(solver, SolverProcess):
        says.send(solver._process.pid)
    while not stop.wait(0.5) and os.getppid() == parent:
        pass
    worker.close()
