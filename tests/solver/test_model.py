"""The model on its own: every rule adds its rows, and a second solver that reads it finds the same optimum."""

from __future__ import annotations

import numpy as np
import pulp
import pytest

from solver import solve
from solver.engine import run
from solver.model import Model, build
from solver.model.rules import RULES
from solver.model.steps import least_of
from solver.plan import Status
from solver.problem import Problem
from solver.task import Clock, Task
from tests.solver.handmade import gpu_pool, portfolio, project
from tests.solver.served import chat, lever, served
from tests.solver.solving import LIMITS
from tests.solver.starts import at_random
from tests.solver.test_check_policy import stance
from tests.solver.tiny import named

SHAPED_BY = {
    "capacity": "minimum", "pace": "ramp", "ramp": "ramp", "viable": "standby", "dwell": "dwell", "builds": "build",
    "fixed": None, "stances": None, "floors": "floor", "change": "moves", "pins": "pin", "money": "money",
    "serving": None,
}  # fmt: skip
"""A portfolio of `named()` in which a rule has rows (no run project needs rows to be protected; fixed schedules and
services have tests of their own)."""
WITHOUT = {"floors": "minimum", "change": "minimum", "pins": "minimum", "money": "minimum", "builds": "minimum",
    "fixed": "build",
}  # fmt: skip


def model_of(name: str) -> Model:
    return build(named()[name], "normal")


def rows(model: Model, rule: str) -> int:
    return sum(block.count for block in model.blocks if block.rule == rule)


def test_every_rule_is_looked_at() -> None:
    assert set(SHAPED_BY) == set(RULES)


@pytest.mark.parametrize(("rule", "name"), [(r, n) for r, n in SHAPED_BY.items() if n])
def test_a_rule_adds_rows_where_it_applies(rule: str, name: str) -> None:
    assert rows(model_of(name), rule) > 0


@pytest.mark.parametrize(("rule", "name"), WITHOUT.items())
def test_a_rule_adds_none_where_it_does_not(rule: str, name: str) -> None:
    assert rows(model_of(name), rule) == 0


def everything() -> list[Problem]:
    """Portfolios that need every rule."""
    protected = portfolio(gpu_pool(), project("fix", kind="build", duration=9.0), stance("protect", "fix"))
    return [*named().values(), at_random(1), served(chat(), lever(), gpu_ramp=(0.25,)), protected]


def test_every_row_is_of_a_rule_that_is_told_and_asks_for_something() -> None:
    blocks = [block for problem in everything() for block in build(problem, "normal").blocks]
    assert {block.rule for block in blocks} == {*RULES, "must", "links", "curve"}
    for block in blocks:
        asked = np.unique(block.row)
        # A budget of the horizon has one row for all of its weeks, the first of them.
        assert len(asked) == block.count or block.rule == "capacity", block.rule
        assert set(asked) <= set(range(block.count)), block.rule
        assert (block.lower <= block.upper).all(), block.rule


@pytest.mark.parametrize("name", sorted(set(named()) - {"no plan"}))
def test_a_second_solver_finds_the_same_optimum(name: str) -> None:
    problem = named()[name]
    model, outcome = build(problem, "normal"), solve(problem, "normal", options=LIMITS)
    assert outcome.status is Status.OPTIMAL
    top = min(model.classes)
    core = model.problem(top)
    assert core.solve(pulp.HiGHS(msg=False, threads=1)).status is pulp.LpSolveStatus.Optimal
    (found,) = [c for c in outcome.classes if c.rank == top]
    asked = problem.policy["normal"].tolerance * found.ideal
    assert found.attained <= pulp.value(core.objective) + 1e-4
    assert found.attained >= pulp.value(core.objective) - asked - 1e-4


@pytest.mark.parametrize("kind", ["run", "build"])
def test_a_project_that_never_ran_has_not_been(kind: str) -> None:
    new = project("pulse", kind=kind, standby=1, status="candidate")
    model = build(portfolio(gpu_pool(), new), "normal")
    v, upper, been = model.variables, model.upper.copy(), np.zeros(model.size)
    upper[v.on], upper[v.complete], been[v.been] = 0.0, 0.0, 1.0
    every = np.ones(model.size, dtype=bool)
    task = Task(every, been, model.lower, upper, model.binary, been)
    assert run(model, task, Clock(LIMITS)).objective == pytest.approx(0.0, abs=1e-6)


@pytest.mark.parametrize(("last", "possible"), [(0.0, False), (0.5, True)])
def test_a_build_does_some_work_in_the_week_in_which_it_becomes_complete(last: float, possible: bool) -> None:
    model = build(portfolio(gpu_pool(), project("fix", kind="build", duration=1.5)), "normal")
    v, lower, upper = model.variables, model.lower.copy(), model.upper.copy()
    lower[v.complete[0, 3]], upper[v.complete[0, 2]] = 1.0, 0.0
    lower[v.pace[0, :3]] = upper[v.pace[0, :3]] = [1.0, 0.5 - last, last]
    every = np.ones(model.size, dtype=bool)
    task = Task(every, np.zeros(model.size), lower, upper, model.binary, np.zeros(model.size))
    assert run(model, task, Clock(LIMITS)).infeasible != possible


def test_the_problem_for_other_solvers_has_all_columns_and_no_whole_one_too_few() -> None:
    model = model_of("mentor")
    core = model.problem(min(model.classes))
    assert core.numVariables() == model.size
    whole = [v for v in core.variables() if v.cat == pulp.LpInteger]
    assert len(whole) == int(model.discrete.sum())
    assert core.numConstraints() >= len(model.low)


@pytest.mark.parametrize(
    ("units", "amount", "least"),
    [
        ((1.3,), 8, 9.1), ((1.3,), 9.1, 9.1), ((1.0,), 0, 0), ((0.0, 1.3), 8, 8), ((), 3, 3),
        ((1.3, 2.4), 4, 4.8), ((1.3, 2.4), 12, 12.0), ((2.0, 3.0), 1, 2), ((0.001, 0.0017), 900.0004, 900.0004),
    ],
)  # fmt: skip
def test_the_least_that_whole_steps_supply(units: tuple[float, ...], amount: float, least: float) -> None:
    assert np.isclose(least_of(units, amount), least)
