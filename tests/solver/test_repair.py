"""An infeasible portfolio is answered with proven ways out: few rules, little of each, floors last."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from typing import Any

import pytest

from solver import solve
from solver.edits import Edit, edited
from solver.plan import Outcome, Repair, Status
from solver.problem import Problem
from solver.records import Capacity, Floor, Link, Pin, Stance
from solver.repair.edits import with_more
from tests.solver.handmade import gpu_pool, ml_pool, policy, portfolio, project, week
from tests.solver.solving import LIMITS
from tests.solver.tiny import named

ON = {"must": "in", "minimum": 2}


def _floor(name: str, amount: float, **facts: Any) -> dict[str, list[Any]]:
    return {"floors": [Floor(policy="normal", project=name, need="gpu", amount=amount, **facts)]}


def _stances(word: str, *names: str) -> dict[str, list[Any]]:
    return {"stances": [Stance(policy="normal", project=name, stance=word) for name in names]}


def _link(name: str, relation: str, other: str) -> dict[str, list[Any]]:
    return {"links": [Link(project=name, relation=relation, other=other)]}


def cases() -> dict[str, tuple[Problem, list[str]]]:
    """Portfolios without a plan, each with parts of the ways out that have to be among those offered."""
    late = {"capacity": [Capacity(pool="h100", week=week(3), amount=6)]}
    pin = [Pin(project=p, need="gpu", pool="h100", since=week(1), until=week(1), amount=2) for p in ("ads", "chat")]
    small, build = gpu_pool(amount=3), {"kind": "build", "duration": 2.0, "must": "in"}
    staff = {"of": "engineer", "pools": ("ml",)}
    costly = gpu_pool(amount=6, cost=10)
    return {
        "floor": (named()["no plan"], ["lower ads's floor by 1 node", "add 1 node to h100"]),
        "pins": (
            portfolio(small, project("ads", 2), project("chat", 2), {"pins": pin}, weeks=3), ["change chat's pin"]
        ),
        "protect": (
            portfolio(small, *(project(n, 3, minimum=2) for n in ("ads", "chat")), _stances("protect", "ads", "chat"),
                      weeks=2),
            ["no longer protect ads", "lower chat's minimum of gpu from 2 to 1"],
        ),
        "delivery": (
            portfolio(small, late, project("ads", 4, **ON), project("chat", 4, earliest=week(1), **ON), weeks=5),
            ["bring the delivery of 3 nodes to h100 forward by 2 weeks", "add 1 node to h100"],
        ),
        "moves": (portfolio(small, project("ads", 3, **ON), policy(gpu_moves=1), weeks=2), ["1 GPU arrivals a week"]),
        "growth": (
            portfolio(
                ml_pool(amount=9, step=1),
                project("ads", 8, minimum=1, today=1, status="running", must="in", **staff), policy(growth=0.5),
                {"floors": [Floor(policy="normal", project="ads", need="engineer", week=week(1), amount=8)]},
            ),
            ["growth of a project's engineers"],
        ),
        "money": (portfolio(costly, project("ads", 3, **ON), policy(max_cost=15), weeks=2), ["by 5, to 20"]),
        "deadline": (
            portfolio(small, project("ads", 2, **build, deadline=week(0)), weeks=4),
            ["move ads's deadline of 1 December 2025 to 8 December 2025"],
        ),
        "must": (portfolio(small, project("ads", 5, minimum=4, **build), weeks=4), ["no longer force ads in"]),
        "requires": (
            portfolio(
                small, project("ads", 2, **build), project("chat", 9, kind="build", duration=9.0),
                _link("ads", "requires", "chat"), weeks=4,
            ),
            ["give up that ads requires chat"],
        ),
        "excludes": (
            portfolio(small, project("ads", 1, **ON | {"minimum": 1}), project("chat", 1, **ON | {"minimum": 1}),
                      _link("ads", "excludes", "chat"), weeks=2),
            ["give up that ads excludes chat"],
        ),
        "pause": (
            portfolio(
                small, project("ads", 2, **build | {"duration": 1.0}), project("chat", 2, kind="build", duration=1.0),
                _link("ads", "requires", "chat"), _stances("pause", "chat"), weeks=3,
            ),
            ["no longer pause chat", "give up that ads requires chat", "no longer force ads in"],
        ),
    }  # fmt: skip


NAMES = tuple(cases())


@contextmanager
def as_large() -> Iterator[None]:
    """The way of large portfolios, for small ones."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(import_module("solver.repair.search"), "SMALL", 0)
        yield


def answer(problem: Problem, *, large: bool) -> Outcome:
    """The answer to a portfolio without a plan."""
    if large:
        with as_large():
            return solve(problem, "normal", options=LIMITS)
    return solve(problem, "normal", options=LIMITS)


def after(problem: Problem, repair: Repair) -> Problem:
    """The portfolio as the repair makes it."""
    return edited(problem, repair.edits)


@pytest.mark.parametrize("name", NAMES)
def test_the_ways_out_are_named_and_each_of_them_makes_a_plan_possible(name: str) -> None:
    problem, expected = cases()[name]
    outcome = answer(problem, large=False)
    assert outcome.status is Status.INFEASIBLE
    assert outcome.conflicts
    texts = [r.text for r in outcome.repairs]
    for part in expected:
        assert any(part in text for text in texts), texts
    for repair in outcome.repairs:
        assert solve(after(problem, repair), "normal", options=LIMITS).status is Status.OPTIMAL, repair.text


@pytest.mark.parametrize("name", ["floor", "protect", "delivery", "pins", "deadline"])
def test_large_portfolios_get_proven_ways_out_too(name: str) -> None:
    problem, _ = cases()[name]
    outcome = answer(problem, large=True)
    assert outcome.repairs
    for repair in outcome.repairs:
        assert solve(after(problem, repair), "normal", options=LIMITS).status is Status.OPTIMAL, repair.text


@pytest.mark.parametrize("large", [False, True])
def test_floors_come_last_whatever_their_number(large: bool) -> None:
    outcome = answer(named()["no plan"], large=large)
    gives_up_a_floor = ["floors" in r.rules for r in outcome.repairs]
    assert gives_up_a_floor == sorted(gives_up_a_floor)
    assert gives_up_a_floor[-1]
    assert [r.price for r in outcome.repairs] == sorted(r.price for r in outcome.repairs)


@pytest.mark.parametrize("name", ["floor", "protect", "delivery", "moves", "money"])
def test_a_little_less_than_a_repair_is_not_enough(name: str) -> None:
    problem, _ = cases()[name]
    for repair in answer(problem, large=False).repairs:
        (edit, *more) = repair.edits
        column = {"capacity": "amount", "floors": "amount", "needs": "minimum"}.get(edit.table)
        if more or column is None or not repair.text.startswith(("add", "lower")):
            continue
        one = -1.0 if edit.table == "capacity" else 1.0
        changed: dict[str, Any] = {column: getattr(edit.record, column) + one}
        less = dataclasses.replace(edit.record, **changed)
        almost = edited(problem, [Edit(edit.table, less)])
        assert solve(almost, "normal", options=LIMITS).status is Status.INFEASIBLE, repair.text


def test_the_rules_that_stand_against_each_other_are_in_one_sentence_with_the_amount() -> None:
    (conflict,) = answer(named()["no plan"], large=False).conflicts
    assert "ads's floor of 3 nodes" in conflict.text
    assert "3 nodes of h100" in conflict.text
    assert conflict.text.endswith("cannot all hold: 1 node too much")


def test_two_contradictions_are_two_sentences_and_a_repair_ends_both() -> None:
    pins = [
        Pin(project=p, need="gpu", pool=pool, since=week(1), until=week(1), amount=2)
        for p, pool in (("ads", "h100"), ("chat", "h100"), ("docs", "b200"), ("eval", "b200"))
    ]
    projects = [project(p, 2) for p in ("ads", "chat")] + [project(p, 2, pools=("b200",)) for p in ("docs", "eval")]
    problem = portfolio(gpu_pool(amount=3), gpu_pool("b200", amount=3), *projects, {"pins": pins}, weeks=3)
    outcome = answer(problem, large=False)
    assert len(outcome.conflicts) == 2
    first = outcome.repairs[0]
    assert len(first.rules) == 2
    assert solve(after(problem, first), "normal", options=LIMITS).status is Status.OPTIMAL


def test_what_no_record_allows_is_said_and_not_called_a_time_out() -> None:
    early = project("ads", 2, kind="build", duration=2.0, must="in", earliest=week(3), deadline=week(3))
    outcome = answer(portfolio(gpu_pool(amount=3), early, weeks=4), large=False)
    assert outcome.status is Status.INFEASIBLE
    assert outcome.conflicts


def test_the_summary_carries_the_edits_as_records_of_text() -> None:
    summary = answer(named()["no plan"], large=False).summary()
    edit = summary["repairs"][0]["edits"][0]
    assert edit["table"] == "capacity"
    assert edit["operation"] == "put"
    assert edit["cells"] == {"pool": "h100", "week": "2025-12-01", "amount": "4"}


def test_more_of_a_pool_in_some_weeks_ends_after_them() -> None:
    problem = portfolio(gpu_pool(amount=3), weeks=4)
    edits = with_more(problem, "h100", [0.0, 2.0, 2.0, 0.0])
    assert edited(problem, edits).supply("h100") == (3.0, 5.0, 5.0, 3.0)
