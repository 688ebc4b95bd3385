"""Who gets what when there is less than was planned: floors and pins first, then class by class from the top."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from solver.check.report import Flags, Numbers, tolerance
from solver.risks.course import Course


def serve(course: Course, t: int, asked: Numbers, on: Flags, capacity: Mapping[int, Numbers]) -> Numbers:
    """What each pair gets [K,F] of what it asks for; who falls below a minimum by it is taken off `on`.

    `capacity` has the pools that differ from the portfolio, in this week [F].
    """
    room = {
        r: left for r in range(len(course.ground.pools)) if (left := _short(course, t, asked, capacity, r)) is not None
    }
    if not room:
        return asked
    table = _Table(course, t, asked, asked.copy(), on, room, {})
    order = course.orders[t]
    for p in order:
        table.keep(p)
    for p in order:
        table.share(p)
    return table.given


def _short(course: Course, t: int, asked: Numbers, capacity: Mapping[int, Numbers], r: int) -> Numbers | None:
    """The capacity of a pool [F] where some future asks for more than it has; else None."""
    g = course.ground
    there = capacity.get(r, np.full(asked.shape[1], g.capacity[r, t], dtype=np.float64))
    used = asked[g.pair_pool == r].sum(axis=0)
    return there.copy() if (used > there + tolerance(there)).any() else None


@dataclass(frozen=True)
class _Table:
    """What is given in one week, pool by pool, while it is being shared out; `held` is what cannot be taken away."""

    course: Course
    t: int
    asked: Numbers
    given: Numbers
    on: Flags
    room: dict[int, Numbers]
    held: dict[int, Numbers]

    def keep(self, p: int) -> None:
        """Set aside what floors and pins keep, as far as there is anything."""
        for k in self.course.pairs_of[p]:
            r = int(self.course.ground.pair_pool[k])
            kept = np.minimum(self.asked[k], self.course.kept[k, self.t])
            if r in self.room:
                kept = np.minimum(kept, self.room[r])
                self.room[r] -= kept
            self.held[k] = kept

    def share(self, p: int) -> None:
        """Give a project what it asks for beyond that, in whole steps, as far as it goes; if it then falls below a
        minimum it does not run in this week, and gives back all but its floors and pins.
        """
        g = self.course.ground
        short = [k for k in self.course.pairs_of[p] if g.pair_pool[k] in self.room]
        for k in short:
            self._fill(k, self.room[int(g.pair_pool[k])], g.step[g.pair_pool[k]])
        if short and self.on[p].any():
            self._stop(p)

    def _fill(self, k: int, left: Numbers, step: float) -> None:
        asked, held = self.asked[k], self.held[k]
        some = held + np.maximum(0.0, np.minimum(asked - held, left))
        if step > 0:
            some = np.maximum(held, np.floor(some / step + 1e-6) * step)
        self.given[k] = np.where(asked - held <= left + tolerance(asked), asked, some)
        np.maximum(0.0, left - (self.given[k] - held), out=left)

    def _stop(self, p: int) -> None:
        g = self.course.ground
        fails = np.zeros(self.given.shape[1], dtype=np.bool_)
        for n in self.course.needs_of[p]:
            pairs = self.course.pairs_of[p][g.pair_need[self.course.pairs_of[p]] == n]
            fails |= g.rate[pairs] @ self.given[pairs] < g.minimum[n] - g.supply_tolerance[n]
        fails &= self.on[p]
        if not fails.any():
            return
        self.on[p] &= ~fails
        for k in self.course.pairs_of[p]:
            back = np.where(fails, self.given[k] - self.held[k], 0.0)
            self.given[k] -= back
            if (r := int(g.pair_pool[k])) in self.room:
                self.room[r] += back
