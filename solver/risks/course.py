"""The course of a plan: what it asks for, in which order it is cut, and what it has promised, as arrays."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from solver.check.ground import Ground, ramp
from solver.check.published import Published
from solver.check.report import Flags, Indices, Numbers
from solver.classes import ranks
from solver.problem import Problem
from solver.records import ENGINEER
from solver.risks.promises import Promise, floors, kept


@dataclass(frozen=True)
class Course:
    """A plan with the problem it answers; K pairs, L needs, P projects, R pools, T weeks."""

    plan: Published

    @property
    def ground(self) -> Ground:
        """The portfolio under the plan's policy."""
        return self.plan.ground

    @property
    def problem(self) -> Problem:
        """The portfolio."""
        return self.ground.problem

    @cached_property
    def ranks(self) -> Indices:
        """The class of each project in each week [P,T]."""
        found = ranks(self.problem, self.ground.policy.policy)
        return np.array([found[row.project] for row in self.ground.projects], dtype=np.intp).reshape(self.plan.on.shape)

    @cached_property
    def orders(self) -> list[list[int]]:
        """Projects in the order in which they are served, by week: class, protected first, value, id."""
        protected = self.ground.stance("protect")
        rows = self.ground.projects
        return [
            sorted(range(len(rows)), key=lambda p: (self.ranks[p, t], not protected[p, t], -rows[p].value, p))
            for t in range(len(self.ground.weeks))
        ]

    @cached_property
    def pairs_of(self) -> list[Indices]:
        """The pairs of each project [P]."""
        return [np.flatnonzero(self.ground.pair_project == p) for p in range(len(self.ground.projects))]

    @cached_property
    def needs_of(self) -> list[Indices]:
        """The needs of each project [P]."""
        return [np.flatnonzero(self.ground.need_project == p) for p in range(len(self.ground.projects))]

    @cached_property
    def promises(self) -> tuple[Promise, ...]:
        """The floors of the policy."""
        return floors(self.plan)

    @cached_property
    def kept(self) -> Numbers:
        """The part of each amount that floors and pins keep, also where a build is late [K,T]."""
        asked = np.where(self.may_stay[self.ground.pair_project], self.stay[:, None], self.plan.x)
        return kept(self.plan, self.promises, asked)

    @cached_property
    def stay(self) -> Numbers:
        """What a late build goes on with: its amounts in the last week in which the plan runs it [K]."""
        g, found = self.ground, np.zeros(len(self.plan.x))
        for p in np.flatnonzero(g.builds):
            weeks = np.flatnonzero(self.plan.on[p])
            if len(weeks):
                found[self.pairs_of[p]] = self.plan.x[self.pairs_of[p], weeks[-1]]
        return found

    @cached_property
    def may_stay(self) -> Flags:
        """The weeks in which a late build may go on after its planned end [P,T]: the plan has completed it, the policy
        does not pause it, and nothing runs that it excludes.
        """
        g = self.ground
        found = self.plan.complete & g.builds[:, None] & ~g.done[:, None] & ~g.paused
        for link in self.problem.links:
            if link.relation == "excludes":
                p, other = g.project_index[link.project], g.project_index[link.other]
                found[p] &= ~self.plan.on[other]
                found[other] &= ~self.plan.on[p]
        return found

    @cached_property
    def requires(self) -> dict[int, list[int]]:
        """The projects that must be complete before a project runs."""
        found: dict[int, list[int]] = {}
        for link in self.problem.links:
            if link.relation == "requires":
                place = self.ground.project_index[link.project]
                found.setdefault(place, []).append(self.ground.project_index[link.other])
        return found

    @cached_property
    def losses(self) -> Numbers:
        """The share of an arrival that is of no use in its first, second ... week, mentoring included [A,K]."""
        g, policy = self.ground, self.ground.policy
        kinds = [g.problem.pools[r].kind for r in g.pair_pool]
        longest = max(len(ramp(policy, kind)) for kind in (*kinds, ENGINEER))
        found = np.zeros((longest, len(kinds)))
        for k, kind in enumerate(kinds):
            mentor = policy.mentor if kind == ENGINEER else 0.0
            for age, share in enumerate(ramp(policy, kind)):
                found[age, k] = share + mentor
        return found

    @cached_property
    def by_need(self) -> tuple[Indices, Indices, Indices]:
        """Pairs sorted by need, where each need's pairs begin, and which needs have pairs."""
        order = np.argsort(self.ground.pair_need, kind="stable")
        needs, starts = np.unique(self.ground.pair_need[order], return_index=True)
        return order, starts, needs

    def supply(self, amounts: Numbers) -> Numbers:
        """sum over r of rate * amount, by need [L,...] for amounts by pair [K,...]."""
        order, starts, needs = self.by_need
        found = np.zeros((len(self.problem.needs), *amounts.shape[1:]))
        if len(order):
            weighted = (self.ground.rate.reshape(-1, *(1,) * (amounts.ndim - 1)) * amounts)[order]
            found[needs] = np.add.reduceat(weighted, starts, axis=0)
        return found

    def supported(self, effective: Numbers, full: Numbers) -> Numbers:
        """min over needs of effective / full, from 0 to 1 [P,...]; 1 without needs."""
        found = np.ones((len(self.ground.projects), *effective.shape[1:]))
        for n, p in enumerate(self.ground.need_project):
            if np.all(full[n] <= 0):
                continue
            found[p] = np.minimum(found[p], effective[n] / full[n])
        return np.clip(found, 0.0, 1.0)
