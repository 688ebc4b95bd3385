"""Each check of policies, stances and floors finds its fault, at its line, and only that."""

from __future__ import annotations

from tests.solver.written import FILES, added, faults_of, only, place, swapped


def test_a_policy_that_ends_before_it_starts_is_a_fault() -> None:
    fault = only(**swapped("policies", "normal,normal,,", "normal,normal,2026-01-05,2026-01-05"))
    assert place(fault) == ("policies.csv", 2, "end", "2026-01-05")


def test_a_code_red_owes_an_owner_a_reason_a_start_and_an_end() -> None:
    faults = faults_of(**swapped("policies", "red,code_red,2025-12-08,2026-01-05,Ada,users fall", "red,code_red,,,,"))
    assert [place(f) for f in faults] == [
        ("policies.csv", 3, column, "") for column in ("owner", "reason", "start", "end")
    ]


def test_protecting_a_project_that_is_done_is_a_fault() -> None:
    assert place(only(**added("stances", "red,old,protect,"))) == ("stances.csv", 4, "stance", "protect")


def test_protecting_a_project_that_is_forced_out_is_a_fault() -> None:
    fault = only(**swapped("projects", "chat,run,0,10,,running,", "chat,run,0,10,,running,out"))
    assert place(fault) == ("stances.csv", 2, "stance", "protect")


def test_pausing_in_every_week_what_is_forced_in_is_a_fault() -> None:
    files = swapped("projects", "speed,build,1,5,4,candidate,", "speed,build,1,5,4,candidate,in")
    assert place(only(**files, **added("stances", "normal,speed,pause,"))) == ("stances.csv", 4, "stance", "pause")


def test_pausing_for_a_while_what_is_forced_in_is_no_fault() -> None:
    files = swapped("projects", "speed,build,1,5,4,candidate,", "speed,build,1,5,4,candidate,in")
    assert faults_of(**files, **added("stances", "red,speed,pause,")) == ()


def test_a_floor_without_a_size_is_a_fault() -> None:
    assert place(only(**swapped("floors", "h100,,4,", "h100,,,"))) == ("floors.csv", 2, "amount", "")


def test_a_floor_with_two_sizes_is_a_fault() -> None:
    assert place(only(**swapped("floors", "h100,,4,", "h100,,4,1"))) == ("floors.csv", 2, "share", "1")


def test_a_floor_on_an_ineligible_pool_is_a_fault() -> None:
    assert place(only(**added("floors", "red,chat,people,h100,,1,"))) == ("floors.csv", 4, "pool", "h100")


def test_a_floor_of_a_paused_project_is_a_fault() -> None:
    assert place(only(**added("floors", "red,ads,gpu,h100,,2,"))) == ("floors.csv", 4, "project", "ads")


def test_a_floor_that_a_standby_covers_is_no_fault() -> None:
    files = swapped("needs", "ads,gpu,gpu,4,1,0", "ads,gpu,gpu,4,1,1")
    assert faults_of(**files, **added("floors", "red,ads,gpu,h100,,1,")) == ()


def test_a_floor_above_the_capacity_of_its_pool_is_a_fault() -> None:
    fault = only(**swapped("floors", "h100,,4,", "h100,,11,"))
    assert place(fault) == ("floors.csv", 2, "amount", "11")
    assert "h100" in fault.message


def test_a_floor_above_what_all_pools_give_counts_their_rates() -> None:
    assert faults_of(**added("floors", "red,chat,gpu,,,26,")) == ()
    assert place(only(**added("floors", "red,chat,gpu,,,27,"))) == ("floors.csv", 4, "amount", "27")


def test_a_floor_as_a_share_above_capacity_is_a_fault() -> None:
    assert place(only(**swapped("floors", "people,,,,1", "people,,,,4"))) == ("floors.csv", 3, "share", "4")


def test_a_floor_is_held_against_capacity_only_until_the_next_row() -> None:
    capacity = added("capacity", "h100,2025-12-22,4")
    assert faults_of(**capacity, pins=None, **added("floors", "red,chat,gpu,h100,2025-12-22,4,")) == ()
    floors = FILES["floors"].replace("h100,,4,", "h100,,8,")
    assert [place(f) for f in faults_of(**capacity, pins=None, floors=floors)] == [("floors.csv", 2, "amount", "8")]
    stepped = floors + "red,chat,gpu,h100,2025-12-22,4,\n"
    assert faults_of(**capacity, pins=None, floors=stepped) == ()
