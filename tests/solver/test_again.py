"""What time is left: classes that are not proven are tried again from the plan found, never given for a worse one."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, cast

import numpy as np
import pytest

from solver.check import check
from solver.model import build
from solver.model.sheet import Floats
from solver.progress import Options
from solver.publish import publish
from solver.search.again import go_on
from solver.search.first import stand_by
from solver.search.stages import Stages
from solver.task import Clock
from tests.solver.tiny import named


@dataclass
class Scripted:
    """Two classes of which values and bounds are told; each try of the first has one line of what comes of it."""

    values: Floats
    bounds: dict[int, float]
    script: list[tuple[list[float], dict[int, float]]]
    clock: Clock = field(default_factory=lambda: Clock(Options(time_limit=1000.0)))
    calls: list[str] = field(default_factory=list)

    def kept(self) -> dict[str, Any]:
        return {"values": self.values, "bounds": dict(self.bounds)}

    def back_to(self, kept: dict[str, Any]) -> None:
        self.values, self.bounds = kept["values"], kept["bounds"]

    def attained(self, rank: int) -> float:
        return float(self.values[rank])

    def done(self, rank: int) -> bool:
        return self.bounds[rank] - self.attained(rank) <= 1.0

    def reopen(self, rank: int) -> None:
        self.calls.append(f"reopen {rank}")
        self.bounds = {known: bound for known, bound in self.bounds.items() if known <= rank}

    def decide(self, rank: int, *, limit: float, again: bool = False) -> bool:
        self.calls.append(f"{'again' if again else 'decide'} {rank}")
        assert 0 < limit <= 1500
        if again:
            values, self.bounds = self.script.pop(0)
            self.values = np.array(values)
        return True

    def follow(self, rank: int) -> None:
        self.calls.append(f"follow {rank}")


def gone_on(values: list[float], bounds: dict[int, float], *script: tuple[list[float], dict[int, float]]) -> Scripted:
    stages = Scripted(np.array(values), bounds, list(script))
    go_on(cast(Stages, stages), [0, 1])
    return stages


def test_nothing_is_tried_again_where_all_is_proven() -> None:
    assert gone_on([10, 5], {0: 10.5, 1: 6}).calls == []


def test_a_class_that_got_better_is_kept_and_those_below_are_decided_again() -> None:
    stages = gone_on([10, 5], {0: 20, 1: 5}, ([20, 3], {0: 20, 1: 3}))
    assert (stages.values.tolist(), stages.bounds) == ([20, 3], {0: 20, 1: 3})
    assert stages.calls == ["reopen 0", "again 0", "decide 1"]


def test_as_long_as_it_gets_better_it_is_tried_again_and_once_it_does_not_the_next_one_is() -> None:
    found = ([12, 5], {0: 20, 1: 9}), ([12, 5], {0: 20, 1: 9}), ([12, 9], {0: 20, 1: 9})
    stages = gone_on([10, 5], {0: 20, 1: 9}, *found)
    assert [call for call in stages.calls if "again" in call] == ["again 0", "again 0", "again 1"]
    assert stages.values.tolist() == [12, 9]


def test_what_leaves_a_class_below_worse_and_unproven_is_not_taken_but_what_it_proved_is() -> None:
    stages = gone_on([10, 5], {0: 20, 1: 5}, ([18, 0], {0: 19, 1: 5}))
    assert (stages.values.tolist(), stages.bounds) == ([10, 5], {0: 19, 1: 5})


def test_without_time_nothing_is_tried() -> None:
    stages = Scripted(np.array([10.0, 5.0]), {0: 20, 1: 5}, [], Clock(Options(time_limit=1.0)))
    go_on(cast(Stages, stages), [0, 1])
    assert stages.calls == []


@pytest.mark.parametrize("name", ["minimum", "requires"])
def test_from_everything_at_rest_it_comes_to_a_proven_plan(name: str) -> None:
    problem = named()[name]
    model = build(problem, "normal")
    stages = Stages(model, Clock(Options(time_limit=60.0, gap=0.001)))
    assert stand_by(stages)
    ranks = sorted(model.classes)
    for rank in ranks:
        stages.follow(rank)
    assert not all(stages.done(rank) for rank in ranks)
    go_on(stages, ranks)
    assert all(stages.done(rank) for rank in ranks)
    assert check(problem, "normal", publish(model, stages.values)).ok


def test_what_is_not_taken_leaves_nothing_behind() -> None:
    """A class is reopened and decided again; back to what was kept, bounds and what is held are as before."""
    model = build(named()["minimum"], "normal")
    stages, ranks = Stages(model, Clock(Options(time_limit=60.0, gap=0.001))), sorted(model.classes)
    assert stand_by(stages)
    for rank in ranks:
        stages.follow(rank)
    kept = stages.kept()
    as_kept = stages.values.copy(), stages.lower.copy(), stages.upper.copy(), list(stages.held), dict(stages.bounds)
    stages.reopen(ranks[0])
    for rank in ranks:
        assert stages.decide(rank, limit=5.0, again=rank == ranks[0])
    assert (stages.values != as_kept[0]).any()
    stages.back_to(kept)
    now = stages.values, stages.lower, stages.upper
    assert all((one == other).all() for one, other in zip(now, as_kept, strict=False))
    assert stages.bounds == as_kept[4]
    assert [least for _, least in stages.held] == [least for _, least in as_kept[3]]
