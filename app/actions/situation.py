"""What is in force, what the signals advise, and what waits for a decision."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from app.actions.decide import PROPOSED, SENT_BACK, states
from app.actions.plans import PlanInfo, StoredPlan, list_plans, plan_of_record
from app.actions.scenarios import Scenario, list_scenarios
from app.actions.snapshot import snapshot
from app.db import Database
from solver.problem import Problem
from solver.records import TABLES, Policy, Portfolio, Signal, Trigger

NEWEST = 20


@dataclass(frozen=True, slots=True)
class Mean:
    """The mean of a window that ends on a day."""

    value: float
    first: date
    last: date


@dataclass(frozen=True, slots=True)
class Advice:
    """What a trigger says: the highest earlier mean against the mean now; `fall` and `drop` are shares.

    `at` is the last day of the series. `before` and `now` are None when the series is too short for two windows.
    """

    trigger: str
    signal: str
    window_days: int
    before: Mean | None
    now: Mean | None
    fall: float
    drop: float
    advised: bool
    policy: str
    at: date | None


@dataclass(frozen=True, slots=True)
class InForce:
    """A policy with the weeks in which it holds (`start <= week < end`), and the plan that put it in force."""

    policy: Policy
    start: date
    end: date
    plan: int | None


@dataclass(frozen=True)
class Situation:
    """The first page: everything somebody needs to know whether to act.

    `over` is the advice that no longer holds while a code red does: its exit criteria may be met. Plans that were
    sent back do not await a decision; `proposed` ones come first.
    """

    portfolio: Portfolio
    in_force: InForce | None
    advice: tuple[Advice, ...]
    over: tuple[Advice, ...]
    signals: dict[str, tuple[Signal, ...]]
    plan_of_record: StoredPlan | None
    awaiting: tuple[PlanInfo, ...]
    proposed: frozenset[int]
    scenarios: tuple[Scenario, ...]
    counts: dict[str, int]


def situation(db: Database, portfolio: str) -> Situation:
    """How a portfolio stands now. Raises NotFound."""
    problem = snapshot(db, portfolio)
    record, decided = plan_of_record(db, portfolio), states(db, portfolio)
    newer = [p for p in list_plans(db, portfolio, NEWEST) if record is None or p.id > record.id]
    waiting = [p for p in newer if decided.get(p.id) != SENT_BACK]
    in_force, advice = _in_force(problem, record), tuple(advise(t, problem.signals) for t in problem.triggers)
    return Situation(
        portfolio=problem.head,
        in_force=in_force,
        advice=advice,
        over=tuple(a for a in advice if _is_over(a, in_force)),
        signals=_series(problem.signals),
        plan_of_record=record,
        awaiting=tuple(sorted(waiting, key=lambda p: decided.get(p.id) != PROPOSED)),
        proposed=frozenset(p.id for p in waiting if decided.get(p.id) == PROPOSED),
        scenarios=tuple(list_scenarios(db, portfolio)),
        counts={table: len(getattr(problem, table)) for table in TABLES},
    )


def advise(trigger: Trigger, signals: Sequence[Signal]) -> Advice:
    """A code red is advised when the newest window's mean lies `drop` below the highest one before it.

    The windows compared do not overlap; a window is `window_days` calendar days, of which every day is measured.
    """
    points = sorted((s.day, s.value) for s in signals if s.signal == trigger.signal)
    means = _means(points, trigger.window_days)
    now = means[-1] if means and means[-1].last == points[-1][0] else None
    earlier = [m for m in means if now is not None and m.last < now.first]
    before = max(earlier, key=lambda m: m.value, default=None)
    fall = 1 - now.value / before.value if now and before and before.value > 0 else 0.0
    return Advice(
        trigger=trigger.trigger, signal=trigger.signal, window_days=trigger.window_days, before=before, now=now,
        fall=fall, drop=trigger.drop, advised=before is not None and fall >= trigger.drop, policy=trigger.policy,
        at=points[-1][0] if points else None,
    )  # fmt: skip


def _is_over(advice: Advice, in_force: InForce | None) -> bool:
    """Whether a signal measured within a code red is no longer so low that one would be advised."""
    if in_force is None or in_force.policy.kind != "code_red" or advice.at is None or advice.now is None:
        return False
    inside = in_force.start <= advice.at < in_force.end
    return inside and advice.before is not None and not advice.advised


def _means(points: Sequence[tuple[date, float]], days: int) -> list[Mean]:
    """The mean of every window of consecutive measured days, oldest first."""
    span = timedelta(days=days - 1)
    return [
        Mean(sum(value for _, value in window) / days, window[0][0], window[-1][0])
        for window in (points[i : i + days] for i in range(len(points) - days + 1))
        if window[-1][0] - window[0][0] == span
    ]


def _in_force(problem: Problem, record: StoredPlan | None) -> InForce | None:
    """The policy of the plan of record; without one, the portfolio's first normal policy."""
    if record is not None:
        return _held(record.problem, record.problem.policy[record.policy], record.id)
    normal = next((p for p in problem.policies if p.kind == "normal"), None)
    return _held(problem, normal, None) if normal else None


def _held(problem: Problem, policy: Policy, plan: int | None) -> InForce:
    first, last = problem.window(policy.policy)
    start = problem.head.start
    return InForce(policy, start + timedelta(weeks=first), start + timedelta(weeks=last), plan)


def _series(signals: Sequence[Signal]) -> dict[str, tuple[Signal, ...]]:
    found: dict[str, list[Signal]] = {}
    for point in sorted(signals, key=lambda s: (s.signal, s.day)):
        found.setdefault(point.signal, []).append(point)
    return {name: tuple(points) for name, points in found.items()}
