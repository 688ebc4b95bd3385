"""Ask about a stored plan in the background: what it would take, what forcing costs, what a step of a pool brings.

question -> every fault of it -> inquiry with its job -> ways as they are found -> a way as a scenario, recomputed
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy.orm import Session

from app.actions import recompute, work
from app.actions.plans import StoredPlan, get_plan
from app.actions.question import Question, facts_of
from app.actions.repair import changes_of
from app.actions.scenario_edit import LONGEST_NAME, scenario_beside
from app.actions.studies import LOST
from app.actions.work.kinds import INQUIRY, SUBJECT
from app.db import Database
from app.errors import NotFound, Refused
from app.processes.inquiry import PRICES, WAYS
from app.store import audit, inquiries, jobs, locks, plans
from app.tables import JobRow
from app.tables.inquiries import InquiryRow
from solver.progress import Options

LISTED = 20


@dataclass(frozen=True, slots=True)
class Inquiry:
    """An inquiry about a plan as it is now, with the ways found so far.

    `state` is that of its job: queued, running, done, failed, cancelled or parked.
    """

    id: int
    plan: int
    job: int | None
    kind: str
    asked: dict[str, Any]
    state: str
    message: str
    who: str
    created_at: datetime
    seconds: float
    ways: tuple[dict[str, Any], ...]
    prices: tuple[dict[str, Any], ...]

    @property
    def ended(self) -> bool:
        """Whether nothing further will come."""
        return self.state not in jobs.OPEN


def ask(db: Database, plan_id: int, question: Question, who: str) -> int:
    """Have a question about a plan answered in the background; the inquiry's id.

    The same question asked again while it is open or answered is the same inquiry. Raises NotFound; Refused for a plan
    without tables; InvalidInput with every fault of the question.
    """
    stored = get_plan(db, plan_id)
    if stored.outcome.plan is None:
        raise Refused(f"plan {plan_id} has no tables")
    asked = facts_of(stored.problem, question)
    with db.session() as session:
        locks.hold(session, f"inquiries of plan {plan_id}")
        plans.get(session, plan_id)
        known = _asked_before(session, plan_id, question.kind, asked)
        if known is not None:
            return known
        number = inquiries.add(session, {"plan": plan_id, "kind": question.kind, "asked": asked, "who": who})
        inquiries.get(session, number).job = jobs.add(session, {
            "kind": INQUIRY, "portfolio": stored.portfolio, "scenario": stored.scenario, "policy": stored.policy,
            "who": who, "options": {SUBJECT: number},
        })  # fmt: skip
        detail = {"inquiry": number, "kind": question.kind, **asked}
        audit.add(session, stored.portfolio, who, "inquire", subject=f"plan {plan_id}", detail=detail)
    work.wake(db)
    return number


def get(db: Database, number: int) -> Inquiry:
    """An inquiry as it is now. Raises NotFound."""
    with db.reading() as session:
        return _inquiries(session, [inquiries.get(session, number)])[0]


def listing(db: Database, plan_id: int, limit: int = LISTED) -> list[Inquiry]:
    """The newest inquiries about a plan, newest first. Raises NotFound."""
    with db.reading() as session:
        plans.get(session, plan_id)
        return _inquiries(session, inquiries.newest(session, plan_id, limit))


def cancel(db: Database, number: int, who: str) -> None:
    """Stop an inquiry, within a second; its ways stay. Nothing happens to one that ended. Raises NotFound."""
    with db.reading() as session:
        job = inquiries.get(session, number).job
    if job is not None:
        recompute.cancel(db, job, who)


def applies(stored: StoredPlan) -> bool:
    """Whether ways of a plan's inquiries can become scenarios: those of a hedged portfolio are none of the recorded."""
    return "robust" not in stored.options


def try_way(  # noqa: PLR0917 - which way, how it is called, and who asks
    db: Database, inquiry: int, number: int, who: str, name: str = "", options: Options | None = None
) -> int:
    """Make a way (from 0) a scenario beside what the plan is of, and recompute it; the job's id.

    Raises NotFound; Refused for a way that changes no records, or of a robust plan; InvalidInput or Conflict when it no
    longer fits its portfolio.
    """
    found = get(db, inquiry)
    stored = get_plan(db, found.plan)
    if not 0 <= number < len(found.ways):
        raise NotFound("way", number + 1)
    way = found.ways[number]
    if not (changed := [*way["edits"], *way["pins"]]):
        raise Refused("this way changes no records, so that there is nothing to apply")
    if not applies(stored):
        raise Refused("this plan is robust: its ways change a hedged portfolio, not the one that is recorded")
    called = (" ".join(name.split()) or proposed_name(way))[:LONGEST_NAME]
    with db.session() as session:
        scenario = scenario_beside(session, stored, changes_of({"edits": changed}), called, who)
        detail = {"inquiry": inquiry, "plan": stored.id, "way": way["text"], "name": called}
        audit.add(session, stored.portfolio, who, "try way", subject=f"scenario {scenario}", detail=detail)
    return recompute.start(db, stored.portfolio, scenario, stored.policy, who, options)


def proposed_name(way: dict[str, Any]) -> str:
    """How the scenario of a way is called unless somebody says otherwise."""
    text: str = way["text"]
    return (text[:1].upper() + text[1:])[:LONGEST_NAME]


def _asked_before(session: Session, plan: int, kind: str, asked: dict[str, Any]) -> int | None:
    """The inquiry that answers this very question, or is about to."""
    same = [row for row in inquiries.newest(session, plan, kind=kind) if row.asked == asked]
    owned = jobs.several(session, [row.job for row in same])
    return next((row.id for row in same if _serves(row, owned.get(row.job or 0))), None)


def _serves(row: InquiryRow, job: JobRow | None) -> bool:
    answered = row.complete and bool(row.answer)
    return answered or (job is not None and job.state in jobs.OPEN)


def _inquiries(session: Session, rows: Sequence[InquiryRow]) -> list[Inquiry]:
    owned = jobs.several(session, [row.job for row in rows])
    return [_inquiry(row, owned.get(row.job or 0)) for row in rows]


def _inquiry(row: InquiryRow, job: JobRow | None) -> Inquiry:
    """An inquiry beside its job; where that is forgotten it says whether it was completed."""
    began, ended = (job.started_at, job.finished_at or datetime.now(UTC)) if job else (None, None)
    forgotten = (jobs.DONE, "") if row.complete else (jobs.FAILED, LOST)
    state, message = (job.state, job.message) if job else forgotten
    answer = row.answer or {}
    return Inquiry(
        id=row.id, plan=row.plan, job=row.job, kind=row.kind, asked=row.asked, state=state, message=message,
        who=row.who, created_at=row.created_at,
        seconds=max(0.0, (ended - began).total_seconds()) if began and ended else 0.0,
        ways=tuple(answer.get(WAYS, ())), prices=tuple(answer.get(PRICES, ())),
    )  # fmt: skip
