"""A plan made better piece by piece: a few projects of a class are decided again, the others stay."""

from __future__ import annotations

import time
from dataclasses import replace
from itertools import count
from typing import TYPE_CHECKING

import numpy as np

from solver.model.sheet import Bools, Floats, Ints
from solver.search.part import Part

if TYPE_CHECKING:
    from solver.search.stages import Stages

TOGETHER = 4
"""Projects of the class that are decided again at a time, beside all that rest below."""
ALONE = 6
"""The same where those below stay as they are."""
COARSE = 0.2
"""Share of what a class may still gain, by project, that a piece may leave open; less after pieces that failed."""
PATIENCE = 2.0
"""Seconds that one piece may take."""
ENOUGH = 0.95
"""Share of the gap asked for at which a plan in whole steps is good enough to stop at."""
MORE = 2
"""Projects more in a group after a round of groups without progress."""
ROUNDS = 3
"""Groups without progress, per project of the class, after which nothing is expected any more."""
WORTH = 0.01
"""Share of the gap asked for that a piece has to bring to count as progress."""


def improve(stages: Stages, part: Part, discrete: Bools, seconds: float, *, alone: bool = False) -> None:
    """Decide groups of projects again, each in turn with its neighbours, until the proof holds or nothing helps.

    First each project with its neighbours, those with most to gain first, then groups by chance; larger ones, and for
    longer, after as many without progress as there are projects.
    """
    last, idle, mine = time.perf_counter() + seconds, 0, np.flatnonzero(part.mine)
    order, chance = most_to_gain_first(stages, part, mine), np.random.default_rng(stages.clock.options.seed)
    for turn in count():
        if stages.proven(part) or time.perf_counter() > last or stages.clock.over() or idle > ROUNDS * len(mine):
            return
        wider = idle // len(mine)
        size = (ALONE if alone else TOGETHER) + MORE * wider
        known = turn < len(order)
        group = neighbours(stages, mine, int(order[turn]), size) if known else np.sort(chance.permutation(mine)[:size])
        most = COARSE * (stages.bounds[part.rank] - stages.attained(part.rank)) * len(group) / len(mine)
        gap, limit = max(0.1 * part.gap, most / (1.0 + idle)), stages.budget(PATIENCE * (1 + wider))
        idle = 0 if _again(stages, part, _open(stages, part, group, alone=alone), discrete, gap, limit) else idle + 1


def _again(  # noqa: PLR0917 - all that one piece is
    stages: Stages, part: Part, projects: Bools, discrete: Bools, gap: float, limit: float
) -> bool:
    """Decide some projects again; True if that was worth it."""
    model, before = stages.model, stages.attained(part.rank)
    free = part.free & projects[model.owner]
    answer = stages.run(
        replace(part, free=free), discrete=discrete & free, gap=gap, start=stages.values,
        limit=limit, target=stages.bounds[part.rank] - ENOUGH * part.gap,
    )  # fmt: skip
    if answer.values is None or answer.objective <= before:
        return False
    stages.values = answer.values
    return answer.objective > before + WORTH * part.gap


def _open(stages: Stages, part: Part, group: Ints, *, alone: bool) -> Bools:
    """The projects of a group, and those of lower classes, whose standbys may make room."""
    found = (stages.first > part.rank) & ~part.mine & (not alone)
    found[group] = True
    return found


def most_to_gain_first(stages: Stages, part: Part, mine: Ints) -> Ints:
    """Projects of the class in the order of what they miss of their ideal."""
    owner, worth = stages.model.owner, part.weights * stages.values
    held = np.bincount(owner[owner >= 0], worth[owner >= 0], minlength=len(stages.first))
    most = np.bincount(owner[owner >= 0], part.weights[owner >= 0], minlength=len(stages.first))
    return mine[np.argsort(held[mine] - most[mine], kind="stable")]


def neighbours(stages: Stages, mine: Ints, seed: int, size: int) -> Ints:
    """A project and those of its class that could use most of the same pools; a service with its levers first."""
    s, uses = stages.model.setting, stages.uses
    shared: Floats = uses[mine] @ uses[seed]
    pairs = [(s.index.get(x.lever), s.index.get(x.service)) for x in s.problem.levers]
    bound = [a if b == seed else b for a, b in pairs if seed in (a, b)]
    shared[np.isin(mine, [i for i in bound if i is not None])] += len(s.problem.pools)
    shared[mine == seed] = np.inf
    return mine[np.argsort(-shared, kind="stable")[:size]]
