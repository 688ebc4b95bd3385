"""The plan to start from: a dive, or looked for twice, but never again once the time is up without an answer."""

from __future__ import annotations

import numpy as np
import pytest

from solver.model import build
from solver.progress import Options
from solver.search import first
from solver.search.first import stand_by
from solver.search.part import Part
from solver.search.stages import Stages
from solver.task import Answer, Clock
from tests.solver.solving import is_plan
from tests.solver.tiny import named


@pytest.mark.parametrize(
    ("seconds", "infeasible", "looks"), [(0.0, False, 1), (0.0, True, 2), (60.0, False, 2), (60.0, True, 2)]
)
def test_a_second_look_for_a_plan_is_taken_in_time_or_where_the_first_proved_that_there_is_none_at_rest(
    monkeypatch: pytest.MonkeyPatch, seconds: float, infeasible: bool, looks: int
) -> None:
    stages = Stages(build(named()["minimum"], "normal"), Clock(Options(time_limit=seconds)))
    taken: list[object] = []

    def no_plan(*_: object, **facts: object) -> Answer:
        taken.append(facts)
        return Answer(None, np.nan, -np.inf, finished=infeasible, infeasible=infeasible)

    monkeypatch.setattr(stages, "run", no_plan)
    monkeypatch.setattr(first, "_dived", lambda *_: None)
    assert not stand_by(stages)
    assert len(taken) == looks


@pytest.mark.parametrize("name", sorted(named()))
def test_a_large_portfolio_starts_from_its_relaxation_with_a_plan_wherever_a_small_one_does(
    monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    model = build(named()[name], "normal")
    small, large = Stages(model, Clock(Options())), Stages(model, Clock(Options()))
    there = stand_by(small)
    monkeypatch.setattr("solver.search.stages.LARGE", 0)
    assert stand_by(large) is there
    if there:
        assert is_plan(large, large.values)


@pytest.mark.parametrize("name", sorted(named()))
def test_what_a_dive_begins_with_is_a_plan_at_rest_wherever_there_is_one(
    monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    dived, searched = (Stages(build(named()[name], "normal"), Clock(Options())) for _ in range(2))
    there = stand_by(dived)
    monkeypatch.setattr(first, "_dived", lambda *_: None)
    assert stand_by(searched) is there
    if there:
        assert is_plan(dived, dived.values)


def test_where_whole_steps_next_to_a_dive_do_not_fit_it_is_looked_for_with_more_room(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    stages = Stages(build(named()["minimum"], "normal"), Clock(Options()))
    run, refused = stages.run, list[object]()

    def no_room(*given: Part, **facts: object) -> Answer:
        if not refused:
            refused.append(facts)
            return Answer(None, np.nan, -np.inf, finished=True, infeasible=True)
        return run(*given, **facts)

    monkeypatch.setattr(stages, "run", no_room)
    assert stand_by(stages)
    assert len(refused) == 1
    assert is_plan(stages, stages.values)
