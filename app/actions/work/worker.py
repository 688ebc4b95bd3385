"""A worker: claims jobs lane by lane, does them, and stores each result exactly once."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from datetime import timedelta
from functools import cached_property
from queue import SimpleQueue
from typing import Any

import structlog
from sqlalchemy.orm import Session

from app.actions.work.kinds import LANES, Ending, do
from app.actions.work.owner import gone, owner_of
from app.db import Database
from app.errors import CoderedError, Unavailable
from app.processes.solver import SolveCancelled, SolverEnded, SolverProcess
from app.processes.study import StudyFailed
from app.store import jobs, workers
from app.tables import JobRow
from solver.faults import InvalidInput
from solver.progress import Progress

POLL_SECONDS = 0.5
WRITE_SECONDS = 0.2
LOOK_SECONDS = 0.25
HERE_SECONDS = 5.0
LEASE_SECONDS = 30.0
PATIENCE_SECONDS = 120.0
"""How long a result waits for a database that is away."""
MOST_REPORTS = 200

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Back:
    """A job is put back into the queue: what it says meanwhile, and whether this was one of its attempts."""

    message: str
    counts: bool


STOPPED = Back("waits again: the worker that had begun it was stopped", counts=False)
AWAY = Back("waits again: the database did not answer while it was being done", counts=True)


class Worker:
    """One thread per lane; all serve every database that this process watches or was woken for."""

    def __init__(
        self, solver: SolverProcess | None = None, lanes: Iterable[str] = LANES, lease: float = LEASE_SECONDS
    ) -> None:
        self.name = owner_of(os.getpid())
        self.lease = timedelta(seconds=lease)
        self.closing = threading.Event()
        self._given = solver
        self._watched: set[Database] = set()
        self._doing: dict[tuple[str, int], bool] = {}
        """The jobs that are being done here, and whether each was cancelled here."""
        self.lanes = tuple(lanes)
        self._lanes = [_Lane(self, lane) for lane in self.lanes]
        for lane in self._lanes:
            lane.start()

    @cached_property
    def solver(self) -> SolverProcess:
        """The warm process that solves."""
        return self._given or SolverProcess()

    def watch(self, db: Database) -> None:
        """Look for jobs in a database from now on, and have a solver ready for them."""
        if "plans" in self.lanes:
            _ = self.solver  # before a lane asks for it: two threads would start two
        self._watched.add(db)
        self.wake(db)

    def wake(self, db: Database) -> None:
        """There is a new job in a database."""
        for lane in self._lanes:
            lane.wake(db)

    def cancel(self, db: Database, job: int) -> None:
        """Stop a job at once if it is done here."""
        if _name(db, job) in self._doing:
            self._doing[_name(db, job)] = True

    def is_cancelled(self, db: Database, job: int) -> bool:
        """Whether a job is to stop, as far as this process was told."""
        return self.closing.is_set() or self._doing.get(_name(db, job), False)

    @contextmanager
    def doing(self, db: Database, job: int) -> Iterator[None]:
        """A job is done here, in this scope."""
        self._doing[_name(db, job)] = False
        try:
            yield
        finally:
            del self._doing[_name(db, job)]

    def watched(self) -> list[Database]:
        """The databases to look into."""
        return list(self._watched)

    def close(self) -> None:
        """Put what is being done back into the queue, end the threads and the solver."""
        self.closing.set()
        for lane in self._lanes:
            lane.stop()
        for db in self.watched():
            with suppress(CoderedError), db.session() as session:
                workers.left(session, self.name)
        if self._given is not None or "solver" in vars(self):
            self.solver.close()


class _Lane:
    """The thread that does the jobs of one lane, the oldest first."""

    def __init__(self, worker: Worker, name: str) -> None:
        self.name = name
        self._worker, self._kinds = worker, LANES[name]
        self._woken: SimpleQueue[Database] = SimpleQueue()
        self._bell = threading.Event()
        self._said = 0.0
        self._thread = threading.Thread(target=self._work, name=f"codered-{name}", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def wake(self, db: Database) -> None:
        self._woken.put(db)
        self._bell.set()

    def stop(self) -> None:
        self._bell.set()
        self._thread.join()

    def _work(self) -> None:
        while not self._worker.closing.is_set():
            self._bell.clear()
            for db in {*self._rung(), *self._worker.watched()}:
                try:
                    self._drain(db)
                except Unavailable as away:
                    log.warning("database away", reason=str(away))
                except Exception:
                    log.exception("a worker's round failed")
            if self.name == self._worker.lanes[0]:  # one thread speaks for all
                self._say_here()
            self._bell.wait(POLL_SECONDS if self._worker.watched() else None)

    def _rung(self) -> Iterator[Database]:
        while not self._woken.empty():
            yield self._woken.get()

    def _drain(self, db: Database) -> None:
        while not self._worker.closing.is_set() and (found := self._claim(db)) is not None:
            claim, row = found
            with self._worker.doing(db, claim.job):
                _Doing(self._worker, db, claim, row).run()

    def _claim(self, db: Database) -> tuple[jobs.Claim, JobRow] | None:
        with db.reading() as session:
            lost = [owner for owner in jobs.owners(session, self._kinds) if gone(owner)]
            me = jobs.Worker(self._worker.name, self._kinds, self._worker.lease, lost)
            if not jobs.any_free(session, me):
                return None
        with db.session() as session:
            claim = jobs.claim(session, me)
            return None if claim is None else (claim, jobs.get(session, claim.job))

    def _say_here(self) -> None:
        if time.monotonic() - self._said < HERE_SECONDS and self._said:
            return
        for db in self._worker.watched():
            with suppress(CoderedError), db.session() as session:
                workers.seen(session, self._worker.name, list(self._worker.lanes))
        self._said = time.monotonic()


class _Doing:
    """One claimed job: done, kept alive by extending its lease, reported, and ended."""

    def __init__(self, worker: Worker, db: Database, claim: jobs.Claim, row: JobRow) -> None:
        self._worker, self._db, self._claim, self._row = worker, db, claim, row
        self._reports: list[dict[str, Any]] = []
        self._looked = self._extended = time.monotonic()
        self._written = 0.0
        self._stopping = False

    @property
    def solver(self) -> SolverProcess:
        return self._worker.solver

    def run(self) -> None:
        """Do it and end it; or put it back when this worker closes, or the database was away."""
        ending = self._ending()
        if isinstance(ending, Back):
            back = ending
            self._patiently(lambda session: jobs.release(session, self._claim, back.message, counts=back.counts))
        elif not self._patiently(lambda session: self._finish(session, ending)):
            log.warning("a result came too late and was dropped", job=self._claim.job, token=self._claim.token)

    def _ending(self) -> Ending | Back:
        try:
            return do(self._db, self._row, self)
        except InvalidInput as invalid:
            faults = [fault.as_dict() for fault in invalid.faults]
            return Ending(jobs.FAILED, {"message": str(invalid), "faults": faults})
        except SolveCancelled:
            return STOPPED if self._worker.closing.is_set() else Ending(jobs.CANCELLED, {"message": "cancelled"})
        except Unavailable as away:
            log.warning("database away while a job was done", job=self._claim.job, reason=str(away))
            return AWAY
        except (SolverEnded, StudyFailed, CoderedError) as error:
            return Ending(jobs.FAILED, {"message": str(error)})
        except Exception as error:
            log.exception("job failed", job=self._claim.job)
            return Ending(jobs.FAILED, {"message": f"an unexpected error: {type(error).__name__}: {error}"})

    def _finish(self, session: Session, ending: Ending) -> bool:
        if jobs.held(session, self._claim) is None:
            return False
        facts = {**ending.facts, **ending.store(session), "progress": self._reports}
        return jobs.finish(session, self._claim, ending.state, facts)

    def _patiently[Answer](self, write: Callable[[Session], Answer]) -> Answer:
        """Write what must not be lost, also when the database is away for a while."""
        until = time.monotonic() + PATIENCE_SECONDS
        while True:
            try:
                with self._db.session() as session:
                    return write(session)
            except Unavailable:
                if time.monotonic() > until or self._worker.closing.is_set():
                    raise
                time.sleep(POLL_SECONDS)

    def tell(self, progress: Progress) -> None:
        """A report of the solver, written down a few times a second."""
        self._reports = [*self._reports, asdict(progress)][-MOST_REPORTS:]
        if time.monotonic() - self._written < WRITE_SECONDS:
            return
        self._written = time.monotonic()
        with suppress(Unavailable), self._db.session() as session:
            jobs.report(session, self._claim, self._reports)

    def should_stop(self) -> bool:
        """At once when told in this process, soon when told through the database or when the claim is lost."""
        if self._stopping or self._worker.is_cancelled(self._db, self._claim.job):
            return True
        if time.monotonic() - self._looked >= LOOK_SECONDS:
            self._looked = time.monotonic()
            with suppress(Unavailable):
                self._stopping = not self._still_wanted()
        return self._stopping

    def _still_wanted(self) -> bool:
        with self._db.reading() as session:
            if not jobs.wanted(session, self._claim):
                return False
        if time.monotonic() - self._extended > self._worker.lease.total_seconds() / 3:
            self._extended = time.monotonic()
            with self._db.session() as session:
                return jobs.extend(session, self._claim, self._worker.lease)
        return True


def _name(db: Database, job: int) -> tuple[str, int]:
    return str(db.url), job
