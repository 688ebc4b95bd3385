"""What the futures say of a plan, as figures and as files."""

from __future__ import annotations

import csv
import io
import json

import pytest

from solver.faults import InvalidInput
from solver.plan import Plan
from solver.problem import Problem
from solver.records import Floor
from solver.risks import assess, chances_files
from tests.solver.futures import growing, risk, with_risks
from tests.solver.handmade import gpu_pool, plan_of, portfolio, project, week


def company() -> tuple[Problem, Plan]:
    """A build of two weeks, then ads with a floor on the nodes that arrive in week 2."""
    speed = project("speed", kind="build", priority=0, value=3.0, today=4, status="running", deadline=week(2))
    ads = project("ads", 6, priority=2, value=2.0)
    floor = {"floors": [Floor(policy="normal", project="ads", need="gpu", week=week(2), amount=6)]}
    problem = portfolio(gpu_pool(amount=6), speed, ads, floor, weeks=6).replace(capacity=growing("h100", 4, 4, 6))
    amounts = {("speed", "gpu", "h100"): [4, 4, 0, 0, 0, 0], ("ads", "gpu", "h100"): [0, 0, 6, 6, 6, 6]}
    return problem, plan_of(problem, amounts, {"speed": [1.0, 1.0], "ads": [None, None, 1.0, 1.0, 1.0, 1.0]})


LATE = risk("delay", 2.0, pool="h100", chance=0.3)
SLIP = risk("slip", project="speed", distribution="uniform", low=0.0, high=0.9)


def rows(files: dict[str, str], name: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(files[name])))


def test_quantiles_are_figures_of_futures_and_the_chance_of_a_floor_is_its_share() -> None:
    problem, plan = company()
    found = assess(with_risks(problem, LATE), "normal", plan, count=2000)
    floor = found.floors[0]
    assert floor.ever == found.any_floor == pytest.approx(0.3, abs=0.03)
    assert floor.weeks == (0.0, 0.0, floor.ever, floor.ever, 0.0, 0.0)
    ads = next(c for c in found.classes if c.rank == 3).value
    assert (ads.planned, ads.p50, ads.p90) == (8.0, 8.0, 8.0)
    assert ads.p10 == pytest.approx(8.0 - 2 * 2.0 / 3)
    assert ads.reached == pytest.approx(1 - floor.ever)
    assert ads.mean == pytest.approx(8.0 - floor.ever * 4.0 / 3)
    assert next(p for p in found.projects if p.project == "ads").cut == floor.ever


def test_goals_have_dates_of_futures_and_the_chance_to_be_in_time() -> None:
    problem, plan = company()
    goal = assess(with_risks(problem.replace(floors=()), SLIP), "normal", plan, count=2000).goals[0]
    assert (goal.planned, goal.p10, goal.p50, goal.p90) == (week(1), week(2), week(2), week(3))
    assert goal.in_time == pytest.approx(0.5 / 0.9, abs=0.03)
    assert goal.within == 1.0


def test_a_floor_is_kept_even_where_a_goal_of_a_higher_class_pays_for_it() -> None:
    problem, plan = company()
    found = assess(with_risks(problem, risk("slip", 0.5, project="speed")), "normal", plan, count=10)
    assert (found.any_floor, found.goals[0].within) == (0.0, 0.0)


def test_a_goal_later_than_the_horizon_has_no_date() -> None:
    problem, plan = company()
    never = risk("slip", 9.0, project="speed")
    goal = assess(with_risks(problem, never), "normal", plan, count=10).goals[0]
    assert (goal.p10, goal.p90, goal.in_time, goal.within) == (None, None, 0.0, 0.0)


def test_the_same_seed_gives_the_same_files_and_another_one_others() -> None:
    problem, plan = company()
    problem = with_risks(problem, LATE, SLIP)
    one, again, other = (chances_files(assess(problem, "normal", plan, count=50, seed=s)) for s in (4, 4, 5))
    assert one == again
    assert one["futures.csv"] != other["futures.csv"]


def test_the_files_hold_every_future_and_the_figures_of_the_summary() -> None:
    problem, plan = company()
    files = chances_files(assess(with_risks(problem, LATE, SLIP), "normal", plan, count=50))
    summary = json.loads(files["chances.json"])
    assert (summary["futures"], summary["seed"], summary["risks"]) == (50, 0, 2)
    singles = [float(r["attained"]) for r in rows(files, "futures.csv") if r["class"] == "1"]
    assert len(singles) == 50
    first = rows(files, "class_values.csv")[0]
    assert float(first["p10"]) == pytest.approx(sorted(singles)[4])
    assert float(first["p10"]) == pytest.approx(summary["classes"][0]["value"]["p10"])
    assert len(rows(files, "floor_chances.csv")) == 6
    assert rows(files, "goal_dates.csv")[0]["planned"] == week(1).isoformat()
    assert {r["project"] for r in rows(files, "project_values.csv")} == {"ads", "speed"}


def test_a_plan_that_breaks_a_rule_has_no_future() -> None:
    problem, plan = company()
    less = problem.replace(capacity=growing("h100", 4, 4, 5), floors=())
    with pytest.raises(InvalidInput, match="6 given of 5"):
        assess(less, "normal", plan)
