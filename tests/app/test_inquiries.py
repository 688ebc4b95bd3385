"""Inquiries about a stored plan: asked once, each way stored as it arrives, cancelled at once, a way as a scenario."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from app.actions import inquiries, run_inquiry, work
from app.actions.audit import entries
from app.actions.import_data import import_portfolio
from app.actions.inquiries import Inquiry
from app.actions.plans import store_plan
from app.actions.question import Question
from app.actions.recompute import get_job
from app.actions.scenarios import add_scenario, get_scenario
from app.actions.snapshot import snapshot
from app.actions.studies import LOST
from app.db import Database
from app.errors import NotFound, Refused
from app.processes import inquiry as process
from app.processes.solver import SolveCancelled
from app.processes.study import StudyFailed
from app.store import inquiries as store
from app.store import jobs, plans
from app.store.scenarios import ScenarioChange
from solver.folder import read
from solver.plan import Outcome
from solver.progress import Options
from solver.solve import solve
from tests.cli.tiny import tiny

WEEK = "2025-12-08"
TAKES = Question("takes", project="ads", week="2025-12-10", pace=0.5)
FORCED = Question("force", project="chat", must="out")
PRICED = Question("price", pool="nodes", week=WEEK)
QUICK = Options(time_limit=10.0)


@pytest.fixture(scope="module")
def solved(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Outcome]:
    """The smallest company with something to decide, and its plan under the code red, which pauses ads."""
    folder = tiny(tmp_path_factory.mktemp("tiny") / "in")
    return folder, solve(read(folder).problem, "code-red", options=QUICK)


@pytest.fixture
def company(db: Database, solved: tuple[Path, Outcome]) -> Database:
    """The company, with its plan, 1."""
    folder, outcome = solved
    import_portfolio(db, folder, "ann")
    assert store_plan(db, snapshot(db, "tiny"), outcome, None, "ann") == 1
    return db


@pytest.fixture(scope="module", autouse=True)
def _worker() -> Iterator[None]:
    """One worker for the inquiries of all tests here."""
    work.use(work.Worker(lanes=("inquiries",)))
    yield
    work.shut_down()


@pytest.fixture
def _here(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ways are found in this process, where starting another one is not what the test is about."""

    def found(_: str, task: process.Inquiry, *, on_part: Callable[[Any], None], **__: object) -> None:
        process.answer(task, on_part)

    monkeypatch.setattr(run_inquiry, "study", found)


def wait(db: Database, number: int, until: Callable[[Inquiry], bool] = lambda one: one.ended) -> Inquiry:
    began = time.monotonic()
    while not until(now := inquiries.get(db, number)):
        assert time.monotonic() < began + 120, now
        time.sleep(0.02)
    return now


def asked(db: Database, question: Question) -> Inquiry:
    return wait(db, inquiries.ask(db, 1, question, "eve"))


def test_a_process_of_its_own_finds_what_it_would_take(company: Database) -> None:
    found = asked(company, TAKES)
    assert (found.state, found.message, found.who, found.kind) == ("done", "", "eve", "takes")
    assert found.asked == {"project": "ads", "week": WEEK, "pace": 0.5}
    assert found.ways
    for way in found.ways:
        assert "no longer pause ads" in way["text"]
        assert {"table": "stances", "key": "code-red/ads"}.items() <= way["edits"][-1].items()
    detail = {"inquiry": found.id, "kind": "takes", **found.asked}
    assert [(e.verb, e.subject, e.detail) for e in entries(company, "tiny", 1)] == [("inquire", "plan 1", detail)]


@pytest.mark.usefixtures("_here")
def test_forcing_tells_every_class_beside_the_plan(company: Database) -> None:
    (way,) = asked(company, FORCED).ways
    assert (way["text"], way["status"], way["conflicts"]) == ("force chat out", "optimal", [])
    classes = {c["name"]: c for c in way["classes"]}
    assert classes["focus"]["after"] == 0
    assert classes["focus"]["percent"] < -50
    assert [(e["table"], e["key"], e["cells"]["must"]) for e in way["edits"]] == [("projects", "chat", "out")]


@pytest.mark.usefixtures("_here")
def test_a_step_of_a_pool_is_priced_and_solved_again_with_more_and_less(company: Database) -> None:
    found = asked(company, PRICED)
    more, less = found.ways
    assert (more["step"], less["step"]) == (1.0, -1.0)
    assert more["text"] == "1 node more of nodes in the week of 8 December 2025"
    for way, sign in ((more, 1), (less, -1)):
        assert way["status"] == "optimal"
        assert all(sign * one["percent"] >= -one["unproven"] - 0.01 for one in way["classes"])
        assert {edit["table"] for edit in way["edits"]} == {"capacity"}
    assert all(one["price"] > 0 and one["name"] for one in found.prices)
    others = [(one["name"], -one["price"]) for one in found.prices if (one["pool"], one["week"]) != ("nodes", WEEK)]
    assert others == sorted(others)
    assert 0 < len(others) <= 12


@pytest.mark.usefixtures("_here")
def test_forcing_against_the_rules_tells_which_contradict_each_other(
    db: Database, solved: tuple[Path, Outcome], tmp_path: Path
) -> None:
    needs = (solved[0] / "needs.csv").read_text().replace("ads,gpu,gpu,8,2", "ads,gpu,gpu,12,11")
    import_portfolio(db, tiny(tmp_path / "in", needs=needs), "ann")
    problem = snapshot(db, "tiny")
    store_plan(db, problem, solve(problem, "normal", options=QUICK), None, "ann")
    (way,) = asked(db, Question("force", project="ads", must="in")).ways
    assert (way["status"], way["classes"]) == ("infeasible", [])
    assert way["conflicts"]


@pytest.mark.usefixtures("_here")
def test_the_same_question_is_the_same_inquiry_while_it_is_open_or_answered(company: Database) -> None:
    work.leave_to_others()
    first = inquiries.ask(company, 1, TAKES, "eve")
    assert inquiries.ask(company, 1, replace(TAKES, week=WEEK), "bob") == first
    other = inquiries.ask(company, 1, replace(TAKES, pace=0.1), "bob")
    inquiries.cancel(company, other, "bob")
    inquiries.cancel(company, other, "bob")
    assert inquiries.get(company, other).state == "cancelled"
    again = inquiries.ask(company, 1, replace(TAKES, pace=0.1), "bob")
    assert again not in (first, other)
    work.use(work.Worker(lanes=("inquiries",)))
    work.wake(company)
    for number in (first, again):
        assert wait(company, number).ways
    assert inquiries.ask(company, 1, TAKES, "bob") == first
    assert [one.id for one in inquiries.listing(company, 1)] == [again, other, first]


def test_it_is_cancelled_within_a_second(company: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(process, "FUNCTION", "tests.app.lasting:lasting")
    taken = []
    for pace in (0.2, 0.3, 0.4):  # what else runs on the machine only adds, so the least counts
        number = inquiries.ask(company, 1, replace(TAKES, pace=pace), "eve")
        wait(company, number, lambda now: bool(now.ways))
        began = time.monotonic()
        inquiries.cancel(company, number, "bob")
        ended = wait(company, number)
        taken.append(time.monotonic() - began)
        assert (ended.state, len(ended.ways)) == ("cancelled", 1)
    assert min(taken) < 1.0


def test_a_plan_or_an_inquiry_that_is_not_there_is_not_found(company: Database) -> None:
    for call in (
        lambda: inquiries.ask(company, 9, TAKES, "eve"), lambda: inquiries.get(company, 9),
        lambda: inquiries.listing(company, 9), lambda: inquiries.cancel(company, 9, "eve"),
    ):  # fmt: skip
        with pytest.raises(NotFound):
            call()
    assert inquiries.listing(company, 1) == []


@pytest.mark.usefixtures("_here")
def test_a_way_becomes_a_scenario_and_is_recomputed(company: Database) -> None:
    found = asked(company, TAKES)
    job = get_job(company, inquiries.try_way(company, found.id, 0, "eve", options=QUICK))
    assert (job.policy, job.portfolio) == ("code-red", "tiny")
    assert job.scenario is not None
    scenario = get_scenario(company, job.scenario)
    assert (scenario.name.lower(), scenario.kind) == (found.ways[0]["text"].lower(), "code_red")
    after = snapshot(company, "tiny", job.scenario)
    assert [(s.project, s.stance) for s in after.stances if s.project == "ads" and s.stance == "pause"] == []
    assert [e.verb for e in entries(company, "tiny", 1)] == ["try way"]


@pytest.mark.usefixtures("_here")
def test_a_way_of_a_scenarios_plan_is_a_copy_of_that_scenario(company: Database, solved: tuple[Path, Outcome]) -> None:
    change = ScenarioChange("set", "projects", "ads", {"value": "6"})
    parent = add_scenario(company, "tiny", "dearer ads", "code-red", [change], "ann")
    problem = snapshot(company, "tiny", parent)
    plan = store_plan(company, problem, solve(problem, "code-red", options=QUICK), parent, "ann")
    found = wait(company, inquiries.ask(company, plan, FORCED, "eve"))
    job = get_job(company, inquiries.try_way(company, found.id, 0, "eve", "  without   chat ", QUICK))
    assert job.scenario is not None
    made = get_scenario(company, job.scenario)
    assert (made.name, made.parent) == ("without chat", parent)
    after = snapshot(company, "tiny", job.scenario).project
    assert (after["ads"].value, after["chat"].must) == (6, "out")


@pytest.mark.usefixtures("_here")
def test_a_way_that_the_classes_pay_for_pins_what_the_project_then_holds(company: Database) -> None:
    pin = {"operation": "put", "table": "pins", "key": f"chat/gpu/nodes/{WEEK}"}
    cells = {"project": "chat", "need": "gpu", "pool": "nodes", "from": WEEK, "to": WEEK, "amount": "7"}
    paid = _way([], "ads gives up 1 week") | {"pins": [pin | {"cells": cells}], "pays": {"priority 0": 3.0}}
    job = get_job(company, inquiries.try_way(company, _stored(company, ways=[paid]), 0, "eve", options=QUICK))
    problem = snapshot(company, "tiny", job.scenario)
    (found,) = problem.pins
    assert (found.project, found.since.isoformat(), found.amount) == ("chat", WEEK, 7.0)
    assert solve(problem, "code-red", options=QUICK).plan is not None


def test_a_way_that_changes_no_records_or_is_of_a_robust_plan_cannot_be_applied(
    company: Database, solved: tuple[Path, Outcome]
) -> None:
    number = _stored(company, ways=[_way([]), _way([FORCE_OUT])])
    with pytest.raises(Refused, match="changes no records"):
        inquiries.try_way(company, number, 0, "eve")
    with pytest.raises(NotFound):
        inquiries.try_way(company, number, 2, "eve")
    hedged = replace(solved[1], options=solved[1].options | {"robust": 0.9, "futures": 10, "seed": 0})
    plan = store_plan(company, snapshot(company, "tiny"), hedged, None, "ann")
    with pytest.raises(Refused, match="robust"):
        inquiries.try_way(company, _stored(company, plan, ways=[_way([FORCE_OUT])]), 0, "eve")


@pytest.mark.usefixtures("_here")
def test_a_second_attempt_starts_without_the_ways_of_the_first(company: Database) -> None:
    number, claim = _claimed(company)
    run_inquiry.run_inquiry(company, number, claim, lambda: False)
    assert [way["text"] for way in inquiries.get(company, number).ways] == ["force chat out"]


@pytest.mark.usefixtures("_here")
def test_an_attempt_whose_claim_was_lost_stores_nothing_more(company: Database) -> None:
    number, claim = _claimed(company)
    with pytest.raises(SolveCancelled):
        run_inquiry.run_inquiry(company, number, replace(claim, token=claim.token - 1), lambda: False)
    assert [way["text"] for way in inquiries.get(company, number).ways] == ["of an attempt that was lost"]


def test_ways_found_before_a_failure_stay(company: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    def breaks(*_: object, on_part: Callable[[Any], None], **__: object) -> None:
        on_part(("ways", _way([])))
        raise StudyFailed("its process ended unexpectedly")

    monkeypatch.setattr(run_inquiry, "study", breaks)
    failed = asked(company, TAKES)
    assert (failed.state, failed.message, len(failed.ways)) == ("failed", "its process ended unexpectedly", 1)


@pytest.mark.usefixtures("_here")
def test_ways_outlive_their_job_and_one_without_an_end_is_told(company: Database) -> None:
    done, lost = asked(company, FORCED), _stored(company)
    with company.session() as session:
        jobs.remove(session, [done.job or 0])
    told = [inquiries.get(company, number) for number in (done.id, lost)]
    assert [(one.state, one.message, len(one.ways)) for one in told] == [("done", "", 1), ("failed", LOST, 0)]
    with company.session() as session:
        plans.remove(session, [1])
    with pytest.raises(NotFound):
        inquiries.get(company, done.id)


FORCE_OUT: dict[str, Any] = {"operation": "set", "table": "projects", "key": "chat", "cells": {"must": "out"}}


def _way(edits: list[dict[str, Any]], text: str = "of an attempt that was lost") -> dict[str, Any]:
    return {
        "text": text, "edits": edits, "pins": [], "status": "", "pays": {}, "unproven": {}, "classes": [],
        "conflicts": [], "step": None,
    }  # fmt: skip


def _stored(db: Database, plan: int = 1, ways: list[dict[str, Any]] | None = None) -> int:
    """An inquiry whose job is forgotten."""
    with db.session() as session:
        facts = {"project": "chat", "must": "out"}
        number = store.add(session, {"plan": plan, "kind": "force", "asked": facts, "who": "ann"})
        for way in ways or []:
            store.add_part(session, number, "ways", way)
    return number


def _claimed(db: Database) -> tuple[int, jobs.Claim]:
    """An inquiry in the hands of this test, with a way of an attempt before."""
    number = _stored(db, ways=[_way([])])
    with db.session() as session:
        facts = {"portfolio": "tiny", "scenario": None, "policy": "code-red", "who": "ann"}
        jobs.add(session, facts | {"kind": "by hand", "options": {"subject": number}})
        claim = jobs.claim(session, jobs.Worker("test:1:1", ("by hand",), timedelta(seconds=60)))
    assert claim is not None
    return number, claim
