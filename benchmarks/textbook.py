"""The planning problem as a textbook would write it in PuLP: binaries per week, big M, one MIP per priority class."""

from __future__ import annotations

import time
from typing import Any

import pulp

from benchmarks.answer import Answer, Stage
from benchmarks.textbook_rules import RULES, Book
from solver.classes import class_name, ideals, ranks
from solver.problem import Problem

RELATIVE_GAP = 1e-3


def textbook(
    problem: Problem, policy: str, *, time_limit: float, steps: bool = False, ideal_gap: float | None = None
) -> Answer:
    """Solve class by class until the time is over, each to a relative gap of 1e-3 or to `ideal_gap` of its ideal.

    `steps` adds rule 11 as whole numbers; without it amounts are any, which favours the textbook.
    """
    begin, answer = time.perf_counter(), Answer()
    book = build(problem, policy, steps=steps)
    answer.columns, answer.rows = book.lp.numVariables(), book.lp.numConstraints()
    answer.build_seconds = time.perf_counter() - begin
    tolerance = problem.policy[policy].tolerance
    for rank, ideal in ideals(problem, policy).items():
        left = time_limit - (time.perf_counter() - begin)
        stage = _stage(book, rank, ideal, left, ideal_gap) if left > 0 else Stage(class_name(rank), ideal)
        answer.stages.append(stage)
        if stage.attained is not None:
            book.lp += attained(book, rank) >= stage.attained - tolerance * ideal
    answer.seconds = time.perf_counter() - begin
    return answer


def build(problem: Problem, policy: str, *, steps: bool = False) -> Book:
    """The whole model with every rule, without an objective."""
    book = Book.of(problem, policy, steps=steps)
    for rule in RULES:
        rule(book)
    return book


def attained(book: Book, rank: int) -> pulp.LpAffineExpression:
    """sum over the project-weeks of a class of value * benefit."""
    classes = ranks(book.problem, book.policy.policy)
    terms, constant = [], 0.0
    for p in book.problem.projects:
        for t in (t for t in book.weeks if classes[p.project][t] == rank):
            if p.status == "done":
                constant += p.value if p.kind == "build" else 0.0
            elif p.kind == "build" and p.benefit == "completion":
                terms.append(p.value * book.complete[p.project, t])
            else:
                terms.append(p.value * book.gain[p.project, t])
    return pulp.lpSum(terms) + constant


def _stage(book: Book, rank: int, ideal: float, seconds: float, ideal_gap: float | None) -> Stage:
    """One class as a MIP; from the second on it starts from the solution of the one before. One thread, seed 0."""
    begin = time.perf_counter()
    book.lp.setObjective(attained(book, rank))
    gaps = {"gapRel": RELATIVE_GAP} if ideal_gap is None else {"gapRel": 0.0, "gapAbs": ideal_gap * ideal}
    warm = any(v.varValue is not None for v in book.on.values())
    solver = pulp.HiGHS(msg=False, timeLimit=seconds, threads=1, random_seed=0, warmStart=warm, **gaps)
    stats: Any = book.lp.solve(solver)
    value = stats.objective if stats.has_solution else None
    bound = stats.best_bound if stats.best_bound is not None else value
    proven = stats.has_solution and stats.status == pulp.LpSolveStatus.Optimal
    return Stage(class_name(rank), ideal, value, bound, time.perf_counter() - begin, proven)
