"""Whole steps: from the settled amounts of a class to what its pools can be split into."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from solver.engine import unmet
from solver.model.sheet import Bools, Floats, dot
from solver.search.improve import improve
from solver.search.part import PROOF, Part

if TYPE_CHECKING:
    from solver.search.stages import Stages

UNPROVEN = 0.05
"""Share of the gap asked for that whole steps may leave unproven."""
ENOUGH = 0.95
"""Share of the gap asked for at which a plan in whole steps is good enough to stop at."""
FURTHER = 0.03
"""Share of a full need, in steps, by which an amount may leave what was settled when the nearest steps do not do."""
AGAIN = 0.2
"""Share of a class's time in which its decisions may be taken again."""
NEAR = 5.0
"""Gaps asked for within which a plan in whole steps only needs to be made better, not decided apart."""
PATIENCE = 3.0
"""Seconds that one search for whole steps may take: what it leaves open is made better piece by piece."""


def in_whole_steps(stages: Stages, part: Part, before: Floats, limit: float) -> None:
    """Round the values to whole steps, as near to the proof as time allows; back to those before if nothing does."""
    model = stages.model
    whole = model.discrete & ~model.binary & part.free
    decided = part.with_decisions(stages)
    if np.allclose(stages.values[whole], np.round(stages.values[whole]), atol=1e-7):
        stages.values[whole] = np.round(stages.values[whole])
        return
    planned, first = stages.values, before
    if not part.large and _round(stages, part, decided, whole):
        first = stages.values
    for another in (_apart, _fewer):
        if stages.bounds[part.rank] - dot(part.weights, first) > NEAR * part.gap:
            _keep_better(stages, part, first, another(stages, part, planned, before, limit))
            first = stages.values
    stages.values = first
    if not part.large:
        _in_full(stages, part, PATIENCE)
    in_pieces(stages, part, limit)


def in_pieces(stages: Stages, part: Part, limit: float) -> None:
    """Make a plan in whole steps better a few projects at a time, then all at once."""
    improve(stages, part, stages.model.discrete, stages.budget(0.5 * limit))
    if not part.large:
        _in_full(stages, part, 0.3 * limit)


def _keep_better(stages: Stages, part: Part, first: Floats, second_found: bool) -> None:
    """Of two plans in whole steps the one that gives the class more; the second is in the values so far if found."""
    if not second_found or stages.attained(part.rank) < dot(part.weights, first):
        stages.values = first


def _apart(stages: Stages, part: Part, planned: Floats, before: Floats, limit: float) -> bool:
    """The class alone, with those below left where they are in whole steps; True if that can be rounded.

    Where the decisions leave no room for those below, they are taken again without touching it.
    """
    model, own = stages.model, replace(part, free=part.free & part.mine[stages.model.owner])
    stages.values = before
    answer = stages.run(own.with_decisions(stages, planned), limit=stages.budget(limit))
    if answer.values is None or stages.bounds[part.rank] - answer.objective > NEAR * part.gap:
        again = stages.run(
            own, discrete=model.binary & own.free, gap=PROOF * part.gap, start=stages.values,
            limit=stages.budget(AGAIN * limit), target=stages.bounds[part.rank] - PROOF * part.gap,
        )  # fmt: skip
        if again.values is not None and (answer.values is None or again.objective > answer.objective):
            answer = again
    if answer.values is None:
        return False
    stages.values = answer.values
    decided = own.with_decisions(stages)
    stages.settle(decided, answer.objective)
    return _round(stages, own, decided, model.discrete & ~model.binary & own.free)


def _fewer(stages: Stages, part: Part, planned: Floats, before: Floats, limit: float) -> bool:
    """The class alone, a few projects after the other, each on at most when planned; at the worst all of it rests."""
    own = replace(part, free=part.free & part.mine[stages.model.owner])
    upper = own.with_decisions(stages, planned).upper
    stages.values = before
    improve(stages, replace(own, upper=upper), stages.model.discrete, stages.budget(0.3 * limit))
    return True


def _round(stages: Stages, part: Part, decided: Part, whole: Bools) -> bool:
    """With on/off as decided: next to the settled amounts, if that cannot be with more room there, then everywhere."""
    settled, room = stages.values, _room(stages)
    near = _near(stages, decided, settled, np.zeros_like(room))
    found = _search(stages, near, whole, None)
    if not found:
        near = _near(stages, decided, settled, np.where(_stuck(stages, near, whole), room, 0.0))
        found = _search(stages, near, whole, None)
    if found and stages.proven(part):
        return True
    return _search(stages, _near(stages, decided, settled, room), whole, stages.values if found else None) or found


def _near(stages: Stages, decided: Part, settled: Floats, room: Floats) -> Part:
    """A decided part with amounts between the steps below and above those settled, and the room given beyond them."""
    whole = stages.model.discrete & ~stages.model.binary & decided.free
    lower, upper, room = decided.lower.copy(), decided.upper.copy(), room[whole]
    lower[whole] = np.maximum(lower[whole], np.floor(settled[whole] + 1e-7) - room)
    upper[whole] = np.minimum(upper[whole], np.ceil(settled[whole] - 1e-7) + room)
    _a_week_more(stages, settled, lower, upper)
    return replace(decided, lower=lower, upper=upper)


def _stuck(stages: Stages, near: Part, whole: Bools) -> Bools:
    """The columns of the projects in rows that the steps next to those settled cannot meet."""
    model, freed = stages.model, stages.model.binary & near.free & (near.lower < near.upper)
    task = replace(stages.task(near), discrete=whole | freed, limit=stages.budget(PATIENCE))
    broken = np.isin(model.row, unmet(model, task, stages.clock))
    found: Bools = np.isin(model.owner, model.owner[model.column[broken]])
    return found


def _room(stages: Stages) -> Floats:
    """How many steps further an amount may go: one, and more where steps are small beside what the need takes.

    Growth adds up what single weeks lose to steps: 1.5 times a half step less, four weeks on, is two and a half.
    """
    model, s = stages.model, stages.model.setting
    room = np.ones(model.size)
    unit = np.where(s.step > 0, s.step, 1.0) * np.where(s.rate > 0, s.rate, 1.0)
    steps = np.floor(1.0 + FURTHER * s.full.max(axis=1, initial=0.0)[s.pair_need] / unit)[:, None]
    room[model.variables.x], room[model.variables.nodes] = steps, steps[s.nodes.pair]
    return room


def _search(stages: Stages, part: Part, whole: Bools, start: Floats | None) -> bool:
    """Best value of the class in whole steps, a calm plan preferred; True if one was found and taken."""
    model = stages.model
    busy = dot(model.disruption, stages.values)
    calm = 1e-5 * max(part.ideal, 1e-9) / (1.0 + busy)
    freed = model.binary & part.free & (part.lower < part.upper)
    answer = stages.run(
        part, part.weights - calm * model.disruption, discrete=whole | freed, gap=UNPROVEN * part.gap, start=start,
        limit=stages.budget(PATIENCE),
        target=stages.bounds[part.rank] - ENOUGH * part.gap - calm * busy,
    )  # fmt: skip
    if answer.values is not None:
        stages.values = answer.values
    return answer.values is not None


def _a_week_more(stages: Stages, settled: Floats, lower: Floats, upper: Floats) -> None:
    """Whole steps may cost a build its last bit of work: let each end a week later, with the people it has."""
    s, v = stages.model.setting, stages.model.variables
    complete = np.round(settled[v.complete])
    for i in np.flatnonzero(s.is_build & (complete[:, -1] > 0.5) & (complete[:, 0] < 0.5)):
        week = int(np.argmax(complete[i]))
        lower[v.complete[i, week]] = stages.lower[v.complete[i, week]]
        if week < s.weeks:
            upper[v.on[i, week]] = stages.upper[v.on[i, week]]
            mine = s.pair_project == i
            held = np.ceil(settled[v.x[mine, week - 1]] - 1e-7)
            most = np.minimum(stages.upper[v.x[mine, week]], np.maximum(upper[v.x[mine, week]], held))
            upper[v.x[mine, week]] = most


def _in_full(stages: Stages, part: Part, seconds: float) -> None:
    """While the proof falls short: all decisions and steps at once, from the plan found so far."""
    if stages.proven(part) or stages.clock.over():
        return
    answer = stages.run(
        part, discrete=stages.model.discrete & part.free, gap=0.9 * part.gap, start=stages.values,
        limit=stages.budget(seconds), report=stages.teller(part.rank),
    )  # fmt: skip
    stages.prove(part.rank, answer)
    if answer.values is not None and answer.objective > stages.attained(part.rank):
        stages.values = answer.values
