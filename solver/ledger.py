"""The donor ledger: who lent what to whom, until when, what became of it, and what the donor lost meanwhile."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from solver.classes import curve_at
from solver.plan import COLUMNS, OPEN, PASSED_ON, RETURNED
from solver.problem import Problem
from solver.records import Project
from solver.serving.services import services_of

SMALL = 1e-6
Row = tuple[str, str, str, int, int, str]
"""Donor, receiver, pool, first week, week after the last, what became of it."""


@dataclass(slots=True)
class Lot:
    """An amount that a holder has from a donor since a week."""

    donor: str
    holder: str
    amount: float
    since: int


@dataclass
class Book:
    """The lots of one pool, and those that ended."""

    pool: str
    lots: list[Lot] = field(default_factory=list)
    ended: dict[Row, float] = field(default_factory=lambda: defaultdict(float))

    def move(self, giver: str, taker: str, amount: float, t: int) -> None:
        """Book a move: the giver returns what it has of the taker, passes on what it has of others, lends its own."""
        amount -= self._end(t, amount, RETURNED, giver, taker)
        for lot in [lot for lot in self.lots if lot.holder == giver]:
            passed = min(lot.amount, amount)
            if passed > SMALL:
                self._shorten(lot, passed, t, PASSED_ON)
                self._lend(lot.donor, taker, passed, t)
                amount -= passed
        if amount > SMALL:
            self._lend(giver, taker, amount, t)

    def _lend(self, donor: str, taker: str, amount: float, t: int) -> None:
        """A loan to somebody who is owed as much settles that claim: whoever has the taker's owes the donor now."""
        for lot in [lot for lot in self.lots if lot.donor == taker]:
            settled = min(lot.amount, amount)
            if settled > SMALL:
                self._shorten(lot, settled, t, RETURNED)
                if lot.holder != donor:
                    self._lend(donor, lot.holder, settled, t)
                amount -= settled
        if amount > SMALL:
            self.lots.append(Lot(donor, taker, amount, t))

    def _end(self, t: int, amount: float, word: str, holder: str, donor: str) -> float:
        """End lots of a holder and donor, the oldest first, up to an amount; how much there was."""
        done = 0.0
        for lot in [lot for lot in self.lots if (lot.holder, lot.donor) == (holder, donor)]:
            part = min(lot.amount, amount - done)
            if part > SMALL:
                self._shorten(lot, part, t, word)
                done += part
        return done

    def _shorten(self, lot: Lot, amount: float, t: int, word: str) -> None:
        if t > lot.since:
            self.ended[lot.donor, lot.holder, self.pool, lot.since, t, word] += amount
        lot.amount -= amount
        if lot.amount <= SMALL:
            self.lots = [one for one in self.lots if one is not lot]

    def close(self, weeks: int) -> dict[Row, float]:
        """All rows; what is still lent when the plan ends is open."""
        for lot in list(self.lots):
            self._shorten(lot, lot.amount, weeks, OPEN)
        return dict(self.ended)


def ledger(problem: Problem, policy: str, pace: pd.DataFrame, moves: pd.DataFrame) -> pd.DataFrame:
    """One row per loan: a project (not `spare`) gave an amount of a pool away and somebody held it for some weeks."""
    rows = [(row, amount) for row, amount in _loans(problem, moves).items() if row[0] in problem.project]
    costs = _costs(problem, policy, pace, dict(rows))
    found = [
        (problem.weeks[first], problem.weeks[last - 1], donor, holder, pool, round(amount, 6), word, cost)
        for ((donor, holder, pool, first, last, word), amount), cost in zip(rows, costs, strict=True)
    ]
    return pd.DataFrame(sorted(found, key=_order), columns=list(COLUMNS["ledger"]))


def _order(row: Any) -> tuple[str, ...]:
    return tuple(str(cell) for cell in (row[2], row[0], row[1], row[4], row[3], row[6]))


def _loans(problem: Problem, moves: pd.DataFrame) -> dict[Row, float]:
    index = {week: t for t, week in enumerate(problem.weeks)}
    books: dict[str, Book] = {}
    for week, pool, giver, taker, amount in moves.itertuples(index=False, name=None):
        books.setdefault(pool, Book(pool)).move(giver, taker, float(amount), index[week])
    found: dict[Row, float] = {}
    for book in books.values():
        found |= book.close(problem.head.weeks)
    return found


def _costs(problem: Problem, policy: str, pace: pd.DataFrame, loans: dict[Row, float]) -> list[float | None]:
    """The donor's loss of value in each week, shared among what it has lent then: by shares of its needs' full.

    A loss is value * (benefit at today's pace - benefit as planned), where positive. It is known for ongoing projects
    that run today; builds lose time instead, and have no figure here.
    """
    lost = _losses(problem, policy, pace)
    total: dict[tuple[str, int], float] = defaultdict(float)
    weight = {row: amount / _full(problem, row[0], row[2]) for row, amount in loans.items()}
    for row, share in weight.items():
        for t in range(row[3], row[4]):
            total[row[0], t] += share
    costs: list[float | None] = []
    for row, share in weight.items():
        if row[0] not in lost:
            costs.append(None)
            continue
        parts = [lost[row[0]][t] * share / total[row[0], t] for t in range(row[3], row[4])]
        costs.append(round(float(sum(parts)), 6))
    return costs


def _full(problem: Problem, project: str, pool: str) -> float:
    """What the project takes at full pace of the needs that the pool serves; of a service, the nodes it has today."""
    found = 0.0
    for need in problem.needs_of[project]:
        pools = [e.pool for e in problem.pools_of[project, need.need]]
        if pool in pools:
            today = sum(problem.baseline_of.get((project, need.need, name), 0.0) for name in pools)
            found += today if need.full is None else need.full
    return max(found, SMALL)


def _losses(problem: Problem, policy: str, pace: pd.DataFrame) -> dict[str, npt.NDArray[np.float64]]:
    """What each ongoing project that runs today loses in each week against today's pace."""
    planned: dict[str, list[float]] = defaultdict(list)
    for _, project, _, amount, _ in pace.itertuples(index=False, name=None):
        planned[project].append(float(amount))
    found = {}
    for p in problem.projects:
        if p.kind == "run" and p.status == "running" and p.project in planned:
            today = curve_at(p.curve, today_pace(problem, policy, p))
            now = np.array([curve_at(p.curve, u) for u in planned[p.project]])
            found[p.project] = np.maximum(0.0, p.value * (today - now))
    return found


def today_pace(problem: Problem, policy: str, project: Project) -> float:
    """The pace that today's amounts support: that of the scarcest need. Of a service: of the first week's demand."""
    pace, services = 1.0, services_of(problem, policy)
    for need in problem.needs_of[project.project]:
        serving = services.get((need.project, need.need))
        full = serving.demand[0] if serving else need.full or 0.0
        supply = sum(
            (serving.supply(serving.today, e.pool) if serving else e.rate)
            * problem.baseline_of.get((e.project, e.need, e.pool), 0.0)
            for e in problem.pools_of[need.project, need.need]
        )
        pace = min(pace, supply / full if full > 0 else 1.0)
    return pace
