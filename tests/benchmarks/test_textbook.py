"""The textbook formulation obeys the same rules and finds the same optima, so comparing times with it is fair."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd
import pulp
import pytest

from benchmarks.answer import Answer
from benchmarks.generate import generate
from benchmarks.textbook import attained, build, textbook
from benchmarks.textbook_rules import Book
from benchmarks.witness import witness
from solver.check import RULES, check
from solver.check.ground import Ground
from solver.check.published import COMPLETE, PAUSED, RUNNING, WAITING, Published
from solver.check.served import read_served
from solver.problem import Problem
from solver.records import Capacity, Eligible, Need, Policy, Pool, Portfolio, Project

SMALL = (5, 4, 5)


def _published(book: Book) -> Published:
    """What the book's variables say, rounded to the steps, as the checker reads a plan."""
    ground = Ground(book.problem, book.policy)

    def value(column: pulp.LpVariable) -> float:
        return max(0.0, column.value() or 0.0)

    x = np.array([[value(book.x[*pair, t]) for t in book.weeks] for pair in ground.pair_index])
    step = ground.step[ground.pair_pool][:, None]
    state = np.full((len(book.projects), len(book.weeks)), WAITING)
    pace, progress = np.zeros(state.shape), np.zeros(state.shape)
    for p, project in enumerate(book.projects):
        reached = project.progress
        for t in book.weeks:
            on, complete, started = (value(v[project.project, t]) > 0.5 for v in (book.on, book.complete, book.started))
            state[p, t] = RUNNING if on else COMPLETE if complete else PAUSED if started else WAITING
            pace[p, t] = value(book.pace[project.project, t])
            reached += pace[p, t] / (project.duration or 1.0)
            progress[p, t] = min(1.0, reached) if project.kind == "build" else 0.0
    served, _ = read_served(ground, pd.DataFrame())
    return Published(ground, np.round(x / step) * step, state, pace, progress, served)


@pytest.mark.parametrize("policy", ["normal", "code-red"])
@pytest.mark.parametrize("seed", [1, 2])
def test_the_checker_finds_no_fault_in_a_plan_of_the_textbook(seed: int, policy: str) -> None:
    problem = generate(*SMALL, seed=seed)
    book = build(problem, policy, steps=True)
    book.lp.setObjective(pulp.lpSum(attained(book, rank) for rank in range(6)))
    stats = book.lp.solve(pulp.HiGHS(msg=False, timeLimit=20, gapRel=0.05, threads=1))
    assert stats.has_solution
    published = _published(book)
    assert [v for rule in RULES for v in rule(published)] == []


def test_the_first_class_is_at_least_what_standing_still_is_worth() -> None:
    problem = generate(*SMALL)
    still = check(problem, "code-red", witness(problem, "code-red")).attained
    answer = textbook(problem, "code-red", time_limit=20)
    assert answer.finished
    first = answer.stages[0]
    assert first.attained is not None
    assert still[0] - 1e-6 <= first.attained <= first.ideal + 1e-6


def _two_projects(weeks: int = 1) -> Problem:
    """Ten nodes, and two projects that would take eight each: the upper one gets them."""
    start, both = date(2025, 12, 1), ("upper", "lower")
    return Problem(
        portfolio=(Portfolio(portfolio="two", start=start, weeks=weeks),),
        pools=(Pool(pool="nodes", kind="gpu", type="h100"),),
        capacity=(Capacity(pool="nodes", week=start, amount=10.0),),
        projects=tuple(Project(project=p, kind="run", priority=i, value=10.0) for i, p in enumerate(both)),
        needs=tuple(Need(project=p, need="gpu", kind="gpu", full=8.0) for p in both),
        eligible=tuple(Eligible(project=p, need="gpu", pool="nodes") for p in both),
        policies=(Policy(policy="normal", kind="normal", gpu_ramp=(0.25,), tolerance=1e-4),),
    )


def test_two_projects_at_one_pool_get_what_arithmetic_says() -> None:
    answer: Answer = textbook(_two_projects(weeks=2), "normal", time_limit=20)
    values = [stage.attained for stage in answer.stages]
    assert answer.finished
    assert values == pytest.approx([10 * (0.75 + 1), 10 * (0.75 * 2 / 8 + 2 / 8)], rel=2e-3)


def test_without_time_nothing_is_claimed() -> None:
    answer = textbook(generate(*SMALL), "code-red", time_limit=0.0)
    assert (answer.finished, answer.status) == (False, "no plan")
    assert {stage.gap_percent for stage in answer.stages} == {None}
