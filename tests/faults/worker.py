"""A real worker process with a solver that takes a while: `python -m tests.faults.worker URL LEASE`."""

from __future__ import annotations

import signal
import sys
import threading
import time

from app.actions import work
from app.db import Database
from app.processes.solver import Task
from solver.plan import Outcome
from solver.progress import OnProgress, Progress, ShouldStop
from tests.app.lab import outcome

SOLVE_SECONDS = 0.6


class Slowly:
    """Solves in this process, so that one signal hits worker and solver alike."""

    def solve(self, task: Task, on_progress: OnProgress, should_stop: ShouldStop) -> Outcome:
        """A plan, after a while."""
        until = time.monotonic() + SOLVE_SECONDS
        while time.monotonic() < until:
            on_progress(Progress(1, "priority 0", 5.0, 6.0, 2.5, 0.1))
            should_stop()
            time.sleep(0.02)
        return outcome(task.problem, 5.0, task.policy)

    def close(self) -> None:
        """Nothing to close."""


def main(url: str, lease: float) -> None:
    """Work until told to stop."""
    stop = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    worker = work.Worker(Slowly(), lease=lease)  # type: ignore[arg-type]
    worker.watch(Database(url))
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    stop.wait()
    worker.close()


if __name__ == "__main__":
    main(sys.argv[1], float(sys.argv[2]))
