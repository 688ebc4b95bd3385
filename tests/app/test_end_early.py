"""A code red ends by itself on its date, or earlier with a reason; what a trigger advises is seen by somebody."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import pytest

from app.actions import work
from app.actions.acknowledge import acknowledge, acknowledged
from app.actions.approve import approve
from app.actions.audit import entries
from app.actions.edit import add_record, edit_record
from app.actions.end_early import end_early
from app.actions.plans import plan_of_record, store_plan
from app.actions.recompute import get_job
from app.actions.scenarios import get_scenario
from app.actions.situation import IN_FORCE, OVER, TO_COME, situation
from app.actions.snapshot import snapshot
from app.db import Database
from app.errors import NotFound, Refused
from app.processes.solver import SolverProcess
from app.store import scenarios
from tests.app.lab import outcome
from tests.app.test_recompute import wait

RED = {"policy": "red", "kind": "code_red", "owner": "Eve", "reason": "r", "start": "2025-12-01", "end": "2025-12-22"}


@pytest.fixture(scope="module", autouse=True)
def _runner() -> Iterator[None]:
    work.use(work.Worker(SolverProcess("tests.app.solvers:quick")))
    yield
    work.shut_down()


@pytest.fixture
def red(lab: Database) -> Database:
    """The lab with an approved code red of three weeks."""
    add_record(lab, "lab", "policies", RED, "ann")
    problem = snapshot(lab, "lab")
    approve(lab, store_plan(lab, problem, outcome(problem, policy="red"), None, "ann"), "visits fell", "eve")
    return lab


@pytest.mark.parametrize(
    ("day", "phase"), [(date(2025, 12, 1), IN_FORCE), (date(2025, 12, 21), IN_FORCE), (date(2025, 12, 22), OVER)]
)
def test_a_code_red_is_over_on_its_date_without_anybody(red: Database, day: date, phase: str) -> None:
    now = situation(red, "lab", day)
    assert now.in_force is not None
    assert (now.day, now.outside, now.in_force.phase(now.day)) == (day, False, phase)
    assert now.in_force.phase(date(2025, 11, 30)) == TO_COME


def test_outside_the_weeks_of_a_portfolio_it_is_shown_as_of_a_day_within_them(red: Database) -> None:
    now = situation(red, "lab", date(2031, 1, 1))
    assert (now.day, now.outside) == (date(2025, 12, 1), True)


def test_an_early_end_starts_from_what_the_plan_did_and_is_recomputed(red: Database) -> None:
    job = end_early(red, "lab", date(2025, 12, 10), "visits are back", "eve")
    scenario = get_job(red, job).scenario
    assert scenario is not None
    problem = snapshot(red, "lab", scenario)
    assert (problem.head.start, problem.head.weeks) == (date(2025, 12, 8), 3)
    assert (problem.policy["red"].end, problem.window("red")) == (date(2025, 12, 8), (0, 0))
    assert problem.baseline_of["chat", "gpu", "h100"] == 6
    assert get_scenario(red, scenario).name == "red, ended early"
    told = next(e for e in entries(red, "lab", 5) if e.verb == "end early")
    assert (told.who, told.detail["reason"], told.detail["end"]) == (
        "eve", "visits are back", ["2025-12-22", "2025-12-08"]
    )  # fmt: skip
    assert wait(red, job).portfolio == "lab"
    record = plan_of_record(red, "lab")
    assert record is not None
    assert record.problem.policy["red"].end == date(2025, 12, 22)
    assert snapshot(red, "lab").policy["red"].end == date(2025, 12, 22)


@pytest.mark.parametrize("day", [date(2025, 12, 1), date(2025, 12, 22), date(2026, 3, 2)])
def test_an_end_that_is_not_earlier_is_refused_with_the_weeks_that_are(red: Database, day: date) -> None:
    with pytest.raises(Refused, match="from 2025-12-08 to 2025-12-15"):
        end_early(red, "lab", day, "visits are back", "eve")


def test_an_early_end_needs_a_reason_and_a_code_red(lab: Database) -> None:
    with pytest.raises(Refused, match="needs a reason"):
        end_early(lab, "lab", date(2025, 12, 8), " ", "eve")
    with pytest.raises(Refused, match="no code red in force"):
        end_early(lab, "lab", date(2025, 12, 8), "visits are back", "eve")


def test_an_acknowledgement_holds_until_another_day_is_measured(lab: Database) -> None:
    acknowledge(lab, "lab", "visits-fall", " a holiday ", "kim")
    seen = situation(lab, "lab").seen["visits-fall"]
    assert (seen.who, seen.reason, seen.evidence) == ("kim", "a holiday", date(2025, 11, 14))
    assert entries(lab, "lab", 1)[0].detail["fall"] == pytest.approx(1 - 190 / 203)
    add_record(lab, "lab", "signals", {"signal": "visits", "date": "2025-11-15", "value": "189"}, "ann")
    now = situation(lab, "lab")
    assert now.advice[0].advised
    assert now.seen == {}
    assert acknowledged(lab, "lab")["visits-fall"].who == "kim"


def test_only_an_advice_is_acknowledged_and_only_with_a_reason(lab: Database) -> None:
    with pytest.raises(Refused, match="needs a reason"):
        acknowledge(lab, "lab", "visits-fall", "", "kim")
    with pytest.raises(NotFound):
        acknowledge(lab, "lab", "latency", "seen", "kim")
    for day in range(15, 22):
        add_record(lab, "lab", "signals", {"signal": "visits", "date": f"2025-11-{day}", "value": "203"}, "ann")
    with pytest.raises(Refused, match="advises nothing"):
        acknowledge(lab, "lab", "visits-fall", "seen", "kim")


def test_an_advice_is_answered_while_the_code_red_that_it_asks_for_holds_or_is_to_come(red: Database) -> None:
    edit_record(red, "lab", "triggers", ("visits-fall",), {"policy": "red"}, 1, "ann")
    for day, answered in ((date(2025, 12, 1), {"visits-fall"}), (date(2025, 12, 22), set())):
        now = situation(red, "lab", day)
        assert [(a.trigger, a.advised) for a in now.advice] == [("visits-fall", True)]
        assert now.answered == answered


def test_another_code_red_does_not_answer_it(red: Database) -> None:
    assert situation(red, "lab", date(2025, 12, 1)).answered == frozenset()


def test_a_code_red_that_combines_several_answers_for_each(red: Database) -> None:
    problem = snapshot(red, "lab")
    part = next(t.policy for t in problem.triggers)
    with red.session() as session:
        facts = {"name": "both", "policy": "red", "kind": "code_red", "who": "eve"}
        row = scenarios.add(session, "lab", **facts, code_reds=["red", part])
    approve(red, store_plan(red, problem, outcome(problem, policy="red"), row, "ann"), "both", "eve")
    assert situation(red, "lab", date(2025, 12, 1)).answered == {"visits-fall"}
