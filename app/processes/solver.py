"""One warm process that solves, so that the web process stays free and a solve can be ended at any moment."""

from __future__ import annotations

import importlib
import multiprocessing
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from typing import Any

from solver.people import Orders
from solver.plan import Outcome, Plan
from solver.problem import Problem
from solver.progress import Options, Progress

GRACE_SECONDS = 0.4
"""How long a solve may take to stop by itself before its process is ended: a cancel is done within a second."""
OVERTIME_SECONDS = 60.0
"""How long a solve may exceed its time limit (building and checking are not limited) before it counts as hung."""
LOOK_SECONDS = 0.05

SOLVE_FUNCTION = "solver.solve:solve"
"""What the process runs, as module:function; named, so that only that process imports it."""

ORDER_FUNCTION = "solver.orders:change_orders"
"""The same for the change orders of a plan."""

SOLVE, ORDER, STOP = "solve", "order", "stop"
PROGRESS, OUTCOME, FAILED = "progress", "outcome", "failed"


class SolverEnded(Exception):
    """The process was ended or ended by itself before there was an outcome; the message says why."""


class SolveCancelled(Exception):
    """The solve was stopped as asked."""


@dataclass(frozen=True, slots=True)
class Task:
    """What to solve."""

    problem: Problem
    policy: str
    options: Options
    plan: Plan | None = None
    """The plan to start from, or whose change orders are asked for."""


class SolverProcess:
    """A spawned process that imports the solver once and then waits for tasks; for one thread at a time."""

    def __init__(self, solve: str = SOLVE_FUNCTION) -> None:
        self._function = solve
        self._context = multiprocessing.get_context("spawn")
        self._number = 0
        self._process, self._pipe = self._spawned()

    def solve(self, task: Task, on_progress: Callable[[Progress], None], should_stop: Callable[[], bool]) -> Outcome:
        """Solve there, and wait for it here. Raises SolveCancelled or SolverEnded."""
        return self._asked(SOLVE, Outcome, task, on_progress, should_stop)

    def order(self, task: Task, should_stop: Callable[[], bool]) -> Orders:
        """The change orders of the task's plan. Raises SolveCancelled or SolverEnded."""
        return self._asked(ORDER, Orders, task, _nothing, should_stop)

    def _asked[Answer](
        self,
        word: str,
        expected: type[Answer],
        task: Task,
        on_progress: Callable[[Progress], None],
        should_stop: Callable[[], bool],
    ) -> Answer:
        if not self._process.is_alive():
            self.restart()
        self._number += 1
        try:
            self._pipe.send((word, self._number, task))
            return self._outcome(expected, on_progress, should_stop, time.monotonic() + task.options.time_limit)
        except (EOFError, OSError):
            self._process.join(1)
            code = self._process.exitcode
            self.restart()
            raise SolverEnded(f"the solver process ended unexpectedly (exit code {code})") from None

    def restart(self) -> None:
        """End the process and start a fresh one."""
        self.close()
        self._process, self._pipe = self._spawned()

    def close(self) -> None:
        """End the process."""
        self._pipe.close()
        self._process.terminate()
        self._process.join(1)
        if self._process.is_alive():
            self._process.kill()
            self._process.join()

    def _outcome[Answer](
        self,
        expected: type[Answer],
        on_progress: Callable[[Progress], None],
        should_stop: Callable[[], bool],
        limit: float,
    ) -> Answer:
        stop_asked: float | None = None
        while True:
            if self._pipe.poll(LOOK_SECONDS):
                kind, content = self._pipe.recv()
                if kind == PROGRESS:
                    on_progress(content)
                else:
                    return _answer(expected, kind, content, stop_asked is not None)
            now = time.monotonic()
            if stop_asked is None and should_stop():
                stop_asked = now
                self._pipe.send((STOP, self._number, None))
            if stop_asked is not None and now > stop_asked + GRACE_SECONDS:
                self.restart()
                raise SolveCancelled
            if now > limit + OVERTIME_SECONDS:
                self.restart()
                raise SolverEnded("the solver did not keep its time limit and was ended")

    def _spawned(self) -> tuple[BaseProcess, Connection]:
        ours, theirs = self._context.Pipe()
        process = self._context.Process(target=serve, args=(theirs, self._function), name="codered-solver", daemon=True)
        with _deaf_to_ctrl_c():
            process.start()
        theirs.close()
        return process, ours


@contextmanager
def _deaf_to_ctrl_c() -> Iterator[None]:
    """A process started in here inherits that Ctrl-C is not for it: its parent ends it, without a word."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def _nothing(_: Progress) -> None:
    """Orders are made without reports."""


def _answer[Answer](expected: type[Answer], kind: str, content: Any, stop_asked: bool) -> Answer:
    if stop_asked:
        raise SolveCancelled
    if kind == FAILED:
        raise SolverEnded(f"the solver failed: {content}")
    if not isinstance(content, expected):
        raise SolverEnded(f"the solver answered with {type(content).__name__}, which is no {expected.__name__.lower()}")
    return content


def serve(pipe: Connection, function: str) -> None:
    """What the process does: import the solver, then solve one task after the other until the pipe closes."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    module, _, name = function.partition(":")
    solve = getattr(importlib.import_module(module), name)
    with suppress(EOFError, OSError):
        while True:
            word, number, task = pipe.recv()
            if word == SOLVE:
                _solve_one(pipe, solve, number, task)
            elif word == ORDER:
                _solve_one(pipe, _order, number, task)


def _order(
    problem: Problem, _: str, *, options: Options, on_progress: object, should_stop: Callable[[], bool], start: Plan
) -> Any:
    module, _, name = ORDER_FUNCTION.partition(":")
    return getattr(importlib.import_module(module), name)(problem, start, options=options, should_stop=should_stop)


class _Stop:
    """Whether word to stop has come for one solve; once it has, it stays. Every thread of the solve may ask."""

    def __init__(self, pipe: Connection, number: int) -> None:
        self._pipe, self._number, self._asked = pipe, number, False
        self._looked, self._looking = 0.0, threading.Lock()

    def __call__(self) -> bool:
        if not self._asked and time.monotonic() >= self._looked + LOOK_SECONDS:
            with self._looking:
                self._look()
        return self._asked

    def _look(self) -> None:
        self._looked = time.monotonic()
        while not self._asked and self._pipe.poll():
            word, number, _ = self._pipe.recv()
            self._asked = (word, number) == (STOP, self._number)


def _solve_one(pipe: Connection, solve: Callable[..., Any], number: int, task: Task) -> None:
    def tell(progress: Progress) -> None:
        pipe.send((PROGRESS, progress))

    stop = _Stop(pipe, number)
    try:
        more = {} if task.plan is None else {"start": task.plan}
        outcome = solve(task.problem, task.policy, options=task.options, on_progress=tell, should_stop=stop, **more)
    except (EOFError, OSError):
        raise
    except Exception as error:  # noqa: BLE001 - a defect of one solve must not end the process; the job tells it
        pipe.send((FAILED, f"{type(error).__name__}: {error}"))
    else:
        pipe.send((OUTCOME, outcome))
