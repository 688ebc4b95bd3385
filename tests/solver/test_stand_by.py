"""The plan to start from: looked for twice, but never a second time once the time is up without an answer."""

from __future__ import annotations

import numpy as np
import pytest

from solver.model import build
from solver.progress import Options
from solver.search.first import stand_by
from solver.search.stages import Stages
from solver.task import Answer, Clock
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
        sums = np.bincount(model.row, model.coefficient * large.values[model.column], minlength=len(model.low))
        assert (sums >= model.low - 1e-6).all()
        assert (sums <= model.high + 1e-6).all()
        assert np.allclose(large.values[model.discrete], np.round(large.values[model.discrete]))
