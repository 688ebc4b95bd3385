"""Ask for a sweep in the background, watch its results, cancel it, and read it as one table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any

from app.actions import recompute, work
from app.actions.run_sweep import scenarios_of
from app.actions.snapshot import snapshot
from app.actions.work.kinds import SUBJECT, SWEEP
from app.db import Database
from app.errors import NotFound, Refused
from app.store import audit, jobs, records, sweeps
from app.tables import JobRow
from app.tables.sweeps import SweepRow
from solver.folder import files_of
from solver.progress import Options
from solver.sweep import Result, Scenario, results_csv

LOST = "it ended before every scenario was solved; the results found until then are kept"
LISTED = 20
MOST = 10_000
"""How many scenarios a sweep in the background may have; larger ones are for the command line."""
Row = tuple[Scenario, Result]


@dataclass(frozen=True, slots=True)
class Sweep:
    """A sweep as it is now. `state` is that of its job: queued, running, done, failed, cancelled or parked."""

    id: int
    job: int | None
    portfolio: str
    scenario: int | None
    policy: str
    count: int
    done: int
    state: str
    message: str
    who: str
    created_at: datetime
    seconds: float

    @property
    def ended(self) -> bool:
        """Whether no further results will come."""
        return self.state not in jobs.OPEN


def start(  # noqa: PLR0917 - what is varied, how, and who asks
    db: Database, portfolio: str, scenario: int | None, policy: str, varied: Sequence[Scenario], who: str,
    options: Options | None = None,
) -> int:  # fmt: skip
    """Have a portfolio, or a scenario of it, solved in many variations; the sweep's id.

    It is of the records as they are now, whatever becomes of them. Raises NotFound; Refused for too many variations.
    """
    if not 1 <= len(varied) <= MOST:
        raise Refused(f"a sweep has from 1 to {MOST:,} variations; codered sweep takes more")
    problem = snapshot(db, portfolio, scenario)
    if policy not in problem.policy:
        raise NotFound("policy", policy)
    about = {"portfolio": portfolio, "scenario": scenario, "policy": policy}
    facts = {**about, "options": asdict(options or Options()), "digest": problem.digest, "who": who}
    told = [{"name": s.name, "values": dict(s.values), "changes": [dict(c) for c in s.changes]} for s in varied]
    with db.session() as session:
        sweep = sweeps.add(session, facts, told, files_of(problem))
        job = jobs.add(session, {**about, "kind": SWEEP, "who": who, "options": {SUBJECT: sweep}})
        sweeps.get(session, sweep).job = job
        detail = {"policy": policy, "scenario": scenario, "scenarios": len(varied)}
        audit.add(session, portfolio, who, "sweep", subject=f"sweep {sweep}", detail=detail)
    work.wake(db)
    return sweep


def get(db: Database, sweep: int) -> Sweep:
    """A sweep as it is now. Raises NotFound."""
    with db.reading() as session:
        row = sweeps.get(session, sweep)
        return _sweep(jobs.several(session, [row.job]).get(row.job or 0), row, sweeps.counts(session, [sweep]))


def listing(db: Database, portfolio: str, limit: int = LISTED) -> list[Sweep]:
    """The newest sweeps of a portfolio, newest first. Raises NotFound."""
    with db.reading() as session:
        records.require(session, portfolio)
        rows = sweeps.newest(session, portfolio, limit)
        counts = sweeps.counts(session, [row.id for row in rows])
        known = jobs.several(session, [row.job for row in rows])
        return [_sweep(known.get(row.job or 0), row, counts) for row in rows]


def rows_of(db: Database, sweep: int) -> list[Row]:
    """The scenarios whose result is known, in their order. Raises NotFound."""
    with db.reading() as session:
        asked = scenarios_of(sweeps.get(session, sweep, whole=True))
        return [(asked[n], Result(**told)) for n, told in sweeps.results(session, sweep).items()]


def table_of(db: Database, sweep: int) -> str:
    """The results as `codered sweep` writes them. Raises NotFound."""
    return results_csv(rows_of(db, sweep))


def cancel(db: Database, sweep: int, who: str) -> None:
    """Stop a sweep, within a second; its results stay. Nothing happens to one that ended. Raises NotFound."""
    with db.reading() as session:
        job = sweeps.get(session, sweep).job
    if job is not None:
        recompute.cancel(db, job, who)


def _sweep(job: JobRow | None, row: SweepRow, counts: Mapping[int, int]) -> Sweep:
    began, ended = (job.started_at, job.finished_at or datetime.now(UTC)) if job else (None, None)
    forgotten = jobs.DONE if row.complete else jobs.FAILED
    facts: dict[str, Any] = {name: getattr(row, name) for name in (
        "id", "job", "portfolio", "scenario", "policy", "count", "who", "created_at"
    )}  # fmt: skip
    return Sweep(
        **facts, done=counts.get(row.id, 0), state=job.state if job else forgotten,
        message=job.message if job else "" if row.complete else LOST,
        seconds=(ended - began).total_seconds() if began and ended else 0.0,
    )  # fmt: skip
