"""What is in force, what the signals advise, and what waits for a decision."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from app.actions.acknowledge import Acknowledgement, acknowledged
from app.actions.advice import Advice, advise
from app.actions.answering import UnderWay, read_so_far, under_way
from app.actions.decide import PROPOSED, SENT_BACK
from app.actions.declare import CODE_RED
from app.actions.plans import PlanInfo, StoredPlan, get_plan
from app.actions.scenarios import Scenario, scenario_of
from app.actions.snapshot import snapshot
from app.db import Database
from app.tables import ScenarioRow
from solver.problem import Problem
from solver.records import TABLES, Policy, Portfolio, Signal

TO_COME, IN_FORCE, OVER = "to come", "in force", "over"


@dataclass(frozen=True, slots=True)
class InForce:
    """A policy with the weeks in which it holds (`start <= week < end`), and the plan that put it in force."""

    policy: Policy
    start: date
    end: date
    plan: int | None

    def phase(self, day: date) -> str:
        """Whether it is to come, in force or over on a day: it ends by itself, whatever anybody does."""
        return TO_COME if day < self.start else IN_FORCE if day < self.end else OVER


@dataclass(frozen=True)
class Situation:
    """The first page: everything somebody needs to know whether to act.

    `answered` are the triggers that advise what is in force, or decided and to come: nobody need act on them again.
    `under_way` has, by trigger, the code red that was declared or proposed and awaits its plan or its approval.
    `over` is the advice that no longer holds while a code red does: its exit criteria may be met. Plans that were
    sent back do not await a decision; `proposed` ones come first. `seen` are the acknowledgements that still hold: no
    day was measured since. The `day` is today; where that is outside the horizon (`outside`) it is the last day within
    it that was measured, or the first.
    """

    portfolio: Portfolio
    day: date
    outside: bool
    in_force: InForce | None
    advice: tuple[Advice, ...]
    over: tuple[Advice, ...]
    answered: frozenset[str]
    under_way: dict[str, UnderWay]
    seen: dict[str, Acknowledgement]
    signals: dict[str, tuple[Signal, ...]]
    plan_of_record: StoredPlan | None
    awaiting: tuple[PlanInfo, ...]
    proposed: frozenset[int]
    scenarios: tuple[Scenario, ...]
    counts: dict[str, int]


def situation(db: Database, portfolio: str, today: date | None = None) -> Situation:
    """How a portfolio stands on a day, today unless another is named. Raises NotFound."""
    problem = snapshot(db, portfolio)
    day, outside = day_of(problem, today or datetime.now(UTC).date())
    so_far = read_so_far(db, portfolio)
    record = get_plan(db, so_far.record) if so_far.record is not None else None
    waiting = [p for p in so_far.newest if so_far.state(p.id) != SENT_BACK]
    seen = acknowledged(db, portfolio)
    in_force, advice = _in_force(problem, record), tuple(advise(t, problem.signals) for t in problem.triggers)
    answering = _answering(so_far.scenarios, record, in_force, day)
    unanswered = {a.trigger: a.policy for a in advice if a.advised and a.policy not in answering}
    begun = under_way(db, portfolio, so_far, set(unanswered.values()), day)
    return Situation(
        portfolio=problem.head,
        day=day,
        outside=outside,
        in_force=in_force,
        advice=advice,
        answered=frozenset(a.trigger for a in advice if a.advised and a.policy in answering),
        under_way={trigger: begun[policy] for trigger, policy in unanswered.items() if policy in begun},
        over=tuple(a for a in advice if _is_over(a, in_force, day)),
        seen={a.trigger: s for a in advice if (s := seen.get(a.trigger)) and a.advised and s.evidence == a.at},
        signals=_series(problem.signals),
        plan_of_record=record,
        awaiting=tuple(sorted(waiting, key=lambda p: so_far.state(p.id) != PROPOSED)),
        proposed=frozenset(p.id for p in waiting if so_far.state(p.id) == PROPOSED),
        scenarios=tuple(scenario_of(row) for row in so_far.scenarios),
        counts={table: len(getattr(problem, table)) for table in TABLES},
    )


def day_of(problem: Problem, today: date) -> tuple[date, bool]:
    """The day as of which a portfolio is shown, and whether today is outside its horizon."""
    head = problem.head
    end = head.start + timedelta(weeks=head.weeks)
    if head.start <= today < end:
        return today, False
    return max((s.day for s in problem.signals if head.start <= s.day < end), default=head.start), True


def _answering(
    drawn: Sequence[ScenarioRow], record: StoredPlan | None, in_force: InForce | None, day: date
) -> frozenset[str]:
    """The code reds that hold or will: that of the plan of record, and those that it combines."""
    if record is None or in_force is None or in_force.policy.kind != CODE_RED or in_force.phase(day) == OVER:
        return frozenset()
    parts = next((row.code_reds for row in drawn if row.id == record.scenario), None)
    return frozenset({in_force.policy.policy, *(parts or ())})


def _is_over(advice: Advice, in_force: InForce | None, day: date) -> bool:
    """Whether a signal measured within a code red is no longer so low that one would be advised."""
    if in_force is None or in_force.policy.kind != CODE_RED or advice.at is None or advice.now is None:
        return False
    inside = in_force.start <= advice.at < in_force.end and in_force.phase(day) == IN_FORCE
    return inside and advice.before is not None and not advice.advised


def _in_force(problem: Problem, record: StoredPlan | None) -> InForce | None:
    """The policy of the plan of record; without one, the portfolio's first normal policy."""
    if record is not None:
        return _held(record.problem, record.problem.policy[record.policy], record.id)
    normal = next((p for p in problem.policies if p.kind == "normal"), None)
    return _held(problem, normal, None) if normal else None


def _held(problem: Problem, policy: Policy, plan: int | None) -> InForce:
    """The dates as recorded, which a re-plan from a later week may have left behind; blank ones are the horizon's."""
    head = problem.head
    return InForce(policy, policy.start or head.start, policy.end or head.start + timedelta(weeks=head.weeks), plan)


def _series(signals: Sequence[Signal]) -> dict[str, tuple[Signal, ...]]:
    found: dict[str, list[Signal]] = {}
    for point in sorted(signals, key=lambda s: (s.signal, s.day)):
        found.setdefault(point.signal, []).append(point)
    return {name: tuple(points) for name, points in found.items()}
