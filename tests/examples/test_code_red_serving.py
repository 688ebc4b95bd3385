"""The story of examples/code-red-serving: the pit crew serves the grown demand with a third of the engine's nodes."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.web.reading.serving import BAND
from solver import read_folder, solve
from solver.check import check
from solver.plan import Outcome, Status
from solver.problem import Problem
from solver.progress import Options
from solver.serving.pit_crew import PitCrew, pit_crews

FOLDER = Path(__file__).parents[2] / "examples" / "code-red-serving"
PATIENT = Options(time_limit=300)
Story = dict[str, Outcome]


@pytest.fixture(scope="module")
def problem() -> Problem:
    return read_folder(FOLDER)


@pytest.fixture(scope="module")
def story(problem: Problem) -> Story:
    """The plans of the crew and of the engine."""
    return {policy: solve(problem, policy, options=PATIENT) for policy in ("code-red", "engine-only")}


def crew_of(problem: Problem, story: Story, policy: str) -> PitCrew:
    plan = story[policy].plan
    assert plan is not None
    (crew,) = pit_crews(problem, policy, plan)
    return crew


def test_both_plans_are_proven_and_pass_their_check(problem: Problem, story: Story) -> None:
    for policy, outcome in story.items():
        assert outcome.status is Status.OPTIMAL
        assert outcome.plan is not None
        assert check(problem, policy, outcome.plan, outcome.classes).ok


def test_the_demand_is_served_at_peak_either_way(problem: Problem, story: Story) -> None:
    for policy in story:
        crew = crew_of(problem, story, policy)
        assert sum(w.served for w in crew.weeks) >= 0.99 * sum(w.demand for w in crew.weeks)


def test_the_levers_are_delivered_and_each_frees_nodes(problem: Problem, story: Story) -> None:
    crew = crew_of(problem, story, "code-red")
    assert all(effort.complete for effort in crew.efforts)
    assert all(freed > 0 for freed in crew.freed.values())
    assert crew.node_weeks_without > 1.5 * crew.node_weeks


def test_at_the_end_the_crew_takes_a_third_of_the_engines_nodes(problem: Problem, story: Story) -> None:
    crew, engine = (crew_of(problem, story, policy).weeks[-1] for policy in ("code-red", "engine-only"))
    assert crew.served >= 0.99 * engine.served
    assert 3 * crew.nodes <= engine.nodes
    assert engine.saved == 0


def test_what_the_levers_free_serves_the_others(story: Story) -> None:
    crew, engine = (story[policy].classes[-1] for policy in ("code-red", "engine-only"))
    assert crew.name == engine.name == "priority 3"
    assert crew.attained > 1.15 * engine.attained


def test_mfu_rises_within_the_band_of_interactive_serving(problem: Problem, story: Story) -> None:
    for outcome in story.values():
        assert outcome.plan is not None
        assert outcome.plan.serving["mfu"].between(*BAND).all()
    weeks = crew_of(problem, story, "code-red").weeks
    assert weeks[0].mfu is not None
    assert weeks[-1].mfu is not None
    assert weeks[-1].mfu > weeks[0].mfu + 0.05


def test_memory_stays_at_half_a_node(problem: Problem, story: Story) -> None:
    for policy in story:
        weeks = crew_of(problem, story, policy).weeks
        assert max(w.memory or 0 for w in weeks) == pytest.approx(0.5)
