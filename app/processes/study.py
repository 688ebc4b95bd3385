"""One process per study, such as a simulation of futures: neither a page nor a recompute waits for it."""

from __future__ import annotations

import importlib
import multiprocessing
import signal
import time
from collections.abc import Callable
from contextlib import suppress
from multiprocessing.connection import Connection
from typing import Any

from app.processes.solver import SolveCancelled

LOOK_SECONDS = 0.1
READY, PART, RESULT, FAILED = "ready", "part", "result", "failed"

Tell = Callable[[Any], None]


class StudyFailed(Exception):
    """There is no result; the message says why."""


class StudyRefused(Exception):
    """Raised by a study whose question has no answer; the message says why."""


def study(function: str, task: object, *, on_part: Tell, should_stop: Callable[[], bool], limit: float = 3600.0) -> Any:
    """What `function` (module:function) answers to a task, in a process of its own; what it tells on the way goes to
    `on_part`. Raises StudyFailed, or SolveCancelled when it was to stop, which it may be from the first moment on: the
    task is handed over once the process is ready for it, and nobody waits for that.
    """
    spawn = multiprocessing.get_context("spawn")
    ours, theirs = spawn.Pipe()
    process = spawn.Process(target=serve, args=(theirs, function), name="codered-study", daemon=True)
    process.start()
    theirs.close()
    try:
        return _answer(ours, task, on_part, should_stop, time.monotonic() + limit)
    except (EOFError, OSError):
        process.join(1)
        raise StudyFailed(f"its process ended unexpectedly (exit code {process.exitcode})") from None
    finally:
        process.kill()
        process.join()
        ours.close()


def _answer(pipe: Connection, task: object, on_part: Tell, should_stop: Callable[[], bool], until: float) -> Any:
    while time.monotonic() < until:
        if pipe.poll(LOOK_SECONDS):
            kind, content = pipe.recv()
            if kind == RESULT:
                return content
            if kind == FAILED:
                raise StudyFailed(content)
            if kind == READY:
                pipe.send(task)
            else:
                on_part(content)
        if should_stop():
            raise SolveCancelled
    raise StudyFailed("it took too long and was ended")


def serve(pipe: Connection, function: str) -> None:
    """What the process does: answer one task, and tell what is wrong where there is no answer."""
    multiprocessing.current_process().daemon = False  # it may have processes of its own, which leave with it
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    with suppress(EOFError, OSError):
        pipe.send((READY, None))
        task = pipe.recv()
        pipe.send(answered(function, task, lambda part: pipe.send((PART, part))))


def answered(function: str, task: object, tell: Tell) -> tuple[str, Any]:
    """The word and the content that end a study."""
    module, _, name = function.partition(":")
    try:
        return RESULT, getattr(importlib.import_module(module), name)(task, tell)
    except StudyRefused as refused:
        return FAILED, str(refused)
    except Exception as error:  # noqa: BLE001 - a defect of the study is told where it was asked for
        return FAILED, f"an unexpected error: {type(error).__name__}: {error}"
