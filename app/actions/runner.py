"""The background worker of one process: takes jobs in order, has them solved, and stores checked plans."""

from __future__ import annotations

import os
import queue
import socket
import threading
import time
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import structlog

from app.actions.plans import get_plan, store_orders, store_plan
from app.actions.snapshot import snapshot
from app.db import Database
from app.errors import CoderedError
from app.solver_process import SolveCancelled, SolverEnded, SolverProcess, Task
from app.store import jobs
from app.tables import JobRow
from solver.faults import InvalidInput
from solver.plan import Outcome, Status
from solver.problem import Problem
from solver.progress import Options, Progress

WRITE_SECONDS = 0.2
LOOK_SECONDS = 0.25
MOST_REPORTS = 200
ORDERS = "orders"
"""The option of a job that makes change orders: of which plan."""
STOPPED = "the server was stopped before the job was done; start it again"

log = structlog.get_logger(__name__)


class Runner:
    """One thread and one solver process, which serve every database of this process."""

    def __init__(self, solver: SolverProcess | None = None) -> None:
        self.owner = owner_of(os.getpid())
        self.solver = solver or SolverProcess()
        self.closing = False
        self._waiting: queue.SimpleQueue[tuple[Database, int] | None] = queue.SimpleQueue()
        self._cancelled: set[tuple[str, int]] = set()
        self._thread = threading.Thread(target=self._work, name="codered-runner", daemon=True)
        self._thread.start()

    def submit(self, db: Database, job: int) -> None:
        """Put a stored job in the queue."""
        self._waiting.put((db, job))

    def cancel(self, db: Database, job: int) -> None:
        """Stop a job at once if it runs here."""
        self._cancelled.add(_name(db, job))

    def is_cancelled(self, db: Database, job: int) -> bool:
        """Whether a job is to stop, as far as this process was told."""
        return self.closing or _name(db, job) in self._cancelled

    def close(self) -> None:
        """Stop the job that runs, then end the thread and the solver process; what waits keeps waiting."""
        self.closing = True
        self._waiting.put(None)
        self._thread.join()
        self.solver.close()

    def _work(self) -> None:
        while (item := self._waiting.get()) is not None and not self.closing:
            db, job = item
            try:
                self._run(db, job)
            except Exception as error:
                log.exception("job failed", job=job)
                _try_to_fail(db, job, f"an unexpected error: {type(error).__name__}: {error}")
            finally:
                self._cancelled.discard(_name(db, job))

    def _run(self, db: Database, job: int) -> None:
        with db.session() as session:
            if not jobs.begin(session, job):
                return
            row = jobs.get(session, job)
        state, facts = self._answer(db, row)
        with db.session() as session:
            jobs.finish(session, job, state, facts)

    def _answer(self, db: Database, row: JobRow) -> tuple[str, dict[str, Any]]:
        """The state a job ends in, with what its row then says."""
        reports = _Reports(db, row.id)
        if ORDERS in row.options:
            return self._ordered(db, row)
        try:
            problem = snapshot(db, row.portfolio, row.scenario)
            task = Task(problem, row.policy, Options(**row.options))
            outcome = self.solver.solve(task, reports.add, _StopSign(self, db, row.id))
            plan = store_plan(db, problem, outcome, row.scenario, row.who) if outcome.plan else None
        except InvalidInput as invalid:
            return jobs.FAILED, {"message": str(invalid), "faults": [f.as_dict() for f in invalid.faults]}
        except SolveCancelled:
            stopped = {"message": STOPPED if self.closing else "cancelled", "progress": reports.items}
            return (jobs.FAILED if self.closing else jobs.CANCELLED), stopped
        except (SolverEnded, CoderedError) as error:
            return jobs.FAILED, {"message": str(error), "progress": reports.items}
        return _ended(outcome, problem, plan, reports.items)

    def _ordered(self, db: Database, row: JobRow) -> tuple[str, dict[str, Any]]:
        """The same of a job that makes change orders."""
        options = dict(row.options)
        stored = get_plan(db, options.pop(ORDERS))
        task = Task(stored.problem, row.policy, Options(**options), stored.outcome.plan)
        try:
            orders = self.solver.order(task, _StopSign(self, db, row.id))
            store_orders(db, stored.id, orders, row.who)
        except SolveCancelled:
            return (jobs.FAILED, {"message": STOPPED}) if self.closing else (jobs.CANCELLED, {"message": "cancelled"})
        except (SolverEnded, CoderedError) as error:
            return jobs.FAILED, {"message": str(error)}
        return jobs.DONE, {"plan": stored.id, "message": "proven" if orders.proven else "stopped by the time limit"}


class _Reports:
    """A job's progress, written down a few times a second."""

    def __init__(self, db: Database, job: int) -> None:
        self.items: list[dict[str, Any]] = []
        self._db, self._job, self._written = db, job, 0.0

    def add(self, progress: Progress) -> None:
        self.items = [*self.items, asdict(progress)][-MOST_REPORTS:]
        if time.monotonic() - self._written < WRITE_SECONDS:
            return
        with self._db.session() as session:
            jobs.report(session, self._job, self.items)
        self._written = time.monotonic()


class _StopSign:
    """Whether a job is to stop: at once when told in this process, soon when told through the database."""

    def __init__(self, runner: Runner, db: Database, job: int) -> None:
        self._runner, self._db, self._job, self._looked = runner, db, job, time.monotonic()

    def __call__(self) -> bool:
        if self._runner.is_cancelled(self._db, self._job):
            return True
        if time.monotonic() - self._looked < LOOK_SECONDS:
            return False
        self._looked = time.monotonic()
        with self._db.reading() as session:
            return jobs.cancel_asked(session, self._job)


def _ended(
    outcome: Outcome, problem: Problem, plan: int | None, progress: list[dict[str, Any]]
) -> tuple[str, dict[str, Any]]:
    """How an outcome ends its job: infeasible and stopped are answers too, without a plan."""
    facts: dict[str, Any] = {
        "plan": plan,
        "progress": progress,
        "faults": [f.as_dict() for f in outcome.faults],
        "conflicts": [{"rule": c.rule, "text": c.text} for c in outcome.conflicts],
        "repairs": [r.as_dict() for r in outcome.repairs],
    }
    if plan is not None:
        return jobs.DONE, {**facts, "message": str(outcome.status)}
    return jobs.FAILED, {**facts, "message": _WHY.get(outcome.status, str(outcome.status))}


_WHY: Mapping[Status, str] = {
    Status.INFEASIBLE: "no plan can obey all rules",
    Status.INVALID: "the input has faults",
    Status.STOPPED: "no plan was found within the time limit",
}


def owner_of(pid: int) -> str:
    """A process by host, number and start, so that a number used again is not mistaken for it."""
    return f"{socket.gethostname()}:{pid}:{_started(pid)}"


def gone(owner: str, *, local: bool) -> bool:
    """Whether the process of a job is no more; of another host we know it only where the database is a local file."""
    host, pid, _ = owner.rsplit(":", 2)
    if host != socket.gethostname():
        return local
    return owner_of(int(pid)) != owner


def _started(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[19]
    except OSError:
        return _alive(pid)


def _alive(pid: int) -> str:
    """Where the system tells no start times: whether the process is there at all."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return "gone"
    except PermissionError:
        return "alive"
    return "alive"


def _name(db: Database, job: int) -> tuple[str, int]:
    return str(db.url), job


def _try_to_fail(db: Database, job: int, message: str) -> None:
    try:
        with db.session() as session:
            jobs.finish(session, job, jobs.FAILED, {"message": message})
    except CoderedError:
        log.exception("job could not be marked as failed", job=job)
