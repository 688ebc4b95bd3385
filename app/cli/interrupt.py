"""Work that Ctrl-C ends gently: the first one asks it to stop and waits for its answer, the second one gives up."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

from solver.progress import ShouldStop

SIGNALS = (signal.SIGINT, signal.SIGTERM)


def run_until_stopped[Answer](work: Callable[[ShouldStop], Answer], on_stop: Callable[[], None]) -> Answer:
    """The answer of `work`, which runs in a thread so that the main one hears Ctrl-C at once; raises what it raises."""
    stop = threading.Event()
    answers: list[Answer] = []
    errors: list[BaseException] = []

    def run() -> None:
        try:
            answers.append(work(stop.is_set))
        except BaseException as error:  # noqa: BLE001 - handed over to the waiting thread, which raises it
            errors.append(error)

    thread = threading.Thread(target=run, name="work", daemon=True)
    with stop_signals(stop, on_stop):
        thread.start()
        while thread.is_alive():
            thread.join(0.05)
    if errors:
        raise errors[0]
    return answers[0]


@contextmanager
def stop_signals(stop: threading.Event, on_stop: Callable[[], None]) -> Iterator[None]:
    """Inside, Ctrl-C and a polite kill set `stop`; a second one raises KeyboardInterrupt."""

    def handle(_: int, __: FrameType | None) -> None:
        if stop.is_set():
            raise KeyboardInterrupt
        stop.set()
        on_stop()

    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {number: signal.signal(number, handle) for number in SIGNALS}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
