"""Solve every scenario of a sweep that is not kept yet, on any workers, and keep each result as it comes.

scenarios -> tasks by key -> without those that are kept -> workers -> kept one by one -> a row per scenario
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, BrokenExecutor, CancelledError, Future, wait
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path

from app.errors import CoderedError, Refused
from app.processes.sweep import Crew, Hire
from solver.files.sweep_files import SweepFolder, write_whole
from solver.progress import ShouldStop, never_stop
from solver.solve import BrokenPlan
from solver.sweep import Base, Result, Scenario, Task, calculate, prepare, results_csv
from solver.sweep.rows import refused

RETRIES = 3
"""How often in a row the workers may be lost without a single result in between."""
LOOK = 0.1
"""Seconds between two looks at whether to stop."""
FAILED = "failed"
Row = tuple[Scenario, Result]


class WorkersLost(CoderedError):
    """The workers of a sweep went away; what they had done is kept."""


@dataclass(slots=True)
class Tally:
    """How far a sweep is: scenarios, distinct solves, those found as kept, and those done now."""

    scenarios: int
    solves: int
    found: int
    done: int = 0
    rows: list[Row] = field(default_factory=list)

    @property
    def left(self) -> int:
        """Solves that are still to be done."""
        return self.solves - self.found - self.done


OnTally = Callable[[Tally], None]


def sweep(  # noqa: PLR0917 - what, where to, and by whom
    base: Base,
    scenarios: Sequence[Scenario],
    out: Path,
    hire: Hire | None = None,
    on_tally: OnTally = lambda _: None,
    should_stop: ShouldStop = never_stop,
) -> Tally:
    """All scenarios, in this process or by the workers of `hire`; the table is written to `out`/results.csv.

    Told to stop, it keeps what is done and leaves out the rest. Raises Refused when another sweep writes to `out`;
    WorkersLost when workers go away again and again.
    """
    with _alone(out):
        folder, prepared = SweepFolder(out), prepare(base, scenarios)
        tasks = {task.key: task for _, task in prepared if isinstance(task, Task)}
        results = folder.found(tasks)
        tally = Tally(len(prepared), len(tasks), len(results))
        on_tally(tally)
        missing = {key: task for key, task in tasks.items() if key not in results}
        try:
            for key, result in _calculated(base, missing, hire, should_stop):
                if result.status != FAILED:
                    folder.keep(result)
                results[key] = result
                tally.done += 1
                on_tally(tally)
        finally:
            tally.rows = list(_rows(prepared, results))
            write_whole(out / "results.csv", results_csv(tally.rows))
    return tally


def _rows(prepared: Sequence[tuple[Scenario, Task | Result]], results: Mapping[str, Result]) -> Iterator[Row]:
    for scenario, task in prepared:
        if isinstance(task, Result):
            yield scenario, task
        elif task.key in results:
            yield scenario, results[task.key]


def _calculated(
    base: Base, tasks: Mapping[str, Task], hire: Hire | None, should_stop: ShouldStop
) -> Iterator[tuple[str, Result]]:
    """The results of tasks by key as they come; lost workers are replaced while results come in between."""
    left, lost = dict(tasks), 0
    while left and not should_stop():
        try:
            for key, result in (
                _here(base, left, should_stop) if hire is None else _hired(base, left, hire, should_stop)
            ):
                yield key, result
                del left[key]
                lost = 0
            return
        except (BrokenExecutor, CancelledError) as error:
            lost += 1
            if lost >= RETRIES:
                raise WorkersLost(
                    f"the workers went away {lost} times in a row ({error or 'no connection'}); what was done is kept, "
                    f"and the same command goes on with the {len(left)} that are left"
                ) from error


def _here(base: Base, tasks: Mapping[str, Task], should_stop: ShouldStop) -> Iterator[tuple[str, Result]]:
    for key, task in list(tasks.items()):
        if should_stop():
            return
        try:
            result = calculate(base, task, should_stop)
        except BrokenPlan as broken:
            result = _failed(task, broken)
        if result is not None:
            yield key, result


def _hired(base: Base, tasks: Mapping[str, Task], hire: Hire, should_stop: ShouldStop) -> Iterator[tuple[str, Result]]:
    """Tasks are handed out few at a time: stopping, and losing workers, then loses little."""
    waiting, busy = iter(list(tasks.values())), dict[Future[Result | None], Task]()
    with hire(base) as crew:
        while True:
            _hand_out(crew, waiting, busy)
            if not busy:
                return
            done = wait(busy, timeout=LOOK, return_when=FIRST_COMPLETED).done
            yield from _taken(done, busy)
            if should_stop():
                crew.stop()
                return


def _hand_out(crew: Crew, waiting: Iterator[Task], busy: dict[Future[Result | None], Task]) -> None:
    while len(busy) < crew.room and (task := next(waiting, None)) is not None:
        busy[crew.submit(task)] = task


def _taken(done: set[Future[Result | None]], busy: dict[Future[Result | None], Task]) -> Iterator[tuple[str, Result]]:
    """The results of what is done; only then, what went wrong with one of them is raised."""
    errors: list[BaseException] = []
    for future in done:
        task = busy.pop(future)
        error = CancelledError("the connection is gone") if future.cancelled() else future.exception()
        if isinstance(error, BrokenPlan):
            yield task.key, _failed(task, error)
        elif error is not None:
            errors.append(error)
        elif (result := future.result()) is not None:
            yield task.key, result
    if errors:
        raise errors[0]


def _failed(task: Task, error: BrokenPlan) -> Result:
    return refused(task.policy, FAILED, f"the checker refused the plan: {error}")


@contextmanager
def _alone(out: Path) -> Iterator[None]:
    """Nobody else sweeps into this folder meanwhile; the system lets go of the lock when this process ends."""
    out.mkdir(parents=True, exist_ok=True)
    with (out / ".lock").open("w") as lock:
        if find_spec("fcntl"):
            import fcntl

            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise Refused(f"another sweep is writing to {out}; wait for it, or choose another --out") from None
        yield
