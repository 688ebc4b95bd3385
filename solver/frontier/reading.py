"""What a plan is read for: what projects gain or lose against today, what moves, what stays, what nodes it takes."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from solver.check.ground import Ground
from solver.check.published import Published, read
from solver.check.report import Numbers
from solver.check.values import worths
from solver.classes import COMPLETE_AT, curve_at
from solver.ledger import today_pace
from solver.plan import Plan
from solver.problem import Problem
from solver.records import ENGINEER, GPU, Project
from solver.replan.changes import moves_beyond
from solver.schedule import elapsed, is_fixed, yields
from solver.serving.pit_crew import PitCrew, pit_crews


@dataclass(frozen=True)
class Situation:
    """The question: a problem as it stands, its policy, and the approved plan if any."""

    problem: Problem
    policy: str
    approved: Plan | None = None

    @cached_property
    def core(self) -> frozenset[str]:
        """Projects in focus; where there are none, those of the highest priority."""
        focus = frozenset(p for p, s in self.problem.stances_of(self.policy).items() if s.stance == "focus")
        top = min((p.priority for p in self.problem.projects if p.status != "done"), default=0)
        return focus or frozenset(p.project for p in self.problem.projects if p.priority == top)

    @cached_property
    def in_focus(self) -> bool:
        """Whether the policy puts something before everything else."""
        return any(s.stance == "focus" for s in self.problem.stances_of(self.policy).values())

    @cached_property
    def protected(self) -> frozenset[str]:
        """Projects that stay on whatever happens."""
        return frozenset(p for p, s in self.problem.stances_of(self.policy).items() if s.stance == "protect")

    @cached_property
    def donors(self) -> frozenset[str]:
        """Projects that the policy pauses; where there are none, all that run and are neither core nor protected."""
        paused = frozenset(p for p, s in self.problem.stances_of(self.policy).items() if s.stance == "pause")
        running = frozenset(p.project for p in self.problem.projects if p.status == "running")
        return paused or running - self.core - self.protected

    @cached_property
    def others(self) -> frozenset[str]:
        """All but the core."""
        return frozenset(self.problem.project) - self.core


@dataclass(frozen=True)
class Measured:
    """A plan of a what-if, and how it is read. Gains and losses are against today's amounts kept for all weeks."""

    situation: Situation
    problem: Problem
    plan: Plan

    @cached_property
    def published(self) -> Published:
        """The plan's figures as the checker reads them."""
        policy = self.problem.policy[self.situation.policy]
        return read(Ground(self.problem, policy), self.plan)[0]

    @cached_property
    def changes(self) -> dict[str, float]:
        """Value of each project over the horizon less its value with today's amounts."""
        worth = worths(self.published).sum(axis=1)
        found = {}
        for row, value in zip(self.published.ground.projects, worth, strict=True):
            found[row.project] = float(value) - as_today(self.situation.problem, self.situation.policy, row)
        return found

    def gain(self, projects: Collection[str]) -> float:
        """What some projects gain in all; negative where they lose."""
        return sum(self.changes[p] for p in sorted(projects) if p in self.changes)

    def loss(self, projects: Collection[str]) -> float:
        """What those of some projects that lose do lose."""
        return sum(max(0.0, -self.changes[p]) for p in sorted(projects) if p in self.changes)

    @cached_property
    def moves(self) -> dict[str, float]:
        """Moves by kind that the approved plan does not have; without one, all arrivals."""
        approved = self.situation.approved
        if approved is not None:
            known = approved.allocation["pool"].isin(set(self.problem.pool))
            kept = Plan(**{**vars(approved), "allocation": approved.allocation[known]})
            return moves_beyond(self.problem, kept, self.plan)
        return {kind: float(self.weekly_arrivals(kind).sum()) for kind in (GPU, ENGINEER)}

    def weekly_arrivals(self, kind: str) -> Numbers:
        """Arrivals of a kind in each week."""
        return np.asarray(self.published.arrivals[self.published.ground.of_kind(kind)].sum(axis=0))

    def least(self, projects: Collection[str]) -> float:
        """The fewest nodes that some projects have together in a week in which the policy is in force."""
        g = self.published.ground
        mine = np.array([project in projects for project, _, _ in g.pair_index], dtype=bool)
        first, last = g.window
        nodes = self.published.x[mine & g.of_kind(GPU)].sum(axis=0)[first:last]
        return float(nodes.min()) if len(nodes) else 0.0

    @cached_property
    def crews(self) -> list[PitCrew]:
        """The services, with their nodes and the effort of their levers."""
        return pit_crews(self.problem, self.situation.policy, self.plan)

    @property
    def served(self) -> float:
        """The share of all demand that is served."""
        demand = sum(w.demand for crew in self.crews for w in crew.weeks)
        served = sum(min(w.served, w.demand) for crew in self.crews for w in crew.weeks)
        return served / demand if demand > 0 else 1.0


def as_today(problem: Problem, policy: str, row: Project) -> float:
    """What a project is worth over the horizon when today's amounts stay, at the pace that they support."""
    pace = today_pace(problem, policy, row) if row.status == "running" else 0.0
    if is_fixed(row):
        weekly = yields(problem, row)[elapsed(row) :] if row.status in ("running", "done") else ()
        return sum(value * worth for value, worth in zip(weekly, problem.worth, strict=False))
    progress, found = (1.0 if row.status == "done" else row.progress), 0.0
    for worth in problem.worth:
        before, progress = progress, min(1.0, progress + pace / (row.duration or 1.0))
        if row.kind == "run":
            benefit = curve_at(row.curve, pace)
        elif row.benefit == "progress":
            benefit = curve_at(row.curve, progress)
        else:
            benefit = 1.0 if before >= COMPLETE_AT else 0.0
        found += row.value * benefit * worth
    return found
