"""The course of a plan: what it asks for, in which order it is cut, and what it has promised, as arrays."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from solver.check.ground import Ground, later, ramp
from solver.check.published import Published
from solver.check.report import Flags, Indices, Numbers
from solver.classes import ranks
from solver.problem import Problem
from solver.records import ENGINEER
from solver.risks.promises import Promise, floors, kept
from solver.serving.services import Serving, services_of


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

    @cached_property
    def planned_rates(self) -> Numbers:
        """What a unit of each pair supplies in the plan; of services, what their nodes yield on average [K,T]."""
        found = np.repeat(self.ground.rate[:, None], len(self.ground.weeks), axis=1)
        served = self.plan.served
        for k in np.unique(served.pair):
            mine = served.pair == k
            nodes = served.nodes[mine].sum(axis=0)
            supplied = (served.supply[mine, None] * served.nodes[mine]).sum(axis=0)
            found[k] = np.divide(supplied, nodes, out=np.zeros_like(supplied), where=nodes > 0)
        return found

    @cached_property
    def _levers(self) -> dict[int, tuple[Serving, list[int]]]:
        """The pairs of services that wait for levers, and the projects that deliver those."""
        g = self.ground
        services = services_of(self.problem, g.policy.policy)
        keys = {i: (row.project, row.need) for i, row in enumerate(self.problem.eligible)}
        return {
            i: (services[key], [g.project_index[lever] for lever in services[key].levers])
            for i, key in keys.items() if key in services and services[key].levers
        }  # fmt: skip

    def rates(self, t: int, complete: Flags) -> Numbers:
        """The planned rates of a week in every future [K,F]; where levers are late, what nodes yield without them."""
        found = np.repeat(self.planned_rates[:, t, None], complete.shape[1], axis=1)
        for k, (serving, levers) in self._levers.items():
            pool = self.problem.eligible[k].pool
            for there in np.unique(complete[levers], axis=1).T:
                names = [name for name, done in zip(serving.levers, there, strict=True) if done]
                most = serving.supply(serving.best_label(pool, names), pool)
                same = (complete[levers] == there[:, None]).all(axis=0)
                found[k, same] = np.minimum(found[k, same], most)
        return found

    @cached_property
    def effective(self) -> Numbers:
        """Supply of the plan less what the ramp and mentoring of its own arrivals take [L,T]."""
        useful = self.plan.x.copy()
        for age, loss in enumerate(self.losses):
            useful -= loss[:, None] * later(self.plan.arrivals, age)
        return self.supply(useful, self.planned_rates)

    def supply(self, amounts: Numbers, rates: Numbers) -> Numbers:
        """sum over r of rate * amount, by need [L,...] for amounts by pair [K,...]."""
        order, starts, needs = self.by_need
        found = np.zeros((len(self.problem.needs), *amounts.shape[1:]))
        if len(order):
            found[needs] = np.add.reduceat((rates * amounts)[order], starts, axis=0)
        return found

    def supported(self, effective: Numbers, full: Numbers) -> Numbers:
        """min over needs of effective / full, from 0 to 1 [P,...]; 1 without needs."""
        found = np.ones((len(self.ground.projects), *effective.shape[1:]))
        for n, p in enumerate(self.ground.need_project):
            some = full[n] > 0
            found[p] = np.minimum(found[p], np.divide(effective[n], full[n], out=np.ones_like(found[p]), where=some))
        return np.clip(found, 0.0, 1.0)
