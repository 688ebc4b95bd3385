"""Claims, leases and fencing: every job is done by somebody, and its result is stored once."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from app.actions import operate, work
from app.actions.audit import entries
from app.actions.plans import list_plans
from app.actions.recompute import cancel, get_job, start
from app.actions.work import kinds
from app.actions.work.worker import Worker
from app.cli import main
from app.db import Database
from app.errors import Refused, Unavailable
from app.processes.solver import Task
from app.store import jobs, workers
from app.store.jobs import Claim
from solver.plan import Outcome
from solver.progress import OnProgress, ShouldStop
from tests.app.lab import outcome
from tests.app.test_recompute import wait

LEASE = timedelta(seconds=30)
ANN = jobs.Worker("host:1:1", ("plan",), LEASE)
BOB = jobs.Worker("elsewhere:2:2", ("plan",), LEASE)


@pytest.fixture(autouse=True)
def _others() -> Any:
    """No job is done unless a test does it."""
    work.leave_to_others()
    yield
    work.shut_down()


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[datetime]:
    """The time of leases, which tests move."""
    now = [datetime(2026, 1, 1, tzinfo=UTC)]
    monkeypatch.setattr(jobs, "now_of", lambda _: now[0])
    return now


def queued(db: Database) -> int:
    return start(db, "lab", None, "ordinary", "eve")


def claimed(db: Database, worker: jobs.Worker) -> Claim | None:
    with db.session() as session:
        return jobs.claim(session, worker)


def finished(db: Database, claim: Claim) -> bool:
    with db.session() as session:
        return jobs.finish(session, claim, jobs.DONE, {"message": "optimal"})


def test_the_oldest_job_is_claimed_first_and_by_one_only(lab: Database) -> None:
    first, second = queued(lab), queued(lab)
    assert claimed(lab, ANN) == Claim(first, 1)
    assert claimed(lab, BOB) == Claim(second, 1)
    assert claimed(lab, ANN) is None


def test_a_lease_that_ran_out_gives_the_job_to_another_and_the_first_can_no_longer_end_it(
    lab: Database, clock: list[datetime]
) -> None:
    job = queued(lab)
    late = claimed(lab, ANN)
    assert late is not None
    clock[0] += LEASE
    assert claimed(lab, BOB) is None
    clock[0] += timedelta(seconds=1)
    taken = claimed(lab, BOB)
    assert taken == Claim(job, 2)
    with lab.session() as session:
        assert not jobs.extend(session, late, LEASE)
        assert not jobs.wanted(session, late)
        jobs.report(session, late, [{"name": "late"}])
    assert not finished(lab, late)
    assert get_job(lab, job).state == "running"
    assert get_job(lab, job).progress == []
    assert finished(lab, taken)
    assert not finished(lab, taken)
    assert get_job(lab, job).state == "done"


def test_a_lease_that_is_extended_keeps_the_job(lab: Database, clock: list[datetime]) -> None:
    queued(lab)
    claim = claimed(lab, ANN)
    assert claim is not None
    for _ in range(5):
        clock[0] += LEASE * 2 / 3
        with lab.session() as session:
            assert jobs.extend(session, claim, LEASE)
        assert claimed(lab, BOB) is None


def test_a_clock_that_was_set_back_does_not_keep_a_dead_workers_job_for_ever(
    lab: Database, clock: list[datetime]
) -> None:
    job = queued(lab)
    assert claimed(lab, ANN)
    clock[0] -= timedelta(days=1)
    assert claimed(lab, BOB) == Claim(job, 2)


def test_a_clock_that_jumps_ahead_costs_a_second_solve_but_never_a_second_result(
    lab: Database, clock: list[datetime]
) -> None:
    queued(lab)
    first = claimed(lab, ANN)
    clock[0] += timedelta(days=1)
    second = claimed(lab, BOB)
    assert first
    assert second
    assert [finished(lab, claim) for claim in (first, second)] == [False, True]


def test_the_job_of_an_owner_that_is_known_to_be_gone_is_free_at_once(lab: Database) -> None:
    job = queued(lab)
    assert claimed(lab, ANN)
    assert claimed(lab, jobs.Worker("host:3:3", ("plan",), LEASE, gone=[ANN.name])) == Claim(job, 2)


def test_a_job_that_loses_its_worker_every_time_is_parked_and_an_operator_starts_it_again(
    lab: Database, clock: list[datetime]
) -> None:
    job = queued(lab)
    for attempt in range(1, jobs.MOST_ATTEMPTS + 1):
        assert claimed(lab, ANN) == Claim(job, attempt)
        clock[0] += 2 * LEASE
    assert claimed(lab, ANN) is None
    parked = get_job(lab, job)
    assert (parked.state, parked.ended) == ("parked", True)
    assert "3 times" in parked.message
    operate.start_again(lab, job, "ops")
    assert (entries(lab, "lab", 1)[0].verb, get_job(lab, job).state) == ("start again", "queued")
    assert claimed(lab, ANN) == Claim(job, 4)


def test_only_what_ended_without_a_result_is_started_again(lab: Database) -> None:
    job = queued(lab)
    with pytest.raises(Refused, match=f"job {job} is queued"):
        operate.start_again(lab, job, "ops")
    claim = claimed(lab, ANN)
    assert claim
    assert finished(lab, claim)
    with pytest.raises(Refused, match="is done"):
        operate.start_again(lab, job, "ops")


def test_a_job_that_was_cancelled_while_its_worker_was_gone_is_not_begun_again(lab: Database) -> None:
    job = queued(lab)
    assert claimed(lab, ANN)
    cancel(lab, job, "eve")
    assert claimed(lab, jobs.Worker("host:3:3", ("plan",), LEASE, gone=[ANN.name])) is None
    assert get_job(lab, job).state == "cancelled"


def test_a_worker_does_only_the_kinds_of_its_lanes(lab: Database) -> None:
    queued(lab)
    assert claimed(lab, jobs.Worker("host:3:3", ("futures",), LEASE)) is None


def test_a_command_that_starts_a_job_again_does_not_begin_it(lab: Database) -> None:
    """It ends at once, and whoever holds the job then is gone."""
    job = queued(lab)
    cancel(lab, job, "eve")
    work.shut_down()
    threads = {thread.name for thread in threading.enumerate()}
    assert main(["jobs", "again", str(job), "--database", lab.url.render_as_string(hide_password=False)]) == 0
    assert {thread.name for thread in threading.enumerate()} == threads
    assert claimed(lab, ANN) == Claim(job, 1)


class Held:
    """A solver that answers when it may, and counts how often it was asked."""

    def __init__(self) -> None:
        self.may, self.asked, self.times = threading.Event(), threading.Event(), 0

    def solve(self, task: Task, on_progress: OnProgress, should_stop: ShouldStop) -> Outcome:
        self.times += 1
        self.asked.set()
        assert self.may.wait(10)
        return outcome(task.problem, 5.0, task.policy)

    def close(self) -> None:
        self.may.set()


def test_a_result_that_comes_after_the_claim_was_lost_is_dropped_whole(lab: Database) -> None:
    """No plan, no line in the audit trail: storing and ending are one transaction."""
    job, slow, quick = queued(lab), Held(), Held()
    quick.may.set()
    stopped = Worker(slow, lanes=("plans",))  # type: ignore[arg-type]
    stopped.wake(lab)
    assert slow.asked.wait(10)
    with lab.session() as session:
        jobs.get(session, job).lease_until = datetime(2020, 1, 1, tzinfo=UTC)
    other = Worker(quick, lanes=("plans",))  # type: ignore[arg-type]
    other.wake(lab)
    assert wait(lab, job).state == "done"
    before = (len(list_plans(lab, "lab")), len(entries(lab, "lab", 100)))
    slow.may.set()
    stopped.close()
    other.close()
    assert (slow.times, quick.times) == (1, 1)
    assert (len(list_plans(lab, "lab")), len(entries(lab, "lab", 100))) == before == (1, before[1])


def test_a_result_waits_for_a_database_that_is_away(lab: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    job, held = queued(lab), Held()
    worker = Worker(held, lanes=("plans",))  # type: ignore[arg-type]
    worker.wake(lab)
    assert held.asked.wait(10)
    whole, away = lab.session, threading.Event()

    def gone() -> Any:
        away.set()
        raise Unavailable("the database is not available: it is being restarted")

    monkeypatch.setattr(lab, "session", gone)
    held.may.set()
    assert away.wait(10)
    monkeypatch.setattr(lab, "session", whole)
    assert wait(lab, job).state == "done"
    worker.close()


@pytest.mark.parametrize(("times", "state", "plans"), [(1, "done", 1), (jobs.MOST_ATTEMPTS, "parked", 0)])
def test_a_job_whose_database_goes_away_while_it_is_done_waits_again_and_not_for_ever(
    lab: Database, monkeypatch: pytest.MonkeyPatch, times: int, state: str, plans: int
) -> None:
    job, held, left = queued(lab), Held(), list(range(times))
    held.may.set()
    whole = kinds.snapshot

    def snapshot(*arguments: Any) -> Any:
        if left:
            left.pop()
            raise Unavailable("the database is not available: it is being restarted")
        return whole(*arguments)

    monkeypatch.setattr(kinds, "snapshot", snapshot)
    worker = Worker(held, lanes=("plans",))  # type: ignore[arg-type]
    worker.wake(lab)
    assert wait(lab, job).state == state
    worker.close()
    assert len(list_plans(lab, "lab")) == plans
    assert left == []


def test_the_times_of_a_job_are_those_of_one_clock(lab: Database, clock: list[datetime]) -> None:
    """A worker whose clock is wrong would have solved for a year, or for less than nothing."""
    job = queued(lab)
    clock[0] += timedelta(seconds=3)
    claim = claimed(lab, ANN)
    assert claim
    clock[0] += timedelta(seconds=4)
    assert finished(lab, claim)
    told = get_job(lab, job)
    assert (told.created_at, told.seconds) == (clock[0] - timedelta(seconds=7), 4.0)


def test_two_workers_do_every_job_once(lab: Database) -> None:
    numbers = [queued(lab) for _ in range(30)]
    held = [Held(), Held()]
    for one in held:
        one.may.set()
    pair = [Worker(one, lanes=("plans",)) for one in held]  # type: ignore[arg-type]
    for one in pair:
        one.wake(lab)
    states = [wait(lab, number, seconds=60).state for number in numbers]
    for one in pair:
        one.close()
    assert states == ["done"] * 30
    assert held[0].times + held[1].times == 30 == len(list_plans(lab, "lab"))


def test_workers_say_that_they_are_there_and_what_they_do(lab: Database) -> None:
    with lab.session() as session:
        workers.seen(session, ANN.name, ["plans"])
    job = queued(lab)
    assert claimed(lab, ANN)
    assert [(one.name, one.doing) for one in operate.present(lab)] == [(ANN.name, (job,))]
    with lab.session() as session:
        workers.left(session, ANN.name)
    assert operate.present(lab) == []


def test_a_worker_that_says_nothing_more_is_not_there(lab: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    with lab.session() as session:
        workers.seen(session, ANN.name, ["plans"])
    later = datetime.now(UTC) + workers.SILENT + timedelta(seconds=1)
    monkeypatch.setattr(workers, "now_of", lambda _: later)
    assert operate.present(lab) == []


def test_the_command_lists_cancels_and_starts_again(lab: Database, capsys: pytest.CaptureFixture[str]) -> None:
    job, url = queued(lab), ["--database", str(lab.url)]
    assert main(["jobs", "cancel", str(job), *url]) == 0
    assert main(["jobs", "list", "--json", *url]) == 0
    assert '"state": "cancelled"' in capsys.readouterr().out
    assert main(["jobs", "again", str(job), *url]) == 0
    assert main(["jobs", "list", "--state", "queued", *url]) == 0
    shown = capsys.readouterr().out
    assert "queued" in shown
    assert "no worker is there" in shown
    assert main(["jobs", "again", "99", *url]) == 1
    assert "99" in capsys.readouterr().err
