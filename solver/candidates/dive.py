"""From the relaxation down: the most valuable projects in parts are decided first, the others follow by themselves."""

from __future__ import annotations

import numpy as np

from solver.candidates.relax import Relaxation
from solver.model.sheet import Bools, Floats, Ints

WHOLE = 1e-6
NEARLY = 0.9
"""A part of an option from which it is taken as it is."""
SHARE = 0.1
"""Share of the undecided projects that are decided at once, the most valuable first."""
ROUNDS = 4
"""How often rows of `requires` join after a decision."""


class Dive:
    """One way down: options taken (lower 1) and gone (upper 0), as far as it goes."""

    def __init__(self, relaxation: Relaxation) -> None:
        self.relaxation, self.choices = relaxation, relaxation.choices
        c = self.choices
        self.lower, self.upper = np.zeros(c.size), np.ones(c.size)
        self.worth = np.zeros(c.count)
        np.maximum.at(self.worth, c.project, c.value)

    def down(self) -> None:
        """Decide as long as decisions go together; what is left in parts then is small, and for an exact search."""
        while len(undecided := self._undecided()):
            if self.relaxation.clock.over() or not self._decide(undecided):
                return

    def _undecided(self) -> Ints:
        """Projects of which parts are taken, the most valuable first."""
        x = self.relaxation.x
        projects = np.unique(self.choices.project[(x > WHOLE) & (x < 1 - WHOLE)])
        return projects[np.argsort(-self.worth[projects], kind="stable")]

    def _decide(self, undecided: Ints) -> bool:
        """Decide some projects at once; False where they do not go together."""
        x = self.relaxation.x.copy()
        best = np.array([self._best(int(p), x) for p in undecided])
        many = x[best] > NEARLY
        many[: max(1, int(len(undecided) * SHARE))] = True
        batch = np.flatnonzero(many)
        return self._try(undecided[batch], best[batch], x)

    def _try(self, projects: Ints, best: Ints, x: Floats) -> bool:
        """Take the best option of each project, or none where less than half of it is taken."""
        c = self.choices
        total = np.array([x[c.of(int(p))].sum() for p in projects])
        gone = [np.arange(*c.first[p : p + 2]) for p in projects[(total < 0.5) & ~c.must[projects]]]
        taken = best[(total >= 0.5) | c.must[projects]]
        options = np.concatenate([taken, *gone])
        return self._set(options, np.arange(len(options)) < len(taken))

    def _set(self, options: Ints, taken: Bools) -> bool:
        """Take some options and let others go; undone where no plan is left."""
        before = self.lower[options].copy(), self.upper[options].copy()
        self.lower[options], self.upper[options] = np.where(taken, 1.0, 0.0), np.where(taken, 1.0, 0.0)
        self.relaxation.bounds(options, self.lower[options], self.upper[options])
        if self.relaxation.solve(self.relaxation.clock.left, ROUNDS):
            return True
        self.lower[options], self.upper[options] = before
        self.relaxation.bounds(options, *before)
        return False

    def _best(self, project: int, x: Floats) -> int:
        """The option of a project of which the largest part is taken."""
        mine = self.choices.of(project)
        return int(mine.start) + int(np.argmax(x[mine]))
