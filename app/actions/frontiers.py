"""Ask for a trade-off in the background, watch its points, cancel it, and make a point a scenario."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy.orm import Session

from app.actions import recompute, work
from app.actions.plans import plan_of_record
from app.actions.repair import changes_of
from app.actions.scenario_edit import LONGEST_NAME, scenario_beside
from app.actions.snapshot import snapshot
from app.actions.studies import Study, facts, jobs_of
from app.actions.work.kinds import FRONTIER, SUBJECT
from app.db import Database
from app.errors import NotFound, Refused
from app.store import audit, frontiers, jobs, records
from app.tables import JobRow
from app.tables.frontiers import FrontierRunRow
from solver.frontier import KINDS, Point, kind_of
from solver.frontier.reading import Situation
from solver.frontier.trace import FEWEST, MOST
from solver.problem import Problem
from solver.progress import Options

LISTED = 20
KEEP = "keep"
"""The trade-off that is about the plan of record."""


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked: of a portfolio or a scenario of it under a policy, in how many points.

    `against_record`: moves count against the plan of record, instead of all of them.
    """

    kind: str
    policy: str
    scenario: int | None = None
    points: int = 9
    against_record: bool = False


@dataclass(frozen=True, slots=True)
class FrontierRun(Study):
    """A trade-off as it is now, with the plan that moves count against."""

    kind: str
    plan: int | None


def start(db: Database, portfolio: str, question: Question, who: str, options: Options | None = None) -> int:
    """Have a trade-off computed in the background; its id. The same question asked again while it is open is that one.

    Raises NotFound; Refused for a number of points that cannot be, or without a plan of record that it needs;
    InvalidInput where there is nothing to vary.
    """
    if not FEWEST <= question.points <= MOST:
        raise Refused(f"a trade-off has from {FEWEST} to {MOST} points")
    problem = snapshot(db, portfolio, question.scenario)
    if question.policy not in problem.policy:
        raise NotFound("policy", question.policy)
    record = plan_of_record(db, portfolio) if question.against_record or question.kind == KEEP else None
    situation = Situation(problem, question.policy, record.outcome.plan if record else None)
    kind_of(question.kind).require(situation)
    asked = {
        "portfolio": portfolio, "scenario": question.scenario, "policy": question.policy, "kind": question.kind,
        "points": question.points, "plan": record.id if record else None, "options": asdict(options or Options()),
        "digest": problem.digest,
    }  # fmt: skip
    run = _added(db, asked, who)
    work.wake(db)
    return run


def get(db: Database, run_id: int) -> FrontierRun:
    """A trade-off as it is now. Raises NotFound."""
    with db.reading() as session:
        return _runs(session, [frontiers.get(session, run_id)])[0]


def points_of(db: Database, run_id: int) -> list[Point]:
    """The points found so far, in the order in which they were; none of a trade-off that nobody knows."""
    with db.reading() as session:
        return [Point.from_dict(row.point) for row in frontiers.points(session, run_id)]


def listing(db: Database, portfolio: str, limit: int = LISTED) -> list[FrontierRun]:
    """The newest trade-offs of a portfolio, newest first. Raises NotFound."""
    with db.reading() as session:
        records.require(session, portfolio)
        return _runs(session, frontiers.newest(session, portfolio, limit))


def lacking(problem: Problem, policy: str, *, has_record: bool) -> dict[str, str]:
    """What a trade-off would need to be asked of a problem, by kind; blank where nothing lacks."""
    situation = Situation(problem, policy)
    found = {name: fault.right if (fault := kind.lacks(situation)) else "" for name, kind in KINDS.items()}
    return found | ({KEEP: ""} if has_record else {})


def cancel(db: Database, run_id: int, who: str) -> None:
    """Stop a trade-off, within a second; its points stay. Nothing happens to one that ended. Raises NotFound."""
    with db.reading() as session:
        job = frontiers.get(session, run_id).job
    if job is not None:
        recompute.cancel(db, job, who)


def try_point(  # noqa: PLR0917 - which point, how it is called, and who asks
    db: Database, run_id: int, number: int, name: str, who: str, options: Options | None = None
) -> int:
    """Make a point a scenario beside what the trade-off was asked of, and recompute it; the job's id.

    Raises NotFound; Refused for a point without a plan; InvalidInput or Conflict when it no longer fits its portfolio.
    """
    with db.session() as session:
        row = frontiers.get(session, run_id)
        found = next((p for p in frontiers.points(session, run_id) if p.number == number), None)
        if found is None:
            raise NotFound("point", number)
        point = Point.from_dict(found.point)
        if point.x is None:
            raise Refused(f"“{point.label}” has no plan: {point.message}")
        called = (" ".join(name.split()) or proposed_name(row.kind, point))[:LONGEST_NAME]
        scenario = scenario_beside(session, row, changes_of({"edits": point.edits}), called, who)
        detail = {"trade-off": run_id, "point": point.label, "name": called}
        audit.add(session, row.portfolio, who, "try point", subject=f"scenario {scenario}", detail=detail)
        portfolio, policy = row.portfolio, row.policy
    return recompute.start(db, portfolio, scenario, policy, who, options)


def proposed_name(kind: str, point: Point) -> str:
    """How the scenario of a point is called unless somebody says otherwise."""
    return f"{KINDS[kind].title}: {point.label}"[:LONGEST_NAME]


def _added(db: Database, asked: Mapping[str, Any], who: str) -> int:
    """The id of the trade-off with these facts: the one that is open, else a new one with its job."""
    with db.session() as session:
        for row in frontiers.newest(session, asked["portfolio"], LISTED):
            if _is_open(session, row) and all(getattr(row, name) == fact for name, fact in asked.items()):
                return row.id
        run = frontiers.add(session, {**asked, "who": who})
        about = {name: asked[name] for name in ("portfolio", "scenario", "policy")}
        job = jobs.add(session, {**about, "kind": FRONTIER, "who": who, "options": {SUBJECT: run}})
        frontiers.get(session, run).job = job
        detail = {name: asked[name] for name in ("kind", "policy", "scenario", "points", "plan")}
        audit.add(session, asked["portfolio"], who, "trade off", subject=f"trade-off {run}", detail=detail)
    return run


def _is_open(session: Session, row: FrontierRunRow) -> bool:
    job = session.get(JobRow, row.job) if row.job is not None else None
    return job is not None and job.state in jobs.OPEN


def _runs(session: Session, rows: Sequence[FrontierRunRow]) -> list[FrontierRun]:
    done, owned = frontiers.counts(session, [row.id for row in rows]), jobs_of(session, rows)
    return [FrontierRun(**facts(row, row.points, done, owned), kind=row.kind, plan=row.plan) for row in rows]
