"""Class after class: decide what runs, settle who holds what, round to steps, hold, and go on to the next class.

While a class is decided, the classes above keep what they hold, and projects of the classes below stand by: off where
they may be, with their standby kept, so that there is a feasible plan at every moment. The bound of a class is proven
for exactly that subproblem: all projects of the class, everything the classes above left. A project may be of a high
class in some weeks and of a low one later: what it does then is open until that class is decided.
"""

from __future__ import annotations

from copy import copy
from dataclasses import dataclass, replace
from functools import cache, cached_property
from typing import Any

import numpy as np

from solver.classes import class_name, ideals
from solver.engine import run
from solver.model import Model
from solver.model.sheet import Floats, dot
from solver.progress import OnProgress, Progress
from solver.search.choose import choose
from solver.search.confirm import Proof, confirmed, tightened
from solver.search.dive import bound_of
from solver.search.large.crew import Crew
from solver.search.large.decide import decide_by_prices, price
from solver.search.large.pieces import Pieces
from solver.search.large.prices import Relaxed
from solver.search.part import Part, attached, light_of, part_of
from solver.search.seed import as_seeded, cleared
from solver.search.whole import in_pieces, in_whole_steps
from solver.task import Answer, Clock, Holds, Report, Task

LARGE = 16_000
"""Columns above which searches over all that is open take too long: a class is decided by prices."""
SLACK = 0.1
"""Share of the gap asked for that settling may give away for calmer moves."""
HELD = 0.9, 0.02
"""Shares of the gap left, and at least of the gap, that later classes may take back where they share projects."""
CHOOSING = 0.5
"""Share of a class's time in which it is decided what runs when; the rest is for whole steps."""
GENEROUS = 1.5
"""Times its even share of the time left that a class may take, as most need less; in a large portfolio all need it."""
TWICE = 2.0
"""Times its share that a class of a large portfolio may take to come to a whole plan; after that it is made better."""
GRACE = 10.0
"""Seconds that a linear step may take even when the time is up: without it there would be no whole plan."""

_STATE = ("values", "lower", "upper", "seed", "held", "bounds", "opened", "at_rest")


@dataclass
class Stages:
    """The work on one model: values so far (a whole plan once `stand_by` succeeded) and bounds proven."""

    model: Model
    clock: Clock
    on_progress: OnProgress | None = None
    seed: Floats | None = None
    """The values of an earlier plan, perhaps of a slightly other problem: tried first, class by class."""

    def __post_init__(self) -> None:
        s = self.model.setting
        self.ideal = ideals(s.problem, s.policy.policy)
        self.first = s.rank.min(axis=1) if s.weeks else np.zeros(len(s.projects))
        self.lower, self.upper = self.model.lower.copy(), self.model.upper.copy()
        self.values = np.zeros(self.model.size)
        self.bounds: dict[int, float] = {}
        self.held: list[tuple[Floats, float]] = []
        self.attached = attached(self.model)
        self.until = np.inf
        self.opened: dict[int, tuple[Floats, Floats, int]] = {}  # bounds and how many were held when its turn came
        self.crew = Crew(self.clock.options.threads)
        self.stands, self.proofs = False, dict[int, Proof]()  # is it all as in the seed, and what was tried to prove it
        self.hurried = False  # is there too little time to decide the classes of a large portfolio anew
        self.priced: dict[int, Relaxed | None] = {}  # the relaxations of classes of a large portfolio
        self.at_rest: dict[int, Floats] = {}  # the values once it was decided, with those below at rest

    @property
    def gap(self) -> float:
        """The proof asked for, as a share of a class's ideal."""
        asked = self.clock.options.gap
        return self.model.setting.policy.tolerance if asked is None else asked

    @property
    def large(self) -> bool:
        """Whether searches over all that is open would take too long."""
        return self.model.size > LARGE

    @cached_property
    def pieces(self) -> Pieces:
        """The model cut up by projects."""
        return Pieces(self.model)

    @cached_property
    def uses(self) -> Floats:
        """Which project could use which pool, as 0 and 1."""
        s = self.model.setting
        found = np.zeros((len(self.first), len(s.problem.pools)), dtype=float)
        found[s.pair_project, s.pair_pool] = 1.0
        return found

    def share(self, ranks: list[int]) -> float:
        """What share of the time left the first of some classes may take; in a large portfolio by its projects."""
        if not self.large:
            return GENEROUS / len(ranks)
        sizes = [int((self.model.setting.rank == rank).any(axis=1).sum()) for rank in ranks]
        return sizes[0] / max(1, sum(sizes))

    def attained(self, rank: int) -> float:
        """What the values so far give a class, without its constant part."""
        return dot(self.model.classes[rank], self.values)

    def _most(self, rank: int) -> float:
        """The ideal of a class, without its constant part."""
        return self.ideal.get(rank, 0.0) - float(self.model.constants[rank])

    def prove(self, rank: int, bound: float) -> None:
        """Keep the best bound known of a class; no class gets more than its ideal."""
        self.bounds[rank] = min(self.bounds.get(rank, self._most(rank)), bound)

    def budget(self, seconds: float) -> float:
        """Seconds for one step of a class: those wished for, as far as the class and the whole have time left."""
        return self.clock.budget(seconds, self.until)

    def proven(self, part: Part) -> bool:
        """Whether the values so far are within the gap asked for of a class."""
        return self.proves(part, self.values)

    def proves(self, part: Part, values: Floats) -> bool:
        """Whether the bound known of a class proves that some values are within the gap asked for."""
        return self.suffices(part, values, self.bounds[part.rank])

    @staticmethod
    def suffices(part: Part, values: Floats, bound: float) -> bool:
        """Whether a bound of a class proves that some values are within the gap asked for."""
        return bound - dot(part.weights, values) <= part.gap + 1e-9

    # -- the steps of a class ----------------------------------------------------------------------

    def effort(self) -> Floats:
        """What a plan that only has to stand has as little of as it may: moves, then cost."""
        weights: Floats = self.model.disruption + 1e-3 * self.model.cost
        return weights

    def reopen(self, rank: int) -> None:
        """Take back that a class and those below it are decided; what they are on and hold is where to start from."""
        lower, upper, held = self.opened[rank]
        self.lower, self.upper = lower.copy(), upper.copy()
        self.seed, self.held = self.values, self.held[:held]
        self.bounds = {decided: bound for decided, bound in self.bounds.items() if decided <= rank}

    def kept(self) -> dict[str, Any]:
        """The plan so far with all that is decided, held and proven, for `back_to`."""
        return {name: copy(getattr(self, name)) for name in _STATE}

    def back_to(self, kept: dict[str, Any]) -> None:
        """Be as it was."""
        for name, value in kept.items():
            setattr(self, name, value)

    def ahead(self, ranks: list[int]) -> list[tuple[Part, Holds]]:
        """The classes of a plan that stands, each with those above it held as loosely as they ever may be.

        So what is found out about one waits for no other.
        """
        before, found = self.kept(), list[tuple[Part, Holds]]()
        for rank in ranks:
            found.append((self.opened_part(rank), list(self.held)))
            self.hold(found[-1][0], loosely=True)
        self.back_to(before)
        return found

    def done(self, rank: int) -> bool:
        """Whether a class is within the gap asked for."""
        return self.bounds[rank] - self.attained(rank) <= self.gap * self.ideal.get(rank, 0.0) + 1e-9

    def decide(self, rank: int, *, limit: float, again: bool = False) -> bool:
        """Find the best value of a class; False if not even the standing plan could be kept."""
        part = self.opened_part(rank)
        last, self.until = self.clock.seconds + limit, self.clock.seconds + CHOOSING * limit
        if self.large:
            self.until = self.clock.seconds + TWICE * limit
            decide_by_prices(self, part, last)
            self.hold(part)
            return True
        part = tightened(self, part)
        seeded = as_seeded(self, part)
        better = None if seeded is None else confirmed(self, part, seeded, limit)
        if seeded is not None and self.proves(part, seeded):
            self.values = seeded
        else:
            base = self.at_rest[rank] if again else self.values
            at_rest = cache(lambda: cleared(self, part, base))
            if again and (better is None or better.values is None):
                self.values, self.until = at_rest(), last
                in_pieces(self, part, limit)
            elif not choose(self, part, limit, at_rest, better):
                return False
            else:
                self.until = last
                in_whole_steps(self, part, at_rest, limit)
            if seeded is not None and dot(part.weights, seeded) > self.attained(rank):
                self.values = seeded
        self.hold(part)
        return True

    def follow(self, rank: int) -> None:
        """When the time is up: a class as the seed has it, if that is possible, and what its relaxation soon proves."""
        part = self.opened_part(rank)
        seeded = as_seeded(self, part)
        if seeded is not None and dot(part.weights, seeded) >= self.attained(rank):
            self.values = seeded
        if self.large and self.priced.get(rank) is not None:
            price(self, part, 0.0, np.inf)
        elif not self.large:
            self.prove(rank, bound_of(self.model, light_of(self, part, self.budget(GRACE)), self.clock))
        self.hold(part)

    def hold(self, part: Part, *, loosely: bool = False) -> None:
        """What is decided of a class stays so, its value held for those below, loosely: whatever is proven."""
        self._keep(part)
        unproven = 0.0 if loosely else self.bounds[part.rank] - self.attained(part.rank)
        left = HELD[0] * (part.gap - unproven)
        self.at_rest[part.rank] = self.values
        self.held.append((part.weights, self.attained(part.rank) - max(left, HELD[1] * part.gap) - 1e-7))

    def settle(self, part: Part, value: float) -> bool:
        """With on/off fixed: least disruption and holdings, while the class gives up a sliver of its ideal at most."""
        thrift, step = np.zeros(self.model.size), self.model.setting.step
        thrift[self.model.variables.x] = 0.1 * step[:, None]
        holds = [(part.weights, value - SLACK * part.gap - 1e-7)]
        answer = self.run(part, self.model.disruption + thrift, maximise=False, holds=holds)
        if answer.values is not None:
            self.values = answer.values
        return answer.values is not None

    def _keep(self, part: Part) -> None:
        """Decided weeks of a class stay decided: its on/off in weeks of this rank or a higher one.

        A build keeps at least what it holds there: its work is a sum over weeks, and whole steps leave nothing over.
        """
        s, v = self.model.setting, self.model.variables
        for i in np.flatnonzero(part.mine):
            weeks = np.flatnonzero(s.rank[i] <= part.rank)
            for columns in (v.on[i, weeks], v.complete[i, weeks]):
                self.lower[columns] = self.upper[columns] = np.round(self.values[columns])
            if s.is_build[i]:
                held = v.x[np.ix_(s.pair_project == i, weeks)]
                self.lower[held] = self.values[held]

    # -- subproblems -------------------------------------------------------------------------------

    def opened_part(self, rank: int) -> Part:
        """A class whose turn it is, to which `reopen` can come back."""
        self.opened[rank] = self.lower.copy(), self.upper.copy(), len(self.held)
        self.bounds.setdefault(rank, self._most(rank))
        return part_of(self, rank)

    def task(self, part: Part) -> Task:
        """The part's linear relaxation from the values so far: best value of its class, higher classes held."""
        none = np.zeros_like(part.free)
        limit = max(GRACE, self.clock.left)
        return Task(
            part.free, self.values, part.lower, part.upper, none, part.weights, holds=self.held, limit=limit,
            cuts=part.cuts,
        )  # fmt: skip

    def run(
        self, part: Part, objective: Floats | None = None, *, holds: Holds = (), report: Report | None = None,
        **facts: Any,
    ) -> Answer:  # fmt: skip
        """Solve a part, or a variant of its task."""
        facts["objective"] = part.weights if objective is None else objective
        return run(self.model, replace(self.task(part), holds=[*self.held, *holds], **facts), self.clock, report)

    def teller(self, rank: int) -> Report:
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
