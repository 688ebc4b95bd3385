"""A robust plan as a job: what it answers, what is kept beside it, and every question that cannot be asked."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest

from app.actions import risks, robust, work
from app.actions.audit import entries
from app.actions.compare import compare
from app.actions.edit import remove_record, rows
from app.actions.import_data import import_portfolio
from app.actions.plans import StoredPlan, get_plan, recorded_problem, store_plan
from app.actions.recompute import Job, get_job
from app.actions.robust import Futures
from app.actions.work import kinds
from app.db import Database
from app.errors import NotFound, Refused
from app.processes.futures import simulate
from app.processes.solver import Task
from solver.check import check
from solver.plan import Outcome
from solver.problem import Problem
from solver.progress import OnProgress, ShouldStop
from solver.records import Risk
from solver.risks import draw, hedged
from solver.solve import solve
from tests.app.company import LATE, SLIP, company, files, outcome

WORST = Futures(1.0, 50, 7)
LOST = Risk(risk="lost", kind="delay", pool="h100", distribution="fixed", mean=1)


class Here:
    """The real solver, without a process of its own."""

    def solve(self, task: Task, on_progress: OnProgress, should_stop: ShouldStop) -> Outcome:
        return solve(task.problem, task.policy, options=task.options, on_progress=on_progress, should_stop=should_stop)

    def close(self) -> None:
        """Nothing to close."""


@pytest.fixture(scope="module", autouse=True)
def _worker() -> Iterator[None]:
    work.use(work.Worker(Here()))  # type: ignore[arg-type]
    yield
    work.shut_down()


def planned(db: Database, *recorded: Risk, without_floor: bool = True) -> StoredPlan:
    """The company with these risks, and its plain plan."""
    problem, plan = company(*recorded)
    if without_floor:
        problem = problem.replace(floors=())
    import_portfolio(db, files(problem), "ann")
    return get_plan(db, store_plan(db, problem, outcome(problem, plan), None, "ann"))


def ended(db: Database, job: int) -> Job:
    began = time.monotonic()
    while not (now := get_job(db, job)).ended:
        assert time.monotonic() < began + 60, now
        time.sleep(0.01)
    return now


def made(db: Database, plain: StoredPlan, against: Futures = WORST) -> StoredPlan:
    job = ended(db, robust.start_beside(db, plain.id, "eve", against))
    assert (job.kind, job.state, job.what) == ("robust", "done", "robust plan under normal"), job
    assert job.plan_id is not None
    return get_plan(db, job.plan_id)


def worse(problem: Problem, against: Futures) -> Problem:
    return hedged(problem, draw(problem, against.futures, against.seed), against.share)


def test_a_robust_plan_answers_the_hedged_portfolio_and_keeps_the_one_recorded(db: Database) -> None:
    plain = planned(db, LATE, SLIP)
    stored = made(db, plain)
    assert stored.problem.digest == worse(plain.problem, WORST).digest == stored.digest != plain.digest
    assert recorded_problem(db, stored).digest == plain.digest
    assert recorded_problem(db, plain) is plain.problem
    assert stored.outcome.plan is not None
    assert check(stored.problem, "normal", stored.outcome.plan, stored.outcome.classes).ok
    assert (robust.futures_of(stored), robust.futures_of(plain)) == (WORST, None)
    assert (robust.plain_plan(db, stored), robust.plain_plan(db, plain)) == (plain.id, None)
    verbs = {entry.verb: entry.detail for entry in entries(db, "tiny", 5)}
    assert verbs["plan robustly"] == {"robust": 1.0, "futures": 50, "subject": plain.id, "seed": 7}


def test_both_plans_can_be_compared_and_a_robust_one_attains_no_more(db: Database) -> None:
    plain = planned(db, LATE, SLIP)
    stored = made(db, plain)
    found = compare(db, stored.id, plain.id)
    assert not found.difference.empty
    assert all(one.change <= 1e-6 for one in found.classes)
    assert sum(one.change for one in found.classes) < 0


def test_the_worst_of_all_futures_is_survived_in_all_of_them(db: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """The futures are drawn from the portfolio recorded, not from the hedged one once more."""
    monkeypatch.setattr(kinds, "study", lambda _, task, **__: simulate(task, print))
    stored = made(db, planned(db, LATE, SLIP))
    risks.start(db, stored.id, "eve", WORST.futures, WORST.seed)
    began = time.monotonic()
    while (run := risks.newest(db, stored, risks.recorded(db, stored))) is None or run.state == "running":
        assert time.monotonic() < began + 60
        time.sleep(0.01)
    assert (run.state, run.current) == ("done", True), run.message
    assert run.chances is not None
    assert [one["value"]["reached"] for one in run.chances["classes"]] == [1.0] * len(run.chances["classes"])


def test_a_robust_plan_of_a_robust_plan_is_one_of_the_portfolio_recorded(db: Database) -> None:
    plain = planned(db, LATE, SLIP)
    again = made(db, made(db, plain))
    assert again.digest == worse(plain.problem, WORST).digest
    assert robust.plain_plan(db, again) == plain.id


def test_a_floor_that_no_plan_can_keep_in_the_futures_is_told_as_a_fault(db: Database) -> None:
    plain = planned(db, LOST, without_floor=False)
    job = ended(db, robust.start_beside(db, plain.id, "eve", WORST))
    assert (job.state, job.plan_id) == ("failed", None)
    assert job.faults or job.conflicts
    assert job.repairs == []


def test_what_cannot_be_planned_for_is_refused(db: Database) -> None:
    plain = planned(db, LATE)
    for share in (0.0, -1.0, 1.01, float("nan")):
        with pytest.raises(Refused, match="share of the futures"):
            robust.start_beside(db, plain.id, "eve", Futures(share))
    for futures, seed in ((0, 0), (10_001, 0), (10, -1), (10, 2**31)):
        with pytest.raises(Refused, match="from 1 to 10,000"):
            robust.start_beside(db, plain.id, "eve", Futures(0.9, futures, seed))
    with pytest.raises(NotFound):
        robust.start(db, "tiny", None, "nothing", "eve", Futures())
    row = rows(db, "tiny", "risks")[0]
    remove_record(db, "tiny", "risks", row.key, row.version, "ann")
    with pytest.raises(Refused, match="nothing to be robust against"):
        robust.start_beside(db, plain.id, "eve", Futures())
