"""The exhaustive search itself, on optima that are known by hand."""

from __future__ import annotations

import pytest

from solver.check import check
from tests.solver.exhaustive import best
from tests.solver.tiny import at_random, named

BY_HAND = {
    # chat has 2 of 3 nodes for itself; ads cannot live on the third
    "minimum": {2: 3.0, 3: 0.0},
    # one class: all three nodes for ads (2.0 a week) are more than for the second (1.7)
    "equals": {3: 4.0},
    # chat is filled one node a week: 0.5 + 1 + 1; ads keep 2, 1, 1 nodes of 3
    "moves": {2: 2.5, 3: 4 / 3},
    # ads are built in the first week and count in the two after it, in which chat may run
    "requires": {2: 2.0, 3: 2.0},
    # 3 nodes serve a need of 2.5 in full, as they are less than a step beyond
    "step": {2: 3.0},
    # engineers double from the minimum of one: 2, 4, 4, 4 of 4
    "growth": {2: 3.5},
    # chat may cost 4 of 5; one node costs 2, so no third
    "money": {2: 3.0, 3: 0.0},
}


@pytest.mark.parametrize("name", BY_HAND)
def test_the_search_finds_the_optimum_known_by_hand(name: str) -> None:
    found = best(named()[name])
    assert found is not None
    assert found.values == pytest.approx(BY_HAND[name])


def test_what_the_search_finds_passes_the_check_and_is_worth_what_it_says() -> None:
    for seed in range(3):
        problem = at_random(seed)
        found = best(problem)
        assert found is not None
        report = check(problem, "normal", found.plan)
        assert report.ok
        assert report.attained == pytest.approx(found.values)


def test_the_search_says_when_there_is_no_plan() -> None:
    assert best(named()["no plan"]) is None


def test_a_tolerance_gives_the_next_class_what_the_first_can_spare() -> None:
    found = best(named()["tolerance"])
    assert found is not None
    assert found.values[2] == pytest.approx(3.0)
    assert found.values[3] > 1.0
