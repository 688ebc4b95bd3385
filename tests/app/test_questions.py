"""What can be asked about a plan: every fault of a question is told at once."""

from __future__ import annotations

from dataclasses import replace

import pytest

from app.actions.question import Question, facts_of
from solver.faults import InvalidInput
from solver.folder import read
from solver.problem import Problem
from tests.cli.tiny import tiny


@pytest.fixture(scope="module")
def problem(tmp_path_factory: pytest.TempPathFactory) -> Problem:
    """The smallest company with something to decide."""
    return read(tiny(tmp_path_factory.mktemp("tiny") / "in")).problem


def test_what_is_stored_is_the_monday_of_the_week_and_what_the_kind_needs(problem: Problem) -> None:
    asked = [
        facts_of(problem, Question(kind, project="ads", pool="nodes", week="2025-12-10", pace=0.25, must="in"))
        for kind in ("takes", "force", "price")
    ]
    assert asked == [
        {"project": "ads", "week": "2025-12-08", "pace": 0.25}, {"project": "ads", "must": "in"},
        {"pool": "nodes", "week": "2025-12-08"},
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("question", "wrong"),
    [
        (Question("luck"), {"kind": "is no kind of question"}),
        (
            Question("takes", project="nobody", week="2030-01-01", pace=1.5),
            {"project": "is no project of this plan", "week": "is in no week of this plan", "pace": "is no pace"},
        ),
        (Question("takes", project="ads", week="soon", pace=float("nan")), {"week": "is in no week of this plan",
                                                                            "pace": "is no pace"}),
        (Question("force", project="nobody", must="over"), {"project": "is no project of this plan",
                                                            "must": "is no way to force a project"}),
        (Question("price", pool="none", week="2025-11-30"), {"pool": "is no pool of this plan",
                                                             "week": "is in no week of this plan"}),
    ],
)  # fmt: skip
def test_everything_that_is_wrong_with_a_question_is_told_at_once(
    problem: Problem, question: Question, wrong: dict[str, str]
) -> None:
    with pytest.raises(InvalidInput) as told:
        facts_of(problem, question)
    assert {fault.column: fault.message for fault in told.value.faults} == wrong


def test_a_project_that_is_done_or_forced_already_is_not_asked_about(problem: Problem) -> None:
    chat, ads = problem.project["chat"], problem.project["ads"]
    done = problem.replace(projects=[replace(chat, kind="build", duration=2.0, status="done"), ads], stances=())
    with pytest.raises(InvalidInput, match="is done"):
        facts_of(done, Question("takes", project="chat", week="2025-12-08"))
    with pytest.raises(InvalidInput, match="already"):
        facts_of(
            problem.replace(projects=[chat, replace(ads, must="out")]), Question("force", project="ads", must="out")
        )
