"""A plan is proposed, sent back or approved, each with a reason that stays; where it stands follows from that."""

from __future__ import annotations

import pytest

from app.actions.approve import approve
from app.actions.audit import entries
from app.actions.decide import propose, send_back, standing, states
from app.actions.edit import add_record, edit_record
from app.actions.plans import plan_of_record, store_plan
from app.actions.situation import situation
from app.actions.snapshot import snapshot
from app.db import Database
from app.errors import NotFound, Refused
from solver.problem import Problem
from tests.app.lab import outcome


@pytest.fixture
def plans(lab: Database, problem: Problem) -> tuple[int, int]:
    """Two plans of the lab."""
    first, second = (store_plan(lab, problem, outcome(problem, nodes), None, "ann") for nodes in (4, 5))
    return first, second


def test_a_plan_goes_from_computed_to_proposed_to_sent_back_and_on_to_the_record(
    lab: Database, plans: tuple[int, int]
) -> None:
    plan, _ = plans
    seen = [standing(lab, plan).state]
    for action, reason in ((propose, "best so far"), (send_back, "ads pay too much"), (propose, "ads keep two nodes")):
        action(lab, plan, reason, "kim")
        seen.append(standing(lab, plan).state)
    approve(lab, plan, "agreed", "eve")
    assert [*seen, standing(lab, plan).state] == ["computed", "proposed", "sent back", "proposed", "plan of record"]
    assert [(d.verb, d.reason, d.who) for d in standing(lab, plan).trail] == [
        ("propose", "best so far", "kim"), ("send back", "ads pay too much", "kim"),
        ("propose", "ads keep two nodes", "kim"), ("approve", "agreed", "eve"),
    ]  # fmt: skip


def test_the_next_approval_replaces_the_plan_of_record(lab: Database, plans: tuple[int, int]) -> None:
    for plan in plans:
        approve(lab, plan, "good", "eve")
    assert states(lab, "lab") == {plans[0]: "replaced", plans[1]: "plan of record"}


def test_proposing_leaves_the_plan_of_record_alone(lab: Database, plans: tuple[int, int]) -> None:
    approve(lab, plans[0], "good", "eve")
    propose(lab, plans[1], "better", "kim")
    record = plan_of_record(lab, "lab")
    assert record is not None
    assert record.id == plans[0]


def test_a_plan_that_was_sent_back_is_proposed_again_before_it_is_approved(
    lab: Database, plans: tuple[int, int]
) -> None:
    propose(lab, plans[0], "best so far", "kim")
    send_back(lab, plans[0], "no", "eve")
    with pytest.raises(Refused, match="was sent back"):
        approve(lab, plans[0], "yes", "eve")
    assert plan_of_record(lab, "lab") is None


def test_only_what_is_proposed_is_sent_back_and_nothing_is_proposed_twice(
    lab: Database, plans: tuple[int, int]
) -> None:
    with pytest.raises(Refused, match="is computed"):
        send_back(lab, plans[0], "no", "eve")
    propose(lab, plans[0], "best so far", "kim")
    with pytest.raises(Refused, match="is proposed"):
        propose(lab, plans[0], "again", "kim")
    with pytest.raises(NotFound):
        propose(lab, 99, "x", "kim")


def test_a_decision_needs_a_reason_and_is_in_the_audit_trail(lab: Database, plans: tuple[int, int]) -> None:
    for action in (propose, send_back):
        with pytest.raises(Refused, match="needs a reason"):
            action(lab, plans[0], " ", "kim")
    propose(lab, plans[0], " best so far ", "kim")
    entry = entries(lab, "lab", 1)[0]
    assert (entry.verb, entry.who, entry.detail["reason"], entry.detail["before"]) == (
        "propose", "kim", "best so far", "computed"
    )  # fmt: skip


def test_what_was_sent_back_waits_for_nobody_and_what_is_proposed_comes_first(
    lab: Database, plans: tuple[int, int]
) -> None:
    propose(lab, plans[0], "best so far", "kim")
    now = situation(lab, "lab")
    assert [p.id for p in now.awaiting] == [plans[0], plans[1]]
    assert now.proposed == {plans[0]}
    send_back(lab, plans[0], "no", "eve")
    assert [p.id for p in situation(lab, "lab").awaiting] == [plans[1]]


def test_a_code_red_asks_for_an_early_end_when_its_signal_recovered(lab: Database) -> None:
    red = {"policy": "red", "kind": "code_red", "owner": "Eve", "reason": "r", "start": "2025-12-01",
           "end": "2025-12-22", "exit_criteria": "visits are back"}  # fmt: skip
    add_record(lab, "lab", "policies", red, "ann")
    assert situation(lab, "lab").over == ()
    red_problem = snapshot(lab, "lab")
    approve(lab, store_plan(lab, red_problem, outcome(red_problem, policy="red"), None, "ann"), "visits fell", "eve")
    assert situation(lab, "lab").over == ()
    for day in range(1, 8):
        last = add_record(lab, "lab", "signals", {"signal": "visits", "date": f"2025-12-0{day}", "value": "202"}, "ann")
    now = situation(lab, "lab")
    assert [a.signal for a in now.over] == ["visits"]
    assert now.in_force is not None
    assert now.in_force.policy.exit_criteria == "visits are back"
    edit_record(lab, "lab", "signals", ("visits", "2025-12-07"), {"value": "100"}, last, "ann")
    assert situation(lab, "lab").over == ()
