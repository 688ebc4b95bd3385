"""Recomputing in the background: progress, plans, cancel within a second, and every way to fail."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator

import pytest

from app.actions import work
from app.actions.audit import entries
from app.actions.declare import declare
from app.actions.edit import edit_record, rows
from app.actions.plans import get_plan, list_plans
from app.actions.recompute import Job, cancel, get_job, list_jobs, start
from app.actions.work.owner import gone, owner_of
from app.db import Database
from app.errors import NotFound
from app.processes.solver import SolverProcess
from app.store import jobs
from solver.problem import Problem
from solver.progress import Options
from tests.app.test_scenarios import CODE_RED


@pytest.fixture(scope="module", autouse=True)
def _runner() -> Iterator[None]:
    """One warm process for all tests here, with solvers of known behaviour."""
    work.use(work.Worker(SolverProcess("tests.app.solvers:quick")))
    yield
    work.shut_down()


def wait(db: Database, job: int, until: Callable[[Job], bool] = lambda job: job.ended, seconds: float = 15.0) -> Job:
    began = time.monotonic()
    while not until(now := get_job(db, job)):
        assert time.monotonic() < began + seconds, now
        time.sleep(0.01)
    return now


def behave(db: Database, how: str) -> None:
    """Have the solver behave in some way under the ordinary policy."""
    policy = rows(db, "lab", "policies")[0]
    edit_record(db, "lab", "policies", policy.key, {"name": how}, policy.version, "ann")


def test_a_recompute_stores_the_plan_with_what_it_answers(lab: Database, problem: Problem) -> None:
    job = wait(lab, start(lab, "lab", None, "ordinary", "eve", Options(time_limit=5, seed=3)))
    assert (job.state, job.message, job.who) == ("done", "optimal", "eve")
    assert job.plan_id is not None
    plan = get_plan(lab, job.plan_id)
    assert (plan.who, plan.policy, plan.scenario, plan.problem) == ("eve", "ordinary", None, problem)
    assert job.options["seed"] == 3
    assert job.seconds > 0
    assert [p["gap_percent"] for p in job.progress] == [2.5]
    assert entries(lab, "lab", 1)[0].verb == "plan"


def test_a_scenario_is_recomputed_with_its_changes(lab: Database) -> None:
    scenario = declare(lab, "lab", CODE_RED, "eve")
    job = wait(lab, start(lab, "lab", scenario, "code-red", "eve", Options()))
    assert job.plan_id is not None
    plan = get_plan(lab, job.plan_id)
    assert (plan.scenario, plan.policy) == (scenario, "code-red")
    assert plan.problem.policy["code-red"].owner == "Eve"


def test_recomputing_again_stores_a_plan_of_its_own(lab: Database) -> None:
    jobs = [wait(lab, start(lab, "lab", None, "ordinary", "eve", Options())) for _ in range(2)]
    assert [job.state for job in jobs] == ["done", "done"]
    assert len({job.plan_id for job in jobs}) == len(list_plans(lab, "lab")) == 2


def test_progress_is_seen_while_it_runs(lab: Database) -> None:
    behave(lab, "slow")
    job = start(lab, "lab", None, "ordinary", "eve", Options())
    seen = wait(lab, job, lambda j: len(j.progress) > 1)
    assert seen.state == "running"
    assert seen.progress[-1]["name"] == "priority 0"
    cancel(lab, job, "eve")
    wait(lab, job)


@pytest.mark.parametrize("how", ["slow", "deaf"])
def test_a_running_job_is_cancelled_within_a_second(lab: Database, how: str) -> None:
    """Also one that does not listen: its process is ended, and the next job finds a new one."""
    behave(lab, how)
    job = start(lab, "lab", None, "ordinary", "eve", Options())
    wait(lab, job, lambda j: j.state == "running" and bool(j.progress))
    began = time.monotonic()
    cancel(lab, job, "ann")
    ended = wait(lab, job)
    assert time.monotonic() - began < 1
    assert (ended.state, ended.plan_id) == ("cancelled", None)
    assert list_plans(lab, "lab") == []
    assert entries(lab, "lab", 1)[0].verb == "cancel"
    behave(lab, "quick")
    assert wait(lab, start(lab, "lab", None, "ordinary", "eve", Options())).state == "done"


def test_a_waiting_job_is_cancelled_at_once(lab: Database) -> None:
    behave(lab, "slow")
    running, waiting = (start(lab, "lab", None, "ordinary", "eve", Options()) for _ in range(2))
    cancel(lab, waiting, "ann")
    assert get_job(lab, waiting).state == "cancelled"
    cancel(lab, running, "ann")
    wait(lab, running)
    assert get_job(lab, waiting).state == "cancelled"


def test_a_job_cancelled_by_another_process_stops_too(lab: Database) -> None:
    behave(lab, "slow")
    job = start(lab, "lab", None, "ordinary", "eve", Options())
    wait(lab, job, lambda j: j.state == "running")
    with lab.session() as session:
        jobs.ask_to_cancel(session, job)
    assert wait(lab, job, seconds=2).state == "cancelled"


def test_cancelling_what_has_ended_changes_nothing(lab: Database) -> None:
    job = wait(lab, start(lab, "lab", None, "ordinary", "eve", Options()))
    cancel(lab, job.id, "ann")
    assert get_job(lab, job.id) == job


def test_a_contradiction_is_an_answer_without_a_plan(lab: Database) -> None:
    behave(lab, "infeasible")
    job = wait(lab, start(lab, "lab", None, "ordinary", "eve", Options()))
    assert (job.state, job.plan_id, job.message) == ("failed", None, "no plan can obey all rules")
    assert job.conflicts == [{"rule": "floor", "text": "training keeps 4 nodes"}]


@pytest.mark.parametrize(
    ("how", "said"),
    [("crashes", "ended unexpectedly"), ("fails", "ArithmeticError: a defect"), ("garbage", "no outcome")],
)
def test_a_solver_that_breaks_fails_its_job_and_not_the_next(lab: Database, how: str, said: str) -> None:
    behave(lab, how)
    job = wait(lab, start(lab, "lab", None, "ordinary", "eve", Options()))
    assert job.state == "failed"
    assert said in job.message
    behave(lab, "quick")
    assert wait(lab, start(lab, "lab", None, "ordinary", "eve", Options())).state == "done"


def test_a_scenario_that_no_longer_fits_fails_with_its_faults(lab: Database) -> None:
    scenario = declare(lab, "lab", CODE_RED, "eve")
    edit_record(lab, "lab", "projects", ("training",), {"must": "out"}, 1, "bob")
    job = wait(lab, start(lab, "lab", scenario, "code-red", "eve", Options()))
    assert job.state == "failed"
    assert {f["table"] for f in job.faults} == {"stances"}


def test_of_another_host_nobody_knows_whether_a_process_is_gone() -> None:
    assert not gone("elsewhere:1:0")
    assert gone(owner_of(1).rsplit(":", 1)[0] + ":0")
    assert not gone(owner_of(os.getpid()))


def test_jobs_are_listed_newest_first(lab: Database) -> None:
    ids = [start(lab, "lab", None, "ordinary", "eve", Options()) for _ in range(2)]
    for job in ids:
        wait(lab, job)
    assert [job.id for job in list_jobs(lab, "lab")] == ids[::-1]


@pytest.mark.parametrize(("portfolio", "scenario", "policy"), [
    ("works", None, "ordinary"), ("lab", 9, "ordinary"), ("lab", None, "code-red"),
])  # fmt: skip
def test_what_nobody_knows_is_not_started(lab: Database, portfolio: str, scenario: int | None, policy: str) -> None:
    with pytest.raises(NotFound):
        start(lab, portfolio, scenario, policy, "eve", Options())
    assert list_jobs(lab, "lab") == []


def test_a_stopped_worker_puts_its_job_back_and_the_next_one_does_it(lab: Database) -> None:
    behave(lab, "slow")
    job = start(lab, "lab", None, "ordinary", "eve", Options())
    wait(lab, job, lambda j: j.state == "running")
    work.shut_down()
    assert (get_job(lab, job).state, get_job(lab, job).progress) == ("queued", [])
    assert "waits again" in get_job(lab, job).message
    behave(lab, "quick")
    work.use(work.Worker(SolverProcess("tests.app.solvers:quick")))
    work.wake(lab)
    assert wait(lab, job).state == "done"
    assert len(list_plans(lab, "lab")) == 1
