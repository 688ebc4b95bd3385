"""Petersen's seven R&D portfolios are solved to their published, proven optimum."""

from __future__ import annotations

from pathlib import Path

import pytest

from solver import check, read_folder, solve
from solver.plan import Status
from solver.progress import Options

FOLDER = Path(__file__).parents[2] / "examples" / "petersen"
OPTIMA = {1: 3800.0, 2: 8706.1, 3: 4015.0, 4: 6120.0, 5: 12400.0, 6: 10618.0, 7: 16537.0}


@pytest.mark.parametrize(("number", "optimum"), OPTIMA.items())
def test_an_instance_is_solved_to_its_published_optimum(number: int, optimum: float) -> None:
    problem = read_folder(FOLDER / f"mknap1-{number}")
    outcome = solve(problem, "select", options=Options(gap=0.0))
    assert outcome.status == Status.OPTIMAL
    (only,) = outcome.classes
    assert only.attained == pytest.approx(optimum, rel=1e-6)
    assert only.bound == pytest.approx(optimum, rel=1e-6)


@pytest.mark.parametrize(("number", "optimum"), OPTIMA.items())
def test_the_chosen_projects_add_up_to_the_optimum_within_every_budget(number: int, optimum: float) -> None:
    problem = read_folder(FOLDER / f"mknap1-{number}")
    plan = solve(problem, "select", options=Options(gap=0.0)).plan
    assert plan is not None
    chosen = set(plan.pace.loc[plan.pace["state"] == "running", "project"])
    assert sum(problem.project[p].value for p in chosen) == pytest.approx(optimum, rel=1e-6)
    used = {pool.pool: 0.0 for pool in problem.pools}
    for row in problem.eligible:
        if row.project in chosen:
            used[row.pool] += next(n.full for n in problem.needs_of[row.project] if n.need == row.need)
    assert all(amount <= problem.supply(pool)[0] + 1e-6 for pool, amount in used.items())
    assert check(problem, "select", plan).ok
