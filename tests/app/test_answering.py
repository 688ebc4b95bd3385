"""A fall that a declared code red answers: whose it is, and how far its plan is, until one is approved."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date

import pytest

from app.actions import answering, work
from app.actions.answering import UnderWay
from app.actions.approve import approve
from app.actions.code_reds import order_code_reds
from app.actions.decide import COMPUTED, PROPOSED, SENT_BACK, propose, send_back
from app.actions.declare import Declaration, declare
from app.actions.edit import add_record, edit_record
from app.actions.plans import store_plan
from app.actions.recompute import start
from app.actions.scenario_edit import ScenarioEdit, archive_scenario, change_scenario, copy_scenario
from app.actions.situation import situation
from app.actions.snapshot import snapshot
from app.db import Database
from app.processes.solver import SolverProcess
from tests.app.lab import outcome
from tests.app.test_recompute import wait

DAY = date(2025, 12, 3)
RED = {"policy": "red", "kind": "code_red", "owner": "Eve", "reason": "r", "start": "2025-12-01", "end": "2025-12-22"}
DECLARED = Declaration(
    policy="red", name="Red", owner="Eve", reason="visits fell", start="2025-12-01", end="2025-12-15",
    stances={"chat": "focus"},
)  # fmt: skip


@pytest.fixture(scope="module", autouse=True)
def _runner() -> Iterator[None]:
    work.use(work.Worker(SolverProcess("tests.app.solvers:quick")))
    yield
    work.shut_down()


@pytest.fixture
def fallen(lab: Database) -> Database:
    """The lab, whose trigger advises the code red `red`."""
    add_record(lab, "lab", "policies", RED, "ann")
    edit_record(lab, "lab", "triggers", ("visits-fall",), {"policy": "red"}, 1, "ann")
    return lab


def answer(db: Database, day: date = DAY) -> UnderWay | None:
    """The code red under way that answers the fall of visits."""
    return situation(db, "lab", day).under_way.get("visits-fall")


def stated(db: Database) -> tuple[str, int | None, str, str] | None:
    """How far it is, by which plan, and what was decided about that."""
    one = answer(db)
    return None if one is None else (one.state, one.plan, one.by, one.reason)


def planned(db: Database, scenario: int | None = None, policy: str = "red") -> int:
    problem = snapshot(db, "lab", scenario)
    return store_plan(db, problem, outcome(problem, policy=policy), scenario, "ann")


def test_nothing_answers_an_advice_until_somebody_declares(fallen: Database) -> None:
    assert answer(fallen) is None
    planned(fallen)
    assert answer(fallen) is None
    scenario = declare(fallen, "lab", DECLARED, "kim")
    one = answer(fallen)
    assert one is not None
    assert (one.who, one.scenario, one.policy.owner, one.policy.name) == ("kim", scenario, "Eve", "Red")
    assert stated(fallen) == (answering.DECLARED, None, "", "")
    assert situation(fallen, "lab", DAY).answered == frozenset()


def test_it_says_how_far_the_plan_is_and_who_decided_what_about_it(fallen: Database) -> None:
    scenario = declare(fallen, "lab", DECLARED, "kim")
    plan = planned(fallen, scenario)
    assert stated(fallen) == (COMPUTED, plan, "", "")
    propose(fallen, plan, "it helps", "ann")
    later = planned(fallen, scenario)
    assert stated(fallen) == (PROPOSED, plan, "ann", "it helps")
    send_back(fallen, plan, "too dear", "eve")
    assert stated(fallen) == (COMPUTED, later, "", "")
    propose(fallen, later, "cheaper", "ann")
    send_back(fallen, later, "still too dear", "eve")
    assert stated(fallen) == (SENT_BACK, later, "eve", "still too dear")
    propose(fallen, later, "said otherwise", "ann")
    approve(fallen, later, "go", "eve")
    now = situation(fallen, "lab", DAY)
    assert (now.under_way, now.answered) == ({}, frozenset({"visits-fall"}))


def test_a_recompute_that_goes_on_and_one_without_a_plan_are_told_apart(fallen: Database) -> None:
    scenario = declare(fallen, "lab", replace(DECLARED, name="slow"), "kim")
    job = start(fallen, "lab", scenario, "red", "kim")
    one = answer(fallen)
    assert one is not None
    assert (one.state, one.job) == (answering.COMPUTING, job)
    work.cancel_here(fallen, job)
    wait(fallen, job, seconds=40)
    impossible = declare(fallen, "lab", replace(DECLARED, name="infeasible"), "kim")
    archive_scenario(fallen, scenario, "kim")
    wait(fallen, start(fallen, "lab", impossible, "red", "kim"))
    assert stated(fallen) == (answering.STOPPED, None, "", "")


def test_what_is_only_tried_out_answers_nothing_until_its_plan_is_proposed(fallen: Database) -> None:
    tried = copy_scenario(fallen, "lab", None, "what if", "red", "kim")
    plan = planned(fallen, tried)
    assert answer(fallen) is None
    propose(fallen, plan, "it helps", "ann")
    one = answer(fallen)
    assert one is not None
    assert (one.state, one.who, one.scenario, one.plan) == (PROPOSED, "ann", None, plan)
    archive_scenario(fallen, tried, "kim")
    assert stated(fallen) == (PROPOSED, plan, "ann", "it helps")


def test_neither_what_is_put_away_nor_what_is_over_nor_another_policy_answers(fallen: Database) -> None:
    scenario = declare(fallen, "lab", DECLARED, "kim")
    assert answer(fallen, date(2025, 12, 14)) is not None
    assert answer(fallen, date(2025, 12, 15)) is None
    archive_scenario(fallen, scenario, "kim")
    assert answer(fallen) is None
    declare(fallen, "lab", replace(DECLARED, policy="other-red"), "kim")
    assert answer(fallen) is None


def test_the_nearest_of_several_answers_and_a_combined_one_answers_for_each_of_its_parts(fallen: Database) -> None:
    first = declare(fallen, "lab", DECLARED, "kim")
    second = declare(fallen, "lab", replace(DECLARED, policy="other-red", stances={"ads": "focus"}), "bob")
    both = order_code_reds(fallen, "lab", {first: 2, second: 1}, "eve")
    one = answer(fallen)
    assert one is not None
    assert (one.scenario, one.who, one.policy.policy) == (both, "eve", "other-red-over-red")
    plan = planned(fallen, first)
    one = answer(fallen)
    assert one is not None
    assert (one.scenario, one.plan, one.who) == (first, plan, "kim")


def test_the_policy_is_as_its_own_scenario_has_it(fallen: Database) -> None:
    copy = copy_scenario(fallen, "lab", None, "sooner", "red", "kim")
    edits = [
        ScenarioEdit("policies", "red", {"end": "2025-12-08"}),
        ScenarioEdit("policies", "ordinary", {"name": "Usual"}),
    ]
    change_scenario(fallen, copy, edits, 1, "kim")
    propose(fallen, planned(fallen, copy), "it helps", "ann")
    one = answer(fallen)
    assert one is not None
    assert one.policy.end == date(2025, 12, 8)
    assert answer(fallen, date(2025, 12, 8)) is None
