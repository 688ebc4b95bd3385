"""A solve that starts from the plan of the same or a similar problem: proven at once, or at least as good in time."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from importlib import import_module
from typing import Any, cast

import pytest

from solver import solve
from solver.check import check
from solver.model import Model, build
from solver.model.sheet import Floats
from solver.plan import Outcome, Plan
from solver.problem import Problem
from solver.progress import Progress
from solver.records import Capacity, Floor, Stance
from solver.replan import problem_from
from solver.search import first
from solver.search.confirm import Proof, confirm, prove
from solver.search.first import stand_by
from solver.search.large.crew import Crew
from solver.search.part import Part
from solver.search.seed import seed_of, whole_seed
from solver.search.stages import Stages
from solver.solve import takes_start
from solver.task import Clock, Holds, Task
from tests.solver.handmade import gpu_pool, ml_pool, policy, portfolio, project, week
from tests.solver.solving import LIMITS, class_after_class, plan_in

AT_ONCE = replace(LIMITS, time_limit=1e-6)


@pytest.fixture(autouse=True)
def _large() -> Iterator[None]:
    with class_after_class():
        yield


@pytest.fixture(scope="module")
def company() -> Problem:
    """Chat in focus wants 8 of 10 nodes, a build 2 for two weeks; ads is paused and training keeps what it has."""
    running: dict[str, Any] = {"status": "running", "kind": "run"}
    stances = [("chat", "focus"), ("ads", "pause"), ("training", "protect")]
    return portfolio(
        gpu_pool(amount=10), ml_pool(amount=4),
        project("chat", 8, today=3, value=10.0, **running), project("ads", 4, today=4, value=3.0, **running),
        project("training", 3, today=3, value=5.0, minimum=1, **running),
        project("browser", 2, value=4.0, duration=2.0),
        policy(kind="code_red", owner="kim", reason="slow", start=week(0), end=week(3)),
        {"stances": [Stance(policy="normal", project=name, stance=word) for name, word in stances]},
        {"floors": [Floor(policy="normal", project="training", need="gpu", share=1.0)]},
        weeks=6,
    )  # fmt: skip


@pytest.fixture(scope="module")
def known(company: Problem) -> Outcome:
    with class_after_class():
        return solve(company, "normal", options=LIMITS)


def attained(outcome: Outcome) -> list[float]:
    return [round(c.attained, 4) for c in outcome.classes]


def proofs(monkeypatch: pytest.MonkeyPatch) -> list[Proof]:
    """The proofs that will be asked for, each once it is there."""
    asked: list[Proof] = []

    def noted(*facts: Any, **more: Any) -> Proof:
        asked.append(prove(*facts, **more))
        return asked[-1]

    monkeypatch.setattr(import_module("solver.search.confirm"), "prove", noted)
    return asked


def test_its_own_plan_is_proven_without_any_search(
    company: Problem, known: Outcome, monkeypatch: pytest.MonkeyPatch
) -> None:
    def search(*_: object) -> None:
        raise AssertionError("searched")

    monkeypatch.setattr(import_module("solver.search.stages"), "choose", search)
    with pytest.raises(AssertionError, match="searched"):
        solve(company, "normal", options=LIMITS)
    again = solve(company, "normal", options=LIMITS, start=known.plan)
    assert (again.status, attained(again)) == ("optimal", attained(known))
    assert all(c.gap_percent <= 0.5 for c in again.classes)


def test_without_any_time_the_start_is_the_answer_and_its_relaxation_the_proof(
    company: Problem, known: Outcome
) -> None:
    cold = solve(company, "normal", options=AT_ONCE)
    warm = solve(company, "normal", options=AT_ONCE, start=known.plan)
    assert max(c.gap_percent for c in cold.classes) > 50
    assert attained(warm) == attained(known)
    assert max(c.gap_percent for c in warm.classes) <= 0.5


def test_a_plan_of_a_similar_problem_gives_what_still_fits(company: Problem, known: Outcome) -> None:
    more = company.replace(projects=[replace(p, value=1.1 * p.value) for p in company.projects])
    warm, cold = (solve(more, "normal", options=LIMITS, start=start) for start in (known.plan, None))
    assert check(more, "normal", plan_in(warm)).ok
    assert attained(warm) == pytest.approx(attained(cold), rel=5e-3)


def test_a_start_that_breaks_a_rule_is_no_hindrance(company: Problem, known: Outcome) -> None:
    less = company.replace(policies=[replace(p, gpu_moves=1.0) for p in company.policies])
    assert not check(less, "normal", plan_in(known)).ok
    warm, cold = (solve(less, "normal", options=LIMITS, start=start) for start in (known.plan, None))
    assert attained(warm) == attained(cold)


def test_where_less_is_there_for_those_below_the_classes_above_keep_their_plan_without_any_search(
    company: Problem, known: Outcome, monkeypatch: pytest.MonkeyPatch
) -> None:
    searched: list[int] = []
    stages = import_module("solver.search.stages")
    choose = stages.choose

    def noted(of: Stages, part: Part, *facts: object) -> bool:
        searched.append(part.rank)
        found: bool = choose(of, part, *facts)
        return found

    monkeypatch.setattr(stages, "choose", noted)
    fewer = [replace(c, week=week(3), amount=9.0) for c in company.capacity if c.pool == "h100"]
    less = company.replace(capacity=[*company.capacity, *fewer])
    cold = solve(less, "normal", options=LIMITS)
    assert searched == [0, 2]
    searched.clear()
    warm = solve(less, "normal", options=LIMITS, start=known.plan)
    assert searched == [2]
    assert attained(warm) == attained(cold) != attained(known)


def test_what_the_relaxation_leaves_open_is_proven_by_a_search_for_something_better(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Five builds of 5 to 7 nodes for 13: a relaxation has a part of each in every week, a plan two at a time."""
    builds = [project(f"b{n}", n, kind="build", value=n + 0.1, duration=2.0, minimum=n) for n in (5, 5.5, 6, 6.5, 7)]
    tight = portfolio(gpu_pool(amount=13), *builds, weeks=4)
    first = solve(tight, "normal", options=LIMITS)
    asked = proofs(monkeypatch)
    again = solve(tight, "normal", options=LIMITS, start=first.plan)
    assert [found.better is not None and found.better.infeasible for found in asked] == [True]
    assert (again.status, attained(again)) == ("optimal", attained(first))


@pytest.mark.parametrize("threads", [1, 2])
def test_a_plan_that_stands_is_proven_class_by_class_each_once_and_each_is_told(
    company: Problem, known: Outcome, monkeypatch: pytest.MonkeyPatch, threads: int
) -> None:
    asked, told = proofs(monkeypatch), list[Progress]()
    options = replace(LIMITS, threads=threads)
    again = solve(company, "normal", options=options, start=known.plan, on_progress=told.append)
    assert (again.status, attained(again)) == ("optimal", attained(known))
    assert len(asked) == len(again.classes) == len(told)
    assert [p.rank for p in told] == [c.rank for c in again.classes]
    assert all(p.gap_percent is not None and p.gap_percent <= 0.5 for p in told)


@pytest.mark.parametrize("threads", [1, 2])
def test_below_a_class_that_could_be_better_nothing_is_taken_for_proven(
    company: Problem, known: Outcome, threads: int
) -> None:
    """More nodes than before: chat may have all it wants, and what is below it has to be decided again."""
    richer = company.replace(capacity=[replace(c, amount=1.2 * c.amount) for c in company.capacity])
    cold = solve(richer, "normal", options=LIMITS)
    warm = solve(richer, "normal", options=replace(LIMITS, threads=threads), start=known.plan)
    assert attained(cold)[0] > attained(known)[0]
    assert (warm.status, attained(warm)) == ("optimal", pytest.approx(attained(cold), rel=5e-3))


def test_a_proof_holds_whatever_those_above_still_give_up(company: Problem, known: Outcome) -> None:
    """A plan's classes are proven side by side, with those above held no tighter than when one follows the other."""
    stages = Stages(build(company, "normal"), Clock(LIMITS), None, seed_of(build(company, "normal"), known.plan))
    assert stand_by(stages)
    ranks = sorted(stages.model.classes)
    held: list[Holds] = []

    def noted(model: Model, part: Part, values: Floats, light: Task, clock: Clock) -> Proof:
        held.append(light.holds)
        return prove(model, part, values, light, clock)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(import_module("solver.search.confirm"), "prove", noted)
        assert confirm(stages, ranks) == []
    assert [len(holds) for holds in held] == list(range(len(ranks)))
    for (_, loosely), (_, exactly) in zip(held[-1], stages.held, strict=False):
        assert loosely <= exactly


@pytest.mark.parametrize("size", [1, 2])
def test_of_proofs_side_by_side_the_hardest_is_begun_with(company: Problem, known: Outcome, size: int) -> None:
    stages = Stages(build(company, "normal"), Clock(LIMITS), None, seed_of(build(company, "normal"), known.plan))
    assert stand_by(stages)
    ranks, binary = sorted(stages.model.classes), stages.model.binary
    open_ = [(binary & part.free & (part.lower < part.upper)).sum() for part, _ in stages.ahead(ranks)]
    hardest = open_.index(max(open_))
    assert hardest > 0

    class Noted(Crew):
        def each[T, R](self, work: Callable[[T], R], items: Iterable[T]) -> list[R]:
            order.extend(cast("list[int]", items))
            return super().each(work, items)

    order: list[int] = []
    stages.crew = Noted(size)
    assert confirm(stages, ranks) == []
    rest = [place for place in range(len(ranks)) if place != hardest]
    assert order == (list(range(len(ranks))) if size == 1 else [hardest, *rest])


def test_what_is_left_of_a_plan_is_where_planning_again_starts(company: Problem, known: Outcome) -> None:
    plan = plan_in(known)
    later = problem_from(company, plan, week(2))
    found = plan_in(solve(later, "normal", options=AT_ONCE, start=plan))
    left = plan.allocation[plan.allocation["week"] >= week(2)]
    assert found.start == week(2)
    assert len(left) > 0
    assert found.allocation.reset_index(drop=True).equals(left.reset_index(drop=True))


def test_a_plan_that_does_not_fit_any_more_is_mended_and_proven_from_there(company: Problem, known: Outcome) -> None:
    less = company.replace(capacity=[*company.capacity, Capacity(pool="h100", week=week(1), amount=9.0)])
    model = build(less, "normal")
    stages = Stages(model, Clock(LIMITS), None, seed_of(model, plan_in(known)))
    assert whole_seed(stages, first._whole(stages)) is None
    assert stand_by(stages)
    assert stages.stands
    assert attained(solve(less, "normal", options=LIMITS, start=known.plan)) == attained(
        solve(less, "normal", options=LIMITS)
    )


def test_a_plan_of_other_weeks_is_no_start(company: Problem, known: Outcome) -> None:
    shorter: Plan = replace(plan_in(known), weeks=5)
    assert attained(solve(company, "normal", options=LIMITS, start=shorter)) == attained(known)


def test_what_is_decided_exactly_takes_no_start(company: Problem, monkeypatch: pytest.MonkeyPatch) -> None:
    assert takes_start(company, "normal")
    monkeypatch.setattr(import_module("solver.solve"), "SMALL", 100_000)
    assert not takes_start(company, "normal")
