"""Effective against nominal supply, and what a move really brings."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest

from solver.check import check
from solver.effective import Losses, effective, losses, spells, stays
from solver.plan import Plan
from solver.problem import Problem
from tests.solver.handmade import gpu_pool, ml_pool, plan_of, policy, portfolio, project, week

RAMP = (0.5, 0.35, 0.2, 0.1)


def company(**facts: Any) -> Problem:
    """Ads have four engineers and chat has one, of ten; eight weeks."""
    rules = policy(**{"engineer_ramp": RAMP, "mentor": 0.15} | facts)
    staff: dict[str, Any] = {"of": "engineer", "pools": ("ml",), "status": "running"}
    parts = ml_pool(), project("ads", 4, today=4, **staff), project("chat", 6, today=1, rate=0.8, **staff)
    return portfolio(*parts, rules, weeks=8)


def lent(problem: Problem) -> Plan:
    """Three engineers of ads help chat from the second week on and are back in the seventh."""
    ads, chat = [4, 1, 1, 1, 1, 1, 4, 4], [1, 4, 4, 4, 4, 4, 1, 1]
    return plan_of(problem, {("ads", "engineer", "ml"): ads, ("chat", "engineer", "ml"): chat}, {})


def figures(problem: Problem, plan: Plan, name: str) -> pd.DataFrame:
    """The rows of a project by week."""
    found = effective(problem, "normal", plan.allocation)
    return found[found["project"] == name].set_index("week")


def test_newcomers_are_worth_less_while_they_ramp_up_and_cost_their_colleagues_time() -> None:
    problem = company()
    chat = figures(problem, lent(problem), "chat")
    assert chat.loc[week(0)].to_dict() == {
        "project": "chat", "need": "engineer", "nominal": 1.0, "supply": 0.8, "ramp": 0.0, "mentor": 0.0,
        "effective": 0.8,
    }  # fmt: skip
    assert chat["nominal"].tolist() == [1, 4, 4, 4, 4, 4, 1, 1]
    assert chat["ramp"].tolist() == pytest.approx([0, 1.2, 0.84, 0.48, 0.24, 0, 0, 0])
    assert chat["mentor"].tolist() == pytest.approx([0, 0.36, 0.36, 0.36, 0.36, 0, 0, 0])
    assert chat["effective"].tolist() == pytest.approx([0.8, 1.64, 2.0, 2.36, 2.6, 3.2, 0.8, 0.8])


def test_the_way_back_ramps_up_too() -> None:
    problem = company()
    ads = figures(problem, lent(problem), "ads")
    assert ads["effective"].tolist() == pytest.approx([4, 1, 1, 1, 1, 1, 4 - 3 * 0.65, 4 - 3 * 0.5])


def test_eight_weeks_away_with_an_eight_week_ramp_yield_four_and_a_bit_effective_weeks() -> None:
    ramp = (0.9, 0.75, 0.6, 0.5, 0.4, 0.3, 0.2, 0.15)
    problem = company(engineer_ramp=ramp, mentor=0.0)
    plan = plan_of(problem, {("ads", "engineer", "ml"): [5] * 8}, {})
    found = [s for s in stays(problem, "normal", plan.allocation) if s.project == "ads"]
    assert [(s.weeks, s.stays, s.amount) for s in found] == [(8, True, 1.0)]
    assert found[0].effective == pytest.approx(8 - sum(ramp)) == pytest.approx(4.2)


def test_a_stay_brings_its_weeks_less_its_losses_times_the_rate() -> None:
    problem = company()
    chat, ads = stays(problem, "normal", lent(problem).allocation)
    assert (chat.project, chat.week, chat.weeks, chat.stays, chat.amount) == ("chat", week(1), 5, False, 3.0)
    assert chat.effective == pytest.approx(0.8 * (5 - sum(RAMP) - 4 * 0.15))
    assert chat.total == pytest.approx(3 * chat.effective)
    # Back for the last two weeks: only the losses of these two lie within the horizon.
    assert (ads.project, ads.week, ads.weeks, ads.stays) == ("ads", week(6), 2, True)
    assert ads.effective == pytest.approx(2 - 0.5 - 0.35 - 2 * 0.15)


def test_stays_and_those_who_never_left_add_up_to_the_effective_supply() -> None:
    problem = company()
    amounts = [2, 3, 1.5, 4, 4, 0.5, 6, 2.2]
    plan = plan_of(problem, {("chat", "engineer", "ml"): amounts}, {})
    found = effective(problem, "normal", plan.allocation)
    chat = found[found["project"] == "chat"]
    never_left = np.minimum.accumulate(np.minimum(1.0, amounts)).sum() * 0.8
    brought = sum(s.total for s in stays(problem, "normal", plan.allocation))
    assert brought + never_left == pytest.approx((chat["supply"] - chat["ramp"] - chat["mentor"]).sum())


def test_who_came_last_leaves_first() -> None:
    assert spells(np.array([1.0, 3, 4, 2, 0, 1])) == [(1, 2, 1.0), (0, 2, 1.0), (0, 3, 1.0), (4, 5, 1.0)]


def test_nodes_have_their_own_ramp_and_no_mentors_and_money_has_no_ramp() -> None:
    rules = company(gpu_ramp=(0.25, 0.1)).policies[0]
    assert losses(rules, "gpu") == Losses((0.25, 0.1))
    assert losses(rules, "engineer") == Losses(RAMP, 0.15)
    assert losses(rules, "money") == Losses()
    assert losses(rules, "engineer").within(2) == pytest.approx(0.5 + 0.35 + 0.3)


def nodes() -> tuple[Problem, Plan]:
    """A plan of nodes that obeys every rule, with its effective supply."""
    problem = portfolio(gpu_pool(amount=6), project("chat", 4, today=2), policy(gpu_ramp=(0.25,)))
    key = ("chat", "gpu", "h100")
    plan = plan_of(problem, {key: [4, 4, 4, 4]}, {"chat": [0.875, 1, 1, 1]})
    return problem, replace(plan, effective=effective(problem, "normal", plan.allocation))


def test_the_checker_agrees_with_what_is_published() -> None:
    problem, plan = nodes()
    assert plan.effective["effective"].tolist() == [3.5, 4.0, 4.0, 4.0]
    assert check(problem, "normal", plan).violations == ()


@pytest.mark.parametrize("column", ["nominal", "supply", "ramp", "mentor", "effective"])
def test_a_figure_changed_by_hand_is_found(column: str) -> None:
    problem, plan = nodes()
    wrong = plan.effective.copy()
    wrong.loc[1, column] += 0.01
    report = check(problem, "normal", replace(plan, effective=wrong))
    assert [(v.rule, v.project, v.week) for v in report.violations] == [("effective", "chat", week(1))]


def test_a_row_that_is_missing_double_or_of_nobody_is_found() -> None:
    problem, plan = nodes()
    missing = replace(plan, effective=plan.effective.drop(0))
    assert [str(v) for v in check(problem, "normal", missing).violations] == [
        "effective: chat/gpu in the week of 2025-12-01: 0 rows instead of one"
    ]
    double = replace(plan, effective=pd.concat([plan.effective, plan.effective.loc[[2]]], ignore_index=True))
    assert [v.week for v in check(problem, "normal", double).violations] == [week(2)]
    strange = replace(plan, effective=plan.effective.assign(need=["gpu", "gpu", "people", "gpu"]))
    assert len(check(problem, "normal", strange).violations) == 2
