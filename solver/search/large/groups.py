"""Which projects of a class are decided together: those tied to each other, or some that could use the same pools."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from solver.model.sheet import Floats, Ints
from solver.search.improve import neighbours
from solver.search.part import Part

if TYPE_CHECKING:
    from solver.search.stages import Stages


def in_groups(stages: Stages, own: Part, relaxed: Floats) -> list[Ints]:
    """The projects of a class, those with most value first, then those that could have most; who is linked is one."""
    owner, count = stages.model.owner, len(own.mine)
    worth = np.bincount(owner, own.weights * relaxed, minlength=count)
    most = np.bincount(owner, own.weights, minlength=count)
    tied = _tied(stages, np.flatnonzero(own.mine))
    return sorted(tied, key=lambda some: (-float(worth[some].sum()), -float(most[some].sum())))


def _tied(stages: Stages, mine: Ints) -> list[Ints]:
    """Projects of a class with those of it that links, or a service and its levers, tie them to."""
    s = stages.model.setting
    head = {int(i): int(i) for i in mine}

    def found(i: int) -> int:
        while head[i] != i:
            i = head[i]
        return i

    pairs = [(k.project, k.other) for k in s.problem.links] + [(x.lever, x.service) for x in s.problem.levers]
    for one, other in pairs:
        a, b = s.index.get(one, -1), s.index.get(other, -1)
        if a in head and b in head:
            head[found(a)] = found(b)
    heads = np.array([found(int(i)) for i in mine])
    return [mine[heads == h] for h in dict.fromkeys(heads.tolist())]


def near(  # noqa: PLR0917 - all that a choice is
    stages: Stages, mine: Ints, order: Ints, chance: np.random.Generator, turn: int, size: int
) -> Ints:
    """The next project with some of its neighbours."""
    if turn < len(order):
        return neighbours(stages, mine, int(order[turn]), size)
    near = neighbours(stages, mine, int(chance.choice(mine)), 2 * size)
    return np.append(near[:1], chance.permutation(near[1:])[: size - 1])
