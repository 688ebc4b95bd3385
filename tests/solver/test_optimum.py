"""The solver against the exhaustive search: on tiny portfolios it finds the optimum, class by class, and proves it."""

from __future__ import annotations

import pytest

from solver.check import check
from solver.plan import Status
from solver.problem import Problem
from solver.progress import Options
from solver.solve import solve
from tests.solver.exhaustive import best
from tests.solver.tiny import at_random, named

CLOSE = 1e-4
"""Published paces have 6 decimals; a few of them add up to less than this."""
LIMITS = Options(time_limit=20)
EXACT = {name: problem for name, problem in named().items() if problem.policies[0].tolerance == 0}


def assert_solved_to_the_optimum(problem: Problem) -> None:
    """The solver's plan passes the check, attains what the search found, and its bounds are bounds."""
    outcome, known = solve(problem, "normal", options=LIMITS), best(problem)
    if known is None:
        assert outcome.status is Status.INFEASIBLE
        return
    assert outcome.status is Status.OPTIMAL
    assert outcome.plan is not None
    assert check(problem, "normal", outcome.plan, outcome.classes).ok
    attained = {c.rank: c.attained for c in outcome.classes}
    assert attained == pytest.approx({rank: known.values[rank] for rank in attained}, abs=CLOSE)
    assert {rank for rank, value in known.values.items() if value > 0} <= set(attained)
    assert all(c.bound >= known.values[c.rank] - CLOSE for c in outcome.classes)


@pytest.mark.parametrize("name", EXACT)
def test_the_optimum_of_a_rule_is_found(name: str) -> None:
    assert_solved_to_the_optimum(EXACT[name])


@pytest.mark.parametrize("seed", range(12))
def test_the_optimum_of_a_portfolio_at_random_is_found(seed: int) -> None:
    assert_solved_to_the_optimum(at_random(seed))


def test_a_class_gives_up_no_more_than_its_tolerance() -> None:
    problem = named()["tolerance"]
    outcome, known = solve(problem, "normal", options=LIMITS), best(problem)
    assert outcome.plan is not None
    assert known is not None
    assert check(problem, "normal", outcome.plan, outcome.classes).ok
    first = outcome.classes[0]
    assert first.bound >= known.values[first.rank] - CLOSE
    # The class may stop short of its proof by the tolerance, and then give up the tolerance once more.
    spared = 2 * problem.policies[0].tolerance * first.ideal
    assert first.attained >= known.values[first.rank] - spared - CLOSE
