"""Word to stop that several threads of one solve look for: all hear of it, and none waits for what another took."""

from __future__ import annotations

import multiprocessing
from concurrent.futures import ThreadPoolExecutor

import pytest

from app.processes import solver
from app.processes.solver import SOLVE, STOP, _Stop

THREADS = 8


def test_every_thread_hears_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(solver, "LOOK_SECONDS", 0.0)
    for number in range(50):
        ours, theirs = multiprocessing.Pipe()
        stop = _Stop(theirs, number)
        with ThreadPoolExecutor(THREADS) as threads:
            assert list(threads.map(lambda _, ask=stop: ask(), range(THREADS))) == [False] * THREADS
            ours.send((STOP, number, None))
            asked = [threads.submit(stop) for _ in range(THREADS)]
            assert all(found.result(timeout=20) for found in asked)
        assert stop()


def test_word_for_another_solve_is_not_for_this_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(solver, "LOOK_SECONDS", 0.0)
    ours, theirs = multiprocessing.Pipe()
    stop = _Stop(theirs, 2)
    for word in ((STOP, 1, None), (SOLVE, 2, None)):
        ours.send(word)
        assert not stop()
    ours.send((STOP, 2, None))
    assert stop()
