"""Whole steps: from the settled amounts of a class to what its pools can be split into."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from solver.dive import decide
from solver.elastic import with_slack
from solver.engine import run
from solver.improve import improve
from solver.model.sheet import Bools, Floats, Ints
from solver.part import PROOF, Part

if TYPE_CHECKING:
    from solver.stages import Stages

UNPROVEN = 0.05
"""Share of the gap asked for that whole steps may leave unproven."""
ENOUGH = 0.95
"""Share of the gap asked for at which a plan in whole steps is good enough to stop at."""
FURTHER = 0.1
"""Share of a full need, in steps, by which an amount may leave what was settled when the nearest steps do not do."""
NEAR = 2.0
"""Gaps asked for within which a plan in whole steps only needs to be made better, not decided apart."""
PATIENCE = 3.0
"""Seconds that one search for whole steps may take: what it leaves open is made better piece by piece."""
REPAIRS = 3
"""How often projects that whole steps leave short are decided again before the class is given up."""


def in_whole_steps(stages: Stages, part: Part, before: Floats, limit: float) -> None:
    """Round the values to whole steps, as near to the proof as time allows; back to those before if nothing does."""
    model = stages.model
    whole = model.discrete & ~model.binary & part.free
    decided = part.with_decisions(stages)
    if np.allclose(stages.values[whole], np.round(stages.values[whole]), atol=1e-7):
        stages.values[whole] = np.round(stages.values[whole])
        return
    found = not part.large and _round(stages, part, decided, whole)
    if not (found and stages.bounds[part.rank] - stages.attained(part.rank) <= NEAR * part.gap):
        _keep_better(stages, part, stages.values if found else before, _apart(stages, part, before))
    if not part.large:
        _in_full(stages, part, PATIENCE)
    improve(stages, part, model.discrete, stages.clock.budget(0.5 * limit))
    if not part.large:
        _in_full(stages, part, 0.3 * limit)


def _keep_better(stages: Stages, part: Part, first: Floats, second_found: bool) -> None:
    """Of two plans in whole steps the one that gives the class more; the second is in the values so far if found."""
    if not second_found or stages.attained(part.rank) < float(part.weights @ first):
        stages.values = first


def _apart(stages: Stages, part: Part, before: Floats) -> bool:
    """The class alone, with those below left where they are in whole steps; True if that can be rounded."""
    model, planned = stages.model, stages.values
    own = replace(part, free=part.free & part.mine[model.owner])
    wanted, stages.values = stages.attained(part.rank), before
    answer = stages.run(own.with_decisions(stages, planned))
    if answer.values is None or answer.objective < wanted - NEAR * part.gap:
        task = replace(stages.task(own), gap=PROOF * part.gap, limit=stages.clock.budget(PATIENCE), start=before)
        answer = decide(model, task, stages.clock, stages.teller(part.rank))
    if answer.values is None:
        return False
    stages.values = answer.values
    decided = own.with_decisions(stages)
    stages.settle(decided, answer.objective)
    whole = model.discrete & ~model.binary & own.free
    return _round(stages, own, decided, whole) or _repair(stages, own, decided, whole)


def _round(stages: Stages, part: Part, decided: Part, whole: Bools) -> bool:
    """With on/off as decided: next to the settled amounts, else some steps further away, else any."""
    settled, found, room = stages.values, False, _room(stages)[whole]
    for widen in (0.0, 1.0, np.inf):
        lower, upper = decided.lower.copy(), decided.upper.copy()
        further = widen * room
        lower[whole] = np.maximum(lower[whole], np.floor(settled[whole] + 1e-7) - further)
        upper[whole] = np.minimum(upper[whole], np.ceil(settled[whole] - 1e-7) + further)
        _a_week_more(stages, settled, lower, upper)
        near = replace(part, lower=lower, upper=upper)
        found = _search(stages, near, whole, stages.values if found else None) or found
        if found and (stages.proven(part) or widen > 0):
            return True
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
    busy = float(model.disruption @ stages.values)
    calm = 1e-5 * max(part.ideal, 1e-9) / (1.0 + busy)
    freed = model.binary & part.free & (part.lower < part.upper)
    answer = stages.run(
        part, part.weights - calm * model.disruption, discrete=whole | freed, gap=UNPROVEN * part.gap, start=start,
        limit=stages.clock.budget(PATIENCE),
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


def _repair(stages: Stages, part: Part, decided: Part, whole: Bools) -> bool:
    """Whole steps leave some projects short of what their decisions need: decide those again."""
    model, again = stages.model, np.zeros(len(stages.first), dtype=bool)
    lower, upper = decided.lower.copy(), decided.upper.copy()
    _a_week_more(stages, stages.values, lower, upper)
    for _ in range(REPAIRS):
        short = _short(stages, replace(part, lower=lower, upper=upper), whole)
        if not len(short) or again[short].all():
            return False
        again[short] = True
        open_ = (again | _beside(stages, short))[model.owner] & model.binary & part.free
        lower[open_], upper[open_] = part.lower[open_], part.upper[open_]
        if _search(stages, replace(part, lower=lower, upper=upper), whole, None):
            return True
    return False


def _beside(stages: Stages, short: Ints) -> Bools:
    """Projects that hold something of the pools which could serve those that are short."""
    s, x = stages.model.setting, stages.values[stages.model.variables.x]
    pools = np.unique(s.pair_pool[np.isin(s.pair_project, short)])
    found = np.zeros(len(stages.first), dtype=bool)
    found[s.pair_project[np.isin(s.pair_pool, pools) & (x > 0.5).any(axis=1)]] = True
    return found


def _short(stages: Stages, part: Part, whole: Bools) -> Ints:
    """Projects whose rows cannot be kept in whole steps, where as little as possible is broken."""
    model = stages.model
    needs = np.zeros(len(model.low), dtype=bool)
    v = model.variables
    needs[model.row[np.isin(model.column, np.concatenate([v.x.ravel(), v.nodes.ravel(), v.pace.ravel()]))]] = True
    soft = np.flatnonzero(needs & np.isfinite(model.low) & model.row_of("viable", "builds", "floors"))
    elastic, slack = with_slack(model, soft)
    more = np.zeros(len(soft))
    freed = model.binary & part.free & (part.lower < part.upper)
    price = np.zeros(elastic.size)
    price[slack] = 1.0
    task = replace(
        stages.task(part), free=np.append(part.free, more == 0), values=np.append(stages.values, more),
        lower=np.append(part.lower, more), upper=np.append(part.upper, more + 1e9), objective=price, maximise=False,
        discrete=np.append(whole | freed, more > 0), gap=0.05,
        limit=stages.clock.budget(PATIENCE),
        holds=[(np.append(weights, more), least) for weights, least in stages.held],
    )  # fmt: skip
    answer = run(elastic, task, stages.clock)
    if answer.values is None:
        return np.zeros(0, dtype=np.int64)
    return np.unique(model.row_owner[soft[answer.values[slack] > 1e-6]])


def _in_full(stages: Stages, part: Part, seconds: float) -> None:
    """While the proof falls short: all decisions and steps at once, from the plan found so far."""
    if stages.proven(part) or stages.clock.over():
        return
    answer = stages.run(
        part, discrete=stages.model.discrete & part.free, gap=0.9 * part.gap, start=stages.values,
        limit=stages.clock.budget(seconds), report=stages.teller(part.rank),
    )  # fmt: skip
    stages.prove(part.rank, answer)
    if answer.values is not None and answer.objective > stages.attained(part.rank):
        stages.values = answer.values
