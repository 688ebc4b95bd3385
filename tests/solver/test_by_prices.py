"""A class of a large portfolio: its pieces add up, its prices bound it, its shares always leave a plan that passes."""

from __future__ import annotations

from dataclasses import replace
from importlib import import_module

import numpy as np
import pytest

from benchmarks.generate import generate
from solver.engine import rows_of, run
from solver.model import build
from solver.model.sheet import Floats
from solver.plan import Outcome
from solver.problem import Problem
from solver.progress import Options, Progress
from solver.search import first
from solver.search.alone import own_part
from solver.search.large import decide, prices, shares
from solver.search.large.crew import Crew
from solver.search.large.pieces import Held, Piece
from solver.search.large.prices import Relaxed, at_least, bound_at, relax
from solver.search.large.turns import Turns, Way, dived, searched
from solver.search.part import Part, light_of
from solver.search.stages import Stages
from solver.solve import solve
from solver.task import Clock, Task
from tests.solver.solving import LIMITS, class_after_class, is_plan

LEAST = 0.9
"""Share of what an ordinary solve attains of the first class that one by prices does too."""
FIRST_ORDER = (prices.QUICK, prices.STEADY)
CHANCE = np.random.default_rng(5)


@pytest.fixture(scope="module")
def ordinary(problem: Problem) -> Outcome:
    """Its plan as that of a portfolio of middling size."""
    with class_after_class():
        return solve(problem, "code-red", options=LIMITS)


@pytest.fixture
def stages(problem: Problem, counts_as_large: None) -> Stages:
    """The work on it as that on a large one, with its plan at rest."""
    begun = Stages(build(problem, "code-red"), Clock(Options(gap=0.002)))
    assert first.stand_by(begun)
    return begun


def as_large(problem: Problem, options: Options = LIMITS) -> Outcome:
    """The plan of a portfolio that counts as large."""
    with class_after_class(), pytest.MonkeyPatch.context() as patch:
        patch.setattr(import_module("solver.search.stages"), "LARGE", 0)
        return solve(problem, "code-red", options=options)


def best(stages: Stages, part: Part) -> float:
    """What the class attains at best, or nearly: by branch and bound over everything."""
    task = replace(stages.task(part), discrete=stages.model.discrete & part.free, gap=0.01 * part.gap, limit=20.0)
    answer = run(stages.model, task, stages.clock)
    assert answer.values is not None
    return answer.objective


# -- as a whole ------------------------------------------------------------------------------------


@pytest.mark.parametrize("threads", [1, 2])
def test_a_large_portfolio_comes_near_to_what_it_gets_as_one_of_middling_size(
    problem: Problem, ordinary: Outcome, threads: int
) -> None:
    found = as_large(problem, replace(LIMITS, threads=threads))
    assert found.plan is not None  # and so it passed the check
    assert found.classes[0].attained >= LEAST * ordinary.classes[0].attained
    assert all(c.attained <= c.bound + 1e-6 for c in found.classes)
    assert any(c.attained > 0 for c in found.classes[1:])
    assert all(c.gap_percent < 100 for c in found.classes)


def test_progress_tells_of_every_class_what_it_has_and_could_have(problem: Problem) -> None:
    told: list[Progress] = []
    with class_after_class(), pytest.MonkeyPatch.context() as patch:
        patch.setattr(import_module("solver.search.stages"), "LARGE", 0)
        found = solve(problem, "code-red", options=LIMITS, on_progress=told.append)
    assert {t.rank for t in told} == {c.rank for c in found.classes}
    for one in told:
        assert one.incumbent is not None
        assert one.bound is not None
        assert one.incumbent <= one.bound + 1e-6


@pytest.mark.parametrize("way", FIRST_ORDER)
def test_a_first_order_method_does_as_well(
    problem: Problem, ordinary: Outcome, monkeypatch: pytest.MonkeyPatch, way: dict[str, object]
) -> None:
    for module in (prices, decide):
        monkeypatch.setattr(module, "MANY_ROWS", 0)
    monkeypatch.setattr(prices, "QUICK", way)
    monkeypatch.setattr(prices, "STEADY", way)
    found = as_large(problem)
    assert found.plan is not None
    assert found.classes[0].attained >= LEAST * ordinary.classes[0].attained
    assert all(c.attained <= c.bound + 1e-6 for c in found.classes)


def test_where_no_relaxation_ends_in_time_there_is_a_plan_and_a_bound(
    problem: Problem, ordinary: Outcome, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(prices, "_solved", lambda *_, **__: None)
    found = as_large(problem)
    assert found.plan is not None
    assert found.classes[0].attained >= LEAST * ordinary.classes[0].attained
    assert ordinary.classes[0].attained <= found.classes[0].bound + 1e-6


# -- pieces ----------------------------------------------------------------------------------------


def test_what_a_piece_and_the_others_make_of_its_rows_is_what_all_make_of_them(stages: Stages) -> None:
    model, values = stages.model, CHANCE.random(stages.model.size)
    held = Held(model, values)
    for group in ([0], [1, 4], [2, 3, 7]):
        piece = stages.pieces.of(group)
        assert (piece.columns == np.flatnonzero(np.isin(model.owner, group))).all()
        assert (piece.rows == np.unique(model.row[np.isin(model.column, piece.columns)])).all()
        others = np.where(np.isin(model.owner, group), 0.0, values)
        assert np.allclose(held.beside(piece), Held(model, others).sums[piece.rows])
        assert np.allclose(held.beside(piece) + piece.sums(values[piece.columns]), held.sums[piece.rows])


def test_another_value_for_a_piece_changes_what_all_make_of_the_rows_and_nothing_given(stages: Stages) -> None:
    values = CHANCE.random(stages.model.size)
    given, piece = values.copy(), stages.pieces.of([2, 5])
    held, other = Held(stages.model, values), CHANCE.random(len(piece.columns))
    held.take(piece, other)
    assert (values == given).all()
    assert (held.values[piece.columns] == other).all()
    assert np.allclose(held.sums, Held(stages.model, held.values).sums)


def test_apart_a_project_has_only_rows_of_its_own(stages: Stages) -> None:
    piece, model = stages.pieces.apart([3]), stages.model
    assert model.row_is_own[piece.rows].all()
    assert set(model.owner[model.column[np.isin(model.row, piece.rows)]]) == {3}


# -- prices ----------------------------------------------------------------------------------------


def test_whatever_the_prices_no_plan_attains_more_than_they_prove(stages: Stages) -> None:
    model = stages.model
    for rank in sorted(model.classes)[:2]:
        part = stages.opened_part(rank)
        least = best(stages, part)
        for size in (0.0, 0.01, 1.0):
            any_prices = np.where(
                model.row_is_own | ~np.isfinite(model.high), 0.0, size * CHANCE.random(len(model.low))
            )
            told = Relaxed(stages.values, any_prices, size * CHANCE.random(len(stages.held)))
            for seconds in (0.0, 20.0):
                assert bound_at(stages, part, told, seconds) >= least - 1e-6
        assert stages.decide(rank, limit=20.0)


def test_a_relaxation_whose_time_is_up_still_has_a_limit(stages: Stages, monkeypatch: pytest.MonkeyPatch) -> None:
    limits: list[object] = []
    monkeypatch.setattr(prices, "MANY_ROWS", 0)
    monkeypatch.setattr(prices, "_solved", lambda *told, **_: limits.append(told[-1]["time_limit"]))
    assert relax(stages, stages.task(stages.opened_part(min(stages.model.classes))), -5.0) is None
    assert len(limits) == len(FIRST_ORDER)
    assert all(isinstance(limit, float) and limit > 0 for limit in limits)


def test_what_a_first_order_method_came_to_in_its_time_is_taken_where_nothing_else_is_there(
    stages: Stages, monkeypatch: pytest.MonkeyPatch
) -> None:
    part, few = stages.opened_part(min(stages.model.classes)), {"pdlp_iteration_limit": 40, "kkt_tolerance": 1e-9}
    monkeypatch.setattr(prices, "MANY_ROWS", 0)
    monkeypatch.setattr(prices, "QUICK", {**prices.QUICK, **few})
    assert prices._solved(stages, stages.task(part), rows_of(stages.model, stages.task(part)), prices.QUICK) is None
    monkeypatch.setattr(prices, "STEADY", {**prices.STEADY, **few})
    rough = relax(stages, stages.task(part), 20.0)
    assert rough is not None
    assert rough.prices.any()
    assert best(stages, part) <= bound_at(stages, part, rough, 20.0) + 1e-6
    shares.build(stages, own_part(stages, part), rough.values)
    assert is_plan(stages, stages.values)


def test_the_prices_of_the_relaxation_prove_what_it_does_and_with_whole_decisions_no_less(stages: Stages) -> None:
    part = stages.opened_part(min(stages.model.classes))
    task = stages.task(part)
    relaxed = relax(stages, task, 20.0)
    assert relaxed is not None
    linear = run(stages.model, task, stages.clock).objective
    in_fractions, whole = (bound_at(stages, part, relaxed, seconds) for seconds in (0.0, 20.0))
    assert in_fractions == pytest.approx(linear, rel=1e-3)
    assert best(stages, part) - 1e-6 <= whole <= in_fractions + 1e-6


def test_by_its_bounds_and_what_it_has_to_hold_no_project_gains_less_than_by_all_its_rows(stages: Stages) -> None:
    part, tight = stages.opened_part(min(stages.model.classes)), 0
    for size in (0.0, 0.01, 1.0):
        gains = part.weights + size * (CHANCE.random(stages.model.size) - 0.9)
        least = at_least(stages, part, gains)
        for project in range(len(part.mine)):
            piece = stages.pieces.apart([project])
            of, columns = np.ones(len(piece.columns), dtype=bool), piece.columns
            task = Task(of, stages.values[columns], part.lower[columns], part.upper[columns], ~of, gains[columns])
            most = run(piece, task, stages.clock).objective
            assert least[project] >= most - 1e-6
            tight += not part.mine[project] and least[project] <= most + 1e-6
    assert tight > 0


# -- shares ----------------------------------------------------------------------------------------


def test_however_rough_the_shares_are_there_is_a_plan(stages: Stages) -> None:
    at_rest = stages.values
    for relaxed in (stages.upper, stages.lower, stages.upper * CHANCE.random(stages.model.size)):
        stages.values = at_rest
        part = stages.opened_part(min(stages.model.classes))
        shares.build(stages, own_part(stages, part), relaxed)
        assert is_plan(stages, stages.values)
        assert stages.attained(part.rank) >= dot_of(part, at_rest) - 1e-6


def dot_of(part: Part, values: Floats) -> float:
    """What values give a class."""
    return float(part.weights @ values)


@pytest.mark.parametrize("way", [searched, dived])
def test_who_wants_what_another_took_meanwhile_is_decided_again(
    stages: Stages, way: Way, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, told = Turns._fits, []

    def fits(turns: Turns, piece: Piece, values: Floats) -> bool:
        told.append(real(turns, piece, values))
        return told[-1]

    monkeypatch.setattr(Turns, "_fits", fits)
    ranks = stages.model.setting.rank
    part = stages.opened_part(max(stages.model.classes, key=lambda rank: int((ranks == rank).any(axis=1).sum())))
    own, projects = own_part(stages, part), np.flatnonzero(part.mine)
    stages.crew = Crew(len(projects))
    turns = Turns(stages, own, own.weights, way)
    more = turns.over([projects[n : n + 1] for n in range(len(projects))], 0.0, 5.0)
    assert is_plan(stages, turns.real.values)
    assert more == pytest.approx(dot_of(part, turns.real.values) - stages.attained(part.rank))
    assert more > 0
    assert set(told) == {True, False}


@pytest.mark.usefixtures("counts_as_large")
def test_those_below_make_room_where_that_has_no_price() -> None:
    begun = Stages(build(generate(40, 16, 26, 1), "code-red"), Clock(Options(gap=0.005)))
    assert first.stand_by(begun)
    part = begun.opened_part(min(begun.model.classes))

    def alone() -> float:
        return run(begun.model, begun.task(own_part(begun, part)), begun.clock).objective

    before, relaxed = alone(), relax(begun, light_of(begun, part, 20.0), 20.0)
    assert relaxed is not None
    assert shares.make_room(begun, part, relaxed, 20.0)
    assert is_plan(begun, begun.values)
    assert alone() > 1.02 * before


# -- at rest ---------------------------------------------------------------------------------------


@pytest.mark.usefixtures("counts_as_large")
def test_each_by_itself_is_a_plan_where_together_they_fit(monkeypatch: pytest.MonkeyPatch) -> None:
    looked: list[bool] = []
    alone = first.each_by_itself

    def told(stages: Stages, part: Part, weights: Floats) -> Floats | None:
        found = alone(stages, part, weights)
        looked.append(found is not None)
        return found

    monkeypatch.setattr(first, "each_by_itself", told)
    for seed in (2, 3):
        begun = Stages(build(generate(8, 4, 8, seed), "code-red"), Clock(Options()))
        assert first.stand_by(begun)
        assert is_plan(begun, begun.values)
    assert looked == [True, False]


def test_two_threads_change_nothing_for_a_portfolio_of_middling_size(problem: Problem, ordinary: Outcome) -> None:
    with class_after_class():
        found = solve(problem, "code-red", options=replace(LIMITS, threads=2))
    assert found.plan is not None
    assert ordinary.plan is not None
    assert found.plan.allocation.equals(ordinary.plan.allocation)
    assert found.classes == ordinary.classes
