"""Plans are stored as published, shown again, compared and approved."""

from __future__ import annotations

import json
from datetime import date

import pandas as pd
import pytest

from app.actions.approve import approve
from app.actions.audit import entries
from app.actions.compare import compare
from app.actions.declare import declare
from app.actions.edit import edit_record
from app.actions.export_data import export_plan_files, export_plan_zip
from app.actions.plans import get_plan, list_plans, plan_of_record, store_plan
from app.actions.scenarios import get_scenario
from app.db import Database
from app.errors import NotFound, Refused
from solver.folder import plan_files, read_plan
from solver.plan import Outcome, Status
from solver.problem import Problem
from tests.app.lab import outcome
from tests.app.test_scenarios import CODE_RED


def stored(db: Database, problem: Problem, nodes: float = 6.0, scenario: int | None = None) -> int:
    return store_plan(db, problem, outcome(problem, nodes), scenario, "ann")


def test_a_stored_plan_comes_back_as_it_was(lab: Database, problem: Problem) -> None:
    plan = get_plan(lab, stored(lab, problem))
    ours = outcome(problem)
    assert plan.problem == problem
    assert plan.outcome.summary() == ours.summary()
    assert (plan.digest, plan.versions, plan.options) == (problem.digest, ours.versions, ours.options)
    assert plan.outcome.plan is not None
    assert ours.plan is not None
    for name, frame in ours.plan.tables().items():
        pd.testing.assert_frame_equal(plan.outcome.plan.tables()[name], frame, check_dtype=False)


def test_what_one_reader_does_to_a_plan_no_other_sees(lab: Database, problem: Problem) -> None:
    plan = stored(lab, problem)
    first = get_plan(lab, plan).outcome.plan
    assert first is not None
    first.allocation.loc[:, "amount"] = 0.0
    again = get_plan(lab, plan).outcome.plan
    assert again is not None
    assert again.allocation["amount"].sum() == 10


def test_a_stored_plan_keeps_the_problem_it_answers(lab: Database, problem: Problem) -> None:
    plan = stored(lab, problem)
    edit_record(lab, "lab", "projects", ("ads",), {"value": "5"}, 1, "bob")
    assert get_plan(lab, plan).problem.project["ads"].value == 4


def test_an_exported_plan_is_what_the_planner_published(lab: Database, problem: Problem) -> None:
    files = export_plan_files(lab, stored(lab, problem))
    assert files == plan_files(outcome(problem))


def test_a_plan_goes_out_as_a_zip_that_reads_back(lab: Database, problem: Problem) -> None:
    summary, plan = read_plan(export_plan_zip(lab, stored(lab, problem)))
    assert summary["digest"] == problem.digest
    assert plan.allocation["amount"].sum() == 10


def test_an_answer_without_a_plan_is_not_stored(lab: Database, problem: Problem) -> None:
    with pytest.raises(Refused, match="infeasible"):
        store_plan(lab, problem, Outcome(Status.INFEASIBLE), None, "ann")


def test_plans_are_listed_newest_first_with_their_summaries(lab: Database, problem: Problem) -> None:
    first, second = stored(lab, problem), stored(lab, problem, 5)
    listed = list_plans(lab, "lab")
    assert [p.id for p in listed] == [second, first]
    assert listed[0].summary["classes"][0]["attained"] == 5
    assert json.dumps(listed[0].summary)


def test_the_plan_of_record_is_the_one_approved_last(lab: Database, problem: Problem) -> None:
    first, second = stored(lab, problem), stored(lab, problem, 5)
    assert plan_of_record(lab, "lab") is None
    for plan in (second, first):
        approve(lab, plan, "because", "eve")
    record = plan_of_record(lab, "lab")
    assert record is not None
    assert record.id == first


def test_an_approval_is_in_the_audit_trail_with_its_reason(lab: Database, problem: Problem) -> None:
    scenario = declare(lab, "lab", CODE_RED, "eve")
    plan = stored(lab, problem, scenario=scenario)
    approve(lab, plan, " training keeps every node ", "eve")
    newest = entries(lab, "lab", 1)[0]
    assert (newest.verb, newest.who, newest.subject) == ("approve", "eve", f"plan {plan}")
    assert newest.detail["reason"] == "training keeps every node"
    assert newest.detail["digest"] == problem.digest
    assert get_scenario(lab, scenario).status == "approved"


@pytest.mark.parametrize("reason", ["", "  "])
def test_an_approval_needs_a_reason(lab: Database, problem: Problem, reason: str) -> None:
    with pytest.raises(Refused, match="needs a reason"):
        approve(lab, stored(lab, problem), reason, "eve")
    assert plan_of_record(lab, "lab") is None


def test_the_plan_of_record_is_not_approved_twice(lab: Database, problem: Problem) -> None:
    plan = stored(lab, problem)
    approve(lab, plan, "good", "eve")
    with pytest.raises(Refused, match="already"):
        approve(lab, plan, "still good", "eve")


def test_a_comparison_names_every_amount_that_differs(lab: Database, problem: Problem) -> None:
    before, after = stored(lab, problem, 3), stored(lab, problem, 6)
    compared = compare(lab, after, before)
    assert list(compared.difference.columns) == ["week", "project", "need", "pool", "before", "after", "change"]
    assert compared.difference.to_dict("records") == [
        {"week": date(2025, 12, 1), "project": "chat", "need": "gpu", "pool": "h100",
         "before": 3.0, "after": 6.0, "change": 3.0},
    ]  # fmt: skip
    assert [(c.rank, c.name, c.change) for c in compared.classes] == [(1, "priority 0", 3.0)]


def test_a_plan_does_not_differ_from_itself(lab: Database, problem: Problem) -> None:
    plan = stored(lab, problem)
    assert compare(lab, plan, plan).difference.empty


def test_a_plan_nobody_knows_is_not_found(lab: Database) -> None:
    for ask in (lambda: get_plan(lab, 9), lambda: approve(lab, 9, "x", "eve"), lambda: export_plan_files(lab, 9)):
        with pytest.raises(NotFound, match="no plan '9'"):
            ask()
