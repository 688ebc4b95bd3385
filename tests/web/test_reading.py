"""What the plan page reads out of a plan: every number by hand on a portfolio small enough for it."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pandas as pd
import pytest

from app.web.reading.flows import flows
from app.web.reading.frames import Reading
from app.web.reading.goals import class_rows, goals
from app.web.reading.heatmap import heatmap
from app.web.reading.moves import filtered
from app.web.reading.protection import protections
from app.web.reading.timeline import timeline
from app.web.reading.values import against_plan, against_today
from solver.folder import read_files
from solver.plan import COLUMNS, ClassResult, Plan
from solver.problem import Problem

START = date(2025, 12, 1)
FILES = {
    "portfolio.csv": "portfolio,start,weeks\nmini,2025-12-01,4\n",
    "pools.csv": "pool,kind,type\nh100,gpu,h100\n",
    "capacity.csv": "pool,week,amount\nh100,2025-12-01,20\n",
    "projects.csv": (
        "project,name,program,kind,priority,value,duration,status,progress,deadline,curve\n"
        "ads,Ads,Growth,run,2,10,,running,,,0:0 0.5:0.8 1:1\n"
        "core,Core,Chat,build,1,50,2,running,0.5,2025-12-08,\n"
        "train,Training,Research,run,0,5,,running,,,\n"
    ),
    "needs.csv": "project,need,kind,full\nads,gpu,gpu,8\ncore,gpu,gpu,4\ntrain,gpu,gpu,10\n",
    "eligible.csv": "project,need,pool\nads,gpu,h100\ncore,gpu,h100\ntrain,gpu,h100\n",
    "baseline.csv": "project,need,pool,amount\nads,gpu,h100,4\ntrain,gpu,h100,10\n",
    "policies.csv": (
        "policy,kind,start,end,owner,reason\nnormal,normal,,,,\nred,code_red,2025-12-01,2025-12-15,kim,visits\n"
    ),
    "stances.csv": "policy,project,stance\nred,ads,pause\nred,core,focus\nred,train,protect\n",
    "floors.csv": (
        "policy,project,need,pool,week,amount,share\nred,train,gpu,h100,,,1\nred,train,gpu,h100,2025-12-15,6,\n"
    ),
}


def week(t: int) -> date:
    return START + timedelta(weeks=t)


@pytest.fixture
def problem() -> Problem:
    return read_files({name: text.encode() for name, text in FILES.items()}).problem


def plan(problem: Problem, **tables: list[tuple[Any, ...]]) -> Plan:
    frames: dict[str, Any] = {
        name: pd.DataFrame(tables.get(name, []), columns=list(COLUMNS[name])) for name in COLUMNS
    }  # fmt: skip
    return Plan("mini", "red", START, problem.head.weeks, **frames)


@pytest.fixture
def red(problem: Problem) -> Reading:
    """Ads pause two weeks and come back slowly, core is complete after week 1, training keeps its nodes but for one."""
    states = ["paused", "paused", "running", "running"]
    pace = [(week(t), "ads", states[t], (0, 0, 0.5, 1.0)[t], 0.0) for t in range(4)]
    pace += [
        (week(t), "core", ("running", "running", "complete", "complete")[t], float(t < 2), (0.75, 1.0, 1.0, 1.0)[t])
        for t in range(4)
    ]
    pace += [(week(t), "train", "running", 1.0, 0.0) for t in range(4)]
    allocation = [(week(t), "train", "gpu", "h100", (10.0, 9.0, 6.0, 6.0)[t]) for t in range(4)]
    moves = [
        (week(0), "h100", "ads", "core", 4.0),
        (week(1), "h100", "train", "core", 1.0),
        (week(2), "h100", "core", "ads", 4.0),
        (week(3), "h100", "spare", "ads", 2.0),
    ]
    utilisation = [(week(t), "h100", 20.0, (14.0, 14.0, 10.0, 20.0)[t], 0.0, None) for t in range(4)]
    return Reading(
        problem, "red", plan(problem, pace=pace, allocation=allocation, moves=moves, utilisation=utilisation)
    )


def test_who_pays_is_valued_along_the_curve_against_todays_amounts(red: Reading) -> None:
    ads = against_today(red)[0]
    # Today: 4 of 8 nodes, curve 0.8, four weeks. In the plan: nothing twice, then 0.8 and 1.
    assert (ads.project, ads.value, ads.other) == ("ads", pytest.approx(18.0), pytest.approx(32.0))
    assert (ads.paused, ads.slow, ads.stance) == (2, 1, "pause")
    assert ads.percent == pytest.approx(-43.75)


def test_a_build_earns_from_the_week_after_its_completion(red: Reading, problem: Problem) -> None:
    nothing = Reading(problem, "red", plan(problem))
    core = next(a for a in against_plan(red, nothing) if a.project == "core")
    assert (core.value, core.other) == (pytest.approx(100.0), 0.0)


def test_goals_compare_completion_with_deadline(red: Reading) -> None:
    goal = goals(red)[0]
    assert (goal.complete, goal.deadline, goal.met, goal.late, goal.rank) == (week(1), week(1), True, 0, 0)
    row = class_rows((ClassResult(0, "focus", 80.0, 100.0, 81.0),), goals(red))[0]
    assert (row.percent, row.goals, row.met) == (80.0, 1, 1)


def test_a_build_that_is_late_says_by_how_many_weeks(problem: Problem) -> None:
    late = plan(problem, pace=[(week(t), "core", "running", 1.0, 0.5 + (t + 1) / 8) for t in range(4)])
    goal = goals(Reading(problem, "red", late))[0]
    assert (goal.complete, goal.met, goal.late) == (week(3), False, 2)
    never = goals(Reading(problem, "red", plan(problem)))[0]
    assert (never.complete, never.met, never.progress) == (None, False, 0.5)


def test_protection_follows_the_floor_in_force_and_finds_the_week_that_breaks_it(red: Reading) -> None:
    training = protections(red)[0]
    promise = training.promises[0]
    assert promise.floor == (10.0, 10.0, 6.0, 6.0)
    assert promise.given == (10.0, 9.0, 6.0, 6.0)
    assert (promise.kept, promise.margin, promise.unit) == (3, -1.0, "node")
    assert (training.on, training.window, training.kept) == (2, 2, False)


def test_the_timeline_names_the_way_back(red: Reading) -> None:
    lines = {line.project: line for line in timeline(red)}
    assert [(s.kind, s.weeks) for s in lines["ads"].spells] == [("paused", 2), ("back", 1), ("run", 1)]
    assert [(s.kind, s.weeks) for s in lines["core"].spells] == [("run", 2), ("done", 2)]
    assert lines["ads"].spells[1].title == "back from its pause at 50 % pace, 1 week from 2025-12-15"


def test_the_plan_of_record_is_on_the_timeline_only_where_it_differs(red: Reading, problem: Problem) -> None:
    other = plan(problem, pace=[(week(t), "train", "running", 1.0, 0.0) for t in range(4)])
    lines = {line.project: line for line in timeline(red, Reading(problem, "normal", other))}
    assert lines["train"].record == ()
    assert [s.kind for s in lines["ads"].record] == ["wait"]


def test_flows_keep_the_code_red_apart_from_the_way_back_and_name_both_ends(red: Reading) -> None:
    during, after = flows(red, "gpu")
    assert [(f.giver, f.receiver, f.amount) for f in during.flows] == [("Ads", "Core", 4.0), ("Training", "Core", 1.0)]
    assert [(f.giver, f.receiver, f.amount) for f in after.flows] == [("Core", "Ads", 4.0), ("spare", "Ads", 2.0)]
    assert during.chart()["links"][0] == {"source": "from Ads", "target": "to Core", "value": 4.0}


def test_many_donors_are_drawn_as_the_largest_and_the_others_together(problem: Problem) -> None:
    moves = [(week(0), "h100", f"team-{n}", "core", float(n)) for n in range(1, 21)]
    chart = flows(Reading(problem, "red", plan(problem, moves=moves)), "gpu")[0].chart()
    assert len(chart["nodes"]) == 12 + 1 + 1
    assert sum(link["value"] for link in chart["links"]) == sum(range(1, 21))


def test_the_list_of_moves_is_filtered_by_either_end(red: Reading) -> None:
    assert [m.week for m in filtered(red, team="ads")] == [week(0), week(2), week(3)]
    assert [m.giver_name for m in filtered(red, week=week(1).isoformat())] == ["Training"]


def test_the_heatmap_shows_percent_of_supply_with_its_step(red: Reading) -> None:
    row = heatmap(red)[0]
    assert [cell.percent for cell in row.cells] == [70.0, 70.0, 50.0, 100.0]
    assert [cell.step for cell in row.cells] == ["3", "3", "2", "5"]
    assert row.mean == 72.5
