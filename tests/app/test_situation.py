"""What is in force, what the signals advise, and what waits for a decision."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from app.actions.advice import advise
from app.actions.approve import approve
from app.actions.plans import store_plan
from app.actions.situation import situation
from app.db import Database
from solver.problem import Problem
from solver.records import Signal, Trigger
from tests.app.lab import outcome

FIRST = date(2025, 11, 1)


def series(values: list[float], skip: frozenset[int] = frozenset()) -> list[Signal]:
    return [
        Signal(signal="visits", day=FIRST + timedelta(days=day), value=value)
        for day, value in enumerate(values)
        if day not in skip
    ]


def trigger(days: int = 2, drop: float = 0.06) -> Trigger:
    return Trigger(trigger="t", signal="visits", window_days=days, drop=drop, policy="code-red")


@pytest.mark.parametrize(("now", "advised"), [(93.9, True), (94.0, True), (94.1, False)])
def test_a_fall_by_the_drop_is_advised_and_a_smaller_one_is_not(now: float, advised: bool) -> None:
    advice = advise(trigger(), series([100, 100, now, now]))
    assert advice.advised is advised
    assert advice.fall == pytest.approx(1 - now / 100)


def test_the_evidence_is_the_highest_earlier_mean_and_the_mean_now() -> None:
    advice = advise(trigger(), series([90, 110, 120, 100, 80, 80]))
    assert advice.before is not None
    assert (advice.before.value, advice.before.first) == (115, FIRST + timedelta(days=1))
    assert advice.now is not None
    assert (advice.now.value, advice.now.last) == (80, FIRST + timedelta(days=5))
    assert advice.at == FIRST + timedelta(days=5)


def test_windows_that_overlap_are_not_compared() -> None:
    advice = advise(trigger(days=3), series([100, 100, 100, 0, 0]))
    assert advice.before is None
    assert not advice.advised


def test_a_window_with_a_day_missing_is_no_evidence() -> None:
    advice = advise(trigger(), series([100, 200, 100, 100, 90, 90], skip=frozenset({0})))
    assert advice.before is not None
    assert advice.before.value == 150
    assert advise(trigger(), series([100, 100, 90, 50], skip=frozenset({2}))).now is None


def test_a_series_too_short_advises_nothing() -> None:
    advice = advise(trigger(), series([100]))
    assert (advice.advised, advice.before, advice.now) == (False, None, None)
    assert advise(trigger(), []).at is None


def test_a_rising_series_advises_nothing() -> None:
    advice = advise(trigger(), series([100, 100, 120, 120]))
    assert not advice.advised
    assert advice.fall < 0


def test_the_situation_before_any_plan(lab: Database) -> None:
    now = situation(lab, "lab")
    assert now.in_force is not None
    assert (now.in_force.policy.policy, now.in_force.plan) == ("ordinary", None)
    assert (now.in_force.start, now.in_force.end) == (date(2025, 12, 1), date(2025, 12, 29))
    assert [(a.trigger, a.advised) for a in now.advice] == [("visits-fall", True)]
    assert (now.plan_of_record, now.awaiting) == (None, ())
    assert now.counts["projects"] == 3
    assert len(now.signals["visits"]) == 14


def test_plans_newer_than_the_plan_of_record_wait_for_a_decision(lab: Database, problem: Problem) -> None:
    plans = [store_plan(lab, problem, outcome(problem, nodes), None, "ann") for nodes in (3, 4, 5)]
    approve(lab, plans[1], "good", "eve")
    now = situation(lab, "lab")
    assert now.plan_of_record is not None
    assert now.plan_of_record.id == plans[1]
    assert [p.id for p in now.awaiting] == [plans[2]]
    assert now.in_force is not None
    assert now.in_force.plan == plans[1]
