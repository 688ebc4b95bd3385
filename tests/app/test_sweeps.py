"""Sweeps in the background: every scenario once, resumed where a lost worker left off, cancelled at once."""

from __future__ import annotations

import csv
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from app.actions import run_sweep, sweeps, work
from app.actions.audit import entries
from app.actions.import_data import import_portfolio
from app.actions.studies import LOST, Study
from app.actions.sweep import sweep as sweep_into
from app.db import Database
from app.errors import NotFound, Refused
from app.processes import study_sweep
from app.processes.solver import SolveCancelled
from app.processes.study_sweep import Asked
from app.store import jobs
from app.store import sweeps as store
from solver.folder import read_folder
from solver.progress import Options
from solver.sweep import Base, Result, Scenario, grid
from tests.cli.tiny import tiny
from tests.solver.solving import class_after_class

QUICK = Options(time_limit=20.0)


@pytest.fixture
def company(db: Database, tmp_path: Path) -> Database:
    """The smallest company with something to decide."""
    import_portfolio(db, tiny(tmp_path / "in"), "ann")
    return db


@pytest.fixture(scope="module", autouse=True)
def _worker() -> Iterator[None]:
    work.use(work.Worker(lanes=("studies",)))
    yield
    work.shut_down()


def varied(count: int) -> list[Scenario]:
    """So many values of ads; the last one does not fit."""
    return grid([("projects.ads.value", [str(n) for n in range(1, count)] + ["nothing"])])


def begin(db: Database, count: int = 4) -> int:
    return sweeps.start(db, "tiny", None, "code-red", varied(count), "eve", QUICK)


def wait(db: Database, sweep: int, until: Callable[[Study], bool] = lambda now: now.ended) -> Study:
    began = time.monotonic()
    while not until(now := sweeps.get(db, sweep)):
        assert time.monotonic() < began + 120, now
        time.sleep(0.02)
    return now


def figures(db: Database, sweep: int) -> list[dict[str, Any]]:
    return [result.figures() for _, result in sweeps.rows_of(db, sweep)]


def test_every_scenario_is_solved_as_on_the_command_line(company: Database, tmp_path: Path) -> None:
    sweep = begin(company)
    done = wait(company, sweep)
    assert (done.state, done.message, done.count, done.done) == ("done", "", 4, 4)
    base = Base(read_folder(tmp_path / "in"), "code-red", QUICK)
    alone = sweep_into(base, varied(4), tmp_path / "out")
    assert figures(company, sweep) == [result.figures() for _, result in alone.rows]
    rows = list(csv.DictReader(sweeps.table_of(company, sweep).splitlines()))
    assert [(r["projects.ads.value"], r["status"]) for r in rows] == [
        ("1", "optimal"), ("2", "optimal"), ("3", "optimal"), ("nothing", "invalid"),
    ]  # fmt: skip
    assert [(e.verb, e.subject) for e in entries(company, "tiny", 1)] == [("sweep", f"sweep {sweep}")]


def test_it_is_of_the_records_as_they_were(company: Database, tmp_path: Path) -> None:
    work.leave_to_others()
    sweep = begin(company)
    files = tiny(tmp_path / "later")
    (files / "projects.csv").write_text((files / "projects.csv").read_text().replace(",10,", ",99,"))
    before = run_sweep.problem_of(_row(company, sweep))
    import_portfolio(company, files, "bob")
    assert run_sweep.problem_of(_row(company, sweep)) == before
    work.use(work.Worker(lanes=("studies",)))
    sweeps.cancel(company, sweep, "eve")


def _row(db: Database, sweep: int) -> Any:
    with db.reading() as session:
        return store.get(session, sweep, whole=True)


def test_it_is_cancelled_within_a_second_and_its_results_stay(company: Database) -> None:
    sweep = begin(company, 400)
    wait(company, sweep, lambda now: now.done > 0)
    began = time.monotonic()
    sweeps.cancel(company, sweep, "bob")
    cancelled = wait(company, sweep)
    assert time.monotonic() - began < 2.0
    assert cancelled.state == "cancelled"
    assert 0 < cancelled.done < 400


def here(_: str, asked: Asked, *, on_part: Callable[[Any], None], **__: object) -> None:
    """The study in this process, alone."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(study_sweep, "hired", lambda *_: None)
        patch.setattr("os.nice", lambda _: None)
        study_sweep.run(asked, on_part)


def test_a_second_attempt_solves_only_what_is_missing(company: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run_sweep, "study", here)
    sweep, claim = _claimed(company)
    known = Result("", "code-red", "optimal", {"0": {"attained": 1.0}}, seconds=77.0)
    with company.session() as session:
        store.keep(session, sweep, [1], "ab", replace(known, key="ab").as_dict())
        store.keep(session, sweep, [1], "cd", replace(known, key="cd").as_dict())
    run_sweep.run_sweep(company, sweep, claim, lambda: False)
    seconds = [result.seconds == 77.0 for _, result in sweeps.rows_of(company, sweep)]
    assert seconds == [False, True, False, False]
    assert [result.key for _, result in sweeps.rows_of(company, sweep)][1] == "ab"


def test_an_attempt_whose_claim_was_lost_stores_nothing(company: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run_sweep, "study", here)
    sweep, claim = _claimed(company)
    with pytest.raises(SolveCancelled):
        run_sweep.run_sweep(company, sweep, replace(claim, token=claim.token - 1), lambda: False)
    assert sweeps.rows_of(company, sweep) == []


def test_the_plan_that_solves_start_from_is_stored_once(company: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run_sweep, "study", here)
    sweep, claim = _claimed(company)
    with class_after_class():
        run_sweep.run_sweep(company, sweep, claim, lambda: False)
        start = _row(company, sweep).start
        assert start is not None
        with company.session() as session:
            session.execute(store.sa.delete(store.SweepResultRow))
        run_sweep.run_sweep(company, sweep, claim, lambda: False)
    assert _row(company, sweep).start == start
    assert len(sweeps.rows_of(company, sweep)) == 4


def test_results_outlive_their_job(company: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run_sweep, "study", here)
    done, lost = wait(company, begin(company)), _claimed(company)[0]
    with company.session() as session:
        store.get(session, lost).job = None
        jobs.remove(session, [done.job or 0])
    assert [(sweeps.get(company, n).state, sweeps.get(company, n).message) for n in (done.id, lost)] == [
        ("done", ""), ("failed", LOST)
    ]  # fmt: skip


def test_what_cannot_be_asked_is_refused(company: Database) -> None:
    with pytest.raises(Refused, match="from 1 to 10,000"):
        sweeps.start(company, "tiny", None, "code-red", [], "eve")
    with pytest.raises(NotFound):
        sweeps.start(company, "tiny", None, "nothing", varied(3), "eve")
    assert sweeps.listing(company, "tiny") == []


def _claimed(db: Database) -> tuple[int, jobs.Claim]:
    """A sweep in the hands of this test."""
    work.leave_to_others()
    sweep = begin(db)
    with db.session() as session:
        claim = jobs.claim(session, jobs.Worker("test:1:1", ("sweep",), timedelta(seconds=60)))
    work.use(work.Worker(lanes=("studies",)))
    assert claim is not None
    return sweep, claim
