"""What can be asked about a plan, and everything that is wrong with a question."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from app.processes.inquiry import FORCE, PRICE, TAKES
from solver.faults import Fault, InvalidInput
from solver.problem import Problem
from solver.whatif.force import forced

KINDS = (TAKES, FORCE, PRICE)
PACE = 0.1
_TABLE = "the question"


@dataclass(frozen=True, slots=True)
class Question:
    """One question: of a project, a week and a pace (takes), of a project and `must` (force), of a pool and a week
    (price). `week` is the ISO date of any day of the week, `must` is in or out.
    """

    kind: str
    project: str = ""
    pool: str = ""
    week: str = ""
    pace: float = PACE
    must: str = ""


def facts_of(problem: Problem, question: Question) -> dict[str, Any]:
    """What is stored of a question that can be asked. Raises InvalidInput with every fault of it."""
    if question.kind not in KINDS:
        raise InvalidInput([_fault("is no kind of question", f"one of {', '.join(KINDS)}", "kind", question.kind)])
    faults = list(_FAULTS[question.kind](problem, question))
    if faults:
        raise InvalidInput(faults)
    if question.kind == FORCE:
        forced(problem, question.project, question.must)
        return {"project": question.project, "must": question.must}
    week = problem.weeks[problem.week_index(date.fromisoformat(question.week))].isoformat()
    if question.kind == PRICE:
        return {"pool": question.pool, "week": week}
    return {"project": question.project, "week": week, "pace": round(question.pace, 6)}


def _takes(problem: Problem, question: Question) -> Iterator[Fault]:
    yield from _project(problem, question.project)
    yield from _week(problem, question.week)
    if not 1e-6 <= question.pace <= 1:
        yield _fault("is no pace", "above 0, and at most 1 (100 %)", "pace", f"{question.pace:g}")


def _force(problem: Problem, question: Question) -> Iterator[Fault]:
    yield from _project(problem, question.project)
    if question.must not in ("in", "out"):
        yield _fault("is no way to force a project", "in or out", "must", question.must)
    elif question.project in problem.project and problem.project[question.project].must == question.must:
        yield _fault("is what the portfolio says of this project already", "the other way", "must", question.must)


def _price(problem: Problem, question: Question) -> Iterator[Fault]:
    if question.pool not in problem.pool:
        yield _fault("is no pool of this plan", "the id of one of its pools", "pool", question.pool)
    yield from _week(problem, question.week)


def _project(problem: Problem, project: str) -> Iterator[Fault]:
    if project not in problem.project:
        yield _fault("is no project of this plan", "the id of one of its projects", "project", project)
    elif problem.project[project].status == "done":
        yield _fault("is done, so that it runs no more", "a project that is not done", "project", project)


def _week(problem: Problem, text: str) -> Iterator[Fault]:
    first, last = problem.weeks[0], problem.weeks[-1]
    try:
        t = problem.week_index(date.fromisoformat(text))
    except ValueError:
        t = -1
    if not 0 <= t < len(problem.weeks):
        yield _fault("is in no week of this plan", f"a date of the weeks from {first} to {last}", "week", text)


def _fault(message: str, right: str, column: str, value: str) -> Fault:
    return Fault(_TABLE, message, right, column=column, value=value)


_FAULTS: Mapping[str, Callable[[Problem, Question], Iterator[Fault]]] = {TAKES: _takes, FORCE: _force, PRICE: _price}
