"""One process per trade-off, which solves its what-ifs and tells each point as it is found."""

from __future__ import annotations

import multiprocessing
import os
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from multiprocessing.connection import Connection

from solver.faults import InvalidInput
from solver.frontier import Ask, Point, trace

LOOK_SECONDS = 0.05
OVERTIME_SECONDS = 60.0
"""How long a point may exceed its time limit (building and checking are not limited) before it counts as hung."""
NICE = 5
"""Points give way to pages and to recomputes that somebody waits for."""
FOUND, END, FAILED = "found", "end", "failed"


class TraceFailed(Exception):
    """There will be no further points; the message says why."""


def traced(ask: Ask, should_stop: Callable[[], bool]) -> Iterator[Point]:
    """The points of a trade-off as a process of its own finds them; told to stop, that process is ended at once.

    Raises TraceFailed.
    """
    spawn = multiprocessing.get_context("spawn")
    ours, theirs = spawn.Pipe(duplex=False)
    process = spawn.Process(target=serve, args=(theirs, ask), name="codered-frontier", daemon=True)
    process.start()
    theirs.close()
    try:
        yield from _received(ours, ask.options.time_limit + OVERTIME_SECONDS, should_stop)
    except (EOFError, OSError):
        raise TraceFailed("its process ended unexpectedly") from None
    finally:
        process.terminate()
        process.join()
        ours.close()


def _received(pipe: Connection, patience: float, should_stop: Callable[[], bool]) -> Iterator[Point]:
    last = time.monotonic()
    while not should_stop():
        if not pipe.poll(LOOK_SECONDS):
            if time.monotonic() > last + patience:
                raise TraceFailed("a point did not keep its time limit, and the process was ended")
            continue
        word, content = pipe.recv()
        if word == END:
            return
        if word == FAILED:
            raise TraceFailed(content)
        last = time.monotonic()
        yield content


def serve(pipe: Connection, ask: Ask) -> None:
    """What the process does: find one point after the other, as long as somebody reads them."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    with suppress(AttributeError, OSError):
        os.nice(NICE)
    with suppress(EOFError, OSError):
        try:
            for point in trace(ask, should_stop=_orphaned):
                pipe.send((FOUND, point))
        except InvalidInput as invalid:
            pipe.send((FAILED, "; ".join(str(fault) for fault in invalid.faults[:3])))
        except OSError:
            raise
        except Exception as error:  # noqa: BLE001 - a defect of a trade-off is told where it was asked for
            pipe.send((FAILED, f"an unexpected error: {type(error).__name__}: {error}"))
        else:
            pipe.send((END, None))


def _orphaned() -> bool:
    """Whether the process that asked is gone."""
    parent = multiprocessing.parent_process()
    return parent is not None and not parent.is_alive()
