"""Work one sweep off: what a worker does for its job.

sweep -> its records as they were -> a process of its own, and its workers -> each result stored while the claim holds
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from sqlalchemy.orm import Session

from app.db import Database
from app.processes import study_sweep
from app.processes.solver import SolveCancelled
from app.processes.study import study
from app.processes.study_sweep import Asked, Found, Started
from app.store import jobs, sweeps
from app.tables.sweeps import SweepRow
from solver.folder import read_files
from solver.problem import Problem
from solver.progress import Options
from solver.sweep import FAILED, Base, Result, Scenario

OVERTIME_SECONDS = 60.0
"""How long a solve may exceed its time limit: building and checking are not limited."""
WRITE_SECONDS = 0.5
"""How long results may wait to be written together."""


def run_sweep(db: Database, sweep: int, claim: jobs.Claim, should_stop: Callable[[], bool]) -> None:
    """Find the results that a sweep lacks, for the claim of its job.

    Raises NotFound, StudyFailed, or SolveCancelled when it is to stop or the claim is no longer the newest; what was
    found until then stays, and the next attempt goes on from there.
    """
    with db.reading() as session:
        row = sweeps.get(session, sweep, whole=True)
        settled = {n: Result(**told) for n, told in sweeps.results(session, sweep).items()}
        asked = _asked(row, settled)
    writer = _Writer(db, sweep, claim)
    limit = (row.count + 1) * (asked.base.options.time_limit + OVERTIME_SECONDS)
    try:
        study(study_sweep.FUNCTION, asked, on_part=writer.take, should_stop=should_stop, limit=limit)
    finally:
        writer.flush()


def problem_of(row: SweepRow) -> Problem:
    """The records that a sweep varies, as they were when it was asked for."""
    return read_files({name: text.encode() for name, text in sweeps.problem_files(row).items()}).problem


def scenarios_of(row: SweepRow) -> list[Scenario]:
    """The scenarios of a sweep, in order."""
    return [Scenario(told["name"], told["values"], tuple(told["changes"])) for told in row.scenarios]


def _asked(row: SweepRow, settled: dict[int, Result]) -> Asked:
    base = Base(problem_of(row), row.policy, Options(**row.options))
    done = frozenset(n for n, result in settled.items() if result.status != FAILED)
    return Asked(base, scenarios_of(row), study_sweep.known_of(settled), sweeps.start_files(row), done)


class _Writer:
    """Stores what is told, some results at a time, each scenario once."""

    def __init__(self, db: Database, sweep: int, claim: jobs.Claim) -> None:
        self._db, self._sweep, self._claim = db, sweep, claim
        self._waiting: list[Found] = []
        self._written = time.monotonic()

    def take(self, part: Any) -> None:
        """A start, or a result."""
        if isinstance(part, Started):
            self._write(lambda session: sweeps.keep_start(session, self._sweep, part.files))
            return
        self._waiting.append(part)
        if time.monotonic() - self._written > WRITE_SECONDS:
            self.flush()

    def flush(self) -> None:
        """Write what waits. Raises SolveCancelled where the claim is no longer the newest."""
        waiting, self._waiting, self._written = self._waiting, [], time.monotonic()

        def write(session: Session) -> None:
            for found in waiting:
                sweeps.keep(session, self._sweep, found.scenarios, found.result.key, found.result.as_dict())

        if waiting:
            self._write(write)

    def _write(self, write: Callable[[Session], None]) -> None:
        with self._db.session() as session:
            if jobs.held(session, self._claim) is None:
                raise SolveCancelled
            write(session)
