"""When a few projects are decided again, a service is decided together with its levers."""

from __future__ import annotations

import numpy as np

from solver.model import build
from solver.progress import Options
from solver.search.improve import TOGETHER, neighbours
from solver.search.stages import Stages
from solver.task import Clock
from tests.solver.handmade import project
from tests.solver.served import chat, lever, served


def test_a_service_and_its_lever_are_neighbours_although_they_share_no_pool() -> None:
    rivals = [project(f"ads{n}", 2, priority=0) for n in range(TOGETHER + 1)]
    problem = served(chat(), lever(), *rivals)
    stages = Stages(build(problem, "normal"), Clock(Options()))
    index, mine = stages.model.setting.index, np.arange(len(stages.first))
    assert index["fp8"] in neighbours(stages, mine, index["chat"], TOGETHER)
    assert index["chat"] in neighbours(stages, mine, index["fp8"], TOGETHER)
    assert index["fp8"] not in neighbours(stages, mine, index["ads0"], TOGETHER)
