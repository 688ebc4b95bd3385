"""Infeasible is an answer: which rules stand against each other, and what to give up, each way out proven by a plan."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import fields, replace
from typing import Any

from solver.check import check
from solver.edits import Edit, edited
from solver.faults import InvalidInput
from solver.model import Model, build
from solver.plan import Conflict, Repair
from solver.publish import publish
from solver.records import key_of
from solver.repair.edits import Step, step
from solver.repair.lever import Lever
from solver.repair.search import NothingHelps, Way, ways
from solver.search.first import stand_by
from solver.search.stages import Stages
from solver.task import Clock
from solver.words import listed

__all__ = ["ways_out"]

SHARE = 0.6
"""Share of the time left that the search for ways out may take; the rest is for proving them."""
LEAST = 5.0
"""Seconds that it may take however late it is: an infeasible answer without a reason is of no use."""
STRUCTURE = Conflict(
    "structure",
    "Rules that are no record's limit (dwell, ramp-up, earliest weeks) allow no plan by themselves, whatever else "
    "is given up.",
)


def ways_out(model: Model, clock: Clock) -> tuple[tuple[Conflict, ...], tuple[Repair, ...]]:
    """What stands against what, and the repairs, the cheapest first and floors last; empty if time did not suffice."""
    found: list[Way] = []
    try:
        found.extend(ways(model, clock, max(LEAST, SHARE * clock.left)))
    except NothingHelps:
        return (STRUCTURE,), ()
    if not found:
        return (), ()
    steps = {id(way): [step(model, used, way.values) for used in way.used] for way in found}
    repairs = []
    for way in found:
        repair = _repair(model, way, steps[id(way)], clock)
        if repair is not None:
            repairs.append(repair)
    return tuple(_conflicts(found, steps)), tuple(repairs)


def _repair(model: Model, way: Way, steps: Sequence[Step], clock: Clock) -> Repair | None:
    """The repair with its proof: the repaired problem was solved and its plan passed the check; None without."""
    problem, policy = model.setting.problem, model.setting.policy.policy
    edits = merged(problem, [edit for one in steps for edit in one.edits])
    try:
        repaired = edited(problem, edits)
    except InvalidInput:
        return None
    allowed = max(clock.left, LEAST)
    late = Clock(replace(clock.options, time_limit=allowed), clock.should_stop)
    stages = Stages(build(repaired, policy), late)
    if not stand_by(stages):
        return None
    if not check(repaired, policy, publish(stages.model, stages.values)).ok:
        return None
    return Repair(
        text=listed([one.change for one in steps]),
        rules=tuple(one.rule for one in steps),
        cost=listed([one.cost for one in steps if one.cost]),
        price=round(sum(used.lever.price for used in way.used), 3),
        edits=edits,
        smallest=way.smallest,
    )


def merged(problem: Any, edits: Iterable[Edit]) -> tuple[Edit, ...]:
    """Edits of the same record as one: each brings the columns in which it differs from the record as it is."""
    found: dict[tuple[str, tuple[Any, ...]], Edit] = {}
    for edit in edits:
        place = edit.table, key_of(edit.record)
        before = next((row for row in getattr(problem, edit.table) if key_of(row) == place[1]), None)
        if place in found and before is not None and not edit.gone:
            names = [f.name for f in fields(before) if getattr(edit.record, f.name) != getattr(before, f.name)]
            changes = {n: getattr(edit.record, n) for n in names}
            found[place] = Edit(edit.table, replace(found[place].record, **changes))
        else:
            found[place] = edit
    return tuple(found.values())


def _conflicts(found: Sequence[Way], steps: dict[int, list[Step]]) -> list[Conflict]:
    """One contradiction per rule of the cheapest way: that rule, and all that could be given up in its place."""
    best = found[0]
    said = {id(used.lever): one for way in found for used, one in zip(way.used, steps[id(way)], strict=True)}
    conflicts = []
    for lever in best.levers:
        rest = {id(other) for other in best.levers if other is not lever}
        group = [lever, *(one for way in found[1:] for one in _instead(way, rest, lever))]
        against = list(dict.fromkeys(said[id(one)].stands for one in group))
        by = next((said[id(one)].by for one in group if said[id(one)].by), "")
        verb = "cannot all hold" if len(against) > 1 else "cannot hold beside the other rules"
        text = f"{listed(against)} {verb}" + (f": {by} too much" if by else "")
        conflicts.append(Conflict(said[id(lever)].rule, text[:1].upper() + text[1:]))
    return conflicts


def _instead(way: Way, rest: set[int], lever: Lever) -> list[Lever]:
    """The one lever by which a way replaces `lever` while it keeps all others of the cheapest way."""
    own = {id(one) for one in way.levers}
    new = [one for one in way.levers if id(one) not in rest]
    return new if rest <= own and len(new) == 1 and new[0] is not lever else []
