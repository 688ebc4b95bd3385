"""Goals: what each priority class attained of its ideal, and whether builds end by their deadlines."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from app.web.reading.frames import Reading, Week, once
from solver.classes import COMPLETE_AT, ranks
from solver.plan import ClassResult
from solver.problem import Problem


@dataclass(frozen=True, slots=True)
class Goal:
    """A build's completion beside its deadline; `late` in weeks, None while one of them is missing."""

    project: str
    name: str
    rank: int
    deadline: date | None
    complete: date | None
    progress: float
    late: int | None

    @property
    def met(self) -> bool | None:
        """None where there is no deadline to meet."""
        if self.deadline is None:
            return None
        return self.complete is not None and self.complete <= self.deadline


@dataclass(frozen=True, slots=True)
class ClassRow:
    """One priority class on the headline."""

    result: ClassResult
    goals: int
    met: int

    @property
    def percent(self) -> float:
        """Attained in percent of the ideal."""
        return 100.0 * self.result.attained / self.result.ideal if self.result.ideal > 0 else 100.0


@once
def goals(reading: Reading) -> list[Goal]:
    """Every build that is not done, those with the highest class and the earliest deadline first."""
    problem, weeks, classes = reading.problem, reading.weeks, ranks(reading.problem, reading.policy)
    found = []
    for row in problem.projects:
        if row.kind != "build" or row.status == "done":
            continue
        done = completion(problem, weeks[row.project])
        late = (done - row.deadline).days // 7 if done and row.deadline else None
        progress = weeks[row.project][-1].progress if weeks[row.project] else row.progress
        rank = min(classes[row.project])
        found.append(Goal(row.project, reading.label(row.project), rank, row.deadline, done, progress, late))
    return sorted(found, key=lambda g: (g.rank, g.deadline or date.max, g.project))


def completion(problem: Problem, weeks: list[Week]) -> date | None:
    """The Monday of the week at whose end a build is complete."""
    for week, row in zip(problem.weeks, weeks, strict=True):
        if row.progress >= COMPLETE_AT:
            return week
    return None


def class_rows(classes: tuple[ClassResult, ...], found: list[Goal]) -> list[ClassRow]:
    """The classes from the top, with the deadlines of their builds."""
    rows = []
    for result in classes:
        own = [g for g in found if g.rank == result.rank and g.deadline]
        rows.append(ClassRow(result, goals=len(own), met=sum(bool(g.met) for g in own)))
    return rows
