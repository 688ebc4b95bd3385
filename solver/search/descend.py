"""Every class from the top, until the time is up: from a first whole plan to the best that is found."""

from __future__ import annotations

from solver.search.again import go_on
from solver.search.confirm import confirm
from solver.search.first import stand_by
from solver.search.large.decide import begin
from solver.search.stages import Stages


def descend(stages: Stages) -> bool:
    """Decide every class, as far as time goes (the rest stands by); False if there is no plan to start from."""
    if not stand_by(stages):
        return False
    ranks = sorted(stages.model.classes)
    open_ = confirm(stages, ranks) if stages.stands and not stages.large else ranks
    if stages.large:
        begin(stages, ranks)
    for n, rank in enumerate(open_):
        if stages.clock.over():
            if not stages.clock.stopped:
                for late in open_[n:]:
                    stages.follow(late)
            return True
        if not stages.decide(rank, limit=stages.share(open_[n:]) * stages.clock.left):
            return False
    go_on(stages, ranks)
    return True
