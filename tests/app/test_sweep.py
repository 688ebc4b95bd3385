"""A sweep by any workers: equal results, resumed after kills, nothing computed twice."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import BrokenExecutor, Future
from pathlib import Path

import pytest
from distributed import LocalCluster

from app.actions.sweep import Tally, sweep
from app.errors import Refused
from app.processes.dask_cluster import cluster
from app.processes.sweep import Crew, pool
from solver.folder import read_folder
from solver.sweep import Base, Result, Scenario, Task, grid
from tests.cli.tiny import tiny

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="kills processes by signals")


@pytest.fixture
def base(tmp_path: Path) -> Base:
    return Base(read_folder(tiny(tmp_path / "in")), "code-red")


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    with LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None, host="127.0.0.1") as started:
        yield started.scheduler_address


def scenarios(count: int) -> list[Scenario]:
    return grid([("projects.ads.value", [str(n) for n in range(1, count + 1)])])


def figures(tally: Tally) -> list[dict[str, object]]:
    return [result.figures() for _, result in tally.rows]


def test_this_process_a_pool_and_dask_come_to_the_same(base: Base, tmp_path: Path, address: str) -> None:
    here, pooled, dask = (
        sweep(base, scenarios(6), tmp_path / name, hire)
        for name, hire in (("here", None), ("pool", pool(2)), ("dask", cluster(address)))
    )
    assert [t.done for t in (here, pooled, dask)] == [6, 6, 6]
    assert figures(here) == figures(pooled) == figures(dask)
    assert len((tmp_path / "dask" / "results.csv").read_text().splitlines()) == 7


def test_a_killed_worker_is_replaced_and_nothing_is_missing(base: Base, tmp_path: Path) -> None:
    killed: list[int] = []

    def kill_one(tally: Tally) -> None:
        if tally.done == 1:
            killed.append(children()[0])
            os.kill(killed[0], signal.SIGKILL)

    def children() -> list[int]:
        import multiprocessing

        return [child.pid for child in multiprocessing.active_children() if child.pid]

    tally = sweep(base, scenarios(8), tmp_path / "out", pool(2), kill_one)
    assert (len(killed), len(tally.rows), tally.left) == (1, 8, 0)


def test_tasks_that_a_broken_pool_does_not_take_are_handed_out_again(
    base: Base, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    takes, refused = Crew.submit, list[int]()

    def refuses_once(crew: Crew, tasks: Sequence[Task]) -> Future[list[Result]]:
        if refused:
            return takes(crew, tasks)
        refused.append(len(tasks))
        raise BrokenExecutor("a worker was killed")

    monkeypatch.setattr(Crew, "submit", refuses_once)
    tally = sweep(base, scenarios(3), tmp_path / "out", pool(1))
    assert (refused, len(tally.rows), tally.left) == ([1], 3, 0)


def test_a_second_start_computes_only_what_is_missing_or_garbage(base: Base, tmp_path: Path) -> None:
    out, stop = tmp_path / "out", [False]

    def stop_after_two(tally: Tally) -> None:
        stop[0] = tally.done == 2

    first = sweep(base, scenarios(5), out, None, stop_after_two, lambda: stop[0])
    assert (len(first.rows), first.left) == (2, 3)
    second = sweep(base, scenarios(5), out)
    assert (second.found, second.done) == (2, 3)
    sorted((out / "results").rglob("*.json"))[0].write_bytes(b"\x00garbage")
    third = sweep(base, scenarios(5), out)
    assert (third.found, third.done) == (4, 1)
    assert figures(third) == figures(second)


def test_equal_scenarios_are_solved_once_and_have_a_row_each(base: Base, tmp_path: Path) -> None:
    tally = sweep(base, grid([("projects.ads.value", ["5", "5.0", "x1"])]), tmp_path / "out")
    assert (tally.done, len(tally.rows)) == (1, 3)


def test_two_sweeps_into_one_folder_are_refused(base: Base, tmp_path: Path) -> None:
    def another(_: Tally) -> None:
        sweep(base, scenarios(1), tmp_path / "out")

    with pytest.raises(Refused, match="another sweep"):
        sweep(base, scenarios(1), tmp_path / "out", None, another)


def test_a_scheduler_that_does_not_answer_is_told_in_words(
    base: Base, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.processes.dask_cluster.PATIENCE", 0.2)
    with pytest.raises(Refused, match=r"no Dask scheduler answers at tcp://127\.0\.0\.1:9"):
        sweep(base, scenarios(1), tmp_path / "out", cluster("tcp://127.0.0.1:9"))
