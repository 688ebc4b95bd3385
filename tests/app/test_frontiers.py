"""Trade-offs in the background: each point stored as it arrives, one question once, cancelled at once, never lost."""

from __future__ import annotations

import os
import socket
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from app.actions import frontiers, trace_frontier
from app.actions.audit import entries
from app.actions.frontiers import FrontierRun, Question
from app.actions.import_data import import_portfolio
from app.actions.recompute import get_job
from app.actions.scenarios import get_changes, get_scenario
from app.actions.snapshot import snapshot
from app.db import Database
from app.errors import NotFound, Refused
from app.frontier_process import TraceFailed
from app.store import frontiers as store
from solver.faults import InvalidInput
from solver.frontier import Ask, Point, trace
from solver.progress import Options
from tests.cli.tiny import tiny

ASKED = Question("donors", "code-red", points=3)
QUICK = Options(time_limit=10.0)


@pytest.fixture
def company(db: Database, tmp_path: Path) -> Database:
    """The smallest company with something to decide."""
    import_portfolio(db, tiny(tmp_path / "in"), "ann")
    return db


@pytest.fixture
def _here(monkeypatch: pytest.MonkeyPatch) -> None:
    """Points are found in this process, where starting another one is not what the test is about."""
    monkeypatch.setattr(trace_frontier, "traced", lambda ask, stop: trace(ask, should_stop=stop))


def wait(db: Database, run: int, until: Callable[[FrontierRun], bool] = lambda run: run.ended) -> FrontierRun:
    began = time.monotonic()
    while not until(now := frontiers.get(db, run)):
        assert time.monotonic() < began + 120, now
        time.sleep(0.02)
    return now


def queued(db: Database, *, owner: str = "elsewhere:1:0", kind: str = "donors", points: int = 3) -> int:
    """A trade-off that waits, as another process left it."""
    with db.session() as session:
        return store.add(session, {
            "portfolio": "tiny", "scenario": None, "policy": "code-red", "kind": kind, "points": points, "plan": None,
            "options": {"time_limit": 10.0}, "digest": "", "who": "ann", "owner": owner,
        })  # fmt: skip


def test_a_process_of_its_own_finds_the_points_and_each_is_stored(company: Database) -> None:
    run = frontiers.start(company, "tiny", ASKED, "eve", QUICK)
    done = wait(company, run)
    assert (done.state, done.message, done.found) == ("done", "", 3)
    assert done.digest == snapshot(company, "tiny").digest
    found = frontiers.points_of(company, run)
    straight = list(trace(Ask(snapshot(company, "tiny"), "code-red", "donors", 3, options=QUICK)))
    assert [(p.label, p.x, p.y, p.digest) for p in found] == [(p.label, p.x, p.y, p.digest) for p in straight]
    assert found[0].as_it_stands
    assert [(e.verb, e.subject) for e in entries(company, "tiny", 1)] == [("trade off", f"trade-off {run}")]


def test_it_is_cancelled_within_a_second_and_keeps_nothing_running(company: Database) -> None:
    run = frontiers.start(company, "tiny", Question("donors", "code-red", points=40), "eve", QUICK)
    wait(company, run, lambda now: now.state == "running")
    began = time.monotonic()
    frontiers.cancel(company, run, "bob")
    assert wait(company, run).state == "cancelled"
    assert time.monotonic() - began < 1.0
    frontiers.cancel(company, run, "bob")
    assert frontiers.get(company, run).state == "cancelled"


def test_one_that_waits_is_cancelled_before_it_begins(company: Database) -> None:
    run = queued(company, owner=f"{socket.gethostname()}-other:1:0")
    with company.session() as session:
        session.get_one(store.FrontierRunRow, run).owner = frontiers.owner_of(os.getpid())
    frontiers.cancel(company, run, "bob")
    trace_frontier.trace_run(company, run, lambda: False)
    assert frontiers.get(company, run).state == "cancelled"
    assert frontiers.points_of(company, run) == []


@pytest.mark.usefixtures("_here")
def test_a_queue_calls_one_function_and_a_second_attempt_starts_anew(company: Database) -> None:
    run = queued(company)
    with company.session() as session:
        store.add_point(session, run, 0, Point("of an attempt that was lost", 0, "optimal", 1.0, 1.0).as_dict())
    trace_frontier.trace_run(company, run, lambda: False)
    assert frontiers.get(company, run).state == "done"
    assert next(p.label for p in frontiers.points_of(company, run)) == "as it stands"


def test_points_found_before_a_failure_stay(company: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    def breaks(ask: Ask, stop: Callable[[], bool]) -> Iterator[Point]:
        yield Point("as it stands", 0, "optimal", 1.0, 1.0, as_it_stands=True)
        raise TraceFailed("its process ended unexpectedly")

    monkeypatch.setattr(trace_frontier, "traced", breaks)
    run = queued(company)
    trace_frontier.trace_run(company, run, lambda: False)
    failed = frontiers.get(company, run)
    assert (failed.state, failed.message, failed.found) == ("failed", "its process ended unexpectedly", 1)


@pytest.mark.usefixtures("_here")
def test_one_whose_process_is_gone_is_told_as_lost_and_may_be_asked_again(company: Database) -> None:
    lost = queued(company, owner=f"{socket.gethostname()}:1:0")
    assert (frontiers.get(company, lost).state, frontiers.get(company, lost).message) == ("failed", frontiers.LOST)
    run = frontiers.start(company, "tiny", ASKED, "eve", QUICK)
    assert (wait(company, run).state, run != lost) == ("done", True)
    with company.reading() as session:
        assert store.get(session, lost).state == "failed"


def test_the_same_question_is_not_asked_twice_at_once(company: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(frontiers, "trace_run", lambda db, run, stop: None)
    first = frontiers.start(company, "tiny", ASKED, "eve", QUICK)
    assert frontiers.start(company, "tiny", ASKED, "bob", QUICK) == first
    assert frontiers.start(company, "tiny", Question("length", "code-red"), "bob", QUICK) != first


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
    run = queued(company)
    trace_frontier.trace_run(company, run, lambda: False)
    points = frontiers.points_of(company, run)
    number = next(n for n, p in enumerate(points) if p.label == "donors keep 100 % of today")
    job = get_job(company, frontiers.try_point(company, run, number, "", "eve", QUICK))
    assert (job.policy, job.portfolio) == ("code-red", "tiny")
    assert job.scenario is not None
    assert get_scenario(company, job.scenario).name == "Core gain against donors’ loss: donors keep 100 % of today"
    assert snapshot(company, "tiny", job.scenario).digest == points[number].digest
    assert next((c.operation, c.table) for c in get_changes(company, job.scenario)) == ("set", "stances")
