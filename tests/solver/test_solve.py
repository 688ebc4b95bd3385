"""What `solve` promises its callers: answers instead of errors, the same plan twice, progress, cancel and conflicts."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from solver import check, read_folder, read_plan, solve, write_plan
from solver.plan import Status
from solver.problem import Problem
from solver.progress import Options, Progress
from solver.records import Pin, Stance
from tests.solver.handmade import gpu_pool, policy, portfolio, project, week
from tests.solver.solving import LIMITS, class_after_class, plan_in
from tests.solver.tiny import named

ROOT = Path(__file__).parents[2]


@pytest.fixture
def busy() -> Problem:
    """Five projects that want more nodes than there are, some of them off, with whole steps and ramps."""
    wants = [("ads", 4, 2), ("batch", 5, 2), ("chat", 3, 0), ("docs", 6, 1), ("eval", 2.5, 1)]
    rows = [
        project(name, full, priority=priority, minimum=1, today=1, status="running", standby=0.5)
        for name, full, priority in wants
    ]
    return portfolio(gpu_pool(amount=11), *rows, policy(gpu_ramp=(0.25,), gpu_moves=4, tolerance=0.01), weeks=8)


def test_an_unknown_policy_is_an_answer_that_names_the_known_ones(busy: Problem) -> None:
    outcome = solve(busy, "code-red")
    assert outcome.status is Status.INVALID
    assert outcome.plan is None
    (fault,) = outcome.faults
    assert "code-red" in str(fault)
    assert "normal" in str(fault)


@pytest.mark.parametrize("small", [True, False], ids=["jointly", "class after class"])
def test_the_same_question_gets_the_same_plan(busy: Problem, small: bool) -> None:
    if small:
        first, second = solve(busy, "normal", options=LIMITS), solve(busy, "normal", options=LIMITS)
    else:
        with class_after_class():
            first, second = solve(busy, "normal", options=LIMITS), solve(busy, "normal", options=LIMITS)
    assert first.status is Status.OPTIMAL
    assert first.classes == second.classes
    for table, frame in plan_in(first).tables().items():
        pd.testing.assert_frame_equal(frame, plan_in(second).tables()[table])


def test_progress_names_the_class_and_its_bound_is_no_less_than_its_value(busy: Problem) -> None:
    told: list[Progress] = []
    with class_after_class():
        outcome = solve(busy, "normal", options=LIMITS, on_progress=told.append)
    assert outcome.status is Status.OPTIMAL
    assert told
    assert {t.name for t in told} <= {c.name for c in outcome.classes}
    for t in told:
        assert t.incumbent is None or t.bound is None or t.incumbent <= t.bound + 1e-6
    assert [t.seconds for t in told] == sorted(t.seconds for t in told)


@pytest.mark.parametrize("after", [0, 1, 5, 25])
def test_who_cancels_gets_a_checked_plan_or_none(busy: Problem, after: int) -> None:
    asked = iter(range(10_000))
    with class_after_class():
        outcome = solve(busy, "normal", options=LIMITS, should_stop=lambda: next(asked) >= after)
    assert outcome.status in (Status.FEASIBLE, Status.STOPPED)
    assert (outcome.plan is None) == (outcome.status is Status.STOPPED)
    if outcome.plan is not None:
        assert check(busy, "normal", outcome.plan).ok


@pytest.mark.parametrize("seconds", [1e-9, 1e-3])
def test_no_time_at_all_is_an_answer_too(seconds: float) -> None:
    problem = read_folder(ROOT / "examples" / "code-red")
    outcome = solve(problem, "code-red", options=Options(time_limit=seconds))
    assert outcome.status in (Status.FEASIBLE, Status.STOPPED)
    if outcome.plan is not None:
        assert check(problem, "code-red", outcome.plan).ok


def test_floors_above_what_is_there_are_named() -> None:
    outcome = solve(named()["no plan"], "normal", options=LIMITS)
    assert outcome.status is Status.INFEASIBLE
    assert outcome.plan is None
    assert any("ads" in c.text or "chat" in c.text for c in outcome.conflicts)


@pytest.mark.parametrize("small", [True, False], ids=["jointly", "class after class"])
def test_two_decisions_that_exclude_each_other_are_named(small: bool) -> None:
    pins = [
        Pin(project=name, need="gpu", pool="h100", since=week(1), until=week(1), amount=2) for name in ("ads", "chat")
    ]
    problem = portfolio(gpu_pool(amount=3), project("ads", 2), project("chat", 2), {"pins": pins}, weeks=3)
    if small:
        outcome = solve(problem, "normal", options=LIMITS)
    else:
        with class_after_class():
            outcome = solve(problem, "normal", options=LIMITS)
    assert outcome.status is Status.INFEASIBLE
    assert {c.rule for c in outcome.conflicts} <= {"pins", "capacity"}
    assert outcome.conflicts


def test_a_protected_project_without_supply_is_named() -> None:
    protect = [Stance(policy="normal", project=name, stance="protect") for name in ("ads", "chat")]
    problem = portfolio(
        gpu_pool(amount=3), *(project(name, 3, minimum=2) for name in ("ads", "chat")), {"stances": protect}, weeks=2
    )
    outcome = solve(problem, "normal", options=LIMITS)
    assert outcome.status is Status.INFEASIBLE
    assert outcome.conflicts


def test_a_plan_read_back_passes_its_check(busy: Problem, tmp_path: Path) -> None:
    outcome = solve(busy, "normal", options=LIMITS)
    write_plan(outcome, tmp_path / "plan")
    _, plan = read_plan(tmp_path / "plan")
    report = check(busy, "normal", plan)
    assert report.ok
    for c in outcome.classes:
        assert np.isclose(report.attained[c.rank], c.attained, atol=1e-6)


def test_the_script_of_the_readme_runs() -> None:
    code, *_ = re.findall(r"```python\n(.*?)```", (ROOT / "README.md").read_text(), flags=re.DOTALL)
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stderr
    assert "ClassResult(" in done.stdout
    assert re.search(r"week\s+pool\s+from\s+to\s+amount", done.stdout)
