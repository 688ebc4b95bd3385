"""A plan is made from the one before: the scenario's, else the portfolio's, of the same policy; it says from which."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from app.actions import work
from app.actions.plans import StoredPlan, get_plan, store_plan
from app.actions.recompute import start
from app.actions.replan import replan
from app.actions.scenarios import add_scenario
from app.db import Database
from app.processes.solver import SolverProcess, Task
from solver.plan import FROM_PLAN, Outcome, Plan
from solver.problem import Problem
from solver.progress import OnProgress, Options, ShouldStop
from tests.app.lab import outcome
from tests.app.test_recompute import wait


def given(plan: Plan) -> float:
    """The nodes that chat has in a plan: each has another number of them."""
    amounts = plan.allocation
    return float(amounts[amounts.project == "chat"].amount.iloc[0])


def followed_plan(stored: StoredPlan) -> Plan:
    assert stored.outcome.plan is not None
    return stored.outcome.plan


class Noting:
    """A solver that notes from which plan it was to begin, and says so as the planner does."""

    def __init__(self) -> None:
        self.starts: list[float | None] = []

    def solve(self, task: Task, on_progress: OnProgress, should_stop: ShouldStop) -> Outcome:
        self.starts.append(None if task.plan is None else given(task.plan))
        found = outcome(task.problem, 3.0 + 0.5 * len(self.starts), task.policy)
        return replace(found, options={} if task.plan is None else {FROM_PLAN: True})

    def close(self) -> None:
        """Nothing to close."""


@pytest.fixture
def solver() -> Iterator[Noting]:
    noting = Noting()
    work.use(work.Worker(noting))  # type: ignore[arg-type]
    yield noting
    work.shut_down()


def planned(db: Database, scenario: int | None = None, policy: str = "ordinary") -> StoredPlan:
    job = wait(db, start(db, "lab", scenario, policy, "eve", Options(time_limit=5)))
    assert job.plan_id is not None, job
    return get_plan(db, job.plan_id)


def test_planning_again_begins_from_the_plan_that_was_followed(lab: Database, solver: Noting) -> None:
    _, followed, newer = (planned(lab) for _ in range(3))
    job = wait(lab, replan(lab, followed.id, followed.problem.weeks[1], 0, "eve", Options(time_limit=5)))
    assert job.options["subject"] == followed.id
    assert solver.starts[-1] == given(followed_plan(followed))
    assert planned(lab).options[FROM_PLAN] == newer.id


def test_a_plan_that_was_followed_and_is_gone_hinders_nobody(lab: Database, solver: Noting) -> None:
    newest = planned(lab)
    job = wait(lab, start(lab, "lab", None, "ordinary", "eve", Options(time_limit=5), followed=newest.id + 99))
    assert job.plan_id is not None, job
    assert get_plan(lab, job.plan_id).options[FROM_PLAN] == newest.id


def test_the_first_plan_begins_from_nothing_and_each_later_one_from_the_newest(lab: Database, solver: Noting) -> None:
    plans = [planned(lab) for _ in range(3)]
    assert [plan.options.get(FROM_PLAN) for plan in plans] == [None, plans[0].id, plans[1].id]
    assert solver.starts == [None, 3.5, 4.0]


def test_a_scenario_begins_from_the_portfolio_s_plan_and_then_from_its_own(lab: Database, solver: Noting) -> None:
    scenario = add_scenario(lab, "lab", "Less", "ordinary", [], "ann")
    other = add_scenario(lab, "lab", "More", "ordinary", [], "ann")
    base, first = planned(lab), planned(lab, scenario)
    newer = planned(lab)
    second, elsewhere = planned(lab, scenario), planned(lab, other)
    found = [plan.options.get(FROM_PLAN) for plan in (base, first, newer, second, elsewhere)]
    assert solver.starts == [None, 3.5, 3.5, 4.0, 4.5]
    assert found == [None, base.id, base.id, first.id, newer.id]


def test_a_portfolio_without_a_plan_begins_from_that_of_a_scenario(lab: Database, solver: Noting) -> None:
    first = planned(lab, add_scenario(lab, "lab", "Less", "ordinary", [], "ann"))
    assert planned(lab).options[FROM_PLAN] == first.id
    assert solver.starts == [None, 3.5]


def test_neither_another_policy_s_plan_nor_a_robust_one_is_begun_from(
    lab: Database, problem: Problem, solver: Noting
) -> None:
    answer = outcome(problem, 6.0, "ordinary")
    store_plan(lab, problem, replace(answer, policy="code-red"), None, "ann")
    assert FROM_PLAN not in planned(lab).options
    store_plan(lab, problem, replace(answer, options={"robust": 0.9}), None, "ann")
    assert FROM_PLAN not in planned(lab).options
    assert solver.starts == [None, None]


def test_the_process_that_solves_is_told_from_which_plan(problem: Problem) -> None:
    process = SolverProcess("tests.app.solvers:quick")
    try:
        for plan in (None, outcome(problem, 5.0).plan):
            found = process.solve(Task(problem, "ordinary", Options(), plan), lambda _: None, lambda: False)
            assert found.options[FROM_PLAN] is (plan is not None)
    finally:
        process.close()
