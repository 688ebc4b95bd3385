"""A code red that was declared or proposed and is not in force yet: whose it is, and how far its plan is."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from sqlalchemy.orm import Session

from app.actions.decide import COMPUTED, PROPOSED, SENT_BACK, record_of, state_of
from app.actions.declare import CODE_RED
from app.actions.plans import PlanInfo, info_of
from app.actions.snapshot import with_changes
from app.actions.work.kinds import PLAN, ROBUST
from app.cells import key_text
from app.db import Database
from app.store import audit, jobs, plans, records, scenarios
from app.tables import DecisionRow, PlanRow, ScenarioRow
from solver.records import Policy

DECLARED, COMPUTING, STOPPED = "declared", "computing", "stopped"
NEAREST = (PROPOSED, COMPUTING, COMPUTED, SENT_BACK, DECLARED, STOPPED)
"""Where a code red may stand that is not in force yet, the nearest to it first; stopped: its recompute made no plan."""
NEWEST = 20
"""So many plans are named on a page."""
MADE_BY = ("declare", "order code reds")
"""What makes a scenario a code red that somebody means; others are tried out, until a plan of theirs is proposed."""


@dataclass(frozen=True, slots=True)
class UnderWay:
    """A code red that is not in force yet. `who` declared it, or proposed what nobody declared; `at` then.

    `scenario` is that of a declared one, `plan` the one that waits, `job` the newest recompute. Of a plan that was
    proposed or sent back `by` says by whom, and `reason` why.
    """

    policy: Policy
    who: str
    at: datetime
    state: str
    scenario: int | None = None
    plan: int | None = None
    job: int | None = None
    by: str = ""
    reason: str = ""


@dataclass(frozen=True)
class SoFar:
    """What was decided about a portfolio's plans, and its scenarios, newest first.

    `newer` are the plans made after the plan of record, without their summaries; with them, the newest of these.
    """

    decided: Sequence[DecisionRow]
    newer: Sequence[PlanRow]
    newest: Sequence[PlanInfo]
    scenarios: Sequence[ScenarioRow]

    @property
    def record(self) -> int | None:
        """The plan of record."""
        return record_of(self.decided)

    def state(self, plan: int) -> str:
        """Where a plan stands."""
        return state_of(self.decided, plan)


def read_so_far(db: Database, portfolio: str) -> SoFar:
    """How far a portfolio's decisions are, all of one moment."""
    with db.reading() as session:
        decided = plans.decisions(session, portfolio)
        record = record_of(decided) or 0
        newest = [info_of(row) for row in plans.of(session, portfolio, NEWEST) if row.id > record]
        newer = plans.newer_than(session, portfolio, record)
        return SoFar(decided, newer, newest, scenarios.of(session, portfolio))


def under_way(db: Database, portfolio: str, so_far: SoFar, wanted: Collection[str], day: date) -> dict[str, UnderWay]:
    """For each wanted policy the code red under way that is nearest to being in force, where there is one.

    A scenario that combines several code reds answers for each of them; one whose weeks are over for none.
    """
    found: dict[str, UnderWay] = {}
    if wanted:
        with db.reading() as session:
            for names, one in sorted(_all(session, portfolio, so_far, wanted), key=lambda pair: _distance(pair[1])):
                if one.policy.end is None or day < one.policy.end:
                    found = dict.fromkeys(names, one) | found
    return {name: one for name, one in found.items() if name in wanted}


def _distance(one: UnderWay) -> tuple[int, float]:
    """How far it is from being in force; of two that are as far, the newer comes first."""
    return NEAREST.index(one.state), -one.at.timestamp()


def _all(
    session: Session, portfolio: str, so_far: SoFar, wanted: Collection[str]
) -> Iterator[tuple[set[str], UnderWay]]:
    """Every code red that is declared, and every other one whose plan is proposed, with what it answers for."""
    drafts = {s.id: s for s in so_far.scenarios if s.status == scenarios.DRAFT}
    names = {number: {s.policy, *(s.code_reds or ())} for number, s in drafts.items()}
    subjects = {f"scenario {number}": number for number in drafts if names[number].intersection(wanted)}
    declared = {subjects[said.subject]: said for said in audit.done_to(session, portfolio, MADE_BY, list(subjects))}
    for number, said in declared.items():
        if policy := _policy(session, portfolio, drafts[number].policy, number):
            begun = UnderWay(policy, said.who, said.at, DECLARED, number)
            yield names[number], _how_far(session, begun, so_far)
    for plan in so_far.newer:
        if plan.policy in wanted and plan.scenario not in declared and so_far.state(plan.id) == PROPOSED:
            policy, last = _policy(session, portfolio, plan.policy, plan.scenario), _last(so_far, plan.id)
            if policy and policy.kind == CODE_RED:
                begun = UnderWay(policy, last.who, last.at, PROPOSED, plan=plan.id)
                yield {plan.policy}, replace(begun, by=last.who, reason=last.reason)


def _how_far(session: Session, begun: UnderWay, so_far: SoFar) -> UnderWay:
    """How far a declared code red is: by the plan of it that is proposed, else by its newest plan and recompute."""
    states = {plan.id: so_far.state(plan.id) for plan in so_far.newer if plan.scenario == begun.scenario}
    plan = next((one for one, state in states.items() if state == PROPOSED), next(iter(states), None))
    job = jobs.newest_of_scenario(session, begun.scenario or 0, (PLAN, ROBUST))
    found = replace(begun, plan=plan, job=job.id if job else None)
    if job and job.state in jobs.OPEN and states.get(plan or 0) != PROPOSED:
        return replace(found, state=COMPUTING)
    if plan is None:
        return replace(found, state=STOPPED) if job else found
    if states[plan] not in (PROPOSED, SENT_BACK):
        return replace(found, state=COMPUTED)
    last = _last(so_far, plan)
    return replace(found, state=states[plan], by=last.who, reason=last.reason)


def _last(so_far: SoFar, plan: int) -> DecisionRow:
    """What was decided last about a plan that something was decided about."""
    return next(d for d in so_far.decided if d.plan == plan)


def _policy(session: Session, portfolio: str, policy: str, scenario: int | None) -> Policy | None:
    """A policy as the portfolio or a scenario over it has it; None where the scenario removes it."""
    key = (policy,)
    kept = records.read_one(session, portfolio, "policies", key)
    changes = scenarios.changes(session, scenario) if scenario is not None else []
    own = [c for c in changes if (c.table, c.key) == ("policies", key_text("policies", key))]
    return next(iter(with_changes({"policies": [kept.record] if kept else []}, own)["policies"]), None)
