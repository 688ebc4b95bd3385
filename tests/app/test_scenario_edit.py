"""A scenario is changed in place beside its parent; nobody's change is lost and nothing else is touched."""

from __future__ import annotations

import pytest

from app.actions.approve import approve
from app.actions.audit import entries
from app.actions.declare import declare
from app.actions.edit import change_records, edit_record
from app.actions.plans import get_plan, plan_of_record, store_plan
from app.actions.scenario_edit import (
    ScenarioEdit,
    archive_scenario,
    change_scenario,
    copy_scenario,
    rename_scenario,
)
from app.actions.scenario_view import list_with_plans, scenario_view
from app.actions.scenarios import get_changes, get_scenario
from app.actions.snapshot import snapshot
from app.db import Database
from app.errors import Conflict, NotFound, Refused
from solver.faults import InvalidInput
from solver.problem import Problem
from tests.app.lab import outcome
from tests.app.test_scenarios import CODE_RED, remove_all_of

MORE = ScenarioEdit("capacity", "h100/2025-12-01", {"amount": "11"})
UNPAUSE = ScenarioEdit("stances", "code-red/ads", None)


def code_red(db: Database) -> int:
    return declare(db, "lab", CODE_RED, "eve")


def told(db: Database, scenario: int) -> dict[str, list[tuple[str, str | None, str | None]]]:
    return {f"{d.table} {d.key}": list(d.cells) for d in scenario_view(db, scenario).differences}


def test_a_copy_of_the_portfolio_differs_from_it_in_nothing(lab: Database) -> None:
    copy = copy_scenario(lab, "lab", None, "What if", "ordinary", "kim")
    scenario = get_scenario(lab, copy)
    assert (scenario.name, scenario.policy, scenario.parent, scenario.version) == ("What if", "ordinary", None, 1)
    assert told(lab, copy) == {}


def test_a_copy_of_a_scenario_shows_only_what_differs_from_its_parent(lab: Database) -> None:
    parent = code_red(lab)
    copy = copy_scenario(lab, "lab", parent, "", "", "kim")
    assert get_scenario(lab, copy).name == "Copy of Code red: chat"
    change_scenario(lab, copy, [MORE, UNPAUSE], 1, "kim")
    assert told(lab, copy) == {
        "capacity h100/2025-12-01": [("amount", "10", "11")],
        "stances code-red/ads": [("stance", "pause", None), ("priority", "", None)],
    }  # fmt: skip
    assert snapshot(lab, "lab", copy).supply("h100") == (11, 11, 11, 11)
    assert snapshot(lab, "lab", parent).supply("h100") == (10, 10, 10, 10)


def test_a_changed_scenario_leaves_the_portfolio_and_the_plan_of_record_alone(lab: Database, problem: Problem) -> None:
    plan = store_plan(lab, problem, outcome(problem), None, "ann")
    approve(lab, plan, "good", "eve")
    before = get_plan(lab, plan)
    change_scenario(lab, copy_scenario(lab, "lab", None, "x", "ordinary", "kim"), [MORE], 1, "kim")
    assert snapshot(lab, "lab") == problem
    record = plan_of_record(lab, "lab")
    assert record is not None
    assert (record.id, record.problem, record.digest) == (plan, before.problem, before.digest)


def test_a_cell_changed_over_the_portfolio_is_kept_as_that_cell_alone(lab: Database) -> None:
    copy = copy_scenario(lab, "lab", None, "x", "ordinary", "kim")
    change_scenario(lab, copy, [ScenarioEdit("projects", "ads", {"priority": "0"})], 1, "kim")
    edit_record(lab, "lab", "projects", ("ads",), {"value": "5"}, 1, "bob")
    ads = snapshot(lab, "lab", copy).project["ads"]
    assert (ads.priority, ads.value) == (0, 5)


def test_a_change_taken_back_is_no_change(lab: Database) -> None:
    copy = copy_scenario(lab, "lab", None, "x", "ordinary", "kim")
    version = change_scenario(lab, copy, [MORE], 1, "kim")
    change_scenario(lab, copy, [ScenarioEdit("capacity", "h100/2025-12-01", {"amount": "10"})], version, "kim")
    assert get_changes(lab, copy) == []


def test_the_second_of_two_people_is_told_what_the_first_wrote(lab: Database) -> None:
    scenario = code_red(lab)
    change_scenario(lab, scenario, [MORE], 1, "ann")
    with pytest.raises(Conflict) as caught:
        change_scenario(lab, scenario, [ScenarioEdit("capacity", "h100/2025-12-01", {"amount": "12"})], 1, "bob")
    assert [(c.column, c.old, c.new, c.who) for c in caught.value.changed] == [
        ("capacity h100/2025-12-01: amount", "10", "11", "ann")
    ]
    assert snapshot(lab, "lab", scenario).supply("h100")[0] == 11


def test_saving_what_is_there_already_writes_nothing(lab: Database) -> None:
    scenario = code_red(lab)
    same = ScenarioEdit("policies", "code-red", {"gpu_moves": "6"})
    assert change_scenario(lab, scenario, [same], 1, "ann") == 1


def test_all_faults_are_told_and_nothing_is_half_written(lab: Database) -> None:
    scenario = code_red(lab)
    floor = {"policy": "code-red", "project": "chat", "need": "gpu", "amount": "-1"}
    policy = ScenarioEdit("policies", "code-red", {"gpu_moves": "many", "end": "soon"})
    wrong = [MORE, policy, ScenarioEdit("floors", "", floor, new=True)]
    with pytest.raises(InvalidInput) as caught:
        change_scenario(lab, scenario, wrong, 1, "ann")
    assert {(f.table, f.column) for f in caught.value.faults} == {
        ("policies", "gpu_moves"), ("policies", "end"), ("floors", "amount")
    }  # fmt: skip
    assert snapshot(lab, "lab", scenario).supply("h100")[0] == 10


def test_a_floor_that_is_there_is_not_added_twice(lab: Database) -> None:
    again = {"policy": "code-red", "project": "training", "need": "gpu", "pool": "h100", "amount": "2"}
    with pytest.raises(InvalidInput, match="is there already"):
        change_scenario(lab, code_red(lab), [ScenarioEdit("floors", "", again, new=True)], 1, "ann")


def test_the_policy_of_a_scenario_stays(lab: Database) -> None:
    copy = copy_scenario(lab, "lab", None, "x", "ordinary", "kim")
    gone = [ScenarioEdit("triggers", "visits-fall", None), ScenarioEdit("policies", "ordinary", None)]
    with pytest.raises(Refused, match="it stays"):
        change_scenario(lab, copy, gone, 1, "kim")


def test_an_archived_or_approved_scenario_stays_as_it_is(lab: Database, problem: Problem) -> None:
    scenario = code_red(lab)
    archive_scenario(lab, scenario, "ann")
    version = get_scenario(lab, scenario).version
    with pytest.raises(Refused, match="is archived"):
        change_scenario(lab, scenario, [MORE], version, "ann")
    archive_scenario(lab, scenario, "ann", back=True)
    with pytest.raises(Refused, match="is draft"):
        archive_scenario(lab, scenario, "ann", back=True)
    approve(lab, store_plan(lab, problem, outcome(problem), scenario, "ann"), "good", "eve")
    with pytest.raises(Refused, match="is approved"):
        rename_scenario(lab, scenario, "other", get_scenario(lab, scenario).version, "ann")


def test_a_name_is_never_blank_and_a_rename_is_in_the_audit_trail(lab: Database) -> None:
    scenario = code_red(lab)
    with pytest.raises(InvalidInput):
        rename_scenario(lab, scenario, "  ", 1, "ann")
    rename_scenario(lab, scenario, " Chat   first ", 1, "ann")
    newest = entries(lab, "lab", 1)[0]
    assert newest.detail == {"name": ["Code red: chat", "Chat first"]}
    assert (newest.who, newest.subject) == ("ann", f"scenario {scenario}")


def test_a_plan_answers_a_scenario_until_the_scenario_changes(lab: Database) -> None:
    scenario = code_red(lab)
    solved = snapshot(lab, "lab", scenario)
    plan = store_plan(lab, solved, outcome(solved, policy="code-red"), scenario, "ann")
    assert scenario_view(lab, scenario).current
    change_scenario(lab, scenario, [MORE], 1, "ann")
    view = scenario_view(lab, scenario)
    assert not view.current
    assert view.plan is not None
    assert view.plan.id == plan
    assert [(one.scenario.id, one.plan.id if one.plan else None) for one in list_with_plans(lab, "lab")] == [
        (scenario, plan)
    ]


def test_a_scenario_that_no_longer_fits_is_shown_with_its_faults(lab: Database) -> None:
    scenario = code_red(lab)
    change_records(lab, "lab", remove_all_of(lab, "ads"), "bob")
    view = scenario_view(lab, scenario)
    assert view.after is None
    assert [(f.table, f.value) for f in view.faults] == [("stances", "ads")]


def test_a_scenario_of_a_record_that_is_gone_says_so(lab: Database) -> None:
    copy = copy_scenario(lab, "lab", None, "x", "ordinary", "kim")
    change_scenario(lab, copy, [ScenarioEdit("projects", "ads", {"priority": "0"})], 1, "kim")
    change_records(lab, "lab", remove_all_of(lab, "ads"), "bob")
    view = scenario_view(lab, copy)
    assert view.after is None
    assert "was removed from the portfolio" in view.faults[0].message


def test_what_is_not_there_is_not_found(lab: Database) -> None:
    with pytest.raises(NotFound):
        copy_scenario(lab, "lab", 99, "x", "", "kim")
    with pytest.raises(NotFound):
        copy_scenario(lab, "lab", None, "x", "no-policy", "kim")
    with pytest.raises(NotFound):
        change_scenario(lab, 99, [], 1, "kim")
