"""Brute force over tiny portfolios: every amount and every on/off, judged by the checker, best class values first."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import product

import numpy as np
import pandas as pd

from solver.check import RULES
from solver.check.ground import Ground
from solver.check.published import COMPLETE, PAUSED, RUNNING, WAITING, Published
from solver.check.served import read_served
from solver.classes import COMPLETE_AT, ideals, ranks
from solver.plan import Plan
from solver.problem import Problem
from solver.records import ENGINEER, GPU, Need, Project
from tests.solver.handmade import Key, Paces, plan_of

MOST = 40_000
"""A portfolio with more candidates than this is not tiny."""
Week = tuple[tuple[bool, ...], tuple[float, ...]]
"""What one week may look like: on or off by project, amounts by pair."""


@dataclass(frozen=True)
class Optimum:
    """The best that exists: by class in order the most it can attain, given what is kept of the classes above."""

    values: dict[int, float]
    plan: Plan


class Search:
    """All candidates of a portfolio; whether one is a plan is for the checker to say, and is asked as late as possible.

    Paces are the highest that the amounts support. That loses nothing as long as a build that completes sooner does not
    thereby break a rule, so builds that need engineers with a ramp are not for this search.
    """

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        self.policy = problem.policies[0]
        self.pairs: list[Key] = [(e.project, e.need, e.pool) for e in problem.eligible]
        self.judged: dict[int, bool] = {}
        self.ground = Ground(problem, self.policy)
        weeks = [list(self._weeks(t)) for t in range(problem.head.weeks)]
        assert np.prod([len(w) for w in weeks]) <= MOST, "too many candidates to try them all"
        self.candidates = list(product(*weeks))
        self.ideals = ideals(problem, self.policy.policy)
        self.values = np.array([self._values(c) for c in self.candidates]).reshape(-1, len(self.ideals))

    def best(self) -> Optimum | None:
        """The lexicographic optimum with the policy's tolerance, None if no candidate is a plan."""
        left, values, first = np.arange(len(self.candidates)), {}, None
        for n, (rank, ideal) in enumerate(self.ideals.items()):
            order = left[np.argsort(-self.values[left, n], kind="stable")]
            first = next((i for i in order.tolist() if self._obeys(i)), None)
            if first is None:
                return None
            values[rank] = float(self.values[first, n])
            left = order[self.values[order, n] >= values[rank] - self.policy.tolerance * ideal - 1e-9]
        return None if first is None else Optimum(values, self._plan(first))

    def _weeks(self, t: int) -> Iterator[Week]:
        """Every on/off with all amounts within capacity that could be right for a need that is on, or off."""
        choices = [self._amounts(key, t) for key in self.pairs]
        for amounts in product(*choices):
            if not self._there(amounts, t):
                continue
            for on in product((False, True), repeat=len(self.problem.projects)):
                names = {p.project for p, runs in zip(self.problem.projects, on, strict=True) if runs}
                if all(self._fits(need, amounts, need.project in names) for need in self.problem.needs):
                    yield on, amounts

    def _amounts(self, key: Key, t: int) -> list[float]:
        step = self.problem.step(key[2])
        assert step > 0, "amounts without a step cannot be counted"
        return [round(n * step, 6) for n in range(int(self.problem.supply(key[2])[t] / step + 1e-9) + 1)]

    def _there(self, amounts: tuple[float, ...], t: int) -> bool:
        used = dict.fromkeys(self.problem.pool, 0.0)
        for amount, key in zip(amounts, self.pairs, strict=True):
            used[key[2]] += amount
        return all(used[pool] <= self.problem.supply(pool)[t] + 1e-9 for pool in used)

    def _fits(self, need: Need, amounts: tuple[float, ...], on: bool) -> bool:
        pairs = self._pairs_of(need)
        supply = sum(amounts[k] * rate for k, rate in pairs)
        step = max(self.problem.step(self.pairs[k][2]) * rate for k, rate in pairs)
        low, high = (need.minimum, need.full) if on else (need.standby, need.standby)
        return low - 1e-9 <= supply < high + step - 1e-9 or (not on and supply == 0)

    def _pairs_of(self, need: Need) -> list[tuple[int, float]]:
        rows = enumerate(self.problem.eligible)
        return [(k, e.rate) for k, e in rows if (e.project, e.need) == (need.project, need.need)]

    @cached_property
    def _facts(self) -> list[tuple[Need, list[tuple[int, float]], list[float]]]:
        """Each need with its pairs and their rates, and what an arrival loses in its first, second ... week."""
        ramps = {GPU: self.policy.gpu_ramp, ENGINEER: tuple(s + self.policy.mentor for s in self.policy.engineer_ramp)}
        return [(need, self._pairs_of(need), list(ramps.get(need.kind, ()))) for need in self.problem.needs]

    def _paces(self, weeks: tuple[Week, ...]) -> dict[str, list[float | None]]:
        """The highest paces that the amounts support: problem.md, rules 2 and 3, week by week in plain numbers."""
        highest = {p.project: [1.0] * len(weeks) for p in self.problem.projects}
        for need, pairs, loss in self._facts:
            paces = highest[need.project]
            for t in range(len(weeks)):
                effective = 0.0
                for k, rate in pairs:
                    gone = sum(share * self._arrives(weeks, k, t - j) for j, share in enumerate(loss) if j <= t)
                    effective += rate * (weeks[t][1][k] - gone)
                if need.full > 0:
                    paces[t] = min(paces[t], max(0.0, effective) / need.full)
        return {
            p.project: [highest[p.project][t] if weeks[t][0][n] else None for t in range(len(weeks))]
            for n, p in enumerate(self.problem.projects)
        }

    def _arrives(self, weeks: tuple[Week, ...], k: int, t: int) -> float:
        before = weeks[t - 1][1][k] if t else self.problem.baseline_of.get(self.pairs[k], 0.0)
        return max(0.0, weeks[t][1][k] - before)

    def _values(self, weeks: tuple[Week, ...]) -> list[float]:
        """What a candidate attains by class."""
        found, classes = dict.fromkeys(self.ideals, 0.0), self._classes
        for name, paces in self._paces(weeks).items():
            project = self.problem.project[name]
            for t, benefit in enumerate(_benefits(project, paces)):
                found[classes[name][t]] += project.value * benefit
        return list(found.values())

    @cached_property
    def _classes(self) -> dict[str, list[int]]:
        return ranks(self.problem, self.policy.policy)

    def _obeys(self, i: int) -> bool:
        """Whether the checker's rules find nothing wrong with a candidate."""
        if i not in self.judged:
            published = self._published(self.candidates[i])
            self.judged[i] = not any(True for rule in RULES for _ in rule(published))
        return self.judged[i]

    def _published(self, weeks: tuple[Week, ...]) -> Published:
        """A candidate as the checker reads it from the tables; many are judged, so no table is made of them."""
        x = np.array([w[1] for w in weeks]).T.reshape(len(self.pairs), len(weeks))
        paces = self._paces(weeks)
        rows = [list(_states(p, paces[p.project])) for p in self.problem.projects]
        state, progress = (np.array([[cell[n] for cell in row] for row in rows]) for n in (0, 1))
        pace = np.array([[u or 0.0 for u in paces[p.project]] for p in self.problem.projects])
        served, _ = read_served(self.ground, pd.DataFrame())
        return Published(self.ground, x, state.astype(np.intp), pace, progress, served)

    def _plan(self, i: int) -> Plan:
        weeks = self.candidates[i]
        amounts = {key: [w[1][k] for w in weeks] for k, key in enumerate(self.pairs)}
        return plan_of(self.problem, amounts, self._paces(weeks))


def _states(project: Project, paces: Paces) -> Iterator[tuple[int, float]]:
    """The state (its place among the checker's) and the progress at the end of each week."""
    progress = 1.0 if project.status == "done" else project.progress
    started = project.status in ("running", "paused")
    for pace in paces:
        complete = project.status == "done" or (project.kind == "build" and progress >= COMPLETE_AT)
        off = COMPLETE if complete else PAUSED if started else WAITING
        if project.kind == "build":
            progress = min(1.0, progress + (pace or 0.0) / (project.duration or 1.0))
        started = started or pace is not None
        yield (off if pace is None else RUNNING), progress


def _benefits(project: Project, paces: Paces) -> Iterator[float]:
    xs, ys = zip(*project.curve, strict=True)
    progress = 1.0 if project.status == "done" else project.progress
    for pace in paces:
        if project.kind == "run":
            yield float(np.interp(pace or 0.0, xs, ys))
            continue
        before, progress = progress, min(1.0, progress + (pace or 0.0) / (project.duration or 1.0))
        yield float(before >= COMPLETE_AT) if project.benefit == "completion" else float(np.interp(progress, xs, ys))


def best(problem: Problem) -> Optimum | None:
    """The lexicographic optimum of a tiny portfolio under its first policy, None if it has no plan."""
    return Search(problem).best()
