"""A large portfolio: a whole plan soon; then, by class, a relaxation, a bound from its prices, and groups of projects.

relax the class with those below at rest  ->  prices  ->  its bound
those below go where the class minds least, then relax the class alone  ->  fair shares
decide a few projects at a time, each with its share, then again with all that the others leave

From an earlier plan a class is made better as it is there: beside those below as they are, then with them at rest.
So is a class whose relaxation takes long, from the first plan.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from solver.engine import rows_of
from solver.model.sheet import Floats, dot
from solver.search.alone import own_part
from solver.search.large.prices import MANY_ROWS, Relaxed, bound_at, relax
from solver.search.large.shares import again, build, make_room
from solver.search.large.single import rested
from solver.search.part import Part, light_of, resting
from solver.search.seed import as_seeded
from solver.task import Task

if TYPE_CHECKING:
    from solver.search.stages import Stages

RELAXING, PROVING = 0.5, 0.2
"""Shares of a class's time for one relaxation, and for its bound."""
ROOM = 0.15
"""Share of the time left to a class in which those below may make room."""
HURRIED = 8.0
"""Times as long as a first plan took that have to be left to decide its classes anew."""
REACHED = 0.5
"""Share of its bound from which on what an earlier plan gives a class is worth to start from, and its prices hold."""
DEAREST = 3.0
"""Times what a unit of anything gives at most that a price may be which was found before something changed."""
AMISS = 2.0
"""Gaps asked for that a class may have lost of an earlier plan for that to be worth to start from."""
PRICING = 0.7
"""Share of the time left in which relaxations of classes are solved side by side."""
PAYS = 0.5
"""Share of the gap asked for that a class has to gain, or its proof, for those below to be moved."""
BESIDE = 0.4
"""Share of the time of a class of an earlier plan in which those below stay as they are."""
ALL = 0.7
"""Share of the time for a relaxation in which the one with those below has to be solved."""


def begin(stages: Stages, ranks: list[int]) -> None:
    """What is done before class after class is decided: relaxations, and a plan where there is none yet."""
    if stages.stands:
        lights = [(part, replace(light_of(stages, part, 0.0), holds=holds)) for part, holds in stages.ahead(ranks)]
        _side_by_side(stages, [(part, task) for part, task in lights if _soon(stages, task)])
    else:
        _side_by_side(stages, [(part, task) for part, task in first_plan(stages, ranks) if not _small(stages, part)])


def first_plan(stages: Stages, ranks: list[int]) -> list[tuple[Part, Task]]:
    """A plan soon found: class after class, project after project, each with what is left.

    Returns each class as it was asked there, those below at rest.
    """
    before, begun, asked = stages.kept(), stages.clock.seconds, list[tuple[Part, Task]]()
    for rank in ranks:
        part = stages.opened_part(rank)
        stages.values = rested(stages, part, stages.values)
        asked.append((part, replace(stages.task(own_part(stages, part)), holds=list(stages.held))))
        build(stages, own_part(stages, part), None)
        _tell(stages, part)
        stages.hold(part, loosely=True)
    stages.back_to(before | {"values": stages.values, "seed": stages.values})
    stages.hurried = stages.clock.left < HURRIED * (stages.clock.seconds - begun)
    return asked


def _side_by_side(stages: Stages, asked: list[tuple[Part, Task]]) -> None:
    """Relaxations of classes, none of which waits for another, the largest first; each has its share of the time."""
    last, size = stages.clock.seconds + PRICING * stages.clock.left, stages.crew.size
    asked = sorted(asked, key=lambda one: -int(one[1].free.sum()))
    after = np.cumsum([task.free.sum() for _, task in asked][::-1])[::-1]

    def relaxation(place: int) -> Relaxed | None:
        if stages.clock.over():
            return None
        task = asked[place][1]
        share = min(1.0, size * float(task.free.sum()) / max(1.0, float(after[place])))
        left = share * (last - stages.clock.seconds)
        return relax(stages, replace(task, limit=left), stages.budget(left))

    found = stages.crew.each(relaxation, range(len(asked)))
    stages.priced = {part.rank: one for (part, _), one in zip(asked, found, strict=True)}


def decide_by_prices(stages: Stages, part: Part, last: float) -> None:
    """A class from an earlier plan where that is worth it, else from those below at rest."""
    seeded = as_seeded(stages, part)
    had = -np.inf if seeded is None else dot(part.weights, seeded)
    relaxed = price(stages, part, stages.until - stages.clock.seconds, had)
    if seeded is not None and stages.bounds[part.rank] - had <= part.gap + 1e-9:
        stages.values = seeded
    elif seeded is not None and _goes_on(stages, part, relaxed, had):
        _from_seed(stages, part, relaxed, seeded, last)
    else:
        _anew(stages, part, relaxed, last)
        if seeded is not None and had > stages.attained(part.rank):
            stages.values = seeded


def _goes_on(stages: Stages, part: Part, relaxed: Relaxed | None, had: float) -> bool:
    """Whether a class is made better, not decided anew: from a plan that is followed, or where relaxing takes long."""
    if not stages.stands:
        return not _small(stages, part)
    as_it_was = stages.seed is not None and had >= dot(part.weights, stages.seed) - AMISS * part.gap
    return relaxed is None or (as_it_was and had >= REACHED * stages.bounds[part.rank])


def price(stages: Stages, part: Part, limit: float, had: float) -> Relaxed | None:
    """The class's relaxation, or the one known of it if that proves enough of what it had; what it proves is kept.

    Prices prove something wherever they come from, so that a class that is decided again may need no other relaxation.
    """
    known, small = part.rank in stages.priced, _small(stages, part)
    if known:
        before = stages.priced[part.rank]
        cautious = before and before.within(DEAREST * float(part.weights.max()))
        _prove(stages, part, cautious, (PROVING if small else 1.0) * limit)
    if not known or (small and had < REACHED * stages.bounds[part.rank]):
        stages.priced[part.rank] = _relaxed(stages, part, limit)
        _prove(stages, part, stages.priced[part.rank], PROVING * limit)
    return stages.priced[part.rank]


def _relaxed(stages: Stages, part: Part, limit: float) -> Relaxed | None:
    """The class's relaxation, with those below as long as that is soon solved."""
    light, last = light_of(stages, part, limit), stages.clock.seconds + RELAXING * limit
    relaxed = relax(stages, light, stages.budget(ALL * RELAXING * limit)) if _soon(stages, light) else None
    if relaxed is None:
        relaxed = relax(stages, stages.task(own_part(stages, part)), stages.budget(last - stages.clock.seconds))
    return relaxed


def _soon(stages: Stages, task: Task) -> bool:
    """Whether a relaxation is soon solved, and nearly exactly."""
    return len(rows_of(stages.model, task)) <= MANY_ROWS


def _small(stages: Stages, part: Part) -> bool:
    """Whether a class by itself is soon relaxed, and there is time to decide it anew."""
    return not stages.hurried and _soon(stages, stages.task(own_part(stages, part)))


def _anew(stages: Stages, part: Part, relaxed: Relaxed | None, last: float) -> None:
    """The class in whole steps from all at rest, then made better until its proof holds or its time is up."""
    lower, upper = resting(stages, stages.first >= part.rank)
    stages.values = rested(stages, replace(part, lower=lower, upper=upper), stages.values)
    if relaxed is not None:
        left = stages.until - stages.clock.seconds
        moved, task = make_room(stages, part, relaxed, ROOM * left), stages.task(own_part(stages, part))
        if moved and _soon(stages, task):
            relaxed = relax(stages, task, stages.budget(RELAXING * left)) or relaxed
    build(stages, own_part(stages, part), relaxed.values if relaxed is not None else None)
    _tell(stages, part)
    _better(stages, part, last)


def _from_seed(stages: Stages, part: Part, relaxed: Relaxed | None, seeded: Floats, last: float) -> None:
    """The class made better from what it is in an earlier plan: beside those below as they are, then with them at rest.

    Those below stay where they are unless the class gains by it.
    """
    stages.values, small = seeded, _small(stages, part)
    _better(stages, part, stages.clock.seconds + (BESIDE if small else 1.0) * (last - stages.clock.seconds))
    if not small or stages.done(part.rank) or stages.clock.over() or stages.clock.seconds > last:
        return
    beside, had = stages.values, stages.attained(part.rank)
    stages.values = rested(stages, part, beside)
    if relaxed is not None:
        make_room(stages, part, relaxed, ROOM * (last - stages.clock.seconds))
    _better(stages, part, last)
    if not stages.done(part.rank) and stages.attained(part.rank) <= had + PAYS * part.gap:
        stages.values = beside


def _better(stages: Stages, part: Part, last: float) -> None:
    """The class made better from what it is, until its proof holds or its time is up."""
    again(stages, own_part(stages, part), last - stages.clock.seconds)
    _tell(stages, part)


def _tell(stages: Stages, part: Part) -> None:
    """Value and bound so far, as progress."""
    stages.teller(part.rank)(stages.attained(part.rank), stages.bounds[part.rank])


def _prove(stages: Stages, part: Part, relaxed: Relaxed | None, seconds: float) -> None:
    """Keep what the prices of a relaxation prove of a class, or what is proven where nothing costs anything."""
    known = relaxed or Relaxed(stages.values, np.zeros(len(stages.model.low)), np.zeros(len(stages.held)))
    bound = bound_at(stages, part, known, stages.budget(seconds))
    stages.bounds[part.rank] = min(stages.bounds[part.rank], bound)
