"""What the model knows before anything is decided: kinds of nodes, possible starts and ends, what a start is worth."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from solver.model import build
from solver.model.variables import Setting
from solver.problem import Problem
from tests.solver.handmade import gpu_pool, policy, portfolio, project, week
from tests.solver.served import chat, lever, measured, pool, served
from tests.solver.starts import candidate, candidates, money
from tests.solver.test_check_policy import stance

CASH = money("cash", 4)


def test_a_kind_of_node_is_a_pair_and_a_set_of_levers_that_serves() -> None:
    sets = measured(("b200", "", 400), ("b200", "fp8", 300), ("h100", "", 100), ("h100", "fp8", 250))
    both = chat(pools=("b200", "h100"), service={"headroom": 0.5})
    problem = served(pool("b200", "b200", 4), both, sets, lever())
    setting = Setting(problem, problem.policy["normal"])
    nodes, pools = setting.nodes, [name for *_, name in setting.pairs]
    assert pools == ["b200", "h100", "ml"]
    assert list(zip(nodes.pair.tolist(), nodes.label, nodes.supply.tolist(), strict=True)) == [
        (0, "", 200.0), (0, "fp8", 150.0), (1, "", 50.0), (1, "fp8", 125.0)
    ]  # fmt: skip
    assert nodes.serves.tolist() == [True, True, False]
    assert nodes.best.tolist() == [200.0, 125.0, 0.0]
    assert nodes.worst.tolist() == [150.0, 50.0, np.inf]
    assert [nodes.having(k, "fp8").tolist() for k in range(3)] == [[1], [3], []]


def most(problem: Problem, family: str) -> list[list[int]]:
    """The upper bounds of the columns of a family."""
    model = build(problem, "normal")
    return model.upper[model.variables.families[family]].astype(int).tolist()


def test_a_build_is_complete_no_sooner_than_full_pace_makes_it() -> None:
    builds = [
        project("fix", kind="build", duration=1.5), project("late", kind="build", duration=2.0, earliest=week(1)),
        project("shop", kind="build", progress=1.0), project("half", kind="build", duration=2.0, progress=0.5),
    ]  # fmt: skip
    problem = portfolio(gpu_pool(), project("ads"), *builds, weeks=3)
    assert dict(zip(problem.project, most(problem, "complete"), strict=True)) == {
        "ads": [0, 0, 0, 0], "fix": [0, 0, 1, 1], "late": [0, 0, 0, 1], "shop": [1, 1, 1, 1], "half": [0, 1, 1, 1]
    }  # fmt: skip


def test_a_fixed_build_begins_where_it_can_run_to_its_end() -> None:
    two: dict[str, Any] = {"profiles": {"cash": [2, 1]}, "duration": 2}
    problem = candidates(
        CASH, candidate("a", **two), candidate("b", **two, earliest=week(1)), candidate("d", **two, must="out"),
        candidate("c", **two, status="running", progress=0.5), weeks=3,
    )  # fmt: skip
    assert most(problem, "begin") == [[1, 1, 1], [0, 1, 1], [0, 0, 0], [0, 0, 0]]
    paused = portfolio(
        gpu_pool(), project("ads", kind="build", schedule="fixed"), stance("pause"), policy(start=week(2), end=week(3)),
        weeks=6,
    )  # fmt: skip
    assert most(paused, "begin") == [[1, 0, 0, 1, 1, 1]]


FOCUS: dict[str, Any] = {"start": week(1), "end": week(2)}


@pytest.mark.parametrize(
    ("problem", "weights", "constants"),
    [
        # Week 1 is of the focus; a week is worth half of the one before.
        (candidates(
            CASH, candidate("ads", {"cash": [1, 1], "value": [1, 8, 2]}, duration=2), stance("focus"), **FOCUS,
            weeks=3, discount=1.0,
        ), {0: [4, 0.5, 0], 1: [1 + 0.5, 2, 0.25]}, {0: 0, 1: 0}),
        (candidates(
            CASH, candidate(
                "ads", {"cash": [1] * 3, "value": [1, 8, 2, 4]}, duration=3, status="running", progress=1 / 3
            ), stance("focus"), **FOCUS, weeks=3, discount=1.0,
        ), {0: [0, 0, 0], 1: [0, 0, 0]}, {0: 1, 1: 8 + 1}),
        (candidates(CASH, candidate("ads", {"cash": [1, 1]}, duration=2, value=4.0)), {1: [8, 4, 0, 0]}, {1: 0}),
        (candidates(
            CASH, candidate("ads", {"cash": [1, 1]}, duration=2, value=4.0, benefit="progress"), weeks=3
        ), {1: [2 + 4 + 4, 2 + 4, 2]}, {1: 0}),
    ],
    ids=["by class", "under way", "completion", "progress"],
)  # fmt: skip
def test_a_start_is_worth_what_its_weeks_yield(
    problem: Problem, weights: dict[int, list[float]], constants: dict[int, float]
) -> None:
    model = build(problem, "normal")
    found = {rank: row[model.variables.begin[0]].tolist() for rank, row in model.classes.items()}
    assert found == {rank: pytest.approx(row) for rank, row in weights.items()}
    assert model.constants == pytest.approx(constants)
