"""Each check of services finds its fault, says what would be right, and finds nothing in a sound portfolio."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from solver.faults import Fault, InvalidInput
from solver.folder import files_of, read_files
from solver.problem import Problem
from solver.records import Floor, Policy, Stance
from solver.serving.records import Demand, Lever, Throughput
from tests.solver.handmade import project, week
from tests.solver.served import LLAMA, chat, lever, measured, pool, served
from tests.solver.written import place

SOUND = served(chat(today=2), lever(), measured(("h100", "fp8", 9000.0)), project("ads", 2, priority=2))


def faults_with(**tables: Any) -> tuple[Fault, ...]:
    """The faults after whole tables were exchanged, found by reading the files of them."""
    files = {**files_of(SOUND)}
    others = {name: tuple(rows) for name, rows in tables.items()}
    texts = files_of(_unchecked(others))
    try:
        read_files({name: texts.get(name, text).encode() for name, text in files.items()})
    except InvalidInput as invalid:
        return invalid.faults
    return ()


def _unchecked(tables: dict[str, Any]) -> Problem:
    """A problem that was never checked: only its files are asked for."""
    problem = object.__new__(Problem)
    for name, rows in {**SOUND.tables(), **tables}.items():
        object.__setattr__(problem, name, tuple(rows))
    return problem


def only(**tables: Any) -> Fault:
    """The one fault after an exchange."""
    faults = faults_with(**tables)
    assert len(faults) == 1, [str(f) for f in faults]
    return faults[0]


def changed(table: str, **facts: Any) -> dict[str, Any]:
    """A table whose first row has other facts."""
    rows = getattr(SOUND, table)
    return {table: (replace(rows[0], **facts), *rows[1:])}


def test_a_sound_portfolio_reads_back_as_it_is() -> None:
    again = read_files({name: text.encode() for name, text in files_of(SOUND).items()}).problem
    assert again == SOUND
    assert again.digest == SOUND.digest


def test_a_set_of_levers_has_one_order() -> None:
    row = "service,sku,levers,tokens_per_s\nchat,h100,FP8 + fp8,9000\n"
    files = {**files_of(SOUND), "throughput.csv": row}
    again = read_files({name: text.encode() for name, text in files.items()}).problem
    assert again.throughput[0].levers == "fp8"


@pytest.mark.parametrize(
    ("table", "facts", "column", "message"),
    [
        ("services", {"project": "search"}, "project", "is not in projects.csv"),
        ("services", {"need": "gpus"}, "need", "is not a need of chat"),
        ("services", {"model": "gpt"}, "model", "is not in models.csv"),
        ("demand", {"project": "ads"}, "project", "is not in services.csv"),
        ("levers", {"lever": "fp4"}, "lever", "is not in projects.csv"),
        ("levers", {"service": "ads"}, "service", "is not in services.csv"),
        ("throughput", {"sku": "a100"}, "sku", "is not in skus.csv"),
        ("throughput", {"service": "ads"}, "service", "is not in services.csv"),
        ("throughput", {"levers": "fp4+fp8"}, "levers", "names fp4, no lever of chat"),
    ],
)
def test_a_name_nobody_knows_is_a_fault(table: str, facts: dict[str, Any], column: str, message: str) -> None:
    found = [f for f in faults_with(**changed(table, **facts)) if f.message == message]
    assert [(f.file, f.line, f.column) for f in found] == [(f"{table}.csv", 2, column)]


def test_an_ordinary_need_without_full_is_a_fault() -> None:
    needs = [replace(n, full=None) if n.project == "ads" else n for n in SOUND.needs]
    fault = only(needs=needs)
    assert place(fault) == ("needs.csv", 2, "full", "")
    assert fault.message == "is blank"


@pytest.mark.parametrize(("column", "amount"), [("full", 5.0), ("minimum", 1.0), ("standby", 1.0)])
def test_a_service_need_has_no_size_of_its_own(column: str, amount: float) -> None:
    needs = [replace(n, **{column: amount}) if n.project == "chat" else n for n in SOUND.needs]
    fault = only(needs=needs)
    assert (fault.file, fault.column, fault.message) == ("needs.csv", column, "is given for the service chat")


def test_a_service_needs_gpu_nodes() -> None:
    needs = [replace(n, kind="engineer") if n.project == "chat" else n for n in SOUND.needs]
    faults = faults_with(needs=needs)
    assert "is a need of kind engineer" in [f.message for f in faults if f.file == "services.csv"]


def test_a_pool_of_a_service_is_of_a_known_sku() -> None:
    pools = [replace(p, type="a100") if p.pool == "h100" else p for p in SOUND.pools]
    fault = only(pools=pools)
    assert (fault.file, fault.column) == ("eligible.csv", "pool")
    assert fault.message == "has the type a100, which is not in skus.csv, but serves chat"


def test_a_service_without_demand_in_the_first_week_is_a_fault() -> None:
    fault = only(demand=[Demand(project="chat", week=week(1), tokens_per_s=5)])
    assert (fault.file, fault.line, fault.message) == ("services.csv", 2, "has no demand in the first week")


def test_more_active_parameters_than_there_are_is_a_fault() -> None:
    fault = only(models=[replace(LLAMA, active_params_b=100)])
    assert (fault.column, fault.message) == ("active_params_b", "is above all 70.6")


def test_a_lever_is_a_build() -> None:
    extra = Lever(lever="ads", service="chat", kv="fp8")
    found = faults_with(levers=[extra])
    assert "is a run project, which is never complete" in [f.message for f in found]
    itself = faults_with(levers=[*SOUND.levers, Lever(lever="chat", service="chat", kv="fp8")])
    assert "is the service itself" in [f.message for f in itself]


def test_a_lever_that_changes_nothing_is_a_fault_unless_it_was_measured() -> None:
    empty = Lever(lever="fp8", service="chat")
    assert faults_with(levers=[empty]) == ()
    fault = only(levers=[empty], throughput=[])
    assert (fault.column, fault.message) == ("lever", "changes nothing for chat")


def test_seven_levers_are_one_too_many() -> None:
    names = [f"lever{n}" for n in range(7)]
    with pytest.raises(InvalidInput) as caught:
        served(chat(), *(lever(name) for name in names))
    assert [(f.value, f.message) for f in caught.value.faults] == [("lever6", "is lever 7 of chat")]


def test_a_floor_of_a_service_names_its_pool() -> None:
    fault = only(floors=[Floor(policy="normal", project="chat", need="nodes", share=0.5)])
    assert (fault.file, fault.column, fault.message) == ("floors.csv", "pool", "is blank for the service chat")
    assert faults_with(floors=[Floor(policy="normal", project="chat", need="nodes", pool="h100", amount=1)]) == ()


def test_a_lever_below_its_service_is_a_fault() -> None:
    with pytest.raises(InvalidInput) as caught:
        served(chat(priority=1), lever(priority=2))
    (fault,) = caught.value.faults
    assert fault.message == "has priority 2, below chat, which is decided first"


def test_a_lever_is_in_focus_where_its_service_is() -> None:
    focus = Stance(policy="normal", project="chat", stance="focus")
    fault = only(stances=[focus])
    assert "is below chat under the policy normal" in fault.message
    assert faults_with(stances=[focus, replace(focus, project="fp8")]) == ()
    assert faults_with(stances=[focus, replace(focus, project="fp8", stance="pause")]) == ()


def test_a_model_that_does_not_fit_says_where_and_by_how_much() -> None:
    fault = only(models=[replace(LLAMA, params_b=405.9, active_params_b=405.9, layers=126)], throughput=[])
    assert (fault.file, fault.column, fault.value) == ("eligible.csv", "pool", "h100")
    needed = 2 * 405.9 + 2 * 2 * 126 * 8 * 128 * 1125 / 1e9
    assert f"take {needed:.1f} GB, {needed - 320:.1f} GB more than the 320.0 GB of a h100 node" in fault.message
    assert "with no lever" in fault.message
    assert "memory cap 0.5 of policy normal" in fault.message


def test_a_pool_that_only_a_lever_opens_is_no_fault_while_no_nodes_serve_there() -> None:
    large = replace(LLAMA, params_b=200, active_params_b=20)
    waiting = {"models": [large], "baseline": [], "throughput": []}
    assert faults_with(**waiting) == ()
    fault = only(**{**waiting, "levers": [Lever(lever="fp8", service="chat", prefix_hit=0.3)]})
    assert "cannot hold llama: weights in bf16" in fault.message


def test_a_measured_row_overrides_physics_that_says_no() -> None:
    large = replace(LLAMA, params_b=405.9, active_params_b=40)
    row = Throughput(service="chat", sku="h100", levers="", tokens_per_s=100)
    assert faults_with(models=[large], throughput=[row]) == ()


def test_every_policy_counts() -> None:
    tight = Policy(policy="tight", kind="normal", memory_cap=0.2)
    fault = only(policies=[*SOUND.policies, tight])
    assert "memory cap 0.2 of policy tight" in fault.message


def test_a_limit_that_one_sequence_alone_misses_is_a_fault() -> None:
    fault = only(**changed("services", tpot_ms=15))
    assert "is too slow for llama with no lever: one sequence alone takes 2" in fault.message
    assert "above the limit of 15 ms" in fault.message


def test_a_measurement_beyond_the_peak_is_a_fault() -> None:
    fault = only(throughput=[Throughput(service="chat", sku="h100", levers="", tokens_per_s=20000)])
    assert (fault.file, fault.column) == ("throughput.csv", "tokens_per_s")
    assert fault.message == "would take 178 % of what a h100 node can compute"


def test_two_skus_are_judged_one_by_one() -> None:
    with pytest.raises(InvalidInput) as caught:
        served(chat(pools=("h100", "b200")), pool("b200", "b200", 3), memory_cap=0.2)
    assert [f.key[2] for f in caught.value.faults] == ["h100"]
