"""Decide what a class has on when: a relaxation first, in which those below move for nothing, then grounded in full."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from solver.model.sheet import Floats
from solver.search.dive import dive, search
from solver.search.improve import improve
from solver.search.part import PROOF, Part, light_of
from solver.task import Answer, Task

if TYPE_CHECKING:
    from solver.search.stages import Stages

SOON = 2.0
"""Seconds in which branch and bound has to find a first answer where a dive found none."""
WITHIN = 5.0
"""Gaps asked for within which a plan built up piece by piece, or of a dive, is worth a search from there."""
MANY = 1000
"""Open decisions above which a search from further away finds nothing in time."""


def choose(
    stages: Stages, part: Part, limit: float, at_rest: Callable[[], Floats], known: Answer | None = None
) -> bool:
    """Decide what is on when: by a relaxation first, and in full where its decisions do not hold in full.

    A light answer that is known already is where the search begins; those below come to rest where it is not enough.
    """
    teller, gap = stages.teller(part.rank), PROOF * part.gap
    if known is not None and known.values is not None:
        stages.prove(part.rank, known.bound)
        if _within(known, gap) and _ground(stages, part, known):
            return True
    stages.values = at_rest()
    light, before = light_of(stages, part, stages.budget(max(2.0, 0.35 * limit))), stages.attained(part.rank)
    answer = _decisions(stages, part, replace(light, gap=gap), limit, known)
    grounded = _ground(stages, part, answer)
    if not (answer.finished or answer.infeasible) and not stages.proven(part):
        improve(stages, part, stages.model.binary, stages.budget(max(2.0, 0.2 * limit)))
        if stages.attained(part.rank) > before:
            stages.settle(part.with_decisions(stages), stages.attained(part.rank))
    if grounded or not (answer.finished or answer.infeasible):
        return True
    answer = stages.run(
        part,
        discrete=stages.model.binary,
        gap=gap,
        start=stages.values,
        report=teller,
        limit=stages.budget(max(2.0, 0.3 * limit)),
    )
    stages.prove(part.rank, answer.bound)
    if answer.values is not None:
        stages.values = answer.values
        stages.settle(part.with_decisions(stages), answer.objective)
    return not answer.infeasible


def _decisions(stages: Stages, part: Part, light: Task, limit: float, known: Answer | None) -> Answer:
    """What is on when, by a dive if its bound proves that good enough, else by branch and bound from there.

    Where neither finds anything soon, a plan is built up a few projects at a time, and the search starts from it.
    """
    teller = stages.teller(part.rank)
    found = known is not None and known.values is not None
    answer = known if known is not None and found else dive(stages.model, light, stages.clock)
    stages.prove(part.rank, answer.bound)
    if answer.infeasible or _within(answer, light.gap):
        return answer
    far = answer.values is not None and answer.bound - answer.objective > WITHIN * part.gap
    if far and (stages.model.binary & light.free).sum() > MANY:
        return answer
    if answer.values is None:
        answer = search(stages.model, replace(light, limit=stages.budget(SOON)), answer, stages.clock, teller)
        stages.prove(part.rank, answer.bound)
        if answer.finished or answer.infeasible:
            return answer
    if answer.values is None:
        improve(stages, part, stages.model.binary, stages.budget(max(SOON, 0.35 * limit)), alone=True)
        if stages.bounds[part.rank] - stages.attained(part.rank) > WITHIN * part.gap:
            return replace(answer, values=stages.values, objective=stages.attained(part.rank))
        light = replace(light, start=stages.values)
    answer = search(stages.model, light, answer, stages.clock, teller)
    stages.prove(part.rank, answer.bound)
    return answer


def _within(answer: Answer, gap: float) -> bool:
    """Whether an answer is within a gap of its bound."""
    return answer.values is not None and answer.bound - answer.objective <= gap


def _ground(stages: Stages, part: Part, answer: Answer) -> bool:
    """Take the decisions of a light answer as a whole plan, arrivals included; False if that loses too much."""
    if answer.values is None:
        return False
    if answer.values is stages.values:  # built up piece by piece, each in full
        return True
    decided = part.with_decisions(stages, answer.values)
    if stages.settle(decided, answer.objective):
        return True
    real = stages.run(decided)
    if real.values is not None:
        stages.values = real.values
        stages.settle(decided, real.objective)
    return False
