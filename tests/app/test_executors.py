"""Trade-offs and simulations by any executor: the same in the same order, and without workers this process goes on."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from concurrent.futures import BrokenExecutor, Executor, Future
from dataclasses import replace
from typing import Any

import pytest
from distributed import LocalCluster

from app.processes.dask_cluster import executor_of
from app.processes.pool import processes
from app.processes.workers import executor
from solver.folder import read_folder
from solver.frontier import Ask, Point, trace
from solver.plan import Status
from solver.problem import Problem
from solver.progress import Options
from solver.records import Risk
from solver.risks import assess, chances_files
from solver.solve import solve
from tests.cli.tiny import tiny
from tests.solver.solving import plan_in

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="kills processes by signals")
QUICK = Options(time_limit=30.0)


@pytest.fixture(scope="module")
def problem(tmp_path_factory: pytest.TempPathFactory) -> Problem:
    return read_folder(tiny(tmp_path_factory.mktemp("tiny") / "in"))


@pytest.fixture(scope="module")
def dask() -> Iterator[Executor]:
    with (
        LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None, host="127.0.0.1") as started,
        executor_of(started.scheduler_address) as found,
    ):
        yield found


@pytest.fixture(scope="module")
def pooled() -> Iterator[Executor]:
    with processes(2) as found:
        yield found


def points(problem: Problem, by: Executor | None, **facts: Any) -> list[Point]:
    found = trace(Ask(problem, "code-red", "donors", 5, options=QUICK, **facts), by)
    return [replace(point, seconds=0.0) for point in found]


def test_a_trade_off_has_the_same_points_in_the_same_order(problem: Problem, pooled: Executor, dask: Executor) -> None:
    alone = points(problem, None)
    assert len(alone) == 5
    assert alone == points(problem, pooled) == points(problem, dask)


def test_a_simulation_comes_to_the_same(problem: Problem, pooled: Executor, dask: Executor) -> None:
    late = Risk(risk="late", kind="attrition", pool="nodes", distribution="uniform", low=0.1, high=0.9)
    risky = problem.replace(risks=[late])
    plan = plan_in(solve(risky, "code-red", options=QUICK))
    alone, by_pool, by_dask = (
        chances_files(assess(risky, "code-red", plan, count=1_200, seed=3, executor=by)) for by in (None, pooled, dask)
    )
    assert alone == by_pool == by_dask
    assert len(alone["futures.csv"].splitlines()) > 1_200


class Lost(Executor):
    """Its workers are gone."""

    def submit(self, *_: Any, **__: Any) -> Future[Any]:  # type: ignore[override]
        future: Future[Any] = Future()
        future.set_exception(BrokenExecutor("killed"))
        return future


def test_without_its_workers_this_process_goes_on(problem: Problem) -> None:
    assert points(problem, Lost()) == points(problem, None)


def test_a_proven_answer_is_not_solved_again_and_another_is_only_a_start(problem: Problem) -> None:
    known = solve(problem, "code-red", options=QUICK)
    assert known.status is Status.OPTIMAL
    alone = points(problem, None)
    stored = [*trace(Ask(problem, "code-red", "donors", 5, options=QUICK, known=known))]
    assert stored[0].seconds == round(known.seconds["total"], 3)
    assert [replace(point, seconds=0.0) for point in stored] == alone
    other = replace(known, digest="sha256:other")
    assert points(problem, None, known=other) == alone
    assert Ask(problem, "code-red", "donors", known=other).stands is None
    assert Ask(problem, "code-red", "donors", known=replace(known, status=Status.FEASIBLE)).stands is None


def test_one_process_is_this_one() -> None:
    with executor(1) as alone, executor(2) as pair:
        assert alone is None
        assert pair is not None
        assert pair.submit(os.getpid).result() != os.getpid()
