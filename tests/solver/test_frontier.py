"""Trade-offs: what-ifs in even steps, each a checked plan read for two quantities, and the curve they make."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from app.actions.repair import changes_of
from app.actions.snapshot import with_changes
from solver import solve
from solver.check import check
from solver.faults import InvalidInput
from solver.frontier import KINDS, Ask, Curve, Point, curve_of, kind_of, trace
from solver.frontier.points import Axis
from solver.frontier.reading import Measured, Situation, as_today
from solver.frontier.trace import unproven
from solver.frontier.variants import steps
from solver.plan import Plan
from solver.problem import Problem
from solver.records import Floor, Stance
from tests.solver.handmade import gpu_pool, ml_pool, plan_of, policy, portfolio, project, week
from tests.solver.served import chat, lever, measured, served
from tests.solver.solving import LIMITS, plan_in

LESS, MORE = Axis("price", "nodes", more_is_better=False), Axis("gain", "value", more_is_better=True)


def stance(word: str, name: str) -> dict[str, list[Any]]:
    return {"stances": [Stance(policy="normal", project=name, stance=word)]}


@pytest.fixture(scope="module")
def company() -> Problem:
    """Chat in focus wants 8 of 10 nodes and has 3; ads, which is paused, has 4 and training, which is protected, 3."""
    running = {"status": "running", "kind": "run"}
    return portfolio(
        gpu_pool(amount=10), ml_pool(amount=4),
        project("chat", 8, today=3, value=10.0, **running), project("ads", 4, today=4, value=3.0, **running),
        project("training", 3, today=3, value=5.0, minimum=1, **running),
        policy(kind="code_red", owner="kim", reason="slow", start=week(0), end=week(3)),
        stance("focus", "chat"), stance("pause", "ads"), stance("protect", "training"),
        {"floors": [Floor(policy="normal", project="training", need="gpu", share=1.0)]},
        weeks=6,
    )  # fmt: skip


def traced(problem: Problem, kind: str, count: int = 5, approved: Plan | None = None) -> Curve:
    points = trace(Ask(problem, "normal", kind, count, approved, LIMITS))
    return curve_of(points, KINDS[kind].x, KINDS[kind].y)


def at(x: float | None, y: float | None, label: str = "", unproven: float = 0.0) -> Point:
    return Point(label or f"{x}/{y}", 0.0, "optimal", x, y, unproven=unproven)


def test_points_are_sorted_and_those_without_a_plan_come_last() -> None:
    curve = curve_of([at(3, 9), at(None, None), at(1, 5)], LESS, MORE)
    assert [p.x for p in curve.points] == [1, 3, None]
    assert curve.dominated == (False, False, False)


def test_a_point_is_dominated_by_one_as_good_in_one_and_better_in_the_other() -> None:
    curve = curve_of([at(1, 5), at(2, 5), at(2, 4), at(3, 9), at(3, 9)], LESS, MORE)
    assert [(p.x, p.y) for p, out in zip(curve.points, curve.dominated, strict=True) if out] == [(2, 4), (2, 5)]


def test_the_knee_is_named_with_its_shares_of_gain_and_price() -> None:
    curve = curve_of([at(0, 0), at(4, 92, "half the moves"), at(10, 100), at(2, 10)], LESS, MORE)
    assert curve.points[curve.knee or 0].label == "half the moves"
    assert curve.says == "half the moves: 92 % of the gain for 40 % of the price"


def test_a_knee_that_the_proofs_leave_open_says_how_much_is_certain() -> None:
    points = [at(0, 0, unproven=10), at(4, 92, "half the moves"), at(10, 100, unproven=10), at(2, 10)]
    assert curve_of(points, LESS, MORE).says == (
        "half the moves: 92 % of the gain for 40 % of the price (at least 82 % are proven)"
    )


def test_a_gain_within_what_is_unproven_is_no_knee() -> None:
    points = [at(0, 0, unproven=3), at(1, 4), at(10, 4.1, unproven=3)]
    assert curve_of([replace(p, unproven=0) for p in points], LESS, MORE).knee == 1
    assert curve_of(points, LESS, MORE).knee is not None
    assert curve_of([replace(p, unproven=3.9) for p in points], LESS, MORE).knee is None


def test_a_point_is_not_dominated_by_what_its_own_proof_leaves_open() -> None:
    assert curve_of([at(1, 5), at(1, 4)], LESS, MORE).dominated == (True, False)
    assert curve_of([at(1, 5), at(1, 4, unproven=2)], LESS, MORE).dominated == (False, False)


def test_what_is_unproven_is_of_the_classes_in_which_the_core_gains(company: Problem) -> None:
    outcome = solve(company, "normal", options=LIMITS)
    loose = replace(outcome, classes=tuple(replace(c, bound=c.attained + 10**c.rank) for c in outcome.classes))
    assert [c.rank for c in loose.classes] == [0, 2]
    assert unproven(company, "normal", loose, frozenset()) == 0
    assert unproven(company, "normal", loose, frozenset({"ads"})) == pytest.approx(100)
    assert unproven(company, "normal", loose, frozenset({"chat"})) == pytest.approx(101)


@pytest.mark.parametrize("points", [[], [at(1, 1)], [at(1, 1), at(2, 2)], [at(0, 0), at(1, 1), at(2, 2)]])
def test_a_line_without_a_bend_has_no_knee(points: list[Point]) -> None:
    curve = curve_of(points, LESS, MORE)
    assert (curve.knee, curve.says) == (None, "")


def test_an_axis_says_which_way_is_better() -> None:
    points = [at(10, 1), at(5, 4), at(1, 3)]
    assert curve_of(points, MORE, MORE).dominated == (True, False, False)
    assert curve_of(points, LESS, LESS).dominated == (False, True, False)


def test_even_steps_leave_out_what_is_known() -> None:
    assert steps(1, 4, 9) == [1, 2, 3, 4]
    assert steps(1, 16, 4, without=8) == [1, 6, 11, 16]
    assert steps(1, 3, 9, without=2) == [1, 3]


def test_fewer_moves_cost_value_and_each_point_is_a_plan_that_passes_its_check(company: Problem) -> None:
    curve = traced(company, "disruption")
    assert [p.x for p in curve.points] == sorted(p.x or 0.0 for p in curve.points)
    first, last = curve.points[0], next(p for p in curve.points if p.as_it_stands)
    assert (first.x, first.label) == (0.0, "nobody and nothing moves")
    assert (last.y or 0) > (first.y or 0)
    for point in curve.points:
        changed = with_edits(company, point)
        outcome = solve(changed, "normal", options=LIMITS)
        assert check(changed, "normal", plan_in(outcome)).ok
        assert outcome.digest == point.digest
        assert point.gap_percent is not None


def with_edits(problem: Problem, point: Point) -> Problem:
    """The problem with a point's edits, read back from plain data."""
    return Problem.from_tables(with_changes(problem.tables(), changes_of({"edits": point.edits})))


def test_donors_that_keep_more_lose_less_and_the_core_gains_less(company: Problem) -> None:
    curve = traced(company, "donors")
    kept, stands = curve.points[0], curve.points[-1]
    assert kept.label == "donors keep 100 % of today"
    assert (kept.x, stands.as_it_stands) == (pytest.approx(0.0), True)
    assert stands.x == pytest.approx(6 * 3.0)
    assert (kept.y or 0) < (stands.y or 0)


def test_a_lower_floor_gives_nodes_of_the_protected_to_the_core(company: Problem) -> None:
    curve = traced(company, "training", 4)
    fewest, most = curve.points[0], curve.points[-1]
    assert (fewest.x, most.x) == (2, 3)
    assert (fewest.y or 0) > (most.y or 0)
    assert most.as_it_stands


def test_a_code_red_is_tried_shorter_and_longer(company: Problem) -> None:
    curve = traced(company, "length", 6)
    assert sorted(p.facts["weeks in force"] for p in curve.points) == [1, 2, 3, 4, 5, 6]
    assert all(p.edits[0]["table"] == "policies" for p in curve.points if not p.as_it_stands)


def test_levers_left_out_take_more_nodes_and_less_effort() -> None:
    two = measured(("h100", "", 100.0), ("h100", "fp8", 200.0), ("h100", "spec", 125.0), ("h100", "fp8+spec", 400.0))
    problem = served(chat((800, 800, 1600)), two, lever("fp8"), lever("spec", speculative_gain=1.2), nodes=20)
    curve = traced(problem, "levers")
    assert curve.points[0].label == "without any of the levers"
    assert (curve.points[0].x, curve.points[0].y) == (0, pytest.approx(8 + 8 + 16 + 16))
    assert len(curve.points) == 4
    assert all(p.facts["percent served"] == pytest.approx(100) for p in curve.points)


def test_keeping_to_the_approved_plan_for_longer_takes_fewer_moves_that_it_does_not_have(company: Problem) -> None:
    approved = plan_in(solve(company, "normal", options=LIMITS))
    changed = company.replace(projects=[
        replace(p, value=50.0) if p.project == "ads" else p for p in company.projects
    ])  # fmt: skip
    curve = traced(changed, "keep", 4, approved)
    assert (curve.points[0].x, curve.points[0].label) == (0.0, "keeps the approved plan for 6 weeks")
    assert {e["table"] for p in curve.points for e in p.edits} == {"pins"}


@pytest.mark.parametrize(
    ("kind", "says"),
    [("training", "protects no project"), ("levers", "has no lever"), ("length", "has no length"),
     ("keep", "has no approved plan"), ("donors", "makes no project a donor")],
)  # fmt: skip
def test_a_policy_with_nothing_to_vary_is_told_so(kind: str, says: str) -> None:
    with pytest.raises(InvalidInput, match=says):
        traced(portfolio(gpu_pool(), project("chat")), kind)


def test_an_unknown_trade_off_is_answered_with_the_list() -> None:
    with pytest.raises(InvalidInput, match="disruption, keep, donors, training, levers, length"):
        kind_of("beauty")


def test_without_a_plan_as_it_stands_there_is_one_point_that_says_why(company: Problem) -> None:
    high = company.replace(floors=[*company.floors, Floor(policy="normal", project="chat", need="gpu", amount=8.0)])
    (point,) = traced(high, "donors").points
    assert (point.status, point.x) == ("infeasible", None)
    assert point.message.startswith("no plan can obey all rules with this change: ")


def test_what_ifs_that_cannot_be_are_points_with_their_reason(company: Problem) -> None:
    forced = company.replace(projects=[
        replace(p, must="in") if p.project == "ads" else p for p in company.projects
    ])  # fmt: skip
    points = traced(forced, "length", 6).points
    assert points[-1].status == "invalid"
    assert "which is forced in" in points[-1].message


def test_told_to_stop_it_keeps_what_was_solved(company: Problem) -> None:
    found: list[Point] = []
    ask = Ask(company, "normal", "donors", 5, None, LIMITS)
    found.extend(trace(ask, None, lambda: len(found) >= 2))
    assert len(found) == 2
    assert found[0].as_it_stands


def test_a_point_survives_being_written_and_read(company: Problem) -> None:
    point = traced(company, "donors", 3).points[0]
    assert Point.from_dict(point.as_dict()) == point
    assert isinstance(point.edits[0], dict)


def test_today_is_what_todays_amounts_are_worth(company: Problem) -> None:
    build = project("tool", 2, kind="build", duration=4.0, benefit="progress", today=1, status="running", value=8.0)
    problem = portfolio(gpu_pool(), build, weeks=4)
    assert as_today(problem, "normal", problem.project["tool"]) == pytest.approx(8 * (1 + 2 + 3 + 4) / 8)
    assert as_today(company, "normal", company.project["chat"]) == pytest.approx(6 * 10 * 3 / 8)


def test_gains_and_losses_are_against_today(company: Problem) -> None:
    amounts = {("chat", "gpu", "h100"): [7.0] * 6, ("training", "gpu", "h100"): [3.0] * 6}
    plan = plan_of(company, amounts, {"chat": [0.875] * 6, "training": [1.0] * 6})
    seen = Measured(Situation(company, "normal"), company, plan)
    assert seen.gain({"chat"}) == pytest.approx(6 * 10 * 4 / 8)
    assert seen.loss({"ads", "training", "chat"}) == pytest.approx(6 * 3)
    assert seen.moves == {"gpu": 4.0, "engineer": 0.0}
    assert seen.least({"training"}) == 3
