"""A scenario is a portfolio with changes; the portfolio itself stays as it is."""

from __future__ import annotations

from dataclasses import replace

import pytest

from app.actions.audit import entries
from app.actions.declare import Declaration, declare, prefill
from app.actions.edit import RecordChange, add_record, change_records, edit_record, rows
from app.actions.export_data import export_files
from app.actions.scenarios import get_changes, get_scenario, list_scenarios
from app.actions.snapshot import snapshot, with_changes
from app.db import Database
from app.errors import Conflict, NotFound
from app.store.scenarios import REMOVE, SET, ScenarioChange
from solver.faults import InvalidInput
from solver.problem import Problem

CODE_RED = Declaration(
    policy="code-red",
    name="Code red: chat",
    owner="Eve",
    reason="Visits fall",
    exit_criteria="Visits are back",
    start="2025-12-01",
    end="2025-12-22",
    gpu_moves="6",
    stances={"chat": "focus", "training": "protect", "ads": "pause"},
    floors=({"project": "training", "need": "gpu", "pool": "h100", "amount": "4"},),
    based_on="ordinary",
)


def remove_all_of(db: Database, project: str) -> list[RecordChange]:
    """What it takes to remove a project with all it has."""
    return [
        RecordChange("remove", table, row.key, {}, row.version)
        for table in ("projects", "needs", "eligible", "baseline")
        for row in rows(db, "lab", table)
        if row.record.project == project
    ]


def test_a_declared_code_red_is_a_scenario_over_the_portfolio(lab: Database, problem: Problem) -> None:
    scenario = get_scenario(lab, declare(lab, "lab", CODE_RED, "eve"))
    assert (scenario.name, scenario.policy, scenario.kind) == ("Code red: chat", "code-red", "code_red")
    assert (scenario.who, scenario.status) == ("eve", "draft")
    changed = snapshot(lab, "lab", scenario.id)
    assert changed.policy["code-red"].gpu_moves == 6
    assert {p: s.stance for p, s in changed.stances_of("code-red").items()} == dict(CODE_RED.stances)
    assert [(f.pool, f.amount) for f in changed.floors_of("code-red")] == [("h100", 4)]
    assert snapshot(lab, "lab") == problem


def test_a_scenario_is_exported_with_its_changes(lab: Database) -> None:
    scenario = declare(lab, "lab", CODE_RED, "eve")
    assert "code-red" in export_files(lab, "lab", scenario)["policies.csv"]
    assert "code-red" not in export_files(lab, "lab")["policies.csv"]


def test_a_scenario_follows_its_portfolio(lab: Database) -> None:
    scenario = declare(lab, "lab", CODE_RED, "eve")
    edit_record(lab, "lab", "projects", ("ads",), {"value": "5"}, 1, "bob")
    assert snapshot(lab, "lab", scenario).project["ads"].value == 5


def test_a_scenario_that_no_longer_fits_names_its_faults(lab: Database) -> None:
    scenario = declare(lab, "lab", CODE_RED, "eve")
    change_records(lab, "lab", remove_all_of(lab, "ads"), "bob")
    with pytest.raises(InvalidInput) as caught:
        snapshot(lab, "lab", scenario)
    assert [(f.table, f.value) for f in caught.value.faults] == [("stances", "ads")]


def test_a_declaration_is_told_all_its_faults(lab: Database) -> None:
    wrong = replace(
        CODE_RED, start="soon", gpu_moves="many", floors=({"project": "training", "need": "gpu", "amount": "-4"},)
    )
    with pytest.raises(InvalidInput) as caught:
        declare(lab, "lab", wrong, "eve")
    assert {(f.table, f.column) for f in caught.value.faults} == {
        ("policies", "start"), ("policies", "gpu_moves"), ("floors", "amount"),
    }  # fmt: skip
    assert list_scenarios(lab, "lab") == []


def test_a_code_red_without_owner_reason_and_end_is_refused(lab: Database) -> None:
    with pytest.raises(InvalidInput) as caught:
        declare(lab, "lab", replace(CODE_RED, owner="", reason=" ", end=""), "eve")
    assert {f.column for f in caught.value.faults} == {"owner", "reason", "end"}


def test_a_floor_above_capacity_is_refused(lab: Database) -> None:
    with pytest.raises(InvalidInput):
        declare(lab, "lab", replace(CODE_RED, floors=({"project": "training", "need": "gpu", "amount": "40"},)), "eve")


def test_a_declaration_is_in_the_audit_trail(lab: Database) -> None:
    scenario = declare(lab, "lab", CODE_RED, "eve")
    newest = entries(lab, "lab", 1)[0]
    assert (newest.verb, newest.who, newest.subject) == ("declare", "eve", f"scenario {scenario}")
    assert newest.detail["policy"]["reason"] == "Visits fall"


def test_without_a_prepared_code_red_one_is_proposed(lab: Database) -> None:
    proposed = prefill(lab, "lab")
    assert dict(proposed.stances) == {"ads": "pause", "chat": "focus", "training": "protect"}
    assert proposed.floors == (
        {"project": "training", "need": "gpu", "pool": "h100", "week": "", "amount": "4", "share": ""},
    )
    assert (proposed.policy, proposed.start, proposed.end) == ("code-red", "2025-12-01", "2025-12-29")


def test_a_proposal_needs_only_an_owner_and_a_reason(lab: Database) -> None:
    scenario = declare(lab, "lab", replace(prefill(lab, "lab"), owner="Eve", reason="Visits fall"), "eve")
    assert snapshot(lab, "lab", scenario).policy["code-red"].kind == "code_red"


def test_a_prepared_code_red_is_the_proposal(lab: Database) -> None:
    policy = {"policy": "red-alert", "kind": "code_red", "owner": "Eve", "reason": "r", "start": "2025-12-01",
              "end": "2025-12-15", "growth": "0.5"}  # fmt: skip
    add_record(lab, "lab", "policies", policy, "ann")
    stance = {"policy": "red-alert", "project": "chat", "stance": "focus", "priority": "1"}
    add_record(lab, "lab", "stances", stance, "ann")
    proposed = prefill(lab, "lab")
    assert (proposed.policy, proposed.end, proposed.growth) == ("red-alert", "2025-12-15", "0.5")
    assert proposed.stances == {"ads": "normal", "chat": "focus", "training": "normal"}
    assert proposed.priorities == {"chat": "1"}


def test_declaring_a_prepared_code_red_replaces_its_stances(lab: Database) -> None:
    policy = {"policy": "code-red", "kind": "code_red", "owner": "Eve", "reason": "r", "start": "2025-12-01",
              "end": "2025-12-15", "tolerance": "0.01"}  # fmt: skip
    add_record(lab, "lab", "policies", policy, "ann")
    for project in ("ads", "chat"):
        add_record(lab, "lab", "stances", {"policy": "code-red", "project": project, "stance": "pause"}, "ann")
    declared = replace(prefill(lab, "lab"), stances={"ads": "normal", "chat": "focus"})
    changed = snapshot(lab, "lab", declare(lab, "lab", declared, "eve"))
    assert {p: s.stance for p, s in changed.stances_of("code-red").items()} == {"chat": "focus"}
    assert changed.policy["code-red"].tolerance == 0.01


def test_scenarios_are_listed_newest_first_with_their_changes(lab: Database) -> None:
    first, second = (declare(lab, "lab", replace(CODE_RED, name=name), "eve") for name in ("one", "two"))
    assert [s.id for s in list_scenarios(lab, "lab")] == [second, first]
    assert {(c.operation, c.table) for c in get_changes(lab, first)} == {
        ("put", "policies"), ("put", "stances"), ("put", "floors"),
    }  # fmt: skip


def test_changes_set_cells_and_remove_records(problem: Problem) -> None:
    changes = [
        ScenarioChange(SET, "projects", "ads", {"priority": "0"}),
        ScenarioChange(REMOVE, "triggers", "visits-fall", {}),
    ]
    changed = Problem.from_tables(with_changes(problem.tables(), changes))
    assert changed.project["ads"].priority == 0
    assert changed.triggers == ()


def test_a_change_of_a_record_that_is_gone_is_a_conflict(problem: Problem) -> None:
    with pytest.raises(Conflict, match="projects pulse, which the scenario changes,"):
        with_changes(problem.tables(), [ScenarioChange(SET, "projects", "pulse", {"priority": "0"})])


def test_a_scenario_of_another_portfolio_is_not_found(lab: Database) -> None:
    with pytest.raises(NotFound):
        snapshot(lab, "lab", 99)
    with pytest.raises(NotFound):
        declare(lab, "works", CODE_RED, "eve")
