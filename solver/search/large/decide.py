"""A class of a large portfolio: a relaxation for prices and shares, a bound from them, and groups of few projects.

relax the class with those below at rest  ->  prices  ->  its bound
those below go where the class minds least, then relax the class alone  ->  fair shares
decide a few projects at a time, each with its share, then again with all that the others leave
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from solver.engine import rows_of
from solver.search.alone import own_part
from solver.search.large.prices import MANY_ROWS, Relaxed, bound_at, relax
from solver.search.large.shares import again, build, make_room
from solver.search.part import Part

if TYPE_CHECKING:
    from solver.search.stages import Stages

RELAXING, PROVING = 0.5, 0.2
"""Shares of a class's time for one relaxation, and for its bound."""
ROOM = 0.15
"""Share of the time left to a class in which those below may make room."""
ALL = 0.7
"""Share of the time for a relaxation in which the one with those below has to be solved."""


def price(stages: Stages, part: Part, limit: float) -> Relaxed | None:
    """The class's relaxation; what its prices prove is kept. Those below are in it as long as that is soon solved."""
    light, last = stages.light(part, limit), stages.clock.seconds + RELAXING * limit
    small = len(rows_of(stages.model, light)) <= MANY_ROWS
    relaxed = relax(stages, light, stages.budget(ALL * RELAXING * limit)) if small else None
    if relaxed is None:
        relaxed = relax(stages, stages.task(own_part(stages, part)), stages.budget(last - stages.clock.seconds))
    _prove(stages, part, relaxed, PROVING * limit)
    return relaxed


def decide_by_prices(stages: Stages, part: Part, relaxed: Relaxed | None, last: float) -> None:
    """The class in whole steps from those below at rest, then made better until its proof holds or its time is up."""
    if relaxed is not None:
        left = stages.until - stages.clock.seconds
        moved, task = make_room(stages, part, relaxed, ROOM * left), stages.task(own_part(stages, part))
        if moved and len(rows_of(stages.model, task)) <= MANY_ROWS:
            after = relax(stages, task, stages.budget(RELAXING * left))
            _prove(stages, part, after, PROVING * left)
            relaxed = after or relaxed
    build(stages, own_part(stages, part), relaxed.values if relaxed is not None else stages.values)
    _tell(stages, part)
    better_by_prices(stages, part, last)


def better_by_prices(stages: Stages, part: Part, last: float) -> None:
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
