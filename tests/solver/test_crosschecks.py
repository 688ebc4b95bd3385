"""Each check between records finds its fault, at its line, and only that."""

from __future__ import annotations

import math
import time
from datetime import date, timedelta

import pytest

from solver.crosschecks import CHECKS, cross_check
from solver.faults import InvalidInput
from solver.problem import Problem
from solver.records import Baseline, Capacity, Eligible, Link, Need, Pin, Policy, Pool, Portfolio, Project
from tests.solver.written import FILES, added, faults_of, only, place, reading, swapped


def test_the_portfolio_written_by_hand_has_no_fault() -> None:
    assert faults_of() == ()
    assert reading({}).notices == ()


def test_every_check_has_a_name_in_words() -> None:
    assert len({check.name for check in CHECKS}) > 25
    assert all("_" not in check.name for check in CHECKS)


def test_a_portfolio_without_its_row_is_a_fault() -> None:
    assert place(only(portfolio="portfolio,start,weeks\n")) == ("portfolio.csv", None, None, None)


def test_two_portfolios_are_faults_with_both_lines() -> None:
    faults = faults_of(**added("portfolio", "other,Other,2025-12-01,8"))
    assert [place(f) for f in faults] == [
        ("portfolio.csv", 2, "portfolio", "acme"), ("portfolio.csv", 3, "portfolio", "other"),
    ]  # fmt: skip


def test_a_start_beyond_the_calendar_is_a_fault() -> None:
    fault = only(**swapped("portfolio", "2025-12-01", "9999-12-27"))
    assert place(fault) == ("portfolio.csv", 2, "start", "9999-12-27")


@pytest.mark.parametrize(
    ("table", "row", "line", "column", "value"),
    [
        ("pools", "h100,gpu,h100,", 6, "pool", "h100"),
        ("projects", "CHAT,run,1,1,,running,", 6, "project", "chat"),
        ("needs", "chat,gpu,gpu,6,,", 6, "need", "gpu"),
        ("capacity", "h100,2025-12-01,11", 6, "week", "2025-12-01"),
        ("links", "speed,requires,old", 4, "other", "old"),
        ("signals", "users,2025-12-01,4", 4, "date", "2025-12-01"),
        ("floors", "red,chat,people,,,,1", 4, "week", ""),
    ],
)
def test_a_second_row_of_the_same_key_is_a_fault_with_its_line(
    table: str, row: str, line: int, column: str, value: str
) -> None:
    fault = only(**added(table, row))
    assert place(fault) == (f"{table}.csv", line, column, value)
    assert "more than once" in fault.message


def test_each_further_row_of_a_key_is_reported_at_its_own_line() -> None:
    faults = faults_of(**added("pools", "h100,gpu,h100,", "ml,engineer,ml,", "h100,gpu,h100,"))
    assert [f.line for f in faults] == [6, 7, 8]


@pytest.mark.parametrize(
    ("table", "row", "column", "value"),
    [
        ("capacity", "h900,2025-12-01,1", "pool", "h900"),
        ("eligible", "speed,people,h900,", "pool", "h900"),
        ("needs", "nobody,gpu,gpu,1,,", "project", "nobody"),
        ("baseline", "chat,heart,ml,1", "need", "heart"),
        ("baseline", "chat,gpu,h900,1", "pool", "h900"),
        ("pins", "ads,heart,h100,2025-12-01,,1", "need", "heart"),
        ("links", "speed,excludes,nobody", "other", "nobody"),
        ("stances", "blue,chat,focus,", "policy", "blue"),
        ("stances", "red,nobody,focus,", "project", "nobody"),
        ("floors", "red,chat,gpu,h900,,1,", "pool", "h900"),
        ("triggers", "t,latency,7,0.1,red", "signal", "latency"),
        ("triggers", "t,users,7,0.1,blue", "policy", "blue"),
    ],
)  # fmt: skip
def test_a_name_nobody_knows_is_a_fault_with_its_line(table: str, row: str, column: str, value: str) -> None:
    line = FILES[table].count("\n") + 1
    faults = [f for f in faults_of(**added(table, row)) if "has no eligible pool" not in f.message]
    assert [place(f) for f in faults] == [(f"{table}.csv", line, column, value)]
    assert faults[0].right


def test_an_unknown_project_is_not_reported_again_for_its_need() -> None:
    assert place(only(**added("baseline", "nobody,gpu,h100,1"))) == ("baseline.csv", 5, "project", "nobody")


def test_a_minimum_above_full_is_a_fault() -> None:
    fault = only(**swapped("needs", "chat,gpu,gpu,6,2,1", "chat,gpu,gpu,6,7,1"))
    assert place(fault) == ("needs.csv", 2, "minimum", "7")
    assert fault.right == "at most 6"


def test_a_standby_above_full_is_a_fault() -> None:
    assert place(only(**swapped("needs", "6,2,1", "6,2,6.5"))) == ("needs.csv", 2, "standby", "6.5")


def test_a_pool_of_another_kind_is_a_fault() -> None:
    fault = only(**swapped("eligible", "speed,people,ml", "speed,people,h100"))
    assert place(fault) == ("eligible.csv", 5, "pool", "h100")
    assert fault.right == "a pool of kind engineer such as ml"


def test_a_need_without_a_pool_is_a_fault() -> None:
    fault = only(**swapped("eligible", "speed,people,ml,\n", ""))
    assert place(fault) == ("needs.csv", 4, "need", "people")


def test_a_need_of_nothing_may_have_no_pool() -> None:
    assert faults_of(**added("needs", "old,people,engineer,0,,")) == ()


def test_a_build_without_a_duration_is_a_fault() -> None:
    assert place(only(**swapped("projects", "speed,build,1,5,4", "speed,build,1,5,"))) == (
        "projects.csv", 3, "duration", "",
    )  # fmt: skip


def test_a_project_that_requires_itself_is_a_fault() -> None:
    assert place(only(**added("links", "speed,requires,speed"))) == ("links.csv", 4, "other", "speed")


def test_a_project_that_excludes_itself_is_a_fault() -> None:
    assert place(only(**added("links", "chat,excludes,chat"))) == ("links.csv", 4, "other", "chat")


def test_requiring_a_run_project_is_a_fault_because_it_is_never_complete() -> None:
    assert place(only(**added("links", "speed,requires,ads"))) == ("links.csv", 4, "other", "ads")


def test_requiring_a_run_project_that_is_done_is_no_fault() -> None:
    files = swapped("projects", "ads,run,3,2,,running", "ads,run,3,2,,done")
    assert faults_of(**files, **added("links", "speed,requires,ads")) == ()


def test_a_circle_of_requires_is_a_fault_that_names_the_circle() -> None:
    files = added("projects", "b,build,1,5,4,candidate,", "c,build,1,5,4,candidate,")
    fault = only(**files, **added("links", "speed,requires,b", "b,requires,c", "c,requires,speed"))
    assert fault.file == "links.csv"
    assert fault.line in (4, 5, 6)
    assert fault.message.count("->") == 3
    assert {"speed", "b", "c"} <= set(fault.message.replace(":", "").split())


def test_two_circles_are_two_faults() -> None:
    files = added("projects", "b,build,1,5,4,candidate,", "c,build,1,5,4,candidate,")
    links = added("links", "speed,requires,b", "b,requires,speed", "c,requires,old", "old,requires,c")
    assert len(faults_of(**files, **links)) == 2


def test_a_diamond_of_requires_is_no_circle() -> None:
    files = added("projects", "b,build,1,5,4,candidate,", "c,build,1,5,4,candidate,")
    assert (
        faults_of(**files, **added("links", "speed,requires,b", "speed,requires,c", "b,requires,old", "c,requires,old"))
        == ()
    )


def test_a_long_chain_of_requires_needs_no_recursion() -> None:
    names = [f"b{n}" for n in range(5000)]
    tables = {
        "portfolio": (Portfolio(portfolio="long", start=date(2025, 12, 1), weeks=1),),
        "projects": tuple(Project(project=n, kind="build", priority=1, value=1, duration=1) for n in names),
        "links": tuple(
            Link(project=a, relation="requires", other=b) for a, b in zip(names, names[1:] + names[:1], strict=True)
        ),
    }
    assert len(cross_check(tables)) == 1


def test_a_baseline_on_an_ineligible_pool_is_a_fault() -> None:
    fault = only(**swapped("baseline", "ads,gpu,h100,4", "ads,gpu,h200,4"))
    assert place(fault) == ("baseline.csv", 4, "pool", "h200")
    assert fault.right == "one of h100"


def test_a_baseline_above_capacity_is_a_fault_at_the_row_that_crosses_it() -> None:
    fault = only(**swapped("baseline", "ads,gpu,h100,4", "ads,gpu,h100,7"))
    assert place(fault)[0] == "baseline.csv"
    assert fault.column == "amount"
    assert "11" in fault.message
    assert "10" in fault.message


def test_a_baseline_may_use_what_a_pool_had_before_it_shrinks() -> None:
    capacity = FILES["capacity"].replace("h100,2025-12-01,10", "h100,2025-11-03,12\nh100,2025-12-01,10")
    assert faults_of(capacity=capacity, **swapped("baseline", "ads,gpu,h100,4", "ads,gpu,h100,8")) == ()


def test_a_baseline_off_the_step_of_its_pool_is_a_fault() -> None:
    assert place(only(**swapped("baseline", "chat,gpu,h100,4", "chat,gpu,h100,4.5"))) == (
        "baseline.csv", 2, "amount", "4.5",
    )  # fmt: skip


def test_a_step_of_a_tenth_takes_every_tenth() -> None:
    rows = [f"chat,people,ml,{n / 10}" for n in range(1, 50)]
    for row in rows:
        assert faults_of(**swapped("baseline", "chat,people,ml,1.5", row)) == ()


def test_a_pin_on_an_ineligible_pool_is_a_fault() -> None:
    assert place(only(**added("pins", "ads,gpu,h200,2025-12-01,,2"))) == ("pins.csv", 4, "pool", "h200")


def test_a_pin_off_the_step_of_its_pool_is_a_fault() -> None:
    assert place(only(**added("pins", "chat,gpu,h200,2025-12-01,,3"))) == ("pins.csv", 4, "amount", "3")


def test_a_pin_that_ends_before_it_starts_is_a_fault() -> None:
    assert place(only(**added("pins", "ads,gpu,h100,2025-12-15,2025-12-08,1"))) == (
        "pins.csv", 4, "to", "2025-12-08",
    )  # fmt: skip


def test_a_pin_above_the_capacity_of_one_of_its_weeks_is_a_fault_that_names_the_week() -> None:
    fault = only(floors=None, **added("capacity", "ml,2025-12-22,1"), **added("pins", "speed,people,ml,2025-12-08,,2"))
    assert place(fault) == ("pins.csv", 4, "amount", "2")
    assert "2025-12-22" in fault.message


def test_a_pin_that_ends_before_its_pool_shrinks_is_no_fault() -> None:
    pins = added("pins", "speed,people,ml,2025-12-08,2025-12-15,2")
    assert faults_of(floors=None, **added("capacity", "ml,2025-12-22,1"), **pins) == ()


def test_pins_that_overlap_are_a_fault_at_the_later_one() -> None:
    fault = only(**added("pins", "chat,gpu,h100,2025-12-29,,5"))
    assert place(fault) == ("pins.csv", 4, "from", "2025-12-29")


def test_records_made_in_python_are_held_to_their_ranges() -> None:
    head = Portfolio(portfolio="Not An Id", name=" outer space ", start=date(2025, 12, 2), weeks=0, currency="")
    faults = cross_check({"portfolio": (head,), "pools": (Pool(pool="p", kind="tpu", type="x", cost=math.nan),)})
    assert {(f.table, f.column) for f in faults} == {
        ("portfolio", "portfolio"), ("portfolio", "name"), ("portfolio", "start"), ("portfolio", "weeks"),
        ("portfolio", "currency"), ("pools", "kind"), ("pools", "cost"),
    }  # fmt: skip


def test_a_text_that_no_file_can_hold_is_a_fault() -> None:
    for text in ("a\0b", "\ud800", "x" * 40_000):
        head = Portfolio(portfolio="p", name=text, start=date(2025, 12, 1), weeks=1)
        assert [(f.table, f.column) for f in cross_check({"portfolio": (head,)})] == [("portfolio", "name")]


def test_an_empty_ramp_in_python_is_a_fault_because_blank_means_the_default() -> None:
    head = Portfolio(portfolio="p", start=date(2025, 12, 1), weeks=1)
    with pytest.raises(InvalidInput) as caught:
        Problem(portfolio=(head,), policies=(Policy(policy="n", kind="normal", gpu_ramp=()),))
    assert [f.column for f in caught.value.faults] == ["gpu_ramp"]


def test_two_thousand_projects_with_a_hundred_thousand_rows_are_checked_in_seconds() -> None:
    start, pools = date(2025, 12, 1), [f"pool{n}" for n in range(200)]
    keys = [(f"p{n}", f"n{m}") for n in range(2000) for m in range(5)]
    places = [(p, n, pools[(k * 7 + j) % 200]) for k, (p, n) in enumerate(keys) for j in range(5)]
    tables = {
        "portfolio": (Portfolio(portfolio="big", start=start, weeks=260),),
        "pools": tuple(Pool(pool=r, kind="gpu", type="x") for r in pools),
        "capacity": tuple(
            Capacity(pool=r, week=start + timedelta(weeks=t), amount=5000) for r in pools for t in range(0, 260, 13)
        ),
        "projects": tuple(Project(project=f"p{n}", kind="run", priority=1, value=1) for n in range(2000)),
        "needs": tuple(Need(project=p, need=n, kind="gpu", full=5) for p, n in keys),
        "eligible": tuple(Eligible(project=p, need=n, pool=r) for p, n, r in places),
        "baseline": tuple(Baseline(project=p, need=n, pool=r, amount=1) for p, n, r in places),
        "pins": tuple(Pin(project=p, need=n, pool=r, since=start, amount=1) for p, n, r in places[:10_000]),
    }
    began = time.perf_counter()
    assert cross_check(tables) == []
    assert time.perf_counter() - began < 10
