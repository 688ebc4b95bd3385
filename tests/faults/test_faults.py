"""A few rounds of each fault; `python -m tests.faults --times 100` is the long run."""

from __future__ import annotations

import multiprocessing
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import event

from app.actions import work
from app.actions.audit import verify
from app.actions.edit import rows
from app.actions.import_data import import_portfolio
from app.actions.operate import present
from app.actions.recompute import get_job, start
from app.cli import main
from app.db import Database
from app.errors import Unavailable
from app.processes.solver import SolveCancelled
from app.processes.study import StudyFailed, study
from tests.app.lab import FILES, as_bytes
from tests.databases import POSTGRESQL
from tests.faults import breaking, databases, imports, sweeping, workers
from tests.faults.ground import ROOT, NoSmallDisk, Place, lab, place, until
from tests.faults.solvers import TOLD


@pytest.fixture(autouse=True)
def _again() -> Iterator[None]:
    yield
    work.shut_down()


@pytest.fixture
def where(tmp_path: Path, url: str) -> Place:
    """A database of the kind that the run, or `on_both`, asks for."""
    return Place(tmp_path, url)


def test_a_killed_worker_loses_nothing_doubles_nothing_and_leaves_no_solver_behind(where: Place) -> None:
    counted = workers.worker_killed_mid_solve(where, 3)
    assert counted["plans"] == 3
    assert counted["taken over"] > 0


def test_a_worker_that_was_stopped_past_its_lease_stores_no_second_result(where: Place) -> None:
    assert workers.worker_stopped_past_its_lease(where, 1) == {"stopped": 1, "plans": 1}


@pytest.mark.on_both
def test_workers_that_race_for_jobs_do_each_once(where: Place) -> None:
    counted = workers.workers_race(where, 2)
    assert (counted["jobs"], counted["plans"]) == (18, 18)


@pytest.mark.on_both
def test_a_clock_that_jumps_costs_a_second_solve_at_worst_and_nothing_on_postgresql(where: Place) -> None:
    counted = workers.clocks_jump(where, 2)
    assert counted["plans"] == 2
    assert where.on_sqlite or counted["solved twice"] == 0


def test_an_import_that_is_killed_is_there_whole_or_not_at_all(where: Place) -> None:
    counted = imports.importer_killed(where, 4)
    assert counted["whole"] + counted["nothing"] == 4


def test_who_applies_an_upload_while_the_server_is_killed_finds_all_or_nothing_and_is_told_which(where: Place) -> None:
    counted = imports.web_killed_mid_import(where, 2)
    assert (counted["killed"], counted["whole"] + counted["nothing"]) == (2, 2)


def test_a_postgresql_that_is_killed_mid_solve_and_comes_back_finds_its_job_done_once(tmp_path: Path) -> None:
    with place(tmp_path, POSTGRESQL) as own:
        assert databases.database_gone_and_back(own, 2) == {"killed": 2, "told": 2, "plans": 2}
        counted = databases.database_stops_answering(Place(tmp_path, own.fresh(), own.server), 1)
        assert counted == {"stopped": 1, "plans": 1}


def test_a_sqlite_file_that_is_locked_for_long_is_told_and_its_job_is_done_once(tmp_path: Path) -> None:
    with place(tmp_path) as own:
        assert databases.database_gone_and_back(own, 1) == {"locked": 1, "told": 1, "plans": 1}


def test_a_disk_that_fills_up_mid_solve_refuses_imports_whole_and_the_job_is_done_once(tmp_path: Path) -> None:
    with place(tmp_path) as own:
        try:
            counted = databases.disk_full(own, 1)
        except NoSmallDisk as why:
            pytest.skip(f"nothing may be mounted here: {why}")
        assert counted == {"filled": 1, "refused": 1, "told": 1, "plans": 1}


def test_a_file_that_may_not_grow_refuses_an_import_whole(tmp_path: Path) -> None:
    with place(tmp_path) as own:
        assert databases.file_may_not_grow(own, 2) == {"refused": 2}


def test_a_solver_that_breaks_in_any_way_fails_its_job_alone_and_says_why(where: Place) -> None:
    assert breaking.solver_breaks(where, 1) == {"rounds": 1, **dict.fromkeys(TOLD, 1)}


def test_a_sweep_whose_worker_is_killed_is_finished_by_another(where: Place) -> None:
    counted = sweeping.sweeping_worker_killed(where, 1)
    assert counted["taken over"] == 1
    assert counted["kept"] > 0


def test_a_sweep_outlives_the_workers_and_the_scheduler_of_its_cluster(where: Place) -> None:
    assert sweeping.dask_killed(where, 1)["killed"] == 1


def test_a_full_disk_is_told_and_leaves_what_was_there(tmp_path: Path) -> None:
    db = Database(f"sqlite:///{tmp_path / 'codered.db'}")
    db.upgrade()
    import_portfolio(db, as_bytes(FILES), "ann")
    before = rows(db, "lab", "signals")

    def fill(connection: object, _: object) -> None:
        cursor = connection.cursor()  # type: ignore[attr-defined]
        cursor.execute("PRAGMA max_page_count = 1")  # SQLite keeps at least the pages that are there
        cursor.close()

    event.listen(db.engine, "connect", fill)
    db.close()
    many = "".join(f"visits,{year}-01-{day:02d},1\n" for year in range(1900, 2025) for day in range(1, 29))
    with pytest.raises(Unavailable, match="full"):
        import_portfolio(db, as_bytes({**FILES, "signals.csv": "signal,date,value\n" + many}), "eve")
    assert rows(db, "lab", "signals") == before
    assert verify(db).good
    db.close()


def _spin(_: object, __: object) -> None:
    while True:
        time.sleep(1)


def test_a_study_that_hangs_is_ended_when_its_time_is_over_and_when_nobody_waits_for_it() -> None:
    hangs = "tests.faults.test_faults:_spin"
    with pytest.raises(StudyFailed, match="took too long"):
        study(hangs, None, on_part=print, should_stop=lambda: False, limit=0.5)
    with pytest.raises(SolveCancelled):
        study(hangs, None, on_part=print, should_stop=lambda: True)
    assert [p for p in multiprocessing.active_children() if p.name == "codered-study"] == []


def _starve(_: object, __: object) -> None:
    import resource

    resource.setrlimit(resource.RLIMIT_AS, (2**29, 2**29))
    bytearray(2**31)


def test_a_study_that_runs_out_of_memory_says_so() -> None:
    with pytest.raises(StudyFailed, match="MemoryError"):
        study("tests.faults.test_faults:_starve", None, on_part=print, should_stop=lambda: False)


def test_a_worker_of_the_command_line_does_what_waits_and_leaves_when_told(where: Place) -> None:
    """The real command, the real solver."""
    with lab(where) as db:
        job = start(db, "lab", None, "ordinary", "eve")
        command = [sys.executable, "-c", "import sys; from app.cli import main; sys.exit(main())", "worker"]
        child = subprocess.Popen([*command, "--database", where.url], cwd=ROOT, stderr=subprocess.PIPE, text=True)
        until(lambda: get_job(db, job).ended, 60)
        assert get_job(db, job).state == "done", get_job(db, job)
        until(lambda: len(present(db)) == 1)
        child.send_signal(signal.SIGTERM)
        _, said = child.communicate(timeout=20)
        assert child.returncode == 0, said
        assert "does plans and studies" in said
        assert present(db) == []
        assert main(["jobs", "list", "--database", where.url]) == 0
