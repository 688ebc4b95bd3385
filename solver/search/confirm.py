"""Whether an earlier plan is good enough still: the proof of one class, and of all side by side where it all stands."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from solver.engine import run
from solver.model import Model
from solver.model.sheet import Floats, dot
from solver.search.dive import bound_of
from solver.search.part import PROOF, Part, light_of
from solver.search.reach import not_before
from solver.search.tight import cuts
from solver.task import Answer, Clock, Report, Task

if TYPE_CHECKING:
    from solver.search.stages import Stages

CONFIRMING = 0.35
"""Share of a class's time in which it is tried to prove that it is good enough, or to find what is better."""
FAR = 1.0, 5.0
"""Gaps off the proof between which presolving the decisions is tried: what is nearer or farther needs a search."""
HELD_BY = 1e-6
"""How far what is held of a class may be missed."""


@dataclass(frozen=True, slots=True)
class Proof:
    """What is proven of a class at most, and decisions that are better than those it was asked about, if any."""

    bound: float
    better: Answer | None = None


def tightened(stages: Stages, part: Part) -> Part:
    """A part with the rows and bounds that its relaxation does not see by itself."""
    not_before(stages, part)
    return replace(part, cuts=cuts(stages.model, part.mine, part.free, stages.values, part.upper))


def prove(
    model: Model, part: Part, values: Floats, light: Task, clock: Clock, *, report: Report | None = None
) -> Proof:
    """By relaxations, then by a search for what is better by more than the gap asked for: that some values suffice."""
    most = dot(part.weights, values) + part.gap
    bound = run(model, light, clock).bound
    if FAR[0] * part.gap < bound - most < FAR[1] * part.gap:
        bound = min(bound, bound_of(model, light, clock))
    if bound <= most or clock.over():
        return Proof(bound)
    task = replace(light, discrete=model.binary, gap=PROOF * part.gap, holds=[*light.holds, (part.weights, most)])
    answer = run(model, task, clock, report)
    return Proof(min(bound, most) if answer.infeasible else bound, answer)


def confirm(stages: Stages, ranks: list[int]) -> list[int]:
    """The classes left to decide, after those from the top that are good enough in a plan that stands as it is.

    A class is proven with all above it held as loosely as they ever may be, so that no proof has to wait for another;
    where one fails, those below it are not gone on with. Side by side, the hardest is begun with: it takes longest.
    """
    asked, failed = stages.ahead(ranks), list[int]()

    def proof(place: int) -> Proof | None:
        part, holds = asked[place]
        clock = replace(stages.clock, should_stop=lambda: stages.clock.over() or min(failed, default=place) < place)
        if clock.over():
            return None
        part = tightened(stages, part)
        limit = stages.budget(CONFIRMING * stages.share(ranks[place:]) * stages.clock.left)
        found = prove(stages.model, part, stages.values, replace(light_of(stages, part, limit), holds=holds), clock)
        if not stages.suffices(part, stages.values, found.bound):
            failed.append(place)
        return found

    first = _hardest(stages, [part for part, _ in asked])
    order = sorted(range(len(ranks)), key=lambda place: place != first)
    proofs = dict(zip(order, stages.crew.each(proof, order), strict=True))
    for place in range(len(ranks)):
        found, part = proofs[place], stages.opened_part(ranks[place])
        if found is None or not stages.suffices(part, stages.values, found.bound):
            stages.proofs = {part.rank: found} if found is not None else {}
            return ranks[place:]
        stages.prove(part.rank, found.bound)
        stages.teller(part.rank)(stages.attained(part.rank), stages.bounds[part.rank])
        stages.hold(part)
    return []


def _hardest(stages: Stages, parts: list[Part]) -> int:
    """The place of the class with most open decisions; the first where there is one hand for all."""
    if stages.crew.size == 1:
        return 0
    binary = stages.model.binary
    open_ = [np.count_nonzero(binary & part.free & (part.lower < part.upper)) for part in parts]
    return max(range(len(parts)), key=open_.__getitem__, default=0)


def confirmed(stages: Stages, part: Part, values: Floats, limit: float) -> Answer | None:
    """Prove of one class that some values suffice; what is better instead, if that was found."""
    found = stages.proofs.pop(part.rank, None)
    if found is None or (found.better is not None and not _holds(stages, found.better)):
        light = light_of(stages, part, stages.budget(CONFIRMING * limit))
        found = prove(stages.model, part, values, light, stages.clock, report=stages.teller(part.rank))
    stages.prove(part.rank, found.bound)
    return found.better


def _holds(stages: Stages, answer: Answer) -> bool:
    """Whether decisions leave the classes above what they hold."""
    values = answer.values
    return values is None or all(dot(weights, values) >= least - HELD_BY for weights, least in stages.held)
