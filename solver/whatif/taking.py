"""What it would take for a project to run in a week: small changes, each proven by a plan that passes the check."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from solver.check import check
from solver.classes import class_name, ideals
from solver.edits import Edit, edited
from solver.model import Model, build
from solver.model.sheet import Bools, Floats
from solver.plan import Plan
from solver.problem import Problem
from solver.publish import publish
from solver.repair import merged
from solver.repair.edits import step
from solver.repair.lever import Give, Lever
from solver.repair.levers import levers
from solver.repair.search import SMALL, Search, Way
from solver.task import Clock
from solver.whatif.values import values_of
from solver.words import listed, name, number

HELD = 5e-4
"""Share of a class's ideal that counts as nothing: published figures are rounded to whole steps and six decimals."""
DEARER = 4.0
"""How much dearer it is to let a class pay than the class below it."""
WAITING = 3
"""How many others are asked to wait."""


@dataclass(frozen=True, slots=True)
class Take:
    """One way for the project to run in the week: the change in words, its records, who waits, and what classes pay.

    `pays` is the loss of each class in percent of its ideal against the plan asked about, where there is one.
    """

    text: str
    edits: tuple[Edit, ...]
    pays: dict[str, float]
    plan: Plan


@dataclass(frozen=True)
class Question:
    """A plan, and the project and week in which it should run at `pace` or more."""

    problem: Problem
    policy: str
    plan: Plan
    project: str
    week: int
    pace: float = 0.1


def what_it_takes(question: Question, clock: Clock, each: float = 10.0) -> Iterator[Take]:
    """Ways for it to run, tried one by one: more of something or less of a limit at no cost to any class, what the
    classes pay if nothing changes, and others that wait. `each` is the most seconds for one of them.

    Those who share none of its pools are left as planned. In large portfolios everybody is at first, then the others
    keep their weeks. An amount is the smallest with which that is possible.
    """
    asked = _Asked(question, clock)
    found: list[Lever] = []
    for alone in (False,) if asked.small else (True, False):
        for tried in ([], *([lever] for lever in asked.own_levers())):
            if clock.over():
                return
            if tried and tried[0] in found:
                continue
            way = asked.with_levers(tried, each, alone=alone)
            if way is not None:
                yield asked.take(way)
                found += tried
            if way is not None and not tried:
                return
    for other in [None, *([] if asked.small else asked.others())]:
        if clock.over():
            return
        way = asked.paid_for(other, each)
        if way is not None:
            yield asked.take(way, paid=True)


class _Asked:
    """The model of a question: the project on in the week, classes held at what the plan gives them."""

    def __init__(self, question: Question, clock: Clock) -> None:
        self.question, self.clock = question, clock
        self.model = build(question.problem, question.policy)
        self.values = values_of(self.model, question.plan)
        self.i = self.model.setting.index[question.project]
        self.ideal = ideals(question.problem, question.policy)
        report = check(question.problem, question.policy, question.plan)
        self.attained = report.attained
        self.small = self.model.size <= SMALL
        self.known = levers(self.model)
        self.rows: dict[int, int] = {}
        self.held = self._held()

    def _held(self) -> Model:
        """The model with one row more per class, and with the project on in the week."""
        model, v, q = self.model, self.model.variables, self.question
        rows, columns, coefficients, low = [model.row], [model.column], [model.coefficient], list(model.low)
        for rank, weights in sorted(model.classes.items()):
            touched = np.flatnonzero(weights)
            rows.append(np.full(len(touched), len(low)))
            columns.append(touched)
            coefficients.append(weights[touched])
            self.rows[rank] = len(low)
            low.append(self.attained.get(rank, 0.0) - model.constants[rank] - HELD * self.ideal.get(rank, 0.0) - 1e-6)
        lower = model.lower.copy()
        lower[v.on[self.i, q.week]] = 1.0
        lower[v.pace[self.i, q.week]] = q.pace - 1e-6
        more = len(low) - len(model.low)
        return dataclasses.replace(
            model, row=np.concatenate(rows), column=np.concatenate(columns),
            coefficient=np.concatenate(coefficients), low=np.array(low),
            high=np.concatenate([model.high, np.full(more, np.inf)]), lower=lower,
        )  # fmt: skip

    def with_levers(self, used: Sequence[Lever], seconds: float, *, alone: bool) -> Way | None:
        """The least of some levers with which it runs and no class pays; `alone`: with all others just as planned."""
        allowed = [*self._needed(), *used]
        return self._way(allowed, None if alone else [], seconds, exactly=bool(used))

    def paid_for(self, other: str | None, seconds: float) -> Way | None:
        """What the classes pay, the lower ones first, if another may change its weeks too."""
        free = [] if other is None else [other]
        return self._way([*self._needed(), *self._class_levers()], free, seconds, exactly=False)

    def _way(
        self, allowed: Sequence[Lever], free: Sequence[str] | None, seconds: float, *, exactly: bool
    ) -> Way | None:
        """The least of the levers, where the project and those named may change their weeks; None: it alone changes."""
        around = self._around(free or []) if free is not None else (self.model.owner == self.i, self.values)
        search = Search(self._decided(free or []), allowed, self.clock, self.clock.seconds + seconds, around)
        return search.only(allowed, exactly=exactly, empty=not exactly)

    def _decided(self, free: Sequence[str]) -> Model:
        """In large portfolios others keep the weeks in which they are on; the project and those named are open."""
        model, v = self.held, self.model.variables
        if self.small:
            return model
        lower, upper = model.lower.copy(), model.upper.copy()
        for i, p in enumerate(model.setting.projects):
            if i != self.i and p.project not in free:
                for columns in (v.on[i], v.complete[i]):
                    lower[columns] = upper[columns] = np.round(self.values[columns])
        return dataclasses.replace(model, lower=lower, upper=upper)

    def _around(self, free: Sequence[str]) -> tuple[Bools, Floats]:
        """Open are the project, those named, and all that may use a pool of the project's."""
        s = self.model.setting
        mine = np.isin(s.pair_pool, s.pair_pool[s.pair_project == self.i])
        sharing = set(s.pair_project[mine]) | {self.i} | {s.index[p] for p in free}
        sharing |= {s.index[p] for k in s.problem.links for p in (k.project, k.other) if p in s.index}
        return np.isin(self.model.owner, sorted(sharing)), self.values

    def _needed(self) -> list[Lever]:
        """What has to go in any case: a stance that pauses it in that week."""
        s = self.model.setting
        paused = s.stance[self.i] == "pause" and bool(s.in_force[self.question.week])
        return [one for one in self.known if paused and one.kind == "pause" and one.what == (self._id,)]

    @property
    def _id(self) -> str:
        return self.question.project

    def own_levers(self) -> list[Lever]:
        """Rules that may have to do with it: its pools, limits, its own minimums and links, pins and floors last."""
        s = self.model.setting
        pools = {s.pairs[k][2] for k in np.flatnonzero(s.pair_project == self.i)}
        found = [one for one in self.known if self._concerns(one, pools)]
        return sorted(found, key=lambda one: one.price)

    def _concerns(self, lever: Lever, pools: set[str]) -> bool:
        what = lever.what[0]
        if lever.kind in ("capacity", "delivery"):
            return what in pools
        if lever.kind == "minimum":
            return bool(what == self._id)
        if lever.kind == "links":
            return self._id in (what.project, what.other)
        if lever.kind in ("pins", "floors"):
            return what.pool is None or what.pool in pools
        return lever.kind in ("change", "money")

    def _class_levers(self) -> list[Lever]:
        """Each class that has something to pay with; its size makes the classes above it dearer."""
        last = max(self.rows)
        return [
            Lever(
                "value", (rank, self.ideal[rank]), (Give(np.array([row]), np.ones(1), self.ideal[rank]),),
                size=self.ideal[rank] / DEARER ** (last - rank),
            )
            for rank, row in self.rows.items() if self.ideal.get(rank, 0.0) > 0
        ]  # fmt: skip

    def others(self) -> list[str]:
        """Who holds most of its pools in that week, of its own class and those below."""
        s, t = self.model.setting, self.question.week
        mine = np.isin(s.pair_pool, s.pair_pool[s.pair_project == self.i])
        held: dict[str, float] = {}
        for k in np.flatnonzero(mine & (s.pair_project != self.i)):
            p = int(s.pair_project[k])
            if s.rank[p, t] >= s.rank[self.i, t]:
                amount = float(
                    self.values[self.model.variables.x[k, t]] * self.model.scale[self.model.variables.x[k, t]]
                )
                pool = max(1.0, float(s.capacity[s.pair_pool[k], t]))
                held[s.pairs[k][0]] = held.get(s.pairs[k][0], 0.0) + amount / pool
        return [p for p in sorted(held, key=lambda p: (-held[p], p)) if held[p] > 0][:WAITING]

    def take(self, way: Way, *, paid: bool = False) -> Take:
        """The way with its proof. Raises RuntimeError where the plan fails its check: a defect of this library."""
        q = self.question
        steps = [step(self.model, used, way.values) for used in way.used]
        edits = merged(q.problem, [edit for one in steps for edit in one.edits])
        problem = edited(q.problem, edits)
        plan = publish(build(problem, q.policy), way.values[: self.model.size])
        report = check(problem, q.policy, plan)
        if not report.ok:
            raise RuntimeError("; ".join(str(v) for v in report.violations[:3]))
        lost = {rank: self.attained.get(rank, 0.0) - report.attained.get(rank, 0.0) for rank in self.rows}
        pays = {
            class_name(rank): 100.0 * amount / self.ideal[rank]
            for rank, amount in lost.items()
            if self.ideal.get(rank, 0.0) > 0 and amount > 2.0 * HELD * self.ideal[rank]
        }
        changes = [one.change for one in steps if one.rule != "value"] + (self._slower(plan) if paid else [])
        return Take(listed(changes) or "nothing else changes", edits, pays, plan)

    def _slower(self, plan: Plan) -> list[str]:
        """Who does most less than planned, in weeks of full pace."""
        was, now = (one.pace.groupby("project")["pace"].sum() for one in (self.question.plan, plan))
        less = sorted(((float(was[p] - now.get(p, 0.0)), str(p)) for p in was.index), reverse=True)
        named = [(p, amount) for amount, p in less[:WAITING] if amount > 0.01]
        return [f"{name(self.question.problem, p)} gives up {number(amount)} weeks of full pace" for p, amount in named]
