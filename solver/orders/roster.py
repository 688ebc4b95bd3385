"""The people of one pool and what a plan gives of that pool, as arrays over places, weeks and kinds of contract."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from solver.model.sheet import Floats, Ints
from solver.plan import SPARE
from solver.problem import Problem
from solver.records import Person


@dataclass(frozen=True)
class Roster:
    """Place 0 is nobody's (`spare`), the others are projects. `amount` is what the plan gives [Q,T].

    `free` is the first week in which a person may move (the number of weeks: never). People of the same working time
    are of one contract; who is who among them does not matter for how many have to move.
    """

    pool: str
    people: tuple[Person, ...]
    places: tuple[str, ...]
    weeks: int
    amount: Floats
    home: Ints
    free: Ints
    dwell: int

    @cached_property
    def contracts(self) -> tuple[float, ...]:
        """The working times there are, the longest first [C]."""
        return tuple(sorted({p.fte for p in self.people}, reverse=True))

    @cached_property
    def contract(self) -> Ints:
        """The contract of each person."""
        return np.array([self.contracts.index(p.fte) for p in self.people], dtype=np.int64)

    @cached_property
    def locked(self) -> Ints:
        """How many people of a contract may not leave a place in a week [C,Q,T]."""
        found = np.zeros((len(self.contracts), len(self.places), self.weeks), dtype=np.int64)
        for c, q, free in zip(self.contract, self.home, self.free, strict=True):
            found[c, q, :free] += 1
        return found

    @cached_property
    def at_home(self) -> Ints:
        """How many people of a contract work at a place today [C,Q]."""
        found = np.zeros((len(self.contracts), len(self.places)), dtype=np.int64)
        np.add.at(found, (self.contract, self.home), 1)
        return found


def roster(problem: Problem, allocation: pd.DataFrame, pool: str, dwell: int) -> Roster:
    """The people of a pool beside the amounts that a plan publishes; amounts of a project's needs add up."""
    people = tuple(p for p in problem.people if p.pool == pool)
    served = sorted({e.project for e in problem.eligible if e.pool == pool})
    places = (SPARE, *served)
    index, weeks = {name: q for q, name in enumerate(places)}, {week: t for t, week in enumerate(problem.weeks)}
    amount = np.zeros((len(places), len(weeks)))
    rows = allocation[allocation["pool"] == pool]
    for week, project, given in zip(rows["week"], rows["project"], rows["amount"], strict=True):
        amount[index[project], weeks[week]] += given
    home = np.array([index[p.project or SPARE] for p in people], dtype=np.int64)
    free = [sum(p.locked_until is not None and week < p.locked_until for week in problem.weeks) for p in people]
    return Roster(pool, people, places, len(weeks), amount.round(6), home, np.array(free, dtype=np.int64), dwell)
