"""A plan made better piece by piece: a few projects of a class are decided again, the others stay."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace
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
ROUNDS = 2
"""Groups without progress, per project of the class, after which nothing is expected any more."""
WORTH = 0.01
"""Share of the gap asked for that a piece has to bring to count as progress."""


def improve(stages: Stages, part: Part, discrete: Bools, seconds: float, *, alone: bool = False) -> None:
    """Decide groups of projects again, each in turn with its neighbours, until the proof holds or nothing helps."""
    last, idle = time.perf_counter() + seconds, 0
    for group in _groups(stages, part, ALONE if alone else TOGETHER):
        if stages.proven(part) or time.perf_counter() > last or stages.clock.over() or idle > ROUNDS * part.mine.sum():
            return
        most = COARSE * (stages.bounds[part.rank] - stages.attained(part.rank)) * len(group) / part.mine.sum()
        gap = max(0.1 * part.gap, most / (1.0 + idle))
        idle = 0 if _again(stages, part, _open(stages, part, group, alone=alone), discrete, gap) else idle + 1


def _groups(stages: Stages, part: Part, size: int) -> Iterator[Ints]:
    """First each project with its neighbours, those with most to gain first; then, for ever, groups by chance."""
    mine, chance = np.flatnonzero(part.mine), np.random.default_rng(stages.clock.options.seed)
    for seed in _most_to_gain_first(stages, part, mine):
        yield _neighbours(stages, mine, int(seed), size)
    while True:
        yield np.sort(chance.permutation(mine)[:size])


def _again(stages: Stages, part: Part, projects: Bools, discrete: Bools, gap: float) -> bool:
    """Decide some projects again; True if that was worth it."""
    model, before = stages.model, stages.attained(part.rank)
    free = part.free & projects[model.owner]
    answer = stages.run(
        replace(part, free=free), discrete=discrete & free, gap=gap, start=stages.values,
        limit=stages.budget(PATIENCE), target=stages.bounds[part.rank] - ENOUGH * part.gap,
    )  # fmt: skip
    if answer.values is None or answer.objective <= before:
        return False
    stages.values = answer.values
    return answer.objective > before + WORTH * part.gap


def _open(stages: Stages, part: Part, group: Ints, *, alone: bool) -> Bools:
    """The projects of a group, and in a small part those of lower classes, whose standbys may make room."""
    found = (stages.first > part.rank) & ~part.mine & (not part.large and not alone)
    found[group] = True
    return found


def _most_to_gain_first(stages: Stages, part: Part, mine: Ints) -> Ints:
    """Projects of the class in the order of what they miss of their ideal."""
    owner, worth = stages.model.owner, part.weights * stages.values
    held = np.bincount(owner[owner >= 0], worth[owner >= 0], minlength=len(stages.first))
    most = np.bincount(owner[owner >= 0], part.weights[owner >= 0], minlength=len(stages.first))
    return mine[np.argsort(held[mine] - most[mine], kind="stable")]


def _neighbours(stages: Stages, mine: Ints, seed: int, size: int) -> Ints:
    """A project and those of its class that could use most of the same pools; a service with its levers first."""
    s = stages.model.setting
    uses = np.zeros((len(stages.first), len(s.problem.pools)))
    uses[s.pair_project, s.pair_pool] = 1.0
    shared: Floats = uses[mine] @ uses[seed]
    pairs = [(s.index.get(x.lever), s.index.get(x.service)) for x in s.problem.levers]
    bound = [a if b == seed else b for a, b in pairs if seed in (a, b)]
    shared[np.isin(mine, [i for i in bound if i is not None])] += len(s.problem.pools)
    shared[mine == seed] = np.inf
    return mine[np.argsort(-shared, kind="stable")[:size]]
