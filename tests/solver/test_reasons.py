"""Every claim that reasons.csv makes, on a plan small enough to check it by hand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pytest

from solver.problem import Problem
from solver.reasons import REASONS, reasons
from solver.records import Link, Pin, Stance
from tests.solver.handmade import gpu_pool, ml_pool, plan_of, policy, portfolio, project, week

Paces = Mapping[str, Sequence[float | None]]
RUN = {"status": "running"}
STAFF = {"of": "engineer", "pools": ("ml",)}


def told(problem: Problem, amounts: Mapping[str, Sequence[float]], paces: Paces, name: str, t: int) -> tuple[str, str]:
    """The reason and its detail of one project and week; amounts by project, on the first pool of its one need."""
    eligible = {e.project: (e.project, e.need, e.pool) for e in reversed(problem.eligible)}
    weeks = problem.head.weeks
    given = {eligible[p]: [*row, *[0.0] * (weeks - len(row))] for p, row in amounts.items()}
    plan = plan_of(problem, given, paces)
    frame = reasons(problem, problem.policies[0].policy, plan.allocation, plan.pace)
    assert len(frame) == len(problem.projects) * problem.head.weeks
    assert set(frame["reason"]) <= set(REASONS)
    row = frame[(frame["project"] == name) & (frame["week"] == week(t))].iloc[0]
    return str(row["reason"]), str(row["detail"])


def test_full_pace_is_when_every_need_has_all() -> None:
    problem = portfolio(gpu_pool(amount=4), project("ads", 4), weeks=1)
    assert told(problem, {"ads": [4]}, {"ads": [1.0]}, "ads", 0)[0] == "full pace"


def test_scarce_names_the_need_the_full_pool_and_its_holders() -> None:
    problem = portfolio(gpu_pool(amount=6), project("ads", 4), project("chat", 4, priority=0), weeks=1)
    reason, detail = told(problem, {"ads": [2], "chat": [4]}, {"ads": [0.5], "chat": [1.0]}, "ads", 0)
    assert reason == "scarce"
    assert detail == (
        "Runs at 50 %: its scarcest need is gpu, 2 of 4 nodes. All it may use is given out: h100 (6 nodes: chat 4)."
    )


def test_spare_that_is_left_is_told_and_not_called_scarce() -> None:
    problem = portfolio(gpu_pool(amount=6), project("ads", 4), weeks=1)
    reason, detail = told(problem, {"ads": [2]}, {"ads": [0.5]}, "ads", 0)
    assert reason == "spare left"
    assert "4 nodes of h100 are spare" in detail


def test_newcomers_that_do_not_count_yet_are_why_it_is_slow() -> None:
    problem = portfolio(
        ml_pool(amount=4), project("ads", 4, **STAFF), policy(engineer_ramp=(0.5, 0.2), mentor=0.1), weeks=2
    )
    reason, detail = told(problem, {"ads": [4, 4]}, {"ads": [0.4, 0.7]}, "ads", 0)
    assert reason == "ramping up"
    assert "of which 1.6 count" in detail
    assert "of which 2.8 count" in told(problem, {"ads": [4, 4]}, {"ads": [0.4, 0.7]}, "ads", 1)[1]


@pytest.mark.parametrize(("limit", "reason"), [(2, "move limit"), (3, "spare left")])
def test_a_move_limit_is_named_only_where_it_is_used_up(limit: float, reason: str) -> None:
    problem = portfolio(gpu_pool(amount=6), project("ads", 4), policy(gpu_moves=limit), weeks=1)
    assert told(problem, {"ads": [2]}, {"ads": [0.5]}, "ads", 0)[0] == reason


@pytest.mark.parametrize(("growth", "reason"), [(1.0, "growth limit"), (2.0, "spare left")])
def test_a_growth_limit_is_named_only_where_it_binds(growth: float, reason: str) -> None:
    problem = portfolio(
        ml_pool(amount=9), project("ads", 8, minimum=1, today=2, **RUN, **STAFF), policy(growth=growth), weeks=1
    )
    assert told(problem, {"ads": [4]}, {"ads": [0.5]}, "ads", 0)[0] == reason


@pytest.mark.parametrize(("most", "reason"), [(25, "cost limit"), (30, "spare left")])
def test_a_cost_limit_is_named_only_where_a_step_more_exceeds_it(most: float, reason: str) -> None:
    problem = portfolio(gpu_pool(amount=6, cost=10), project("ads", 4), policy(max_cost=most), weeks=1)
    assert told(problem, {"ads": [2]}, {"ads": [0.5]}, "ads", 0)[0] == reason


def test_a_pin_is_named_in_its_weeks_only() -> None:
    pin = {"pins": [Pin(project="ads", need="gpu", pool="h100", since=week(0), until=week(0), amount=2)]}
    problem = portfolio(gpu_pool(amount=6), project("ads", 4), pin, weeks=2)
    amounts, paces = {"ads": [2, 2]}, {"ads": [0.5, 0.5]}
    assert told(problem, amounts, paces, "ads", 0) == (
        "pinned", "Runs at 50 %: its scarcest need is gpu, 2 of 4 nodes. Pinned there: 2 nodes."
    )  # fmt: skip
    assert told(problem, amounts, paces, "ads", 1)[0] == "spare left"


def test_the_last_bit_of_a_build_is_not_scarcity() -> None:
    problem = portfolio(gpu_pool(amount=4), project("ads", 4, kind="build", duration=1.5), weeks=3)
    paces = {"ads": [1.0, 0.5]}
    assert told(problem, {"ads": [4, 4]}, paces, "ads", 1)[0] == "last work"
    assert told(problem, {"ads": [4, 4]}, paces, "ads", 2)[0] == "complete"


def test_a_stance_tells_until_when_and_when_it_runs_again() -> None:
    stance = {"stances": [Stance(policy="normal", project="ads", stance="pause")]}
    problem = portfolio(
        gpu_pool(amount=4), project("ads", 4, today=4, **RUN), policy(start=week(0), end=week(1)), stance, weeks=3
    )
    reason, detail = told(problem, {"ads": [0, 0, 4]}, {"ads": [None, None, 1.0]}, "ads", 0)
    assert reason == "paused by policy"
    assert "until 8 December 2025; it runs again in the week of 15 December 2025" in detail
    assert told(problem, {"ads": [0, 0, 4]}, {"ads": [None, None, 1.0]}, "ads", 1)[0] != "paused by policy"


@pytest.mark.parametrize(("facts", "reason"), [({"must": "out"}, "forced out"), ({"earliest": week(1)}, "too early")])
def test_what_forbids_it_comes_first(facts: dict[str, object], reason: str) -> None:
    problem = portfolio(gpu_pool(amount=4), project("ads", 4, **facts), weeks=2)  # type: ignore[arg-type]
    assert told(problem, {}, {}, "ads", 0)[0] == reason


def test_requires_names_what_is_missing_and_when_it_comes() -> None:
    link = {"links": [Link(project="ads", relation="requires", other="chat")]}
    problem = portfolio(gpu_pool(amount=4), project("ads", 4), project("chat", 4, kind="build"), link, weeks=3)
    amounts, paces = {"chat": [4, 4]}, {"chat": [1.0, 1.0]}
    reason, detail = told(problem, amounts, paces, "ads", 0)
    assert reason == "requires"
    assert detail == "It waits for chat (complete in the week of 8 December 2025)."
    assert told(problem, amounts, paces, "ads", 2)[0] != "requires"


def test_excluded_is_only_who_runs() -> None:
    link = {"links": [Link(project="ads", relation="excludes", other="chat")]}
    problem = portfolio(gpu_pool(amount=4), project("ads", 4), project("chat", 4), link, weeks=2)
    assert told(problem, {"chat": [0, 4]}, {"chat": [None, 1.0]}, "ads", 0)[0] == "excluded"
    assert told(problem, {}, {}, "ads", 0)[0] == "not chosen"


def test_dwell_lasts_as_long_as_min_pause_and_no_longer() -> None:
    problem = portfolio(gpu_pool(amount=4), project("ads", 4, today=4, min_pause=2, **RUN), weeks=3)
    assert [told(problem, {}, {}, "ads", t)[0] for t in range(3)] == ["dwell", "dwell", "not chosen"]


def test_a_build_that_would_end_with_the_plan_yields_nothing() -> None:
    problem = portfolio(gpu_pool(amount=4), project("ads", 4, kind="build", duration=2.0), weeks=3)
    assert [told(problem, {}, {}, "ads", t)[0] for t in range(3)] == ["not chosen", "too late", "too late"]


def test_no_room_names_the_minimum_what_is_spare_and_which_classes_hold_the_rest() -> None:
    problem = portfolio(
        gpu_pool(amount=6), project("ads", 4, minimum=3, priority=2), project("chat", 4, priority=0),
        project("docs", 1, priority=3), weeks=1
    )  # fmt: skip
    amounts, paces = {"chat": [4], "docs": [1]}, {"chat": [1.0], "docs": [1.0]}
    reason, detail = told(problem, amounts, paces, "ads", 0)
    assert reason == "no room"
    assert "Its minimum of 3 nodes for gpu is not there: it holds 0, 1 are spare" in detail
    assert "of h100 higher classes hold 4 and lower classes hold 1" in detail


def test_room_without_arrivals_or_money_is_a_limit() -> None:
    parts = gpu_pool(amount=6, cost=10), project("ads", 4, minimum=3)
    moves = portfolio(*parts, policy(gpu_moves=2), weeks=1)
    money = portfolio(*parts, policy(max_cost=20), weeks=1)
    assert told(moves, {}, {}, "ads", 0)[0] == "move limit"
    assert told(money, {}, {}, "ads", 0)[0] == "cost limit"


def test_what_adds_nothing_is_told_so() -> None:
    problem = portfolio(gpu_pool(amount=6), project("ads", 4, value=0.0), weeks=1)
    assert told(problem, {}, {}, "ads", 0)[0] == "no value"
