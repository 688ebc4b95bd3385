"""The cheapest sets of rules to give up, one after the other, each by a MIP and none containing another."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from solver.engine import duals, run
from solver.model import Model
from solver.model.sheet import Bools, Floats
from solver.repair.elastic import elastic
from solver.repair.lever import Lever, Used
from solver.repair.levers import levers
from solver.search.part import attached
from solver.task import Answer, Clock, Task

MOST = 8
"""How many ways out are looked for."""
ROUNDS = 4
"""Linear programs in which rules that bend little grow dearer."""
CANDIDATES = 16
"""How many other rules are tried in the place of one."""
FAIR = 0.4
"""What the search for a set may leave unproven: less than the price of any rule."""
SMALL = 1500
"""Columns up to which all projects are free while rules to give up are looked for; else most of them rest."""


class NothingHelps(Exception):
    """Rules that are no lever (dwell, ramps, earliest weeks, effective supply) allow no plan by themselves."""


@dataclass(frozen=True)
class Way:
    """A set of rules to give up: with these amounts a plan exists; `values` is one in the columns of the model."""

    used: tuple[Used, ...]
    values: Floats
    smallest: bool

    @property
    def levers(self) -> tuple[Lever, ...]:
        """The levers it uses."""
        return tuple(one.lever for one in self.used)


def ways(model: Model, clock: Clock, seconds: float) -> Iterator[Way]:
    """Ways out, the cheapest first, as far as the time goes; none if nothing need be given up.

    In small models each is the cheapest that contains none of those before it. In larger ones linear programs name the
    rules of the first, of which as few as possible are kept; then come those that give up one other rule in the place
    of one of its rules.
    Raises NothingHelps if it is proven that giving up all of these rules would not make a plan possible.
    """
    search = Search(model, levers(model), clock, clock.seconds + seconds)
    if not search.small:
        search.rest()
    best = None if search.small else search.named()
    best = best or search.cheapest(())
    if best is None or not best.used:
        return
    yield best
    if search.small:
        found = [best]
        while len(found) < MOST and (way := search.cheapest([w.levers for w in found])) is not None and way.used:
            found.append(way)
            yield way
    else:
        yield from search.instead_of(best)


class Search:
    """A model with levers, and the time until which it is asked; `around` says which columns keep which values."""

    def __init__(
        self, model: Model, known: Sequence[Lever], clock: Clock, until: float,
        around: tuple[Bools, Floats] | None = None,
    ) -> None:  # fmt: skip
        self.clock, self.until, self.small = clock, until, model.size <= SMALL
        self.elastic = elastic(model, known)
        self.model = self.elastic.model
        self.upper = self.model.upper.copy()
        more = self.model.size - model.size
        free, values = around or (np.ones(model.size, dtype=bool), np.zeros(model.size))
        self.free = np.append(free, np.ones(more, dtype=bool))
        self.values = np.append(values, np.zeros(more))

    def rest(self) -> None:
        """Everything rests that no rule keeps from being off: it makes room."""
        s, v = self.model.setting, self.model.variables
        for i in np.flatnonzero(~attached(self.model)):
            self.upper[v.on[i][(self.model.lower[v.on[i]] < 0.5) & ~s.forced_on[i]]] = 0.0

    @property
    def left(self) -> float:
        """Seconds until the search has to end."""
        return 0.0 if self.clock.stopped else self.until - self.clock.seconds

    def cheapest(self, known: Sequence[tuple[Lever, ...]]) -> Way | None:
        """The cheapest way that contains none of those known: first which rules, then how little of each."""
        if self.left <= 0:
            return None
        answer = self._run(self.upper, FAIR, known=known)
        if answer.infeasible and not known and not self.small:
            self.upper = self.model.upper
            answer = self._run(self.upper, FAIR)
        if answer.infeasible and not known:
            raise NothingHelps
        return None if answer.values is None else self._least(answer.values, finished=answer.finished)

    def named(self) -> Way | None:
        """A way by the rules that linear programs name when all of them may bend, without those it can do without."""
        levers_ = self._bent()
        way = self.only(levers_, exactly=False) if levers_ else None
        if way is None:
            return None
        for one in sorted(way.levers, key=lambda lever: -lever.price):
            rest = [other for other in way.levers if other is not one]
            fewer = self.only(rest, exactly=False) if rest and one in way.levers else None
            way = fewer or way
        least = self._least(way.values, finished=way.smallest and len(way.used) == 1)
        return least if least.used else way

    def _bent(self) -> list[Lever]:
        """The levers that remain when what bends little is made dearer, round after round: few rules, not all."""
        e, prices = self.elastic, self.elastic.price.copy()
        prices[e.use] = 0.0
        bent = np.zeros(len(prices))
        for _ in range(ROUNDS):
            task = self._task(self.upper, 0.0)
            task = replace(task, discrete=np.zeros_like(task.discrete), objective=prices, limit=max(1.0, self.left / 4))
            answer = run(self.model, task, self.clock)
            if answer.values is None:
                return []
            bent = answer.values
            for lever, columns in zip(e.levers, e.gives, strict=True):
                size = 1.0 if lever.gives[0].whole else lever.size
                prices[columns] = lever.price / (bent[columns].max() / size + 0.02) / size / len(columns)
        return [one for one, columns in zip(e.levers, e.gives, strict=True) if bent[columns].max() > 1e-5]

    def instead_of(self, best: Way) -> Iterator[Way]:
        """For each rule of the cheapest way: others that could be given up in its place, one by one."""
        for lever in best.levers:
            rest = [one for one in best.levers if one is not lever]
            found = [w for one in self._candidates(best, lever) if (w := self.only([*rest, one])) is not None]
            yield from sorted(found, key=lambda w: float(self.elastic.price @ w.values))[: MOST - 1]

    def _least(self, values: Floats, *, finished: bool) -> Way:
        """As little as can be of the rules that a solution gives up."""
        upper = self.upper.copy()
        upper[self.elastic.use] = np.round(values[self.elastic.use])
        again = self._run(upper, 1e-4, start=values)
        values = values if again.values is None else again.values
        return Way(self.elastic.used(values), values, finished)

    def _candidates(self, best: Way, lever: Lever) -> list[Lever]:
        """Levers on rows that hold the rule up: where the least of it has a price, by linear programming."""
        e = self.elastic
        task = self._task(self._limited(best.levers), 0.0)
        _, of_row, of_column = duals(self.model, replace(task, discrete=np.zeros_like(task.discrete)), self.clock)
        tight = np.abs(of_row) > 1e-7
        found = []
        for one in e.levers:
            rows = np.concatenate([give.rows for give in one.gives])
            held = np.concatenate([one.free_on, one.free_off])
            if one not in best.levers and (tight[rows].any() or (np.abs(of_column[held]) > 1e-7).any()):
                found.append(one)
        return sorted(found, key=lambda one: one.price)[:CANDIDATES]

    def _limited(self, allowed: Sequence[Lever]) -> Floats:
        """Upper bounds with only some levers to be used."""
        upper = self.upper.copy()
        names = {id(one) for one in allowed}
        upper[self.elastic.use] = [1.0 if id(one) in names else 0.0 for one in self.elastic.levers]
        return upper

    def only(self, allowed: Sequence[Lever], *, exactly: bool = True, empty: bool = False) -> Way | None:
        """The least of these levers with which a plan exists; None where they do not suffice, or time is up.

        `exactly`: only if all of them are used; `empty`: also if none is.
        """
        if self.left <= 0:
            return None
        answer = self._run(self._limited(allowed), 1e-3 if exactly or empty else FAIR)
        if answer.values is None:
            return None
        way = Way(self.elastic.used(answer.values), answer.values, answer.finished)
        return way if (way.used or empty) and (len(way.used) == len(allowed) or not exactly) else None

    def _task(self, upper: Floats, gap: float) -> Task:
        e = self.elastic
        return Task(
            self.free, self.values, e.model.lower, upper, e.model.discrete, e.price, maximise=False,
            gap=gap, limit=max(1.0, self.left),
        )  # fmt: skip

    def _run(
        self, upper: Floats, gap: float, known: Sequence[tuple[Lever, ...]] = (), start: Floats | None = None
    ) -> Answer:
        task = replace(self._task(upper, gap), cuts=self.elastic.without(known), start=start)
        return run(self.model, task, self.clock)
