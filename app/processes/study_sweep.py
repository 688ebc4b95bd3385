"""The study of a sweep, which tells its start and every result as they come; loaded by the process that does it."""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field

from app.config import Settings
from app.processes.study import StudyRefused, Tell
from app.processes.sweeping import WorkersLost, swept
from app.processes.workers import hired
from solver.files.plan_files import plan_files, read_plan
from solver.plan import Outcome, Plan
from solver.sweep import FAILED, Base, Result, Scenario

FUNCTION = "app.processes.study_sweep:run"
NICE = 5


@dataclass(frozen=True)
class Asked:
    """A sweep, the results that are known by key, and the files of the plan that its solves start from."""

    base: Base
    scenarios: Sequence[Scenario]
    known: Mapping[str, Result] = field(default_factory=dict)
    start: Mapping[str, str] = field(default_factory=dict)
    settled: frozenset[int] = frozenset()
    """Places of the scenarios that have their result already."""


@dataclass(frozen=True, slots=True)
class Started:
    """The files of the plan of the base."""

    files: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Found:
    """The result of some scenarios, by their places."""

    result: Result
    scenarios: tuple[int, ...]


def run(asked: Asked, tell: Tell) -> int:
    """How many solves were done now; each is told. Raises StudyRefused when the workers are lost again and again."""
    with suppress(AttributeError, OSError):
        os.nice(NICE)
    settings, done = Settings(), 0
    hire = hired(settings.processes, settings.dask)
    try:
        for tally in swept(asked.base, asked.scenarios, _Told(asked, tell), hire, _orphaned):
            done = tally.done
    except WorkersLost as lost:
        raise StudyRefused(str(lost)) from lost
    return done


class _Told:
    """Keeps nothing: tells what is new to the process that asked."""

    def __init__(self, asked: Asked, tell: Tell) -> None:
        self._asked, self._tell = asked, tell

    def found(self, key: str) -> Result | None:
        return self._asked.known.get(key)

    def keep(self, result: Result, scenarios: Sequence[int], *, new: bool) -> None:
        if places := tuple(n for n in scenarios if n not in self._asked.settled):
            self._tell(Found(result, places))

    def start(self, base: Base) -> Plan | None:
        return _plan(self._asked.start) if self._asked.start else None

    def keep_start(self, base: Base, outcome: Outcome) -> Plan | None:
        files = plan_files(outcome)
        self._tell(Started(files))
        return _plan(files)


def known_of(results: Mapping[int, Result]) -> dict[str, Result]:
    """Results by their keys; those that stand for nothing, or for a defect, are computed again."""
    return {r.key: r for r in results.values() if r.key and r.status != FAILED}


def _plan(files: Mapping[str, str]) -> Plan:
    return read_plan({name: text.encode() for name, text in files.items()})[1]


def _orphaned() -> bool:
    """Whether the process that asked is gone."""
    parent = multiprocessing.parent_process()
    return parent is not None and not parent.is_alive()
