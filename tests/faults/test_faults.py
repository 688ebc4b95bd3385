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
from tests.faults import scenes


@pytest.fixture(autouse=True)
def _again() -> Iterator[None]:
    yield
    work.shut_down()


def test_a_killed_worker_loses_nothing_and_doubles_nothing(tmp_path: Path) -> None:
    counted = scenes.worker_killed_mid_solve(tmp_path, 3)
    assert counted["plans"] == 3
    assert counted["taken over"] > 0


def test_a_worker_that_was_stopped_past_its_lease_stores_no_second_result(tmp_path: Path) -> None:
    assert scenes.worker_stopped_past_its_lease(tmp_path, 1) == {"stopped": 1, "plans": 1}


def test_an_import_that_is_killed_is_there_whole_or_not_at_all(tmp_path: Path) -> None:
    counted = scenes.importer_killed(tmp_path, 4)
    assert counted["whole"] + counted["nothing"] == 4


def test_a_sweep_whose_worker_is_killed_is_finished_by_another(tmp_path: Path) -> None:
    counted = scenes.sweeping_worker_killed(tmp_path, 1)
    assert counted["taken over"] == 1
    assert counted["kept"] > 0


def test_a_sweep_outlives_the_workers_and_the_scheduler_of_its_cluster(tmp_path: Path) -> None:
    assert scenes.dask_killed(tmp_path, 1)["killed"] == 1


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


def test_a_worker_of_the_command_line_does_what_waits_and_leaves_when_told(tmp_path: Path) -> None:
    """The real command, the real solver."""
    with scenes.lab(tmp_path) as db:
        job = start(db, "lab", None, "ordinary", "eve")
        command = [sys.executable, "-c", "import sys; from app.cli import main; sys.exit(main())", "worker"]
        child = subprocess.Popen(
            [*command, "--database", str(db.url)], cwd=scenes.ROOT, stderr=subprocess.PIPE, text=True
        )
        scenes.until(lambda: get_job(db, job).ended, 60)
        assert get_job(db, job).state == "done", get_job(db, job)
        scenes.until(lambda: len(present(db)) == 1)
        child.send_signal(signal.SIGTERM)
        _, said = child.communicate(timeout=20)
        assert child.returncode == 0, said
        assert "does plans and studies" in said
        assert present(db) == []
        assert main(["jobs", "list", "--database", str(db.url)]) == 0
