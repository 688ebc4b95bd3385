"""Several code reds at once need an order: the higher one wins about every project that it speaks about."""

from __future__ import annotations

import dataclasses

import pytest

from app.actions.audit import entries
from app.actions.code_reds import order_code_reds
from app.actions.declare import Declaration, declare
from app.actions.scenario_edit import ScenarioEdit, change_scenario
from app.actions.snapshot import snapshot
from app.db import Database
from app.errors import Refused

FIRST = Declaration(
    policy="chat-red", name="Chat", owner="Eve", reason="visits fell", start="2025-12-01", end="2025-12-15",
    gpu_moves="5", stances={"chat": "focus", "ads": "pause"},
)  # fmt: skip
SECOND = Declaration(
    policy="ads-red", name="Ads", owner="Bob", reason="revenue fell", start="2025-12-01", end="2025-12-15",
    gpu_moves="3", growth="0.2", stances={"ads": "focus", "training": "focus"},
    floors=({"project": "ads", "need": "gpu", "pool": "h100", "week": "", "amount": "1", "share": ""},),
)  # fmt: skip


@pytest.fixture
def reds(lab: Database) -> tuple[int, int]:
    return declare(lab, "lab", FIRST, "eve"), declare(lab, "lab", SECOND, "bob")


def test_the_first_that_speaks_about_a_project_wins_and_the_second_focus_comes_after_the_first(
    lab: Database, reds: tuple[int, int]
) -> None:
    made = order_code_reds(lab, "lab", {reds[1]: 2, reds[0]: 1}, "kim")
    problem = snapshot(lab, "lab", made)
    policy = problem.policy["chat-red-over-ads-red"]
    said = {p: (s.stance, s.priority) for p, s in problem.stances_of(policy.policy).items()}
    assert said == {"chat": ("focus", None), "ads": ("pause", None), "training": ("normal", 0)}
    assert problem.floors_of(policy.policy) == ()
    assert (policy.name, policy.owner, policy.reason) == ("Chat over Ads", "Eve; Bob", "visits fell; revenue fell")
    assert (policy.gpu_moves, policy.engineer_moves, policy.growth) == (3, None, 0.2)
    assert entries(lab, "lab", 1)[0].detail["order"] == ["chat-red", "ads-red"]


def test_the_other_way_round_the_other_one_wins(lab: Database, reds: tuple[int, int]) -> None:
    problem = snapshot(lab, "lab", order_code_reds(lab, "lab", {reds[1]: 1, reds[0]: 2}, "kim"))
    said = {p: (s.stance, s.priority) for p, s in problem.stances_of("ads-red-over-chat-red").items()}
    assert said == {"ads": ("focus", None), "training": ("focus", None), "chat": ("normal", 0)}
    assert [f.project for f in problem.floors_of("ads-red-over-chat-red")] == ["ads"]


@pytest.mark.parametrize(
    ("first", "second", "why"), [(1, None, "scenario 2 has no place"), (1, 1, "the same place"), (None, None, "1, 2")]
)
def test_without_an_order_several_are_refused(
    lab: Database, reds: tuple[int, int], first: int | None, second: int | None, why: str
) -> None:
    with pytest.raises(Refused, match=why):
        order_code_reds(lab, "lab", {reds[0]: first, reds[1]: second}, "kim")
    with pytest.raises(Refused, match="at least two"):
        order_code_reds(lab, "lab", {reds[0]: 1}, "kim")


def test_code_reds_of_different_weeks_or_with_other_changes_are_refused_in_words(
    lab: Database, reds: tuple[int, int]
) -> None:
    longer = declare(lab, "lab", dataclasses.replace(SECOND, policy="long-red", end="2025-12-22"), "bob")
    with pytest.raises(Refused, match="give them the same start and end"):
        order_code_reds(lab, "lab", {reds[0]: 1, longer: 2}, "kim")
    change_scenario(lab, reds[0], [ScenarioEdit("capacity", "h100/2025-12-01", {"amount": "11"})], 1, "kim")
    with pytest.raises(Refused, match="also changes capacity"):
        order_code_reds(lab, "lab", {reds[0]: 1, reds[1]: 2}, "kim")
    made = order_code_reds(lab, "lab", {reds[1]: 1, declare(lab, "lab", FIRST, "eve"): 2}, "kim")
    with pytest.raises(Refused, match="combines code reds already"):
        order_code_reds(lab, "lab", {made: 1, reds[1]: 2}, "kim")
