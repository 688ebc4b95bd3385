"""The rows that each rule of the model adds, written as in its docstring: every coefficient, bound and week of them."""

from __future__ import annotations

from typing import Any

import pytest

from solver.problem import Problem
from solver.records import Floor, Link, Pin
from tests.solver.handmade import gpu_pool, ml_pool, policy, portfolio, project, week
from tests.solver.rows import rows_of
from tests.solver.served import chat, lever, measured, served
from tests.solver.starts import candidate, candidates, links, money
from tests.solver.test_check_policy import floors, stance

TODAY: dict[str, Any] = {"today": 3, "status": "running"}
STAFF: dict[str, Any] = {"of": "engineer", "pools": ("ml",)}


def ads(*parts: dict[str, list[Any]], weeks: int = 2, **facts: Any) -> Problem:
    """Ads on ten nodes."""
    return portfolio(gpu_pool(), project("ads", **facts), *parts, weeks=weeks)


def staff(*, growth: float, weeks: int = 2, **facts: Any) -> Problem:
    """Ads of ten engineers, who grow by so much in a week."""
    return portfolio(ml_pool(), project("ads", **STAFF, **facts), policy(growth=growth), weeks=weeks)


def apart(first: dict[str, Any], second: dict[str, Any]) -> Problem:
    """Ads and chat exclude each other."""
    excludes = {"links": [Link(project="ads", relation="excludes", other="chat")]}
    return portfolio(gpu_pool(), project("ads", **first), project("chat", **second), excludes, weeks=1)


def floor(**facts: Any) -> Floor:
    """A floor of ads."""
    return Floor(**{"policy": "normal", "project": "ads", "need": "gpu"} | facts)


def pinned(since: int, until: int | None, weeks: int) -> Problem:
    """Ads keep three nodes."""
    last = None if until is None else week(until)
    pin = Pin(project="ads", need="gpu", pool="h100", since=week(since), until=last, amount=3)
    return ads({"pins": [pin]}, weeks=weeks)


TWO_POOLS = portfolio(
    gpu_pool(), gpu_pool("a100"), project("ads", pools=("h100", "a100"), rate=2, **TODAY),
    floors(floor(share=0.5), floor(week=week(2), amount=5), floor(pool="a100", week=week(1), amount=1),
           floor(pool="a100", week=week(9), amount=4), floor(pool="h100", week=week(-1), share=0.5)),
    weeks=3,
)  # fmt: skip
OF_A = candidate("a", {"cash": [2, 1]}, duration=2)
UNDER_WAY = candidate("a", {"cash": [2, 1, 3]}, duration=3, status="running", progress=1 / 3)
TWO_SETS = measured(("h100", "", 100), ("h100", "fp8", 250))

CASES: list[tuple[str, str, Problem, str]] = [
    ("capacity", "whole steps of what there is", portfolio(
        gpu_pool(amount=3.5), project("ads"), project("chat"), weeks=2
    ), """
    x[ads,h100,0] + x[chat,h100,0] <= 3
    x[ads,h100,1] + x[chat,h100,1] <= 3
    """),
    ("capacity", "a budget is of all the weeks that share it", candidates(
        money("cash", 4, None, 6, period="horizon"), OF_A
    ), """
    x[a,cash,0] + x[a,cash,1] <= 4
    x[a,cash,2] + x[a,cash,3] <= 6
    """),
    ("money", "what a week costs", portfolio(
        gpu_pool(cost=2), ml_pool(cost=0.5), project("ads"), project("chat", **STAFF), policy(max_cost=7.5), weeks=2
    ), """
    2 x[ads,h100,0] + 0.5 x[chat,ml,0] <= 7.5
    2 x[ads,h100,1] + 0.5 x[chat,ml,1] <= 7.5
    """),
    ("pace", "the ramp is lost in units of the need", ads(
        policy(gpu_ramp=(0.25, 0.1)), full=5, rate=2, weeks=3
    ), """
    0 <= 2 x[ads,h100,0] - 0.5 arrive[ads,h100,0] - 5 pace[ads,0]
    0 <= 2 x[ads,h100,1] - 0.2 arrive[ads,h100,0] - 0.5 arrive[ads,h100,1] - 5 pace[ads,1]
    0 <= 2 x[ads,h100,2] - 0.2 arrive[ads,h100,1] - 0.5 arrive[ads,h100,2] - 5 pace[ads,2]
    """),
    ("pace", "engineers take a mentor as long as they ramp up", portfolio(
        ml_pool(), project("ads", **STAFF), policy(engineer_ramp=(0.5, 0.2), mentor=0.1, gpu_ramp=(0.3,)), weeks=2
    ), """
    0 <= x[ads,ml,0] - 0.6 arrive[ads,ml,0] - 4 pace[ads,0]
    0 <= x[ads,ml,1] - 0.3 arrive[ads,ml,0] - 0.6 arrive[ads,ml,1] - 4 pace[ads,1]
    """),
    ("pace", "what supply does not bind is bound by on", ads(
        project("chat", full=0), project("fix", kind="build"), standby=1, weeks=1
    ), """
    0 <= x[ads,h100,0] - 4 pace[ads,0]
    0 <= x[chat,h100,0]
    0 <= x[fix,h100,0] - 4 pace[fix,0]
    - on[ads,0] + pace[ads,0] <= 0
    - on[chat,0] + pace[chat,0] <= 0
    """),
    ("pace", "not of a fixed schedule", candidates(money("cash", 4), OF_A, weeks=1), """
    - on[a,0] + pace[a,0] <= 0
    """),
    ("pace", "useful nodes serve", served(chat((1000, 500)), TWO_SETS, lever(), weeks=2, gpu_ramp=(0.25,)), """
    0 <= - 1000 pace[chat,0] + 100 useful[h100,-,0] + 250 useful[h100,fp8,0]
    0 <= - 500 pace[chat,1] + 100 useful[h100,-,1] + 250 useful[h100,fp8,1]
    0 <= x[fp8,ml,0] - pace[fp8,0]
    0 <= x[fp8,ml,1] - pace[fp8,1]
    """),
    ("ramp", "arrivals are what is more than in the week before", ads(weeks=3, **TODAY), """
    x[ads,h100,0] - arrive[ads,h100,0] <= 3
    - x[ads,h100,0] + x[ads,h100,1] - arrive[ads,h100,1] <= 0
    - x[ads,h100,1] + x[ads,h100,2] - arrive[ads,h100,2] <= 0
    """),
    ("viable", "whole steps, on or paused, once it has been on", portfolio(
        gpu_pool(step=2), project("ads", full=5, minimum=3, standby=1), weeks=2
    ), """
    0 <= x[ads,h100,0] - 2 on[ads,0] + 2 complete[ads,0] - 2 been[ads,0]
    0 <= x[ads,h100,1] - 2 on[ads,1] + 2 complete[ads,1] - 2 been[ads,1]
    x[ads,h100,0] - 4 on[ads,0] + 2.998 complete[ads,0] - 2.998 been[ads,0] <= 0
    x[ads,h100,1] - 4 on[ads,1] + 2.998 complete[ads,1] - 2.998 been[ads,1] <= 0
    on[ads,0] + complete[ads,0] - been[ads,0] <= 0
    on[ads,1] + complete[ads,1] - been[ads,1] <= 0
    0 <= been[ads,0]
    0 <= - been[ads,0] + been[ads,1]
    - on[ads,0] + been[ads,0] <= 0
    - on[ads,1] - been[ads,0] + been[ads,1] <= 0
    """),
    ("viable", "what ran before has been", ads(kind="build", minimum=1, standby=1, weeks=1, **TODAY), """
    0 <= x[ads,h100,0] + complete[ads,0] - been[ads,0]
    x[ads,h100,0] - 3 on[ads,0] + complete[ads,0] - been[ads,0] <= 0
    """),
    ("viable", "what is complete from the beginning has been", ads(kind="build", progress=1.0, weeks=2), """
    0 <= x[ads,h100,0]
    0 <= x[ads,h100,1]
    x[ads,h100,0] - 4 on[ads,0] <= 0
    x[ads,h100,1] - 4 on[ads,1] <= 0
    on[ads,0] + complete[ads,0] - been[ads,0] <= 0
    on[ads,1] + complete[ads,1] - been[ads,1] <= 0
    0 <= been[ads,0]
    0 <= - been[ads,0] + been[ads,1]
    - on[ads,0] + been[ads,0] <= 1
    - on[ads,1] - been[ads,0] + been[ads,1] <= 0
    """),
    ("viable", "not of a fixed schedule", candidates(money("cash", 4), OF_A, weeks=1), """
    on[a,0] + complete[a,0] - been[a,0] <= 0
    0 <= been[a,0]
    - on[a,0] + been[a,0] <= 0
    """),
    ("viable", "a service serves a share of its demand", served(
        chat((1000, 500), service={"minimum_share": 0.5}), measured(("h100", "", 100)), weeks=2
    ), """
    0 <= - 500 on[chat,0] + 100 nodes[h100,-,0]
    0 <= - 250 on[chat,1] + 100 nodes[h100,-,1]
    - 1099.9 on[chat,0] + 100 nodes[h100,-,0] <= 0
    - 599.9 on[chat,1] + 100 nodes[h100,-,1] <= 0
    on[chat,0] + complete[chat,0] - been[chat,0] <= 0
    on[chat,1] + complete[chat,1] - been[chat,1] <= 0
    0 <= been[chat,0]
    0 <= - been[chat,0] + been[chat,1]
    - on[chat,0] + been[chat,0] <= 0
    - on[chat,1] - been[chat,0] + been[chat,1] <= 0
    """),
    ("dwell", "whoever starts runs and whoever stops rests", ads(min_run=2, min_pause=3, weeks=4, **TODAY), """
    on[ads,0] - start[ads,0] <= 1
    - on[ads,0] + on[ads,1] - start[ads,1] <= 0
    - on[ads,1] + on[ads,2] - start[ads,2] <= 0
    - on[ads,2] + on[ads,3] - start[ads,3] <= 0
    - on[ads,0] - complete[ads,0] + start[ads,0] <= 0
    - on[ads,1] - complete[ads,1] + start[ads,0] + start[ads,1] <= 0
    - on[ads,2] - complete[ads,2] + start[ads,1] + start[ads,2] <= 0
    - on[ads,3] - complete[ads,3] + start[ads,2] + start[ads,3] <= 0
    1 <= on[ads,0] + complete[ads,0] + stop[ads,0]
    0 <= - on[ads,0] + on[ads,1] - complete[ads,0] + complete[ads,1] + stop[ads,1]
    0 <= - on[ads,1] + on[ads,2] - complete[ads,1] + complete[ads,2] + stop[ads,2]
    0 <= - on[ads,2] + on[ads,3] - complete[ads,2] + complete[ads,3] + stop[ads,3]
    on[ads,0] + stop[ads,0] <= 1
    on[ads,1] + stop[ads,0] + stop[ads,1] <= 1
    on[ads,2] + stop[ads,0] + stop[ads,1] + stop[ads,2] <= 1
    on[ads,3] + stop[ads,1] + stop[ads,2] + stop[ads,3] <= 1
    """),
    ("dwell", "a pause of the policy ends every spell", ads(
        stance("pause"), policy(start=week(2), end=week(3)), kind="build", min_run=3, min_pause=2, weeks=4
    ), """
    on[ads,0] - start[ads,0] <= 0
    - on[ads,0] + on[ads,1] - start[ads,1] <= 0
    - on[ads,1] + on[ads,2] - start[ads,2] <= 0
    - on[ads,2] + on[ads,3] - start[ads,3] <= 0
    - on[ads,0] - complete[ads,0] + start[ads,0] <= 0
    - on[ads,1] - complete[ads,1] + start[ads,0] + start[ads,1] <= 0
    - on[ads,3] - complete[ads,3] + start[ads,3] <= 0
    0 <= on[ads,0] + complete[ads,0] + stop[ads,0]
    0 <= - on[ads,0] + on[ads,1] - complete[ads,0] + complete[ads,1] + stop[ads,1]
    0 <= - on[ads,1] + on[ads,2] - complete[ads,1] + complete[ads,2] + stop[ads,2]
    0 <= - on[ads,2] + on[ads,3] - complete[ads,2] + complete[ads,3] + stop[ads,3]
    on[ads,0] + stop[ads,0] <= 1
    on[ads,1] + stop[ads,0] + stop[ads,1] <= 1
    on[ads,2] <= 1
    on[ads,3] + stop[ads,3] <= 1
    """),
    ("dwell", "a single week asks for nothing", ads(min_run=1, min_pause=1), """
    0 <= on[ads,0] + complete[ads,0] + stop[ads,0]
    0 <= - on[ads,0] + on[ads,1] - complete[ads,0] + complete[ads,1] + stop[ads,1]
    """),
    ("builds", "work, completion and nothing after it", ads(kind="build", duration=2.0, progress=0.25), """
    0 <= - 1.5 complete[ads,0]
    0 <= pace[ads,0] - 1.5 complete[ads,1]
    0 <= pace[ads,0] + pace[ads,1] - 1.5 complete[ads,2]
    pace[ads,0] + pace[ads,1] <= 1.5
    0 <= - complete[ads,0] + complete[ads,1]
    0 <= - complete[ads,1] + complete[ads,2]
    - on[ads,0] - complete[ads,0] + complete[ads,1] <= 0
    - on[ads,1] - complete[ads,1] + complete[ads,2] <= 0
    0 <= pace[ads,0] + 0.0001 complete[ads,0] - 0.0001 complete[ads,1]
    0 <= pace[ads,1] + 0.0001 complete[ads,1] - 0.0001 complete[ads,2]
    on[ads,0] + complete[ads,0] <= 1
    on[ads,1] + complete[ads,1] <= 1
    """),
    ("builds", "little work needs less of a last week", ads(kind="build", duration=1.0, progress=0.9999, weeks=1), """
    0 <= - 0.0001 complete[ads,0]
    0 <= pace[ads,0] - 0.0001 complete[ads,1]
    pace[ads,0] <= 0.0001
    0 <= - complete[ads,0] + complete[ads,1]
    - on[ads,0] - complete[ads,0] + complete[ads,1] <= 0
    0 <= pace[ads,0] + 5e-05 complete[ads,0] - 5e-05 complete[ads,1]
    on[ads,0] + complete[ads,0] <= 1
    """),
    ("builds", "who excludes each other", apart({}, {}), """
    on[ads,0] - ever[ads] <= 0
    on[chat,0] - ever[chat] <= 0
    ever[ads] + ever[chat] <= 1
    on[ads,0] + on[chat,0] <= 1
    """),
    ("builds", "the first was there", apart(TODAY, {}), """
    on[ads,0] - ever[ads] <= 0
    on[chat,0] - ever[chat] <= 0
    ever[chat] <= 0
    on[ads,0] + on[chat,0] <= 1
    """),
    ("builds", "the second was there", apart({}, TODAY), """
    on[ads,0] - ever[ads] <= 0
    on[chat,0] - ever[chat] <= 0
    ever[ads] <= 0
    on[ads,0] + on[chat,0] <= 1
    """),
    ("builds", "both were there", apart(TODAY, TODAY), """
    on[ads,0] - ever[ads] <= 0
    on[chat,0] - ever[chat] <= 0
    on[ads,0] + on[chat,0] <= 1
    """),
    ("builds", "a project that is done excludes nobody here", apart({}, {"kind": "build", "status": "done"}), ""),
    ("stances", "a build is protected from its earliest week until it is complete", ads(
        project("fix", kind="build", earliest=week(2)), stance("protect", "ads"), stance("protect", "fix"),
        policy(start=week(1), end=week(4)), weeks=5
    ), """
    1 <= on[fix,2] + complete[fix,2]
    1 <= on[fix,3] + complete[fix,3]
    """),
    ("floors", "of a need and of a pool", TWO_POOLS, """
    3 <= 2 x[ads,a100,0] + 2 x[ads,h100,0]
    3 <= 2 x[ads,a100,1] + 2 x[ads,h100,1]
    5 <= 2 x[ads,a100,2] + 2 x[ads,h100,2]
    1 <= x[ads,a100,1]
    1 <= x[ads,a100,2]
    1.5 <= x[ads,h100,0]
    1.5 <= x[ads,h100,1]
    1.5 <= x[ads,h100,2]
    """),
    ("floors", "a complete build owes nothing", ads(floors(floor(amount=2)), kind="build"), """
    2 <= x[ads,h100,0] + 2 complete[ads,0]
    2 <= x[ads,h100,1] + 2 complete[ads,1]
    """),
    ("change", "arrivals of each kind", portfolio(
        gpu_pool(), ml_pool(), project("ads"), project("chat", **STAFF), policy(gpu_moves=2, engineer_moves=1), weeks=2
    ), """
    arrive[ads,h100,0] <= 2
    arrive[ads,h100,1] <= 2
    arrive[chat,ml,0] <= 1
    arrive[chat,ml,1] <= 1
    """),
    ("change", "growth from today or the minimum", staff(growth=0.5, minimum=1, weeks=3, **TODAY), """
    x[ads,ml,0] <= 4.5
    - 1.5 x[ads,ml,0] + x[ads,ml,1] + 1.5 on[ads,0] <= 1.5
    - 1.5 x[ads,ml,1] + x[ads,ml,2] + 1.5 on[ads,1] <= 1.5
    """),
    ("change", "growth where a pause keeps less than the minimum", staff(
        growth=0.5, minimum=2, standby=0.5, rate=0.5
    ), """
    x[ads,ml,0] <= 3
    - 1.5 x[ads,ml,0] + x[ads,ml,1] + 1.5 on[ads,0] + 1.5 been[ads,0] <= 3
    """),
    ("change", "growth where a pause may keep a step more than its standby", staff(
        growth=0.5, minimum=1, standby=0.25
    ), """
    x[ads,ml,0] <= 1.5
    - 1.5 x[ads,ml,0] + x[ads,ml,1] + 1.125 on[ads,0] + 0.375 been[ads,0] <= 1.5
    x[ads,ml,0] <= 1.5
    x[ads,ml,1] - 2.5 on[ads,0] <= 1.5
    """),
    ("change", "growth where a pause keeps more than the minimum", staff(growth=0.5, minimum=1, standby=2), """
    x[ads,ml,0] <= 1.5
    - 1.5 x[ads,ml,0] + x[ads,ml,1] + 1.5 been[ads,0] <= 1.5
    """),
    ("pins", "from week to week", pinned(1, 2, 4), """
    x[ads,h100,1] = 3
    x[ads,h100,2] = 3
    """),
    ("pins", "from before to after the horizon", pinned(-2, 9, 2), """
    x[ads,h100,0] = 3
    x[ads,h100,1] = 3
    """),
    ("pins", "for ever", pinned(1, None, 3), """
    x[ads,h100,1] = 3
    x[ads,h100,2] = 3
    """),
    ("serving", "nodes by set of levers", served(
        chat((1000, 500)), TWO_SETS, lever(), weeks=2, gpu_ramp=(0.25, 0.1)
    ), """
    x[chat,h100,0] - nodes[h100,-,0] - nodes[h100,fp8,0] = 0
    x[chat,h100,1] - nodes[h100,-,1] - nodes[h100,fp8,1] = 0
    0 <= x[chat,h100,0] - 0.25 arrive[chat,h100,0] - useful[h100,-,0] - useful[h100,fp8,0]
    0 <= x[chat,h100,1] - 0.1 arrive[chat,h100,0] - 0.25 arrive[chat,h100,1] - useful[h100,-,1] - useful[h100,fp8,1]
    0 <= nodes[h100,-,0] - useful[h100,-,0]
    0 <= nodes[h100,-,1] - useful[h100,-,1]
    0 <= nodes[h100,fp8,0] - useful[h100,fp8,0]
    0 <= nodes[h100,fp8,1] - useful[h100,fp8,1]
    - 6 complete[fp8,0] + nodes[h100,fp8,0] <= 0
    - 4 complete[fp8,1] + nodes[h100,fp8,1] <= 0
    """),
    ("fixed", "the start decides it all", candidates(money("cash", 4), OF_A, weeks=3), """
    on[a,0] - begin[a,0] = 0
    on[a,1] - begin[a,0] - begin[a,1] = 0
    on[a,2] - begin[a,1] - begin[a,2] = 0
    complete[a,0] = 0
    complete[a,1] = 0
    complete[a,2] - begin[a,0] = 0
    complete[a,3] - begin[a,0] - begin[a,1] = 0
    0 <= - on[a,0] + pace[a,0]
    0 <= - on[a,1] + pace[a,1]
    0 <= - on[a,2] + pace[a,2]
    - ever[a] + begin[a,0] + begin[a,1] + begin[a,2] <= 0
    0 <= x[a,cash,0] - 2 begin[a,0]
    0 <= x[a,cash,1] - begin[a,0] - 2 begin[a,1]
    0 <= x[a,cash,2] - begin[a,1] - 2 begin[a,2]
    x[a,cash,0] - 2 begin[a,0] <= 0
    x[a,cash,1] - begin[a,0] - 2 begin[a,1] <= 0
    x[a,cash,2] - begin[a,1] - 2 begin[a,2] <= 0
    """),
    ("fixed", "what is under way began before", candidates(money("cash", 4), UNDER_WAY, weeks=3), """
    on[a,0] - begin[a,0] = 1
    on[a,1] - begin[a,0] - begin[a,1] = 1
    on[a,2] - begin[a,0] - begin[a,1] - begin[a,2] = 0
    complete[a,0] = 0
    complete[a,1] = 0
    complete[a,2] = 1
    complete[a,3] - begin[a,0] = 1
    0 <= - on[a,0] + pace[a,0]
    0 <= - on[a,1] + pace[a,1]
    0 <= - on[a,2] + pace[a,2]
    - ever[a] + begin[a,0] + begin[a,1] + begin[a,2] <= 0
    1 <= x[a,cash,0] - 2 begin[a,0]
    3 <= x[a,cash,1] - begin[a,0] - 2 begin[a,1]
    0 <= x[a,cash,2] - 3 begin[a,0] - begin[a,1] - 2 begin[a,2]
    x[a,cash,0] - 2 begin[a,0] <= 1
    x[a,cash,1] - begin[a,0] - 2 begin[a,1] <= 3
    x[a,cash,2] - 3 begin[a,0] - begin[a,1] - 2 begin[a,2] <= 0
    """),
    ("fixed", "whole steps take more than the profile", portfolio(
        gpu_pool(step=2), project("ship", 3, kind="build", schedule="fixed"), weeks=2
    ), """
    on[ship,0] - begin[ship,0] = 0
    on[ship,1] - begin[ship,0] - begin[ship,1] = 0
    complete[ship,0] = 0
    complete[ship,1] = 0
    complete[ship,2] - begin[ship,0] = 0
    0 <= - on[ship,0] + pace[ship,0]
    0 <= - on[ship,1] + pace[ship,1]
    - ever[ship] + begin[ship,0] + begin[ship,1] <= 0
    0 <= x[ship,h100,0] - 4 begin[ship,0]
    0 <= x[ship,h100,1] - 4 begin[ship,0] - 4 begin[ship,1]
    x[ship,h100,0] - 4.998 begin[ship,0] <= 0
    x[ship,h100,1] - 4.998 begin[ship,0] - 4.998 begin[ship,1] <= 0
    """),
    ("fixed", "whoever began needs what it requires", candidates(
        money("cash", 4), candidate("a", {"cash": [2]}, duration=1), candidate("b", {"cash": [2]}, duration=1),
        links(("a", "requires", "b")), weeks=2
    ), """
    on[a,0] - begin[a,0] = 0
    on[a,1] - begin[a,1] = 0
    complete[a,0] = 0
    complete[a,1] - begin[a,0] = 0
    complete[a,2] - begin[a,0] - begin[a,1] = 0
    0 <= - on[a,0] + pace[a,0]
    0 <= - on[a,1] + pace[a,1]
    - ever[a] + begin[a,0] + begin[a,1] <= 0
    on[b,0] - begin[b,0] = 0
    on[b,1] - begin[b,1] = 0
    complete[b,0] = 0
    complete[b,1] - begin[b,0] = 0
    complete[b,2] - begin[b,0] - begin[b,1] = 0
    0 <= - on[b,0] + pace[b,0]
    0 <= - on[b,1] + pace[b,1]
    - ever[b] + begin[b,0] + begin[b,1] <= 0
    0 <= x[a,cash,0] - 2 begin[a,0]
    0 <= x[a,cash,1] - 2 begin[a,1]
    x[a,cash,0] - 2 begin[a,0] <= 0
    x[a,cash,1] - 2 begin[a,1] <= 0
    0 <= x[b,cash,0] - 2 begin[b,0]
    0 <= x[b,cash,1] - 2 begin[b,1]
    x[b,cash,0] - 2 begin[b,0] <= 0
    x[b,cash,1] - 2 begin[b,1] <= 0
    - complete[b,0] + begin[a,0] <= 0
    - complete[b,1] + begin[a,0] + begin[a,1] <= 0
    """),
]  # fmt: skip


@pytest.mark.parametrize(
    ("rule", "problem", "expected"), [(r, p, e) for r, _, p, e in CASES], ids=[f"{r}: {t}" for r, t, *_ in CASES]
)
def test_a_rule_asks_for_what_its_docstring_says(rule: str, problem: Problem, expected: str) -> None:
    assert rows_of(rule, problem) == [line.strip() for line in expected.strip().splitlines()]
