"""Requests are counted by account and minute, by all processes together, with few writes."""

from __future__ import annotations

import threading

import pytest

from app.actions.accounts import add_account
from app.actions.throttle import PARTS, Throttle
from app.db import Database
from app.errors import TooMany, Unavailable
from tests.app.test_statements import counted


@pytest.fixture
def kim(db: Database) -> Database:
    """A database with two accounts."""
    for name in ("kim", "eve"):
        add_account(db, name, None, {}, "ann")
    return db


class Clock:
    """A clock that stands until it is set."""

    now = 600.0

    def __call__(self) -> float:
        return self.now


def spent(throttle: Throttle, db: Database, tries: int, name: str = "kim") -> int:
    """How many of some requests passed."""
    passed = 0
    for _ in range(tries):
        try:
            throttle.spend(db, name)
        except TooMany:
            continue
        passed += 1
    return passed


def test_so_many_pass_in_a_minute_and_as_many_in_the_next(kim: Database) -> None:
    clock = Clock()
    throttle = Throttle(40, clock)
    assert spent(throttle, kim, 60) == 40
    clock.now += 60
    assert spent(throttle, kim, 60) == 40


def test_who_is_held_back_is_told_until_when_and_others_are_not_held_back(kim: Database) -> None:
    clock = Clock()
    clock.now = 618.4
    throttle = Throttle(1, clock)
    throttle.spend(kim, "kim")
    with pytest.raises(TooMany, match="may ask 1 times a minute; go on in 42 seconds") as held:
        throttle.spend(kim, "kim")
    assert held.value.seconds == 42
    throttle.spend(kim, "eve")


def test_several_processes_count_together(kim: Database) -> None:
    clock = Clock()
    processes = [Throttle(100, clock) for _ in range(3)]
    assert sum(spent(one, kim, 100) for one in processes) == 100


def test_many_threads_of_one_process_never_pass_more(kim: Database) -> None:
    throttle, passed = Throttle(60, Clock()), []
    threads = [threading.Thread(target=lambda: passed.append(spent(throttle, kim, 40))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert 50 < sum(passed) <= 60


def test_few_requests_touch_the_database(kim: Database) -> None:
    throttle = Throttle(1200, Clock())
    with counted(kim) as statements:
        assert spent(throttle, kim, 1300) == 1200
    assert len(statements) <= 4 + 3 * (PARTS + 1)


def test_without_a_limit_nothing_is_counted(kim: Database) -> None:
    throttle = Throttle(0)
    with counted(kim) as statements:
        assert spent(throttle, kim, 100) == 100
    assert statements == []


def test_a_database_that_does_not_answer_holds_nobody_back(kim: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails() -> None:
        raise Unavailable("busy")

    monkeypatch.setattr(kim, "session", fails)
    assert spent(Throttle(40, Clock()), kim, 10) == 10
