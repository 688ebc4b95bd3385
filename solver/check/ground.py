"""The ground a plan stands on: the portfolio and its policy as arrays over projects P, needs L, pools R and weeks T."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import cached_property

import numpy as np

from solver.check.report import ABSOLUTE, RELATIVE, Flags, Indices, Numbers, Violation
from solver.problem import Problem
from solver.records import ENGINEER, GPU, Need, Policy, Project
from solver.serving.records import Service
from solver.serving.services import services_of


@dataclass(frozen=True)
class Ground:
    """A problem under one of its policies. A pair is an eligible row: a need and a pool that can serve it."""

    problem: Problem
    policy: Policy

    @cached_property
    def weeks(self) -> tuple[date, ...]:
        """The Mondays [T]."""
        return self.problem.weeks

    @cached_property
    def window(self) -> tuple[int, int]:
        """The weeks `first <= t < last` in which the policy is in force."""
        return self.problem.window(self.policy.policy)

    # -- projects --------------------------------------------------------------------------------

    @cached_property
    def projects(self) -> tuple[Project, ...]:
        """The projects [P]."""
        return self.problem.projects

    @cached_property
    def project_index(self) -> dict[str, int]:
        """Where a project stands in [P]."""
        return {row.project: p for p, row in enumerate(self.projects)}

    @cached_property
    def builds(self) -> Flags:
        """Whether a project is a build [P]."""
        return _flags(row.kind == "build" for row in self.projects)

    @cached_property
    def fixed(self) -> Flags:
        """Whether a project is a build with a fixed schedule [P]."""
        return _flags(row.kind == "build" and row.schedule == "fixed" for row in self.projects)

    @cached_property
    def duration(self) -> Numbers:
        """Weeks at full pace [P]; 1 for runs, where it means nothing."""
        return _numbers(row.duration or 1.0 for row in self.projects)

    @cached_property
    def done(self) -> Flags:
        """Whether a project is done before the first week [P]."""
        return _flags(row.status == "done" for row in self.projects)

    @cached_property
    def progress(self) -> Numbers:
        """Progress before the first week [P]; 0 for runs that are not done."""
        given = _numbers(row.progress for row in self.projects)
        return np.where(self.done, 1.0, np.where(self.builds, given, 0.0))

    @cached_property
    def was_running(self) -> Flags:
        """Whether a project runs in the baseline [P]."""
        return _flags(row.status == "running" for row in self.projects)

    @cached_property
    def was_started(self) -> Flags:
        """Whether a project runs or is paused in the baseline [P]."""
        return _flags(row.status in ("running", "paused") for row in self.projects)

    @cached_property
    def early(self) -> Flags:
        """The weeks before a project's earliest [P,T]."""
        first = [self.problem.week_index(row.earliest) if row.earliest else 0 for row in self.projects]
        return np.asarray(np.arange(len(self.weeks)) < np.array(first, dtype=np.intp).reshape(-1, 1))

    def stance(self, word: str) -> Flags:
        """The weeks in which the policy takes this stance on a project [P,T]."""
        found = np.zeros((len(self.projects), len(self.weeks)), dtype=np.bool_)
        first, last = self.window
        for name, row in self.problem.stances_of(self.policy.policy).items():
            if row.stance == word and first < last:
                found[self.project_index[name], first:last] = True
        return found

    @cached_property
    def paused(self) -> Flags:
        """The weeks in which the policy pauses a project [P,T]."""
        return self.stance("pause")

    # -- needs -----------------------------------------------------------------------------------

    @cached_property
    def need_index(self) -> dict[tuple[str, str], int]:
        """Where a need stands in [L]."""
        return {(row.project, row.need): n for n, row in enumerate(self.problem.needs)}

    @cached_property
    def need_project(self) -> Indices:
        """The project of a need [L]."""
        return _indices(self.project_index[row.project] for row in self.problem.needs)

    @cached_property
    def scheduled(self) -> Flags:
        """Whether a need is of a build with a fixed schedule [L]."""
        return self.fixed[self.need_project]

    @cached_property
    def full(self) -> Numbers:
        """Supply at full pace [L,T]: of a service, its demand."""
        rows = [self._demand(row) if row.full is None else [row.full] * len(self.weeks) for row in self.problem.needs]
        return np.array(rows, dtype=np.float64).reshape(len(rows), len(self.weeks))

    def _demand(self, need: Need) -> list[float]:
        """The demand of each week: that of the latest row that started."""
        rows = sorted((d for d in self.problem.demand if d.project == need.project), key=lambda d: d.week)
        return [next((d.tokens_per_s for d in reversed(rows) if d.week <= week), 0.0) for week in self.weeks]

    @cached_property
    def minimum(self) -> Numbers:
        """Least supply while on [L], without a service's share of its demand."""
        return _numbers(row.minimum for row in self.problem.needs)

    @cached_property
    def least(self) -> Numbers:
        """Least supply while on [L,T]."""
        share = {(s.project, s.need): s.minimum_share for s in self.problem.services}
        shares = _numbers(share.get((row.project, row.need), 0.0) for row in self.problem.needs)
        return np.asarray(np.maximum(self.minimum[:, None], shares[:, None] * self.full))

    @cached_property
    def standby(self) -> Numbers:
        """Supply while paused [L]."""
        return _numbers(row.standby for row in self.problem.needs)

    @cached_property
    def engineering(self) -> Flags:
        """Whether a need is for engineers [L]."""
        return _flags(row.kind == ENGINEER for row in self.problem.needs)

    @cached_property
    def largest_step(self) -> Numbers:
        """The supply of one step of the coarsest eligible pool [L]."""
        found = np.zeros(len(self.problem.needs))
        np.maximum.at(found, self.pair_need, self.best_rate * self.step[self.pair_pool])
        return found

    @cached_property
    def supply_tolerance(self) -> Numbers:
        """By how much a need's supply may be off [L]: the amounts' rounding times the highest rate."""
        rate = np.ones(len(self.problem.needs))
        np.maximum.at(rate, self.pair_need, self.best_rate)
        return ABSOLUTE * rate + RELATIVE * self.full.max(axis=1, initial=0.0)

    # -- pairs -----------------------------------------------------------------------------------

    @cached_property
    def pair_index(self) -> dict[tuple[str, str, str], int]:
        """Where (project, need, pool) stands among the pairs."""
        return {(row.project, row.need, row.pool): i for i, row in enumerate(self.problem.eligible)}

    @cached_property
    def pair_need(self) -> Indices:
        """The need of a pair."""
        return _indices(self.need_index[row.project, row.need] for row in self.problem.eligible)

    @cached_property
    def pair_project(self) -> Indices:
        """The project of a pair."""
        return self.need_project[self.pair_need]

    @cached_property
    def pair_pool(self) -> Indices:
        """The pool of a pair."""
        return _indices(self.pool_index[row.pool] for row in self.problem.eligible)

    @cached_property
    def rate(self) -> Numbers:
        """Units of need that one unit of the pool supplies, by pair; 0 for services, whose nodes supply them."""
        return _numbers(0.0 if i in self.service_of else row.rate for i, row in enumerate(self.problem.eligible))

    @cached_property
    def best_rate(self) -> Numbers:
        """The most that one unit of the pool may ever supply, by pair."""
        found = self.rate.copy()
        services = services_of(self.problem, self.policy.policy)
        for i in self.service_of:
            row = self.problem.eligible[i]
            if (row.project, row.need) in services:
                found[i] = services[row.project, row.need].best(row.pool)
        return found

    @cached_property
    def need_of_service(self) -> dict[str, str]:
        """The need for nodes of each service."""
        return {row.project: row.need for row in self.problem.services}

    @cached_property
    def service_of(self) -> dict[int, Service]:
        """The service of a pair that serves users."""
        rows = {(row.project, row.need): row for row in self.problem.services}
        pairs = enumerate(self.problem.eligible)
        return {i: rows[row.project, row.need] for i, row in pairs if (row.project, row.need) in rows}

    @cached_property
    def baseline(self) -> Numbers:
        """Amounts in the week before the first, by pair."""
        amounts = self.problem.baseline_of
        return _numbers(amounts.get(key, 0.0) for key in self.pair_index)

    # -- pools -----------------------------------------------------------------------------------

    @cached_property
    def pools(self) -> tuple[str, ...]:
        """The ids of the pools [R]."""
        return tuple(row.pool for row in self.problem.pools)

    @cached_property
    def pool_index(self) -> dict[str, int]:
        """Where a pool stands in [R]."""
        return {pool: r for r, pool in enumerate(self.pools)}

    @cached_property
    def capacity(self) -> Numbers:
        """Supply of a pool in a week [R,T]."""
        return np.array([self.problem.supply(pool) for pool in self.pools]).reshape(len(self.pools), len(self.weeks))

    @cached_property
    def budget_week(self) -> Indices:
        """The first of the weeks that share a pool's capacity [R,T]: the week itself, except with period=horizon."""
        rows = [self.problem.budget_weeks(pool) for pool in self.pools]
        return np.array(rows, dtype=np.intp).reshape(len(rows), len(self.weeks))

    @cached_property
    def step(self) -> Numbers:
        """The smallest amount of a pool that can be given [R]; 0 is any."""
        return _numbers(self.problem.step(pool) for pool in self.pools)

    @cached_property
    def cost(self) -> Numbers:
        """Cost per unit and week [R]."""
        return _numbers(row.cost for row in self.problem.pools)

    def of_kind(self, kind: str) -> Flags:
        """Which pairs take from pools of a kind."""
        return _flags(row.kind == kind for row in self.problem.pools)[self.pair_pool]

    # -- words -----------------------------------------------------------------------------------

    def at_pool(self, rule: str, text: str, r: int, t: int | None, amount: float) -> Violation:
        """A violation at a pool in a week."""
        return Violation(rule, text, pool=self.pools[r], week=None if t is None else self.weeks[t], amount=amount)

    def at_need(self, rule: str, text: str, n: int, t: int, amount: float) -> Violation:
        """A violation at a need in a week."""
        row = self.problem.needs[n]
        return Violation(rule, text, row.project, row.need, week=self.weeks[t], amount=amount)

    def at_project(self, rule: str, text: str, p: int, t: int | None, amount: float = 0.0) -> Violation:
        """A violation at a project in a week."""
        week = None if t is None else self.weeks[t]
        return Violation(rule, text, self.projects[p].project, week=week, amount=amount)

    def at_pair(self, rule: str, text: str, i: int, t: int, amount: float) -> Violation:
        """A violation at a need and pool in a week."""
        row = self.problem.eligible[i]
        return Violation(rule, text, row.project, row.need, row.pool, self.weeks[t], amount)


def ramp(policy: Policy, kind: str) -> tuple[float, ...]:
    """The shares of an arrival that are lost in its first, second ... week."""
    return {GPU: policy.gpu_ramp, ENGINEER: policy.engineer_ramp}.get(kind, ())


def total(values: Numbers, groups: Indices, count: int) -> Numbers:
    """The rows of `values` [n,T] summed by group [count,T]."""
    found = np.zeros((count, *values.shape[1:]))
    np.add.at(found, groups, values)
    return found


def later(values: Numbers, weeks: int) -> Numbers:
    """Values by week, moved `weeks` later; the first weeks are 0."""
    found = np.zeros_like(values)
    if weeks < values.shape[1]:
        found[:, weeks:] = values[:, : values.shape[1] - weeks]
    return found


def _flags(values: Iterable[bool]) -> Flags:
    return np.array(list(values), dtype=np.bool_)


def _numbers(values: Iterable[float]) -> Numbers:
    return np.array(list(values), dtype=np.float64)


def _indices(values: Iterable[int]) -> Indices:
    return np.array(list(values), dtype=np.intp)
