"""Effective against nominal supply, and what each move really brings: rule 3 read out of published amounts."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

import numpy as np
import numpy.typing as npt
import pandas as pd

from solver.plan import COLUMNS
from solver.problem import Problem
from solver.records import ENGINEER, GPU, Policy

Floats = npt.NDArray[np.float64]
SMALL = 1e-7
PLACES = 6


@dataclass(frozen=True, slots=True)
class Losses:
    """What each unit that arrived is short of in its first, second ... week: while it ramps up, and for mentoring."""

    ramp: tuple[float, ...] = ()
    mentor: float = 0.0

    def within(self, weeks: int) -> float:
        """The sum of all losses of one unit in the first `weeks` weeks after it arrived."""
        seen = self.ramp[: max(0, weeks)]
        return sum(seen) + self.mentor * len(seen)


@dataclass(frozen=True, slots=True)
class Stay:
    """Some of a pool that came to a project and left again (`weeks` counts to the horizon's end if it did not).

    `effective` is what one unit really did, in weeks of a unit at home there: `rate * (weeks - losses)`.
    """

    project: str
    need: str
    pool: str
    kind: str
    week: date
    weeks: int
    stays: bool
    amount: float
    effective: float

    @property
    def total(self) -> float:
        """What all of it did, in units of the need times weeks."""
        return self.amount * self.effective


def losses(policy: Policy, kind: str) -> Losses:
    """The losses of a kind of supply under a policy; money has none."""
    if kind == ENGINEER:
        return Losses(policy.engineer_ramp, policy.mentor)
    return Losses(policy.gpu_ramp) if kind == GPU else Losses()


def amounts(problem: Problem, allocation: pd.DataFrame) -> dict[tuple[str, str, str], Floats]:
    """The published amount of each (project, need, pool) from the week before the first (the baseline) on."""
    found = {(e.project, e.need, e.pool): np.zeros(1 + problem.head.weeks) for e in problem.eligible}
    for key, amount in problem.baseline_of.items():
        found[key][0] = amount
    place = {week: t for t, week in enumerate(problem.weeks, start=1)}
    for week, project, need, pool, amount in allocation.itertuples(index=False, name=None):
        found[project, need, pool][place[week]] += float(amount)
    return found


def effective(problem: Problem, policy: str, allocation: pd.DataFrame) -> pd.DataFrame:
    """nominal[l,t] = sum_r x[l,r,t];  supply[l,t] = sum_r rate * x[l,r,t]
    ramp[l,t] = sum_r rate * sum_k ramp[k] * in[l,r,t-k]
    mentor[l,t] = mentor * sum_r rate * sum_{k < len(ramp)} in[l,r,t-k]
    effective[l,t] = supply[l,t] - ramp[l,t] - mentor[l,t]     (what nodes of services yield is in serving.csv)
    """
    kinds = {(n.project, n.need): n.kind for n in problem.needs}
    services = {(s.project, s.need) for s in problem.services}
    found = {key: np.zeros((4, problem.head.weeks)) for key in kinds if key not in services}
    held = amounts(problem, allocation)
    for row in problem.eligible:
        key = row.project, row.need
        if key in services:
            continue
        loss = losses(problem.policy[policy], kinds[key])
        found[key] += _figures(held[row.project, row.need, row.pool], row.rate, loss)
    rows = [cells for key, figures in found.items() for cells in _rows(problem, key, figures)]
    return pd.DataFrame(sorted(rows), columns=list(COLUMNS["effective"]))


def _figures(held: Floats, rate: float, loss: Losses) -> Floats:
    """Nominal, supply, ramp and mentor of one need and pool [4,T]."""
    arrived, weeks = np.maximum(0.0, np.diff(held)), len(held) - 1
    ramp, mentor = np.zeros(weeks), np.zeros(weeks)
    for age, share in enumerate(loss.ramp[:weeks]):
        ramp[age:] += share * arrived[: weeks - age]
        mentor[age:] += loss.mentor * arrived[: weeks - age]
    return np.array([held[1:], rate * held[1:], rate * ramp, rate * mentor])


def _rows(problem: Problem, key: tuple[str, str], figures: Floats) -> Iterator[tuple[object, ...]]:
    """The weeks in which a need has something, or still pays for what it had."""
    nominal, supply, ramp, mentor = figures
    for t in np.flatnonzero(figures.max(axis=0) > SMALL).tolist():
        left = max(0.0, supply[t] - ramp[t] - mentor[t])
        cells = (round(float(v), PLACES) for v in (nominal[t], supply[t], ramp[t], mentor[t], left))
        yield problem.weeks[t], *key, *cells


def stays(problem: Problem, policy: str, allocation: pd.DataFrame) -> list[Stay]:
    """Everything that came, with how long it was there and what that brought; who came last leaves first."""
    kinds = {(n.project, n.need): n.kind for n in problem.needs}
    rates = {(e.project, e.need, e.pool): e.rate for e in problem.eligible}
    found = []
    for (project, need, pool), held in amounts(problem, allocation).items():
        kind = kinds[project, need]
        loss, rate = losses(problem.policy[policy], kind), rates[project, need, pool]
        for came, left, amount in spells(held):
            weeks = left - came
            gained = rate * (weeks - loss.within(problem.head.weeks - came))
            fact = (problem.weeks[came], weeks, left == problem.head.weeks, round(amount, PLACES), gained)
            found.append(Stay(project, need, pool, kind, *fact))
    return sorted(found, key=lambda s: (s.week, s.project, s.need, s.pool, s.weeks))


def spells(held: Floats) -> list[tuple[int, int, float]]:
    """(came, left, amount) of what is above the first figure, as weeks from 0; last come, first gone."""
    guests: list[tuple[int, float]] = []
    found = []
    for t, change in enumerate(np.diff(held).tolist()):
        if change > SMALL:
            guests.append((t, change))
        leaving = -change
        while leaving > SMALL and guests:
            came, amount = guests.pop()
            gone = min(amount, leaving)
            found.append((came, t, gone))
            leaving -= gone
            if amount - gone > SMALL:
                guests.append((came, amount - gone))
    return found + [(came, len(held) - 1, amount) for came, amount in guests]
