"""What is open while one class is decided."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np

from solver.model import Model
from solver.model.sheet import Bools, Floats
from solver.serving.services import Serving
from solver.task import Cuts, Task

if TYPE_CHECKING:
    from solver.search.stages import Stages

PROOF = 0.4
"""Share of the gap asked for that deciding what is on may leave unproven."""


@dataclass(frozen=True, slots=True)
class Part:
    """The projects of a class, the columns that are free, bounds of all columns, and the gap asked for in value."""

    rank: int
    mine: Bools
    free: Bools
    lower: Floats
    upper: Floats
    weights: Floats
    ideal: float
    gap: float
    cuts: Cuts = field(default_factory=Cuts)

    def with_decisions(self, stages: Stages, values: Floats | None = None) -> Part:
        """The part with its binaries fixed as in the values given, or as decided so far."""
        decided = stages.values if values is None else values
        lower, upper = self.lower.copy(), self.upper.copy()
        fixed = stages.model.binary & self.free
        lower[fixed] = upper[fixed] = np.round(decided[fixed])
        return replace(self, lower=lower, upper=upper)


def part_of(stages: Stages, rank: int) -> Part:
    """The projects of a class, the free columns, and bounds with lower classes at rest.

    Projects of higher classes are free too if they have weeks of lower ones: those weeks are not decided yet.
    """
    s = stages.model.setting
    below, mine = stages.first > rank, (s.rank == rank).any(axis=1)
    between = ~below & ~mine & (s.rank > rank).any(axis=1)
    lower, upper = resting(stages, below & ~mine)
    held = stages.model.variables.x[((s.rank < rank) & between[:, None])[s.pair_project]]
    lower[held] = upper[held] = stages.values[held]
    owner = stages.model.owner
    free = (mine | below | between)[owner] & (owner >= 0)
    ideal = stages.ideal.get(rank, 0.0)
    return Part(rank, mine, free, lower, upper, stages.model.classes[rank], ideal, stages.gap * ideal)


def resting(stages: Stages, which: Bools) -> tuple[Floats, Floats]:
    """Bounds in which the projects given are off wherever nothing forces them on."""
    s, v = stages.model.setting, stages.model.variables
    lower, upper = stages.lower.copy(), stages.upper.copy()
    for i in np.flatnonzero(which & ~stages.attached):
        off = ~s.forced_on[i] & (lower[v.on[i]] < 0.5)
        upper[v.on[i][off]] = 0.0
        if s.is_build[i] and s.remaining[i] > 1e-9 and off.all():
            upper[v.complete[i]] = lower[v.complete[i]]
    return lower, upper


def light_of(stages: Stages, part: Part, limit: float) -> Task:
    """The class's subproblem, where those at rest below may shift their standby without arrivals: a relaxation."""
    v, model = stages.model.variables, stages.model
    idle = (stages.first > part.rank) & ~part.mine & ~stages.attached
    still = np.zeros_like(part.free)
    for columns in (v.arrive, v.pace, v.gain, v.start, v.stop):
        still[columns] = True
    still &= idle[model.owner]
    rules = ("ramp", "pace", "dwell", "curve", "change")
    return replace(
        stages.task(part), free=part.free & ~still, values=np.where(still, 0.0, stages.values), limit=limit,
        skip=model.row_is_own & idle[model.row_owner] & model.row_of(*rules),
    )  # fmt: skip


def _must_serve(model: Model, project: str, serving: Serving) -> bool:
    """Whether a service has to run in some week, and to serve a part of its demand when it does."""
    s = model.setting
    return serving.service.minimum_share > 0 and bool(s.forced_on[s.index[project]].any())


def attached(model: Model) -> Bools:
    """Projects that cannot simply rest: floors, pins, must-in or protected builds, and all that these require.

    A service that cannot rest may need its levers; what is asked to be on in a week may need others beside it.
    """
    s = model.setting
    names = {f.project for f in s.problem.floors_of(s.policy.policy)} | {p.project for p in s.problem.pins}
    asked = ((model.lower[model.variables.on] > 0.5) & ~s.forced_on).any(axis=1)
    for i, p in enumerate(s.projects):
        if asked[i] or (p.kind == "build" and (p.must == "in" or s.forced_on[i].any())):
            names.add(p.project)
    served = {name for (name, _), one in s.serving.items() if name in names or _must_serve(model, name, one)}
    names |= {x.lever for x in s.problem.levers if x.service in served}
    more = names
    while more:
        more = {k.other for k in s.problem.links if k.relation == "requires" and k.project in names} - names
        names |= more
    return np.array([p.project in names for p in s.projects], dtype=bool)
