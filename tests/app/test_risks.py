"""Simulating a stored plan in the background: once per question, in a process of its own, and every way to fail."""

from __future__ import annotations

import json
import time
from collections.abc import Callable

import pytest

from app.actions import risks
from app.actions.audit import entries
from app.actions.edit import add_record, edit_record, rows
from app.actions.import_data import import_portfolio
from app.actions.plans import StoredPlan, get_plan, store_plan
from app.actions.risks import RiskRun
from app.actions.work import kinds
from app.db import Database
from app.errors import NotFound, Refused
from app.processes.futures import FUNCTION, Simulation, simulate
from app.processes.study import StudyFailed, study
from app.store import jobs, risk_runs
from solver.faults import InvalidInput
from solver.problem import Problem
from solver.records import Risk
from solver.risks import assess, chances_files
from tests.app.company import LATE, SLIP, company, files, outcome


@pytest.fixture
def planned(db: Database) -> Callable[..., StoredPlan]:
    """Stores the company with these risks, and its plan."""

    def make(*recorded: Risk) -> StoredPlan:
        problem, plan = company(*recorded)
        import_portfolio(db, files(problem), "ann")
        return get_plan(db, store_plan(db, problem, outcome(problem, plan), None, "ann"))

    return make


@pytest.fixture
def _here(monkeypatch: pytest.MonkeyPatch) -> None:
    """Simulations run in this process, where starting another one is not what the test is about."""
    monkeypatch.setattr(kinds, "study", lambda _, task, **__: simulate(task, print))


def newest(db: Database, stored: StoredPlan) -> RiskRun:
    run = risks.newest(db, stored, risks.recorded(db, stored))
    assert run is not None
    return run


def wait(db: Database, stored: StoredPlan) -> RiskRun:
    began = time.monotonic()
    while (run := newest(db, stored)).state == "running":
        assert time.monotonic() < began + 180, run
        time.sleep(0.05)
    return run


def test_a_simulation_is_stored_with_its_files_and_in_the_audit_trail(
    db: Database, planned: Callable[..., StoredPlan]
) -> None:
    stored = planned(LATE, SLIP)
    risks.start(db, stored.id, "eve", 200, 7)
    run = wait(db, stored)
    assert (run.state, run.message, run.who, run.futures, run.seed, run.current) == ("done", "", "eve", 200, 7, True)
    problem, plan = company(LATE, SLIP)
    assert run.files == chances_files(assess(problem, "normal", plan, count=200, seed=7))
    assert run.chances == json.loads(run.files["chances.json"])
    assert run.chances["any_floor"] > 0
    assert [(e.verb, e.subject) for e in entries(db, "tiny", 1)] == [("simulate", f"plan {stored.id}")]


@pytest.mark.usefixtures("_here")
def test_the_same_question_is_not_asked_twice(db: Database, planned: Callable[..., StoredPlan]) -> None:
    stored = planned(LATE)
    risks.start(db, stored.id, "eve", 20, 0)
    first = wait(db, stored)
    risks.start(db, stored.id, "bob", 20, 0)
    assert newest(db, stored).id == first.id
    risks.start(db, stored.id, "bob", 20, 1)
    assert wait(db, stored).id != first.id


@pytest.mark.usefixtures("_here")
def test_risks_recorded_after_the_plan_count_and_make_earlier_simulations_old(
    db: Database, planned: Callable[..., StoredPlan]
) -> None:
    stored = planned()
    cells = {"risk": "late", "kind": "delay", "pool": "h100", "distribution": "fixed", "mean": "2"}
    add_record(db, "tiny", "risks", cells, "ann")
    risks.start(db, stored.id, "eve", 20, 0)
    run = wait(db, stored)
    assert run.current
    assert run.chances is not None
    assert run.chances["any_floor"] == 1.0
    row = rows(db, "tiny", "risks")[0]
    edit_record(db, "tiny", "risks", row.key, {"mean": "1"}, row.version, "ann")
    assert not newest(db, stored).current


def test_without_risks_there_is_nothing_to_simulate(db: Database, planned: Callable[..., StoredPlan]) -> None:
    stored = planned()
    with pytest.raises(Refused, match="no risks are recorded"):
        risks.start(db, stored.id, "eve", 100, 0)
    with pytest.raises(NotFound):
        risks.start(db, 99, "eve", 100, 0)
    assert risks.newest(db, stored, ()) is None


def test_too_many_futures_are_refused(db: Database, planned: Callable[..., StoredPlan]) -> None:
    stored = planned(LATE)
    for futures, seed in ((0, 0), (10_001, 0), (10, -1)):
        with pytest.raises(Refused, match="from 1 to 10,000"):
            risks.start(db, stored.id, "eve", futures, seed)


def test_a_risk_of_what_the_plan_does_not_know_is_told(db: Database, planned: Callable[..., StoredPlan]) -> None:
    stored = planned(LATE)
    pool = {"pool": "b200", "kind": "gpu", "type": "b200"}
    add_record(db, "tiny", "pools", pool, "ann")
    cells = {"risk": "fails", "kind": "attrition", "pool": "b200", "distribution": "fixed", "mean": "0.1"}
    add_record(db, "tiny", "risks", cells, "ann")
    with pytest.raises(InvalidInput, match="'b200' is not in pools"):
        risks.start(db, stored.id, "eve", 10, 0)


@pytest.mark.usefixtures("_here")
@pytest.mark.parametrize("told", ["it took too long and was ended", ""])
def test_a_simulation_that_ended_without_a_result_says_why_and_may_be_asked_for_again(
    db: Database, planned: Callable[..., StoredPlan], told: str
) -> None:
    """Also one whose job is forgotten."""
    stored = planned(LATE)
    facts = {"plan": stored.id, "digest": stored.problem.digest, "futures": 20, "seed": 0, "who": "eve"}
    with db.session() as session:
        lost = risk_runs.add(session, facts)
        if told:
            about = {"portfolio": "tiny", "scenario": None, "policy": "normal", "who": "eve", "options": {}}
            job = jobs.add(session, {**about, "kind": "futures"})
            risk_runs.get(session, lost).job = job
            row = jobs.get(session, job)
            row.state, row.message = jobs.FAILED, told
    assert (newest(db, stored).state, newest(db, stored).message) == ("failed", told or risks.LOST)
    risks.start(db, stored.id, "eve", 20, 0)
    run = wait(db, stored)
    assert (run.state, run.id != lost) == ("done", True)


def test_a_plan_that_breaks_a_rule_fails_in_words() -> None:
    problem, plan = company(LATE)
    less: Problem = problem.replace(floors=(), capacity=[c for c in problem.capacity if c.amount == 4], risks=())
    with pytest.raises(StudyFailed, match="6 given of 4"):
        study(FUNCTION, Simulation(less, "normal", plan, 10, 0), on_part=print, should_stop=lambda: False)
