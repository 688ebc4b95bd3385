"""The fractions of a plan's amounts: who lends some of the working time to another project, for how long."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from solver.model.sheet import Floats, Ints
from solver.orders.network import SHARED
from solver.orders.roster import Roster

SMALL = 1e-6
Lent = dict[tuple[int, int], float]
"""FTE by person and the place that gets it."""


def shares(roster: Roster, places: Ints, short: Floats) -> list[Lent]:
    """What is lent in each week, so that all amounts less `short` [Q,T] are covered; who lent before goes on first."""
    found: list[Lent] = []
    before: Lent = {}
    for t in range(roster.weeks):
        same = {k: f for k, f in before.items() if t and places[k[0], t] == places[k[0], t - 1]}
        before = _Week(roster, t, places[:, t], short[:, t]).lend(same)
        found.append(before)
    return found


@dataclass
class _Week:
    """What is missing and what is over by place, and what people have left, while one week is shared out."""

    roster: Roster
    t: int
    place: Ints
    short: Floats
    missing: Floats = field(init=False)
    over: Floats = field(init=False)
    time: Floats = field(init=False)
    lent: Lent = field(default_factory=dict)

    def __post_init__(self) -> None:
        fte = np.array([p.fte for p in self.roster.people])
        there = np.bincount(self.place, fte, minlength=len(self.roster.places))
        balance = (there + self.short - self.roster.amount[:, self.t]).round(6)
        self.missing, self.over = np.maximum(0.0, -balance), np.maximum(0.0, balance)
        self.time = np.where(self.roster.free > self.t, 0.0, fte)

    def lend(self, before: Lent) -> Lent:
        """Go on as before, cover what is still missing, and keep the size of what goes on where there is enough."""
        for (person, to), fte in before.items():
            self._give(person, to, min(fte, self.missing[to]))
        for to in np.flatnonzero(self.missing > SMALL).tolist():
            while self.missing[to] > SMALL and (lender := self._lender(to)) is not None:
                self._give(lender, to, self.missing[to])
        for (person, to), fte in before.items():
            had = self.lent.get((person, to), 0.0)
            borrowed = sum(f for (_, place), f in self.lent.items() if place == to)
            enough = min(self.time[person], self.over[self.place[person]], SHARED - borrowed)
            if 0 < had < fte <= had + enough + SMALL:
                self._give(person, to, fte - had)
        return self.lent

    def _give(self, person: int, to: int, fte: float) -> None:
        amount = round(float(min(fte, self.time[person], self.over[self.place[person]])), 6)
        if amount > SMALL:
            self.lent[person, to] = round(self.lent.get((person, to), 0.0) + amount, 6)
            self.time[person] -= amount
            self.over[self.place[person]] -= amount
            self.missing[to] = max(0.0, self.missing[to] - amount)

    def _lender(self, to: int) -> int | None:
        """The best one to lend time: has most of it at the place with most to spare, and lends to few others."""
        open_time = np.minimum(self.time, self.over[self.place])
        able = np.flatnonzero((open_time > SMALL) & (self.place != to))
        others = np.bincount([p for p, _ in self.lent], minlength=len(self.time))
        order = [(-min(open_time[p], self.missing[to]), others[p], -self.over[self.place[p]], p) for p in able.tolist()]
        return min(order)[-1] if order else None
