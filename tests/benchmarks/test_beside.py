"""codered's model through linopy, CP-SAT and as a relaxation is the same model, so comparing times with it is fair."""

from __future__ import annotations

from functools import partial
from importlib.util import find_spec

import numpy as np
import pytest

from benchmarks.answer import Answer, violations
from benchmarks.generate import generate
from benchmarks.relaxation import relaxation
from benchmarks.whole_numbers import NONE, weights_of, whole
from solver.classes import ideals
from solver.engine import run
from solver.model import Model, build
from solver.problem import Problem
from solver.progress import Options
from solver.task import Clock, Task

POLICY, SMALL, GAP = "code-red", (5, 4, 5), 0.005
WITHOUT = "is not installed: pip install -e '.[bench]'"
needs_linopy = pytest.mark.skipif(not find_spec("linopy"), reason=f"linopy {WITHOUT}")
needs_cpsat = pytest.mark.skipif(not find_spec("ortools"), reason=f"ortools {WITHOUT}")


@pytest.fixture(scope="module")
def problem() -> Problem:
    return generate(*SMALL, seed=1)


def _best(problem: Problem) -> dict[int, float]:
    """Each class in codered's own model and engine, to a fifth of the gap, above the values of the classes before."""
    model, tolerance = build(problem, POLICY), problem.policy[POLICY].tolerance
    clock, found, holds = Clock(Options()), {}, []
    for rank, ideal in ideals(problem, POLICY).items():
        answer = run(model, _task(model, rank, ideal, holds), clock)
        assert answer.finished
        found[rank] = answer.objective + model.constants[rank]
        holds.append((model.classes[rank], answer.objective - tolerance * ideal))
    return found


def _task(model: Model, rank: int, ideal: float, holds: list[tuple[np.ndarray, float]]) -> Task:
    everything = np.ones(model.size, dtype=bool)
    return Task(
        everything, np.zeros(model.size), model.lower, model.upper, model.discrete, model.classes[rank],
        holds=tuple(holds), gap=0.2 * GAP * ideal, limit=60.0,
    )  # fmt: skip


def _agrees(problem: Problem, answer: Answer) -> None:
    """Finished, within the gaps of the values of all classes (and what was held), and passed by the checker."""
    assert answer.finished, answer.stages
    tolerance = problem.policy[POLICY].tolerance
    for stage, best in zip(answer.stages, _best(problem).values(), strict=True):
        assert stage.attained is not None
        assert stage.bound is not None
        assert abs(stage.attained - best) <= (1.2 * GAP + tolerance) * stage.ideal + 1e-6
        assert stage.gap_percent is not None
        assert stage.gap_percent <= 100 * GAP + 1e-6
    assert answer.values is not None
    assert violations(problem, POLICY, answer.values) == []


@needs_linopy
def test_a_plan_through_linopy_is_checked_and_as_good(problem: Problem) -> None:
    from benchmarks.through_linopy import through_linopy

    _agrees(problem, through_linopy(problem, POLICY, time_limit=60.0, gap=GAP))


@needs_cpsat
@pytest.mark.parametrize("threads", [1, 2])
def test_a_plan_through_cpsat_is_checked_and_as_good(problem: Problem, threads: int) -> None:
    from benchmarks.through_cpsat import through_cpsat

    _agrees(problem, through_cpsat(problem, POLICY, time_limit=60.0, gap=GAP, threads=threads))


@needs_linopy
@needs_cpsat
def test_without_time_nothing_is_claimed(problem: Problem) -> None:
    from benchmarks.through_cpsat import through_cpsat
    from benchmarks.through_linopy import through_linopy

    for asked in (through_linopy, partial(through_cpsat, threads=1)):
        answer = asked(problem, POLICY, time_limit=0.0, gap=GAP)
        assert (answer.finished, answer.status, answer.values) == (False, "no plan", None)
        assert {stage.gap_percent for stage in answer.stages} == {None}


@needs_linopy
def test_linopy_holds_every_row_and_side_of_the_model(problem: Problem, tmp_path: object) -> None:
    from pathlib import Path

    from scipy.sparse import csr_array

    from benchmarks.through_linopy import Linopy

    model = build(problem, POLICY)
    book = Linopy(model, Path(str(tmp_path)))
    whole_one = csr_array((model.coefficient, (model.row, model.column)), shape=(len(model.low), model.size))
    columns = np.concatenate(list(book.places.values()))
    sides = [(side, np.unique(model.row[np.isfinite(side)[model.row]])) for side in (model.low, model.high)]
    rows = np.concatenate([of for _, of in sides])
    written = book.lp.matrices
    assert abs(whole_one[rows][:, columns] - written.A[: len(rows)]).max() == 0.0
    assert written.b[: len(rows)] == pytest.approx(np.concatenate([side[of] for side, of in sides]))
    assert len(written.b) == len(rows) + len(model.classes)


def test_the_relaxation_is_at_least_as_good_in_the_first_class(problem: Problem) -> None:
    answer = relaxation(problem, POLICY, time_limit=30.0)
    best = next(iter(_best(problem).values()))
    assert answer.finished
    assert answer.stages[0].attained is not None
    assert best - 1e-5 <= answer.stages[0].attained <= answer.stages[0].ideal + 1e-5
    assert {stage.gap_percent for stage in answer.stages} == {None}


def test_what_a_row_in_whole_numbers_allows_the_model_allows_and_the_other_way_where_decimals_are_exact() -> None:
    model, chance = build(generate(15, 10, 26, seed=1), POLICY), np.random.default_rng(1)
    scaled = whole(model)
    of_entry = np.repeat(np.arange(len(scaled.low)), np.diff(scaled.starts))
    low, high = (np.where(np.isfinite(side), side, 0.0)[scaled.origin] for side in (model.low, model.high))
    at_least, at_most = scaled.low > NONE.min, scaled.high < NONE.max
    seen = np.zeros((2, 2), dtype=int)
    for _ in range(20):
        counts = chance.integers(scaled.lower, scaled.upper, endpoint=True)
        sums = np.zeros(len(scaled.low), dtype=np.int64)
        np.add.at(sums, of_entry, scaled.coefficient * counts[scaled.column])
        kept = (sums >= scaled.low) & (sums <= scaled.high)
        real = np.bincount(model.row, model.coefficient * (counts * scaled.unit)[model.column], len(model.low))
        room = np.minimum(
            np.where(at_least, real[scaled.origin] - low, np.inf), np.where(at_most, high - real[scaled.origin], np.inf)
        )
        assert (room[kept] >= -1e-5).all()
        assert kept[scaled.exact & (room > 1e-5)].all()
        for exact in (False, True):
            seen[int(exact)] += [(kept & (scaled.exact == exact)).sum(), (~kept & (scaled.exact == exact)).sum()]
    assert (seen > 100).all(), "rows of both kinds were kept and broken"
    assert np.array_equal(np.unique(scaled.origin), np.flatnonzero(np.isfinite(model.low) | np.isfinite(model.high)))
    assert (~scaled.exact).sum() < 0.05 * len(scaled.exact)


def test_rounded_weights_never_promise_more_than_the_class_has(problem: Problem) -> None:
    model = build(problem, POLICY)
    unit = whole(model).unit
    for rank, weights in model.classes.items():
        counts, worth = weights_of(model, unit, rank)
        lost = weights * unit - counts * worth
        assert (lost >= -1e-9).all()
        assert lost.sum() <= 1e-4 * max(1.0, weights.sum())
