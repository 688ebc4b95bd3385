"""The search for the best starts: a bound, a dive for the large projects, an exact search for the rest, then better."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from solver.candidates.choices import Choices
from solver.candidates.dive import Dive
from solver.candidates.part import Found, Rows, solve_part
from solver.candidates.relax import Relaxation
from solver.model.sheet import Bools, Floats, Ints
from solver.task import Clock

OPEN = 4000
"""Options that an exact search can look through."""
CORE, GROWTH = 30, 1.5
"""Options most in doubt that are looked through first, and how their number grows."""
LARGE = 0.4
"""Share of the projects that the dive took whole, the most valuable, which stay while the rest is searched."""
FIRST, LATER = 0.4, 0.08
"""Shares of the time left that the search for a first plan, and each search for a better one, may take."""
ENOUGH = 2e-3
"""The gap, as a share of the bound, at which the search for a first plan stops."""
LEAST, MOST = 300, 8000
"""Options that are open at once while a plan is made better."""

Tell = Callable[[float | None, float | None], None]


@dataclass
class Search:
    """The best options found so far (`chosen`, None: none yet) and the `bound` that no plan exceeds."""

    choices: Choices
    clock: Clock
    gap: float
    tell: Tell = lambda value, bound: None
    chosen: Ints | None = None
    bound: float = np.inf

    def run(self) -> None:
        """Search until the gap is proven or the time is up; to start nothing is a plan where nothing must."""
        self._search()
        if self.chosen is None and not self.choices.must.any():
            self.chosen = np.zeros(0, dtype=np.int64)

    def _search(self) -> None:
        c = self.choices
        self.rows = Rows.of(c)
        relaxation = Relaxation(c, self.clock)
        if not relaxation.solve(self.clock.left):
            return
        self.bound, price = relaxation.bound, relaxation.price.copy()
        self._report()
        if c.size <= OPEN:
            self._core(relaxation.x > 0.5, price)
            return
        self._first(relaxation)
        self._better(price)

    @property
    def value(self) -> float:
        """What the best options so far are worth."""
        return -np.inf if self.chosen is None else self.choices.worth(self.chosen)

    @property
    def proven(self) -> bool:
        """Whether the gap asked for is proven."""
        return self.bound - self.value <= self.gap + 1e-9

    def _core(self, near: Bools, price: Floats) -> None:
        """Search among the options that are most in doubt, and among more of them until no other can matter.

        An option whose reduced cost is more than what the best plan lacks to the bound stays as it is in the relaxation
        in every better plan.
        """
        doubt, size, outside = np.abs(price), CORE, np.flatnonzero(near)
        while not self.clock.over():
            order = np.sort(doubt)
            open_ = doubt <= order[min(size, len(order)) - 1] + 1e-9
            whole = bool((open_ | (doubt > self.bound - self.value + 1e-6)).all())
            found = self._part(open_, self.clock.left, start=outside if self.chosen is None else self.chosen)
            if whole and np.isfinite(found.bound):
                self.bound = min(self.bound, max(found.bound, self.value))
            self._take(found)
            if whole:
                return
            size = max(int(size * GROWTH), int((doubt <= 0.0).sum()))

    def _first(self, relaxation: Relaxation) -> None:
        """A first plan: the dive's large projects as they are, the others by an exact search."""
        dive = Dive(relaxation)
        dive.down()
        c, x = self.choices, relaxation.x
        taken = np.flatnonzero(x > 1.0 - 1e-6)
        worth = dive.worth[c.project[taken]]
        stay = taken[np.argsort(-worth, kind="stable")]
        share, size = LARGE, OPEN
        while not self.clock.over():
            kept = stay[: int(share * len(stay))]
            open_ = self._open(~np.isin(c.project, c.project[kept]), relaxation.price, size, np.flatnonzero(x > 1e-6))
            self._take(self._part(open_, FIRST * self.clock.left, start=kept, gap=ENOUGH * abs(self.bound)))
            if self.chosen is not None:
                return
            share, size = 0.5 * share, size + OPEN // 2

    def _better(self, price: Floats) -> None:
        """Open the projects that start within some weeks, or some of all, and search again, as long as time goes."""
        c, draw = self.choices, np.random.default_rng(self.clock.options.seed)
        size, patience = {"weeks": float(OPEN // 2), "some": float(OPEN // 2)}, LATER * self.clock.left
        while self.chosen is not None and not self.clock.over() and not self.proven:
            how = ("weeks", "some")[int(draw.integers(2))]
            begins = np.full(c.count, -1)
            begins[c.project[self.chosen]] = c.start[self.chosen]
            free = begins < 0
            if how == "weeks":
                first, length = int(draw.integers(c.start.max() + 1)), int(draw.integers(2, 7))
                free |= (begins >= first) & (begins < first + length)
                near = (c.start >= first - 2) & (c.start < first + length + 2)
            else:
                free |= draw.random(c.count) < draw.uniform(0.2, 0.6)
                near = np.ones(c.size, dtype=bool)
            mine = free[c.project[self.chosen]]
            open_ = self._open(free[c.project] & near, price, int(size[how]), self.chosen[mine])
            before = self.clock.seconds
            found = self._part(open_, patience, start=self.chosen, gap=1e-5 * abs(self.bound))
            quick = found.proven and self.clock.seconds - before < patience / 4
            size[how] = float(np.clip(size[how] * (1.25 if quick else 1.0 if found.proven else 0.8), LEAST, MOST))
            self._take(found)

    def _open(self, allowed: Bools, price: Floats, size: int, always: Ints) -> Bools:
        """The most promising options, by their reduced cost, and some that are open in any case."""
        c = self.choices
        open_ = np.zeros(c.size, dtype=bool)
        inside = np.flatnonzero(allowed)
        open_[inside[np.argsort(-price[inside], kind="stable")[:size]]] = True
        open_[always[allowed[always]]] = True
        return open_

    def _part(self, open_: Bools, limit: float, *, start: Ints, gap: float = 0.0) -> Found:
        """An exact search of the open options, from the best so far where that is what the others are."""
        return solve_part(
            self.choices, self.rows, open_, start, self.clock, limit=max(1.0, min(limit, self.clock.left)),
            gap=max(gap, self.gap), known=start is self.chosen, report=self._listen,
        )  # fmt: skip

    def _take(self, found: Found) -> None:
        """Keep what is better."""
        if found.chosen is not None and self.choices.worth(found.chosen) > self.value + 1e-9:
            self.chosen = found.chosen
        self._report()

    def _listen(self, value: float | None, bound: float | None) -> None:
        better = None if value is None else max(value, self.value)
        self.tell(better, self.bound if np.isfinite(self.bound) else bound)

    def _report(self) -> None:
        self.tell(None if self.chosen is None else self.value, self.bound if np.isfinite(self.bound) else None)
