"""Solve every scenario of a sweep whose result is not kept yet, on any workers, and keep each result as it comes.

scenarios -> tasks by key, prepared while others are solved -> without those that are kept -> workers, by the handful
-> kept one by one -> a row per scenario
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, BrokenExecutor, CancelledError, Future, wait
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace
from typing import Protocol

from app.errors import CoderedError
from app.processes.sweep import Crew, Hire
from solver.plan import Outcome, Plan
from solver.progress import ShouldStop, never_stop
from solver.solve import solve, takes_start
from solver.sweep import Base, Result, Scenario, Task, calculate, prepare

RETRIES = 3
"""How often in a row the workers may be lost without a single result in between."""
LOOK = 0.1
"""Seconds between two looks at whether to stop."""
HANDFUL_SECONDS, MOST_AT_ONCE = 1.0, 64
"""How long a worker should be busy with what it is handed at once, and how many tasks that may be."""
TASK_SECONDS = 0.02
"""What a task takes beside its solve, at least."""
Row = tuple[Scenario, Result]


class WorkersLost(CoderedError):
    """The workers of a sweep went away; what they had done is kept."""


class Keeper(Protocol):
    """Where the results of a sweep stay, and the plan that its solves start from. What the checker refused (status
    `failed`) is told, but no result to be found again.
    """

    def found(self, key: str) -> Result | None:
        """The result of a key, if it is kept."""

    def keep(self, result: Result, scenarios: Sequence[int], *, new: bool) -> None:
        """The result of some scenarios, by their places, is known; `new`: it was not kept before."""

    def start(self, base: Base) -> Plan | None:
        """The plan of the base, if it is kept."""

    def keep_start(self, base: Base, outcome: Outcome) -> Plan | None:
        """Keep the plan of the base; as it will be read again."""


@dataclass(slots=True)
class Tally:
    """How far a sweep is: its scenarios, different solves found as kept and done now, and scenarios that have a row."""

    scenarios: int
    found: int = 0
    done: int = 0
    settled: int = 0
    rows: list[Row] = field(default_factory=list)

    @property
    def left(self) -> int:
        """Scenarios whose result is not known."""
        return self.scenarios - self.settled


OnTally = Callable[[Tally], None]


def swept(
    base: Base,
    scenarios: Sequence[Scenario],
    keeper: Keeper,
    hire: Hire | None = None,
    should_stop: ShouldStop = never_stop,
) -> Iterator[Tally]:
    """The tally at first and after each result; when it ends, it has the rows. Told to stop, it leaves out the rest.

    Raises WorkersLost when workers go away again and again.
    """
    run = _Run(_warm(base, keeper, should_stop), scenarios, keeper)
    yield run.tally
    try:
        for result in _calculated(run, hire, should_stop):
            run.take(result)
            yield run.tally
    finally:
        run.tally.rows = list(run.rows())


def _warm(base: Base, keeper: Keeper, should_stop: ShouldStop) -> Base:
    """The base with its plan, where starting from that is quicker than from nothing."""
    if base.policy not in base.problem.policy or not takes_start(base.problem, base.policy):
        return base
    start = keeper.start(base)
    if start is None:
        outcome = solve(base.problem, base.policy, options=base.options, should_stop=should_stop)
        start = None if should_stop() or outcome.plan is None else keeper.keep_start(base, outcome)
    return replace(base, start=start)


class _Run:
    """One sweep under way: what is known, and what is still to be handed out."""

    def __init__(self, base: Base, scenarios: Sequence[Scenario], keeper: Keeper) -> None:
        self.base, self.keeper, self.tally = base, keeper, Tally(len(scenarios))
        self.results: dict[str, Result] = {}
        self.seconds = 0.0
        """What the solves done now took together."""
        self.prepared: list[tuple[Scenario, Task | Result]] = []
        self.waiting: dict[str, list[int]] = {}
        """Places of scenarios by the key of a result that is still to come."""
        self._new, self._back = self._tasks(scenarios), list[Task]()

    def _tasks(self, scenarios: Iterable[Scenario]) -> Iterator[Task]:
        """What is to be solved, each key once."""
        for n, (scenario, task) in enumerate(prepare(self.base, scenarios)):
            self.prepared.append((scenario, task))
            if isinstance(task, Result):
                self._settle(task, [n])
            elif task.key in self.results:
                self._settle(self.results[task.key], [n])
            elif task.key in self.waiting:
                self.waiting[task.key].append(n)
            elif (kept := self.keeper.found(task.key)) is not None:
                self.results[task.key] = kept
                self.tally.found += 1
                self._settle(kept, [n])
            else:
                self.waiting[task.key] = [n]
                yield task

    def _settle(self, result: Result, places: Sequence[int], *, new: bool = False) -> None:
        self.keeper.keep(result, places, new=new)
        self.tally.settled += len(places)

    def next(self, most: int) -> list[Task]:
        """Some tasks to hand out, those that were lost first."""
        tasks: list[Task] = []
        while len(tasks) < most and (task := self._back.pop() if self._back else next(self._new, None)) is not None:
            tasks.append(task)
        return tasks

    def give_back(self, tasks: Iterable[Task]) -> None:
        """Their worker was lost."""
        self._back += [task for task in tasks if task.key not in self.results]

    def take(self, result: Result) -> None:
        """A result has come."""
        self.results[result.key] = result
        self.tally.done += 1
        self.seconds += result.seconds
        self._settle(result, self.waiting.pop(result.key, []), new=True)

    def rows(self) -> Iterator[Row]:
        """The scenarios whose result is known, in order."""
        for scenario, task in self.prepared:
            if isinstance(task, Result):
                yield scenario, task
            elif task.key in self.results:
                yield scenario, self.results[task.key]


def _calculated(run: _Run, hire: Hire | None, should_stop: ShouldStop) -> Iterator[Result]:
    """The results as they come; lost workers are replaced while results come in between."""
    lost = 0
    while not should_stop():
        try:
            for result in _here(run, should_stop) if hire is None else _hired(run, hire(run.base), should_stop):
                yield result
                lost = 0
            return
        except (BrokenExecutor, CancelledError) as error:
            lost += 1
            if lost >= RETRIES:
                raise WorkersLost(
                    f"the workers went away {lost} times in a row ({error or 'no connection'}); what was done is kept, "
                    f"and the same sweep goes on with the {run.tally.left} scenarios that are left"
                ) from error


def _here(run: _Run, should_stop: ShouldStop) -> Iterator[Result]:
    while not should_stop() and (tasks := run.next(1)):
        result = calculate(run.base, tasks[0], should_stop)
        if result is not None:
            yield result


def _hired(run: _Run, hired: AbstractContextManager[Crew], should_stop: ShouldStop) -> Iterator[Result]:
    """Tasks are handed out by the handful and a few ahead: stopping, and losing workers, then loses little."""
    busy: dict[Future[list[Result]], list[Task]] = {}
    with hired as crew:
        try:
            while not should_stop():
                while len(busy) < crew.room and (tasks := run.next(_handful(run, crew))):
                    try:
                        busy[crew.submit(tasks)] = tasks
                    except BaseException:
                        run.give_back(tasks)
                        raise
                if not busy:
                    return
                yield from _taken(run, wait(busy, timeout=LOOK, return_when=FIRST_COMPLETED).done, busy)
        finally:
            for tasks in busy.values():
                run.give_back(tasks)


def _handful(run: _Run, crew: Crew) -> int:
    """How many tasks to hand out at once: about a second's work, and towards the end a share for everybody."""
    if not run.tally.done:
        return 1
    each = TASK_SECONDS + run.seconds / run.tally.done
    return max(1, min(MOST_AT_ONCE, int(HANDFUL_SECONDS / each), run.tally.left // (2 * crew.room)))


def _taken(
    run: _Run, done: set[Future[list[Result]]], busy: dict[Future[list[Result]], list[Task]]
) -> Iterator[Result]:
    """The results of what is done; only then, what went wrong with one of them is raised."""
    errors: list[BaseException] = []
    for future in done:
        error = CancelledError("the connection is gone") if future.cancelled() else future.exception()
        if error is not None:
            errors.append(error)
            continue
        yield from future.result()
        run.give_back(busy.pop(future))
    if errors:
        raise errors[0]
