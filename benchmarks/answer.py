"""What a solver of the same problem answers, class by class, and the loop around those that take codered's model."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import Protocol

from solver.check import check
from solver.classes import class_name, ideals
from solver.model import Model, build
from solver.model.sheet import Floats
from solver.problem import Problem
from solver.publish import publish


@dataclass(frozen=True, slots=True)
class Stage:
    """One class: what its solver found and proved; None where the time was over before."""

    name: str
    ideal: float
    attained: float | None = None
    bound: float | None = None
    seconds: float = 0.0
    proven: bool = False

    @property
    def gap_percent(self) -> float | None:
        """What is not proven in percent of the ideal; None without a plan or without a bound."""
        if self.attained is None or self.bound is None:
            return None
        return 100.0 * max(0.0, self.bound - self.attained) / self.ideal if self.ideal > 0 else 0.0


@dataclass(slots=True)
class Answer:
    """All classes, the size of the model, and the time it took to build it and in all."""

    stages: list[Stage] = field(default_factory=list)
    columns: int = 0
    rows: int = 0
    build_seconds: float = 0.0
    seconds: float = 0.0
    values: Floats | None = None
    """The last values found for the columns of codered's model, where it is the one that was solved."""
    notes: dict[str, float] = field(default_factory=dict)

    @property
    def finished(self) -> bool:
        """Whether every class was decided and proven to the gap asked for."""
        return all(stage.proven for stage in self.stages)

    @property
    def status(self) -> str:
        """`optimal`, `time limit`, or `no plan` where not even the first class had one."""
        if self.finished:
            return "optimal"
        return "no plan" if not self.stages or self.stages[0].attained is None else "time limit"


@dataclass(frozen=True, slots=True)
class Found:
    """Values of codered's columns for one class, or None; the bound without the class's constant; whether proven."""

    values: Floats | None
    bound: float | None
    proven: bool


class Book(Protocol):
    """codered's model as another library holds it."""

    columns: int
    rows: int

    def decide(self, rank: int, gap: float, seconds: float) -> Found:
        """The best value of a class to an absolute gap, above what is held."""

    def hold(self, rank: int, least: float) -> None:
        """From now on the class's value, without its constant, is at least that."""


class Writes(Protocol):
    """Writes a model into a book."""

    def __call__(self, model: Model) -> Book: ...


def class_by_class(problem: Problem, policy: str, write: Writes, *, time_limit: float, gap: float) -> Answer:
    """codered's model in another library, all projects at once: each class to `gap` of its ideal, then held.

    The clock runs from the records on: making the arrays, writing them into the library and all classes count.
    """
    begin, answer = time.perf_counter(), Answer()
    model = build(problem, policy)
    book = write(model)
    answer.columns, answer.rows = book.columns, book.rows
    answer.build_seconds = time.perf_counter() - begin
    tolerance = problem.policy[policy].tolerance
    for rank, ideal in ideals(problem, policy).items():
        started = time.perf_counter()
        left = time_limit - (started - begin)
        found = book.decide(rank, gap * ideal, left) if left > 0 else Found(None, None, proven=False)
        spent = time.perf_counter() - started
        if found.values is None:
            answer.stages.append(Stage(class_name(rank), ideal, seconds=spent))
            continue
        value, constant = float(model.classes[rank] @ found.values), model.constants[rank]
        bound = None if found.bound is None else min(ideal, found.bound + constant)
        answer.stages.append(Stage(class_name(rank), ideal, value + constant, bound, spent, found.proven))
        answer.values = found.values
        book.hold(rank, value - tolerance * ideal)
    answer.seconds = time.perf_counter() - begin
    return answer


def violations(problem: Problem, policy: str, values: Floats) -> list[str]:
    """What the checker has against the plan that values of codered's columns describe."""
    report = check(problem, policy, publish(build(problem, policy), values))
    return [str(violation) for violation in report.violations]
