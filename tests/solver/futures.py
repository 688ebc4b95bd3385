"""How tests look at single futures: a plan, its portfolio's risks, and what becomes of it."""

from __future__ import annotations

from typing import Any

from solver.check.ground import Ground
from solver.check.published import Published, read
from solver.plan import Plan
from solver.problem import Problem
from solver.records import Capacity, Risk
from solver.risks.futures import draw
from solver.risks.simulate import Outcomes, simulate
from tests.solver.handmade import week


def published(problem: Problem, plan: Plan) -> Published:
    """The plan as arrays."""
    found, wrong = read(Ground(problem, problem.policies[0]), plan)
    assert wrong == []
    return found


def outcomes(problem: Problem, plan: Plan, count: int = 3, seed: int = 0) -> Outcomes:
    """The plan in futures of its portfolio."""
    return simulate(published(problem, plan), draw(problem, count, seed))


def risk(kind: str, mean: float = 0.0, **facts: Any) -> Risk:
    """A risk that comes about in every future by the same figure, unless another distribution is given."""
    figures = {"distribution": "fixed", "mean": mean} if "distribution" not in facts else {}
    return Risk(**{"risk": kind, "kind": kind, **figures, **facts})


def with_risks(problem: Problem, *risks: Risk) -> Problem:
    """The portfolio with these risks."""
    return problem.replace(risks=risks)


def growing(pool: str, *amounts: float) -> tuple[Capacity, ...]:
    """The capacity of a pool, week by week."""
    return tuple(Capacity(pool=pool, week=week(t), amount=amount) for t, amount in enumerate(amounts))
