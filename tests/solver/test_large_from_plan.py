"""A large portfolio goes on from an earlier plan: as it was where that fits, mended where not, moved if it pays."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from importlib import import_module

import numpy as np
import pytest

from solver import solve
from solver.model import build
from solver.model.sheet import Floats, dot
from solver.plan import Outcome, Plan
from solver.problem import Problem
from solver.progress import Options
from solver.search import first
from solver.search.large import decide
from solver.search.large.prices import Relaxed
from solver.search.large.single import as_before, rested
from solver.search.mend import mended
from solver.search.part import Part, resting
from solver.search.seed import seed_of
from solver.search.stages import Stages
from solver.task import Clock, Task
from tests.solver.solving import LIMITS, class_after_class, is_plan

LEAST = 0.9
"""Share of the best for the first class that a plan that was only mended gives it too."""


pytestmark = pytest.mark.usefixtures("counts_as_large")


@pytest.fixture(scope="module")
def known(problem: Problem) -> Outcome:
    """Its plan."""
    with class_after_class(), pytest.MonkeyPatch.context() as patch:
        patch.setattr(import_module("solver.search.stages"), "LARGE", 0)
        return solve(problem, "code-red", options=LIMITS)


@pytest.fixture(scope="module")
def plan(known: Outcome) -> Plan:
    assert known.plan is not None
    return known.plan


def stages(problem: Problem, plan: Plan | None) -> Stages:
    model = build(problem, "code-red")
    return Stages(model, Clock(Options(gap=0.002)), None, seed_of(model, plan))


def with_capacity(problem: Problem, factor: float) -> Problem:
    """From the third week on every pool has another capacity."""
    from_then = problem.head.start + timedelta(weeks=2)
    last = {c.pool: c for c in problem.capacity if c.week <= from_then}
    kept = [c for c in problem.capacity if c.week < from_then]
    return problem.replace(
        capacity=kept + [replace(c, week=from_then, amount=float(int(factor * c.amount))) for c in last.values()]
    )


def at_rest(problem: Problem) -> Stages:
    begun = stages(problem, None)
    assert first.stand_by(begun)
    return begun


def of_classes(stages: Stages, values: Floats) -> list[float]:
    return [dot(stages.model.classes[rank], values) for rank in sorted(stages.model.classes)]


def test_without_any_time_the_plan_is_the_answer(problem: Problem, plan: Plan) -> None:
    with class_after_class():
        found = solve(problem, "code-red", options=replace(LIMITS, time_limit=1e-6), start=plan)
    assert found.plan is not None
    columns = ["week", "project", "need", "pool"]
    before, after = (
        one.allocation[one.allocation["amount"] > 0].sort_values(columns).reset_index(drop=True)
        for one in (plan, found.plan)
    )
    assert before.equals(after)


def test_from_its_own_plan_no_class_gets_less(problem: Problem, known: Outcome, plan: Plan) -> None:
    with class_after_class():
        found = solve(problem, "code-red", options=LIMITS, start=plan)
    assert found.plan is not None
    for before, after in zip(known.classes, found.classes, strict=True):
        if after.attained > before.attained + 1e-6:
            break  # what is better for a class may cost those below it
        assert after.attained == pytest.approx(before.attained)


def test_its_relaxations_are_solved_before_the_first_class_is_decided(
    problem: Problem, plan: Plan, monkeypatch: pytest.MonkeyPatch
) -> None:
    relax, asked = decide.relax, list[int]()

    def noted(stages: Stages, task: Task, seconds: float) -> Relaxed | None:
        asked.append(len(stages.bounds))
        return relax(stages, task, seconds)

    monkeypatch.setattr(decide, "relax", noted)
    with class_after_class():
        solve(problem, "code-red", options=LIMITS, start=plan)
    ranks = len(build(problem, "code-red").classes)
    assert asked[:ranks] == [0] * ranks


@pytest.mark.parametrize("factor", [0.95, 0.8])
def test_what_does_not_fit_any_more_is_mended_and_the_class_above_all_others_gives_up_little(
    problem: Problem, plan: Plan, factor: float
) -> None:
    less = with_capacity(problem, factor)
    begun, rest = stages(less, plan), at_rest(less)
    assert begun.seed is not None
    assert not is_plan(begun, begun.seed)
    found = mended(begun, lambda: rest.values, begun.seed)
    assert found is not None
    assert is_plan(begun, found)
    assert sum(of_classes(begun, found)) > sum(of_classes(begun, rest.values))
    with class_after_class():
        best = solve(less, "code-red", options=LIMITS).classes[0]
    assert of_classes(begun, found)[0] >= LEAST * best.attained


def test_a_plan_that_was_mended_is_where_the_solve_starts_from(problem: Problem, plan: Plan) -> None:
    begun = stages(with_capacity(problem, 0.8), plan)
    assert first.stand_by(begun)
    assert begun.stands
    assert begun.seed is begun.values
    assert is_plan(begun, begun.values)


def test_a_need_that_grew_is_mended_with_what_is_held(problem: Problem, plan: Plan) -> None:
    grown = problem.replace(needs=[replace(n, full=n.full * 1.1) if n.full else n for n in problem.needs])
    begun = stages(grown, plan)
    assert begun.seed is not None
    found = mended(begun, lambda: at_rest(grown).values, begun.seed)
    assert found is not None
    assert is_plan(begun, found)
    x = begun.model.variables.x
    assert np.isclose(found[x], begun.seed[x]).mean() > 0.9


def test_what_nobody_gives_up_cannot_be_mended(problem: Problem, plan: Plan) -> None:
    begun = stages(with_capacity(problem, 0.8), plan)
    assert begun.seed is not None
    assert mended(begun, lambda: begun.seed, begun.seed) is None


def first_part(problem: Problem, plan: Plan) -> tuple[Stages, Part, Floats]:
    """The plan as it stands, its first class to decide, and what it has."""
    begun = stages(problem, plan)
    assert first.stand_by(begun)
    part = begun.opened_part(min(begun.model.classes))
    return begun, part, begun.values


def test_those_below_come_to_rest_with_what_the_others_leave(problem: Problem, plan: Plan) -> None:
    begun, part, values = first_part(problem, plan)
    below = (begun.first > part.rank) & ~part.mine & ~begun.attached
    on = begun.model.variables.on
    found = rested(begun, part, values)
    assert is_plan(begun, found)
    assert found[on[below]].sum() < values[on[below]].sum()
    assert np.array_equal(found[on[part.mine]], values[on[part.mine]])


def test_a_class_is_as_before_where_the_others_leave_that(problem: Problem, plan: Plan) -> None:
    begun, part, values = first_part(problem, plan)
    lower, upper = resting(begun, part.mine)
    begun.values = rested(begun, replace(part, lower=lower, upper=upper), values)
    assert dot(part.weights, begun.values) < dot(part.weights, values)
    found = as_before(begun, part, values)
    assert is_plan(begun, found)
    assert dot(part.weights, found) == pytest.approx(dot(part.weights, values))
    again = as_before(begun, part, found)
    assert np.array_equal(again, as_before(begun, part, again))


def test_those_below_are_not_moved_where_the_class_gains_nothing_by_it(
    problem: Problem, plan: Plan, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun, part, values = first_part(problem, plan)
    monkeypatch.setattr(decide, "again", lambda *_: None)
    begun.bounds[part.rank] = dot(part.weights, values) + 10 * part.gap
    decide._from_seed(begun, part, None, values, begun.clock.seconds + 5)
    assert begun.values is values


def test_prices_known_of_a_class_are_used_again_unless_they_prove_next_to_nothing(
    problem: Problem, plan: Plan, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun, part, values = first_part(problem, plan)
    relax, asked = decide.relax, list[Relaxed | None]()

    def noted(stages: Stages, task: Task, seconds: float) -> Relaxed | None:
        asked.append(relax(stages, task, seconds))
        return asked[-1]

    monkeypatch.setattr(decide, "relax", noted)
    had = dot(part.weights, values)
    found = decide.price(begun, part, 20.0, had)
    assert found is not None
    assert len(asked) == 1
    assert decide.price(begun, part, 20.0, had) is found
    assert len(asked) == 1
    assert decide.price(begun, part, 20.0, 0.0) is not found
    assert len(asked) == 2
    assert begun.bounds[part.rank] >= had - 1e-6
