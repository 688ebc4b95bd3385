"""Ask for a sweep in the background, watch its results, cancel it, and read it as one table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, replace

from sqlalchemy.orm import Session

from app.actions import recompute, work
from app.actions.run_sweep import scenarios_of
from app.actions.snapshot import snapshot
from app.actions.studies import Study, facts, jobs_of
from app.actions.work.kinds import SUBJECT, SWEEP
from app.db import Database
from app.errors import NotFound, Refused
from app.store import audit, jobs, records, sweeps
from app.tables.sweeps import SweepRow
from solver.folder import files_of
from solver.progress import Options
from solver.sweep import Result, Scenario, results_csv

LISTED = 20
MOST = 10_000
"""How many scenarios a sweep in the background may have; larger ones are for the command line."""
Row = tuple[Scenario, Result]


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
    asked = {**about, "options": asdict(replace(options or Options(), threads=1)), "digest": problem.digest, "who": who}
    told = [{"name": s.name, "values": dict(s.values), "changes": [dict(c) for c in s.changes]} for s in varied]
    with db.session() as session:
        sweep = sweeps.add(session, asked, told, files_of(problem))
        job = jobs.add(session, {**about, "kind": SWEEP, "who": who, "options": {SUBJECT: sweep}})
        sweeps.get(session, sweep).job = job
        detail = {"policy": policy, "scenario": scenario, "scenarios": len(varied)}
        audit.add(session, portfolio, who, "sweep", subject=f"sweep {sweep}", detail=detail)
    work.wake(db)
    return sweep


def get(db: Database, sweep: int) -> Study:
    """A sweep as it is now. Raises NotFound."""
    with db.reading() as session:
        return _as_now(session, [sweeps.get(session, sweep)])[0]


def listing(db: Database, portfolio: str, limit: int = LISTED) -> list[Study]:
    """The newest sweeps of a portfolio, newest first. Raises NotFound."""
    with db.reading() as session:
        records.require(session, portfolio)
        return _as_now(session, sweeps.newest(session, portfolio, limit))


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


def _as_now(session: Session, rows: Sequence[SweepRow]) -> list[Study]:
    done, owned = sweeps.counts(session, [row.id for row in rows]), jobs_of(session, rows)
    return [Study(**facts(row, row.count, done, owned)) for row in rows]
