"""What time is left when every class has been decided: to the first that is not proven, and to those below it again."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from solver.search.stages import Stages

SHARE = 0.6
"""Share of the time left that the class itself may take; the rest is for those below it."""
WORTH = 5.0
"""Seconds that have to be left for another try."""


def go_on(stages: Stages, ranks: list[int]) -> None:
    """From the plan found: classes that are not proven, from the top, each until another try brings nothing."""
    tried: set[int] = set()
    while stages.clock.left > WORTH and not stages.clock.over():
        late = next((rank for rank in ranks if rank not in tried and not stages.done(rank)), None)
        if late is None:
            return
        before, had = stages.kept(), {rank: stages.attained(rank) for rank in ranks}
        _once_more(stages, ranks[ranks.index(late) :])
        worse = any(not stages.done(rank) and stages.attained(rank) < had[rank] - 1e-6 for rank in ranks)
        if worse or stages.attained(late) <= had[late] + 1e-6:
            bound = stages.bounds[late]
            stages.back_to(before)
            stages.bounds[late] = min(stages.bounds[late], bound)
            tried.add(late)


def _once_more(stages: Stages, ranks: list[int]) -> None:
    """A class and those below it are decided again, each from what it is now."""
    stages.reopen(ranks[0])
    for n, rank in enumerate(ranks):
        if stages.clock.over():
            stages.follow(rank)
        else:
            left = stages.clock.left
            stages.decide(rank, limit=SHARE * left if n == 0 else 1.5 * left / (len(ranks) - n), again=n == 0)
