"""A large portfolio has a whole plan soon, and keeps to it where there is too little time to decide a class anew."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from threading import Event
from typing import cast

import numpy as np
import pytest

from solver import solve
from solver.model import build
from solver.model.sheet import Floats, dot
from solver.plan import Outcome, Status
from solver.problem import Problem
from solver.progress import Options, ShouldStop, never_stop
from solver.search import first
from solver.search.alone import own_part
from solver.search.dive import dive
from solver.search.large import decide, turns
from solver.search.large.crew import Crew
from solver.search.large.pieces import Piece
from solver.search.large.prices import Relaxed
from solver.search.part import Part
from solver.search.stages import Stages
from solver.task import Answer, Clock, Task
from tests.solver.solving import LIMITS, class_after_class, is_plan

LEAST = 0.9
"""Share of the best of a class, beside those above as they are, that its first plan comes to."""

PUBLISHED = 1e-5
"""Share of an ideal that whole figures in a published plan may cost."""


pytestmark = pytest.mark.usefixtures("counts_as_large")


@pytest.fixture
def stages(problem: Problem) -> Stages:
    """The work on it, with all at rest."""
    begun = Stages(build(problem, "code-red"), Clock(Options(gap=0.002)))
    assert first.stand_by(begun)
    return begun


def solved(problem: Problem, should_stop: ShouldStop = never_stop) -> Outcome:
    with class_after_class():
        return solve(problem, "code-red", options=LIMITS, should_stop=should_stop)


@pytest.fixture
def plans(monkeypatch: pytest.MonkeyPatch) -> list[Floats]:
    """The first plan of every solve, once it is there."""
    real, found = decide.first_plan, list[Floats]()

    def noted(stages: Stages, ranks: list[int]) -> list[tuple[Part, Task]]:
        asked = real(stages, ranks)
        found.append(stages.values)
        return asked

    monkeypatch.setattr(decide, "first_plan", noted)
    return found


def had_at_first(problem: Problem, plans: list[Floats], rank: int) -> float:
    """What a class has in the first plan."""
    model = build(problem, "code-red")
    return dot(model.classes[rank], plans[0]) + float(model.constants[rank])


def test_it_is_a_plan_in_which_every_class_has_more_than_at_rest_and_nothing_is_decided(stages: Stages) -> None:
    ranks, rest = sorted(stages.model.classes), stages.values
    decide.first_plan(stages, ranks)
    assert is_plan(stages, stages.values)
    assert stages.seed is stages.values
    for rank in ranks:
        assert dot(stages.model.classes[rank], stages.values) >= dot(stages.model.classes[rank], rest) - 1e-6
    assert dot(stages.model.classes[ranks[0]], stages.values) > dot(stages.model.classes[ranks[0]], rest)
    assert np.array_equal(stages.lower, stages.model.lower)
    assert np.array_equal(stages.upper, stages.model.upper)
    assert stages.held == []


def test_its_first_class_comes_near_to_the_best_of_it(problem: Problem, stages: Stages) -> None:
    decide.first_plan(stages, sorted(stages.model.classes))
    best = solved(problem).classes[0]
    attained = stages.attained(best.rank) + float(stages.model.constants[best.rank])
    assert attained >= LEAST * best.attained


def test_each_class_is_asked_beside_those_above_in_the_plan_with_those_below_at_rest(stages: Stages) -> None:
    ranks = sorted(stages.model.classes)
    asked, on = decide.first_plan(stages, ranks), stages.model.variables.on
    assert [part.rank for part, _ in asked] == ranks
    for part, task in asked:
        above, below = (stages.first < part.rank) & ~part.mine, (stages.first > part.rank) & ~stages.attached
        assert np.array_equal(task.values[on[above]], stages.values[on[above]])
        assert (task.values[on[below]] <= part.upper[on[below]]).all()
        assert not task.free[on[below]].any()
        assert len(task.holds) == ranks.index(part.rank)


def test_where_time_is_short_no_class_is_decided_anew(
    problem: Problem, plans: list[Floats], monkeypatch: pytest.MonkeyPatch
) -> None:
    anew = list[int]()
    monkeypatch.setattr(decide, "HURRIED", 1e9)
    monkeypatch.setattr(decide, "_anew", lambda _stages, part, *_: anew.append(part.rank))
    outcome = solved(problem)
    top = outcome.classes[0]
    assert anew == []
    assert top.attained >= had_at_first(problem, plans, top.rank) - PUBLISHED * top.ideal
    assert any(c.bound < c.ideal for c in outcome.classes)


def test_who_stops_it_once_there_is_a_first_plan_gets_that_at_once(
    problem: Problem, plans: list[Floats], monkeypatch: pytest.MonkeyPatch
) -> None:
    relaxed = list[Task]()
    monkeypatch.setattr(decide, "HURRIED", 1e9)
    monkeypatch.setattr(decide, "relax", lambda _stages, task, _seconds: relaxed.append(task))
    outcome = solved(problem, lambda: bool(plans))
    assert outcome.status is Status.FEASIBLE
    assert relaxed == []
    for found in outcome.classes:
        had = had_at_first(problem, plans, found.rank)
        assert found.attained == pytest.approx(had, abs=PUBLISHED * found.ideal)


def test_where_there_is_time_classes_are_decided_anew(problem: Problem, monkeypatch: pytest.MonkeyPatch) -> None:
    real, anew = decide._anew, list[int]()

    def noted(stages: Stages, part: Part, *rest: object) -> None:
        anew.append(part.rank)
        real(stages, part, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(decide, "_anew", noted)
    monkeypatch.setattr(decide, "HURRIED", 0.0)
    solved(problem)
    assert anew


# -- groups in their turn --------------------------------------------------------------------------


def group(stages: Stages) -> tuple[Piece, Task]:
    """The first class of a portfolio as one group, with what those at rest leave."""
    own = own_part(stages, stages.opened_part(min(stages.model.classes)))
    asked = turns.Turns(stages, own, own.weights, turns.dived)
    piece = stages.pieces.of(np.flatnonzero(own.mine).tolist())
    return asked._left(piece), asked._task(piece, own.gap, 10.0)


def test_what_a_dive_finds_for_a_group_is_whole_and_nearly_as_good_as_what_a_search_does(stages: Stages) -> None:
    piece, task = group(stages)
    dived, searched = (way(piece, task, stages.clock) for way in (turns.dived, turns.searched))
    assert dived is not None
    assert searched is not None
    sums = piece.sums(dived)
    assert (sums >= piece.low - 1e-6).all()
    assert (sums <= piece.high + 1e-6).all()
    assert np.allclose(dived[task.discrete], np.round(dived[task.discrete]))
    assert dot(task.objective, dived) >= LEAST * dot(task.objective, searched)


def test_where_a_dive_finds_nothing_a_group_is_searched(stages: Stages, monkeypatch: pytest.MonkeyPatch) -> None:
    piece, task = group(stages)
    nothing = Answer(None, np.nan, np.inf, finished=False, infeasible=False)
    monkeypatch.setattr(turns, "dive", lambda *_, **__: nothing)
    found = turns.dived(piece, task, stages.clock)
    assert found is not None
    assert np.array_equal(found, cast("Floats", turns.searched(piece, task, stages.clock)))


def test_without_presolving_a_dive_is_as_feasible_and_its_bound_no_tighter(stages: Stages) -> None:
    piece, task = group(stages)
    plain, presolved = (dive(piece, task, stages.clock, presolve=way) for way in (False, True))
    assert plain.values is not None
    assert presolved.values is not None
    assert plain.bound >= presolved.bound - 1e-6
    sums = piece.sums(plain.values)
    assert (sums >= piece.low - 1e-6).all()
    assert (sums <= piece.high + 1e-6).all()
    assert np.allclose(plain.values[piece.binary], np.round(plain.values[piece.binary]))


@pytest.mark.parametrize("size", [1, 2, 3])
def test_jobs_are_taken_in_order_and_each_is_asked_for_after_those_before_the_window_were_taken(size: int) -> None:
    taken, known = list[int](), list[int]()

    def jobs() -> Iterator[Callable[[], int]]:
        for n in range(20):
            known.append(len(taken))
            yield lambda n=n: n

    Crew(size).in_order(jobs(), taken.append)
    assert taken == list(range(20))
    assert known == [max(0, n - Crew(size).window + 1) for n in range(20)]


def test_jobs_are_done_side_by_side() -> None:
    here, there = Event(), Event()

    def meets(mine: Event, other: Event) -> bool:
        mine.set()
        return other.wait(10.0)

    met = list[bool]()
    Crew(2).in_order(iter([lambda: meets(here, there), lambda: meets(there, here)]), met.append)
    assert met == [True, True]


def test_what_a_job_raises_is_raised() -> None:
    def fails() -> int:
        raise ArithmeticError

    with pytest.raises(ArithmeticError):
        Crew(2).in_order(iter([fails]), lambda _: None)


def test_prices_found_before_something_changed_are_no_higher_than_what_a_unit_gives(
    stages: Stages, monkeypatch: pytest.MonkeyPatch
) -> None:
    part, most = stages.opened_part(min(stages.model.classes)), list[float]()
    high = 2.0 * decide.DEAREST * float(part.weights.max())
    found = Relaxed(stages.values, np.full(len(stages.model.low), high), np.zeros(0))
    bound_at = decide.bound_at

    def noted(stages: Stages, part: Part, relaxed: Relaxed, seconds: float) -> float:
        most.append(float(np.abs(relaxed.prices).max()))
        return bound_at(stages, part, relaxed, seconds)

    monkeypatch.setattr(decide, "bound_at", noted)
    monkeypatch.setattr(decide, "_relaxed", lambda *_: found)
    decide.price(stages, part, 5.0, np.inf)
    decide.price(stages, part, 5.0, np.inf)
    assert most == [high, pytest.approx(0.5 * high)]
    assert stages.bounds[part.rank] >= stages.attained(part.rank)
