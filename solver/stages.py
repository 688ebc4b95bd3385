"""Class after class: decide what runs, settle who holds what, round to steps, hold, and go on to the next class.

While a class is decided, the classes above keep what they hold, and projects of the classes below stand by: off where
they may be, with their standby kept, so that there is a feasible plan at every moment. The bound of a class is proven
for exactly that subproblem: all projects of the class, everything the classes above left.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from solver.classes import class_name, ideals
from solver.engine import Answer, Clock, Task, run
from solver.model import Model
from solver.model.sheet import Bools, Floats
from solver.progress import OnProgress, Progress

PROOF, SLACK = 0.4, 0.1
"""Shares of the gap asked for: what a MIP may leave unproven, and what settling may give away for calmer moves."""
HELD = 0.3
"""Share of the gap that later classes may take back from one that is decided, where they share its projects."""
GRACE = 10.0
"""Seconds that a linear step may take even when the time is up: without it there would be no whole plan."""
ROUNDING = 0.2
"""Share of the gap asked for that whole steps may leave unproven."""
ENOUGH = 0.85
"""Share of the gap asked for at which a plan in whole steps is good enough to stop at."""


@dataclass
class Stages:
    """The work on one model: the values so far (always a whole plan once `stand_by` succeeded) and the bounds proven."""

    model: Model
    clock: Clock
    on_progress: OnProgress | None = None

    def __post_init__(self) -> None:
        s = self.model.setting
        self.ideal = ideals(s.problem, s.policy.policy)
        self.first = s.rank.min(axis=1) if s.weeks else np.zeros(len(s.projects))
        self.lower, self.upper = self.model.lower.copy(), self.model.upper.copy()
        self.values = np.zeros(self.model.size)
        self.bounds: dict[int, float] = {}
        self.held: list[tuple[Floats, float]] = []
        self.attached = attached(self.model)

    # -- the steps of a class ----------------------------------------------------------------------

    def stand_by(self) -> bool:
        """A first whole plan: with everything at rest that may be, else any; False if there is none."""
        weights = self.model.disruption + 1e-3 * self.model.cost
        for at_rest in (True, False):
            lower, upper = self.resting(np.full(len(self.first), at_rest))
            task = self._task(np.ones(self.model.size, dtype=bool), lower, upper, weights, maximise=False)
            answer = self._run(task, None, self.model.discrete, gap=1e30)
            if answer.values is not None:
                self.values = answer.values
                return True
        return False

    def decide(self, rank: int, *, limit: float) -> bool:
        """Find the best value of a class; False if not even the standing plan could be kept."""
        mine, free, lower, upper = self._scope(rank)
        before = self.values
        ideal = self.ideal.get(rank, 0.0)
        weights = self.model.classes[rank]
        self._probe(mine, lower, upper)
        gap, teller = PROOF * self.gap * ideal, self.teller(rank)
        light = self._light(rank, mine, free, lower, upper, weights, max(2.0, 0.5 * limit))
        answer = self._run(light, teller, self.model.binary, gap)
        self.prove(rank, answer)
        if answer.infeasible or not self._ground(rank, answer, free, lower, upper):
            task = self._task(free, lower, upper, weights, limit=max(2.0, 0.3 * limit))
            answer = self._run(task, teller, self.model.binary, gap, self.values)
            self.prove(rank, answer)
            if answer.values is None:
                return not answer.infeasible
            self.values = answer.values
        fixed = self._with_decisions(lower, upper, free)
        self._settle(rank, free, *fixed)
        if not self._round(rank, free, *fixed):
            self.values = before
        self._improve(rank, free, lower, upper, limit)
        self._keep(mine, rank)
        self.held.append((weights, self._least(rank, HELD)))
        return True

    @property
    def gap(self) -> float:
        """The proof asked for, as a share of a class's ideal."""
        asked = self.clock.options.gap
        return self.model.setting.policy.tolerance if asked is None else asked

    def attained(self, rank: int) -> float:
        """What the values so far give a class, without its constant part."""
        return float(self.model.classes[rank] @ self.values)

    # -- bounds of columns -------------------------------------------------------------------------

    def resting(self, which: Bools) -> tuple[Floats, Floats]:
        """Bounds in which the projects given are off wherever nothing forces them on."""
        s, v = self.model.setting, self.model.variables
        lower, upper = self.lower.copy(), self.upper.copy()
        for i in np.flatnonzero(which & ~self.attached):
            off = ~s.forced_on[i] & (lower[v.on[i]] < 0.5)
            upper[v.on[i][off]] = 0.0
            if s.is_build[i] and s.remaining[i] > 1e-9 and off.all():
                upper[v.complete[i]] = lower[v.complete[i]]
        return lower, upper

    def _scope(self, rank: int) -> tuple[Bools, Bools, Floats, Floats]:
        """The projects of a class, the free columns, and bounds with lower classes at rest."""
        below = self.first > rank
        mine = (self.model.setting.rank == rank).any(axis=1)
        lower, upper = self.resting(below & ~mine)
        owner = self.model.owner
        free = (mine | below)[owner] & (owner >= 0)
        return mine, free, lower, upper

    def _with_decisions(self, lower: Floats, upper: Floats, free: Bools) -> tuple[Floats, Floats]:
        """Bounds with the binaries as decided."""
        lower, upper = lower.copy(), upper.copy()
        fixed = self.model.binary & free
        lower[fixed] = upper[fixed] = np.round(self.values[fixed])
        return lower, upper

    def _keep(self, mine: Bools, rank: int) -> None:
        """Decided weeks of a class stay decided: its on/off in weeks of this rank or a higher one."""
        s, v = self.model.setting, self.model.variables
        for i in np.flatnonzero(mine):
            weeks = np.flatnonzero(s.rank[i] <= rank)
            for columns in (v.on[i, weeks], v.complete[i, weeks]):
                self.lower[columns] = self.upper[columns] = np.round(self.values[columns])

    # -- subproblems -------------------------------------------------------------------------------

    def _settle(self, rank: int, free: Bools, lower: Floats, upper: Floats) -> None:
        """With on/off fixed: least disruption and holdings, while the class gives up a sliver of its ideal at most."""
        least = self._least(rank, SLACK)
        thrift = 0.1 * np.where(self.model.discrete & ~self.model.binary, self.model.scale, 0.0)
        weights = self.model.disruption + thrift
        task = self._task(free, lower, upper, weights, maximise=False, holds=[(self.model.classes[rank], least)])
        answer = self._run(task, None, np.zeros_like(self.model.binary))
        if answer.values is not None:
            self.values = answer.values

    def _round(self, rank: int, free: Bools, lower: Floats, upper: Floats) -> bool:
        """Whole steps with on/off as decided: next to the settled amounts, else one step further away, else any."""
        whole = self.model.discrete & ~self.model.binary & free
        if np.allclose(self.values[whole], np.round(self.values[whole]), atol=1e-7):
            self.values[whole] = np.round(self.values[whole])
            return True
        for widen in (0.0, 1.0, np.inf):
            low, high = lower.copy(), upper.copy()
            low[whole] = np.maximum(lower[whole], np.floor(self.values[whole] + 1e-7) - widen)
            high[whole] = np.minimum(upper[whole], np.ceil(self.values[whole] - 1e-7) + widen)
            self._allow_a_week_more(low, high)
            freed = self.model.binary & free & (low < high)
            if self._whole(rank, free, low, high, whole | freed, None):
                return True
        return False

    def _allow_a_week_more(self, low: Floats, high: Floats) -> None:
        """Whole steps may cost a build its last bit of work: let each end a week later, with the people it has."""
        s, v = self.model.setting, self.model.variables
        complete = np.round(self.values[v.complete])
        for i in np.flatnonzero(s.is_build & (complete[:, -1] > 0.5) & (complete[:, 0] < 0.5)):
            week = int(np.argmax(complete[i]))
            low[v.complete[i, week]] = self.lower[v.complete[i, week]]
            if week < s.weeks:
                high[v.on[i, week]] = self.upper[v.on[i, week]]
                mine = s.pair_project == i
                held = np.ceil(self.values[v.x[mine, week - 1]] - 1e-7)
                high[v.x[mine, week]] = np.minimum(self.upper[v.x[mine, week]], np.maximum(high[v.x[mine, week]], held))

    def _improve(self, rank: int, free: Bools, lower: Floats, upper: Floats, limit: float) -> None:
        """While the proof falls short: decide again in whole steps, from the plan found so far."""
        ideal = max(1e-9, self.ideal.get(rank, 0.0))
        if self.bounds[rank] - self.attained(rank) <= self.gap * ideal + 1e-9 or self.clock.over():
            return
        task = self._task(free, lower, upper, self.model.classes[rank], limit=0.3 * limit)
        answer = self._run(task, self.teller(rank), self.model.discrete & free, 0.9 * self.gap * ideal, self.values)
        self.prove(rank, answer)
        if answer.values is not None and answer.objective > self.attained(rank):
            self.values = answer.values

    def _whole(self, rank: int, free: Bools, lower: Floats, upper: Floats, whole: Bools, start: Floats | None) -> bool:
        """Best value of the class in whole steps, a calm plan preferred; True if one was found and taken."""
        ideal = max(1e-9, self.ideal.get(rank, 0.0))
        calm = 1e-5 * ideal / (1.0 + self._busy())
        weights = self.model.classes[rank] - calm * self.model.disruption
        task = self._task(free, lower, upper, weights, limit=max(3.0, 0.15 * self.clock.left))
        good = self.bounds[rank] - ENOUGH * self.gap * ideal
        task = Task(**{**{f: getattr(task, f) for f in Task.__slots__}, "target": good - calm * self._busy()})
        answer = self._run(task, None, whole, ROUNDING * self.gap * ideal, start)
        if answer.values is not None:
            self.values = answer.values
        return answer.values is not None

    def _busy(self) -> float:
        return float(self.model.disruption @ self.values)

    def _probe(self, mine: Bools, lower: Floats, upper: Floats) -> None:
        """Builds of the class cannot be complete before the week they reach alone with all that is left to them."""
        s, v = self.model.setting, self.model.variables
        for i in np.flatnonzero(mine & s.is_build):
            open_weeks = np.flatnonzero(upper[v.complete[i]] > lower[v.complete[i]] + 0.5)
            if len(open_weeks) < 2:
                continue
            free = self.model.owner == i
            gone = ((self.first > self.first[i]) | mine)[self.model.owner]
            values = np.where(gone, 0.0, self.values)
            values[v.complete[(self.first > self.first[i]) | mine]] = 1.0
            first, last = int(open_weeks[0]), s.weeks + 1
            while first < last:
                middle = (first + last) // 2
                if middle <= s.weeks and not self._reaches(int(i), middle, free, values, lower, upper):
                    first = middle + 1
                else:
                    last = middle
            upper[v.complete[i, : min(first, s.weeks + 1)]] = lower[v.complete[i, : min(first, s.weeks + 1)]]

    def _reaches(self, i: int, week: int, free: Bools, values: Floats, lower: Floats, upper: Floats) -> bool:
        """Whether a build alone can have done its work by the end of the week before `week` (relaxed)."""
        v = self.model.variables
        weights = np.zeros(self.model.size)
        weights[v.pace[i, :week]] = 1.0
        task = self._task(free, lower, upper, weights)
        task = Task(**{**{f: getattr(task, f) for f in Task.__slots__}, "values": values, "holds": ()})
        answer = run(self.model, task, self.clock)
        return not answer.finished or answer.objective >= self.model.setting.remaining[i] - 1e-6

    def _light(
        self, rank: int, mine: Bools, free: Bools, lower: Floats, upper: Floats, weights: Floats, limit: float
    ) -> Task:
        """The class's subproblem in which those at rest below may shift their standby without arrivals: a relaxation."""
        v, owner = self.model.variables, self.model.owner
        idle = (self.first > rank) & ~mine & ~self.attached
        still = np.zeros_like(free)
        for columns in (v.arrive, v.pace, v.gain, v.start, v.stop):
            still[columns] = True
        still &= idle[owner]
        values = np.where(still, 0.0, self.values)
        skip = self.model.row_is_own & idle[self.model.row_owner] & self.model.row_of("ramp", "pace", "dwell", "curve")
        skip |= self.model.row_is_own & idle[self.model.row_owner] & self.model.row_of("change")
        task = self._task(free & ~still, lower, upper, weights, limit=limit)
        return Task(**{**{f: getattr(task, f) for f in Task.__slots__}, "values": values, "skip": skip})

    def prove(self, rank: int, answer: Answer) -> None:
        """Keep the best bound known of a class; no class gets more than its ideal."""
        most = self.ideal.get(rank, 0.0) - self.model.constants[rank]
        self.bounds[rank] = min(self.bounds.get(rank, most), answer.bound)

    def _ground(self, rank: int, answer: Answer, free: Bools, lower: Floats, upper: Floats) -> bool:
        """Take the decisions of a light answer as a whole plan, arrivals included; False if that loses too much."""
        if answer.values is None:
            return False
        low, high = lower.copy(), upper.copy()
        fixed = self.model.binary & free
        low[fixed] = high[fixed] = np.round(answer.values[fixed])
        weights = self.model.classes[rank]
        real = self._run(self._task(free, low, high, weights), None, np.zeros_like(fixed))
        if real.values is None or real.objective < answer.objective - SLACK * self.gap * self.ideal.get(rank, 0.0):
            return False
        self.values = real.values
        return True

    def _least(self, rank: int, share: float) -> float:
        return self.attained(rank) - share * self.gap * self.ideal.get(rank, 0.0) - 1e-7

    def _task(
        self, free: Bools, lower: Floats, upper: Floats, objective: Floats, *, maximise: bool = True,
        holds: list[tuple[Floats, float]] | None = None, limit: float | None = None,
    ) -> Task:  # fmt: skip
        limit = max(GRACE, self.clock.left) if limit is None else limit
        none = np.zeros_like(free)
        held = [*self.held, *(holds or ())]
        return Task(free, self.values, lower, upper, none, objective, maximise, held, 0.0, max(0.5, limit))

    def _run(
        self, task: Task, report: Callable[[float | None, float | None], None] | None, whole: Bools,
        gap: float = 0.0, start: Floats | None = None,
    ) -> Answer:  # fmt: skip
        facts = {f: getattr(task, f) for f in Task.__slots__}
        return run(self.model, Task(**{**facts, "discrete": whole, "gap": gap, "start": start}), self.clock, report)

    def teller(self, rank: int) -> Callable[[float | None, float | None], None]:
        """Turns value and bound of a subproblem into progress of a class."""

        def tell(value: float | None, bound: float | None) -> None:
            if self.on_progress is None:
                return
            constant, ideal = self.model.constants[rank], self.ideal.get(rank, 0.0)
            value = None if value is None else value + constant
            bound = None if bound is None else min(bound + constant, ideal)
            known = value is not None and bound is not None and ideal > 0
            gap = 100.0 * max(0.0, bound - value) / ideal if known and bound is not None and value is not None else None
            self.on_progress(Progress(rank, class_name(rank), value, bound, gap, self.clock.seconds))

        return tell


def attached(model: Model) -> Bools:
    """Projects that cannot simply rest: floors, pins, must-in or protected builds, and all that these require."""
    s = model.setting
    names = {f.project for f in s.problem.floors_of(s.policy.policy)} | {p.project for p in s.problem.pins}
    for i, p in enumerate(s.projects):
        if p.kind == "build" and (p.must == "in" or s.forced_on[i].any()):
            names.add(p.project)
    more = names
    while more:
        more = {k.other for k in s.problem.links if k.relation == "requires" and k.project in names} - names
        names |= more
    return np.array([p.project in names for p in s.projects], dtype=bool)
