"""The story of examples/code-red: what goes wrong without the code red, what it brings, and who pays for it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest

from app.actions.advice import advise
from app.actions.import_data import import_portfolio
from app.actions.situation import situation
from app.db import Database
from solver import read_folder, solve
from solver.check import check
from solver.plan import Outcome, Plan, Status
from solver.problem import Problem
from solver.progress import Options

FOLDER = Path(__file__).parents[2] / "examples" / "code-red"
BUILDS = ("chat-speed", "chat-reliability", "chat-personalisation")
PAUSED = ("ads-platform", "shopping-agent", "health-agent", "pulse")
TRAINING = "next-gen-training"
END = date(2026, 1, 26)
PATIENT = Options(time_limit=300)
"""The story is about the plan; how fast it is found is measured in `benchmarks`."""


@pytest.fixture(scope="module")
def problem() -> Problem:
    return read_folder(FOLDER)


@pytest.fixture(scope="module")
def normal(problem: Problem) -> Outcome:
    return solve(problem, "normal", options=PATIENT)


@pytest.fixture(scope="module")
def code_red(problem: Problem) -> Outcome:
    return solve(problem, "code-red", options=PATIENT)


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    db = Database(f"sqlite:///{tmp_path / 'story.db'}")
    db.upgrade()
    yield db
    db.engine.dispose()


def plan_of(outcome: Outcome) -> Plan:
    assert outcome.plan is not None, outcome.status
    return outcome.plan


def completed(outcome: Outcome, project: str) -> date | None:
    """The week at whose end a build is complete, None if it never is."""
    pace = plan_of(outcome).pace
    done = pace[(pace["project"] == project) & (pace["progress"] >= 1 - 1e-6)]
    return None if done.empty else min(done["week"])


def work(outcome: Outcome, project: str) -> float:
    """The sum of a project's paces: weeks of work at full pace."""
    pace = plan_of(outcome).pace
    return float(pace.loc[pace["project"] == project, "pace"].sum())


def states(outcome: Outcome, project: str) -> dict[date, str]:
    pace = plan_of(outcome).pace
    mine = pace[pace["project"] == project]
    return {week: str(state) for week, state in zip(mine["week"], mine["state"], strict=True)}


def test_without_the_code_red_every_core_build_misses_its_deadline(problem: Problem, normal: Outcome) -> None:
    for build in BUILDS:
        week, deadline = completed(normal, build), problem.project[build].deadline
        assert deadline is not None
        assert week is None or week > deadline, build


def test_with_the_code_red_every_core_build_meets_its_deadline(problem: Problem, code_red: Outcome) -> None:
    for build in BUILDS:
        week, deadline = completed(code_red, build), problem.project[build].deadline
        assert week is not None, build
        assert deadline is not None
        assert week <= deadline, build


def test_the_core_builds_yield_more_with_the_code_red(problem: Problem, normal: Outcome, code_red: Outcome) -> None:
    last = problem.weeks[-1]

    def value(outcome: Outcome) -> float:
        weeks = {b: completed(outcome, b) for b in BUILDS}
        return sum(problem.project[b].value * ((last - w).days // 7) for b, w in weeks.items() if w is not None)

    assert value(code_red) > 1.5 * value(normal)


def test_training_keeps_every_node_in_every_week(problem: Problem, code_red: Outcome) -> None:
    allocation = plan_of(code_red).allocation
    mine = allocation[(allocation["project"] == TRAINING) & (allocation["need"] == "nodes")]
    held = {(row.week, row.pool): row.amount for row in mine.itertuples()}
    before = {b.pool: b.amount for b in problem.baseline if b.project == TRAINING and b.need == "nodes"}
    assert sum(before.values()) > 500
    short = {(w, p) for w in problem.weeks for p, amount in before.items() if held.get((w, p), 0.0) < amount - 1e-6}
    assert short == set()


def test_training_runs_in_every_week(problem: Problem, code_red: Outcome) -> None:
    assert set(states(code_red, TRAINING).values()) == {"running"}
    assert len(states(code_red, TRAINING)) == problem.head.weeks


@pytest.mark.parametrize("project", PAUSED)
def test_a_paused_project_rests_until_the_end_and_then_comes_back(code_red: Outcome, project: str) -> None:
    found = states(code_red, project)
    assert {state for week, state in found.items() if week < END} == {"paused"}
    assert any(state == "running" for week, state in found.items() if week >= END)


def test_somebody_pays_for_the_code_red(problem: Problem, normal: Outcome, code_red: Outcome) -> None:
    payers = {p.project for p in problem.projects if work(code_red, p.project) < work(normal, p.project) - 1.0}
    assert {"ads-platform", "pulse"} <= payers
    assert payers.isdisjoint({TRAINING, *BUILDS})


@pytest.mark.parametrize("policy", ["normal", "code-red"])
def test_a_plan_is_proven_and_passes_its_check(policy: str, problem: Problem, request: pytest.FixtureRequest) -> None:
    outcome: Outcome = request.getfixturevalue(policy.replace("-", "_"))
    assert check(problem, policy, plan_of(outcome), outcome.classes).violations == ()
    assert outcome.status == Status.OPTIMAL
    assert max(c.gap_percent for c in outcome.classes) <= 0.2


def test_the_fall_of_the_visits_advises_the_code_red(database: Database) -> None:
    import_portfolio(database, FOLDER, "a test")
    (advice,) = situation(database, "code-red").advice
    assert advice.advised
    assert advice.policy == "code-red"
    assert advice.before is not None
    assert advice.now is not None
    assert advice.before.value == pytest.approx(203e6, rel=0.005)
    assert advice.now.value == pytest.approx(191e6, rel=0.005)


def test_no_code_red_is_advised_a_day_earlier(problem: Problem) -> None:
    (trigger,) = problem.triggers
    eve = max(s.day for s in problem.signals) - timedelta(days=1)
    assert not advise(trigger, [s for s in problem.signals if s.day <= eve]).advised


def test_the_risks_are_of_every_kind_and_marked_as_illustrative(problem: Problem) -> None:
    assert {risk.kind for risk in problem.risks} == {"delay", "attrition", "surge", "slip"}
    assert [risk.risk for risk in problem.risks if not risk.note.startswith("Illustrative")] == []
