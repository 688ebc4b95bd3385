"""Trade-offs in the background: each point stored as it arrives, one question once, cancelled at once, never lost."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from app.actions import frontiers, trace_frontier, work
from app.actions.audit import entries
from app.actions.frontiers import FrontierRun, Question
from app.actions.import_data import import_portfolio
from app.actions.plans import store_plan
from app.actions.recompute import get_job
from app.actions.scenarios import get_changes, get_scenario
from app.actions.snapshot import snapshot
from app.actions.studies import LOST
from app.db import Database
from app.errors import NotFound, Refused
from app.processes.solver import SolveCancelled
from app.processes.study import StudyFailed
from app.store import frontiers as store
from app.store import jobs
from solver.faults import InvalidInput
from solver.frontier import Ask, Point, trace
from solver.progress import Options
from solver.solve import solve
from tests.cli.tiny import tiny

ASKED = Question("donors", "code-red", points=3)
QUICK = Options(time_limit=10.0)


@pytest.fixture
def company(db: Database, tmp_path: Path) -> Database:
    """The smallest company with something to decide."""
    import_portfolio(db, tiny(tmp_path / "in"), "ann")
    return db


@pytest.fixture(scope="module", autouse=True)
def _worker() -> Iterator[None]:
    """One worker for the trade-offs of all tests here."""
    work.use(work.Worker(lanes=("studies",)))
    yield
    work.shut_down()


@pytest.fixture
def _here(monkeypatch: pytest.MonkeyPatch) -> None:
    """Points are found in this process, where starting another one is not what the test is about."""

    def found(_: str, ask: Ask, *, on_part: Callable[[Point], None], **__: object) -> None:
        for point in trace(ask):
            on_part(point)

    monkeypatch.setattr(trace_frontier, "study", found)


def wait(db: Database, run: int, until: Callable[[FrontierRun], bool] = lambda run: run.ended) -> FrontierRun:
    began = time.monotonic()
    while not until(now := frontiers.get(db, run)):
        assert time.monotonic() < began + 120, now
        time.sleep(0.02)
    return now


def test_a_process_of_its_own_finds_the_points_and_each_is_stored(company: Database) -> None:
    run = frontiers.start(company, "tiny", ASKED, "eve", QUICK)
    done = wait(company, run)
    assert (done.state, done.message, done.done) == ("done", "", 3)
    assert done.digest == snapshot(company, "tiny").digest
    found = frontiers.points_of(company, run)
    straight = list(trace(Ask(snapshot(company, "tiny"), "code-red", "donors", 3, options=QUICK)))
    assert [(p.label, p.x, p.y, p.digest) for p in found] == [(p.label, p.x, p.y, p.digest) for p in straight]
    assert found[0].as_it_stands
    assert [(e.verb, e.subject) for e in entries(company, "tiny", 1)] == [("trade off", f"trade-off {run}")]


@pytest.mark.usefixtures("_here")
def test_the_stored_plan_of_the_same_problem_is_the_point_as_it_stands(company: Database) -> None:
    problem = snapshot(company, "tiny")
    stored = replace(solve(problem, "code-red", options=QUICK), seconds={"total": 12.345})
    store_plan(company, problem, stored, None, "ann")
    other = problem.replace(projects=[replace(p, value=p.value + 1) for p in problem.projects])
    store_plan(company, other, solve(other, "code-red", options=QUICK), None, "ann")
    run = wait(company, frontiers.start(company, "tiny", ASKED, "eve", QUICK)).id
    stands, *others = frontiers.points_of(company, run)
    assert (stands.as_it_stands, stands.seconds, stands.gap_percent) == (True, 12.345, 0)
    assert len(others) == 2


def test_it_is_cancelled_within_a_second(company: Database) -> None:
    taken = []
    for _ in range(3):  # what else runs on the machine only adds, so the least counts
        run = frontiers.start(company, "tiny", Question("donors", "code-red", points=40), "eve", QUICK)
        wait(company, run, lambda now: now.state == "running")
        began = time.monotonic()
        frontiers.cancel(company, run, "bob")
        assert wait(company, run).state == "cancelled"
        taken.append(time.monotonic() - began)
        frontiers.cancel(company, run, "bob")
        assert frontiers.get(company, run).state == "cancelled"
    assert min(taken) < 1.0


@pytest.mark.usefixtures("_here")
def test_a_second_attempt_starts_without_the_points_of_the_first(company: Database) -> None:
    run, claim = _claimed(company)
    with company.session() as session:
        store.add_point(session, run, 0, Point("of an attempt that was lost", 0, "optimal", 1.0, 1.0).as_dict())
    trace_frontier.trace_run(company, run, claim, lambda: False)
    labels = [p.label for p in frontiers.points_of(company, run)]
    assert (labels[0], len(labels)) == ("as it stands", 3)


@pytest.mark.usefixtures("_here")
def test_an_attempt_whose_claim_was_lost_stores_nothing_more(company: Database) -> None:
    run, claim = _claimed(company)
    with pytest.raises(SolveCancelled):
        trace_frontier.trace_run(company, run, replace(claim, token=claim.token - 1), lambda: False)
    assert frontiers.points_of(company, run) == []


def test_points_found_before_a_failure_stay(company: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    def breaks(*_: object, on_part: Callable[[Point], None], **__: object) -> None:
        on_part(Point("as it stands", 0, "optimal", 1.0, 1.0, as_it_stands=True))
        raise StudyFailed("its process ended unexpectedly")

    monkeypatch.setattr(trace_frontier, "study", breaks)
    failed = wait(company, frontiers.start(company, "tiny", ASKED, "eve", QUICK))
    assert (failed.state, failed.message, failed.done) == ("failed", "its process ended unexpectedly", 1)


@pytest.mark.usefixtures("_here")
def test_points_outlive_their_job_and_one_without_an_end_is_told(company: Database) -> None:
    done, lost = wait(company, frontiers.start(company, "tiny", ASKED, "eve", QUICK)), _stored(company)
    with company.session() as session:
        jobs.remove(session, [done.job or 0])
    assert [(frontiers.get(company, n).state, frontiers.get(company, n).message) for n in (done.id, lost)] == [
        ("done", ""), ("failed", LOST)
    ]  # fmt: skip


@pytest.mark.usefixtures("_here")
def test_the_same_question_is_not_asked_twice_at_once(company: Database) -> None:
    work.leave_to_others()
    first = frontiers.start(company, "tiny", ASKED, "eve", QUICK)
    assert frontiers.start(company, "tiny", ASKED, "bob", QUICK) == first
    assert frontiers.start(company, "tiny", Question("length", "code-red"), "bob", QUICK) != first
    frontiers.cancel(company, first, "bob")
    assert frontiers.get(company, first).state == "cancelled"
    assert frontiers.start(company, "tiny", ASKED, "bob", QUICK) != first
    work.use(work.Worker(lanes=("studies",)))


def test_what_cannot_be_asked_is_refused_before_anything_runs(company: Database) -> None:
    with pytest.raises(Refused, match="from 3 to 40"):
        frontiers.start(company, "tiny", Question("donors", "code-red", points=41), "eve")
    with pytest.raises(InvalidInput, match="protects no project"):
        frontiers.start(company, "tiny", Question("training", "code-red"), "eve")
    with pytest.raises(InvalidInput, match="no approved plan"):
        frontiers.start(company, "tiny", Question("keep", "code-red"), "eve")
    with pytest.raises(NotFound):
        frontiers.start(company, "tiny", Question("donors", "nothing"), "eve")
    assert frontiers.listing(company, "tiny") == []


@pytest.mark.usefixtures("_here")
def test_a_point_becomes_a_scenario_with_its_changes_and_the_same_plan_is_asked_for(company: Database) -> None:
    run = wait(company, frontiers.start(company, "tiny", ASKED, "eve", QUICK)).id
    points = frontiers.points_of(company, run)
    number = next(n for n, p in enumerate(points) if p.label == "donors keep 100 % of today")
    job = get_job(company, frontiers.try_point(company, run, number, "", "eve", QUICK))
    assert (job.policy, job.portfolio) == ("code-red", "tiny")
    assert job.scenario is not None
    assert get_scenario(company, job.scenario).name == "Core gain against donors’ loss: donors keep 100 % of today"
    assert snapshot(company, "tiny", job.scenario).digest == points[number].digest
    assert next((c.operation, c.table) for c in get_changes(company, job.scenario)) == ("set", "stances")


def _stored(db: Database) -> int:
    """A trade-off whose job is forgotten."""
    with db.session() as session:
        return store.add(session, {
            "portfolio": "tiny", "scenario": None, "policy": "code-red", "kind": "donors", "points": 3, "plan": None,
            "options": {"time_limit": 10.0}, "digest": "", "who": "ann",
        })  # fmt: skip


def _claimed(db: Database) -> tuple[int, jobs.Claim]:
    """A trade-off in the hands of this test."""
    run = _stored(db)
    with db.session() as session:
        facts = {"portfolio": "tiny", "scenario": None, "policy": "code-red", "who": "ann", "options": {"subject": run}}
        jobs.add(session, facts | {"kind": "by hand"})
        claim = jobs.claim(session, jobs.Worker("test:1:1", ("by hand",), timedelta(seconds=60)))
    assert claim is not None
    return run, claim
