"""What it would take for a project to run in a week: small changes, each proven by a plan that passes the check."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

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
from solver.repair.edits import Step, step
from solver.repair.lever import Give, Lever, Used
from solver.repair.levers import levers
from solver.repair.search import SMALL, Search, Way
from solver.search.descend import descend
from solver.search.stages import Stages
from solver.task import Clock
from solver.whatif.values import values_of
from solver.words import listed, number
from solver.words import name as name_of

HELD = 5e-4
"""Share of a class's ideal that counts as nothing: published figures are rounded to whole steps and six decimals."""
DEARER = 4.0
"""How much dearer it is to let a class pay than the class below it."""
WAITING = 3
"""How many of those that do less are named."""
LONGER = 3.0
"""Times what one way may take that planning anew may."""


@dataclass(frozen=True, slots=True)
class Take:
    """One way for the project to run in the week: the change in words, its records, who waits, and what classes pay.

    `pays` is the loss of each class in percent of its ideal against the plan asked about, where there is one, and
    `unproven` how much of that a better plan might spare it, as far as is proven.
    """

    text: str
    edits: tuple[Edit, ...]
    pays: dict[str, float]
    plan: Plan
    unproven: dict[str, float] = field(default_factory=dict)


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
    """Ways for it to run, one by one: more of something or less of a limit at no cost to any class, by itself or, where
    none is enough, together; then what the classes pay if nothing changes. `each` is the most seconds for one of them.

    At no cost those who share none of its pools are left as planned, in large portfolios everybody else. An amount is
    the smallest with which that is possible.
    """
    asked, found = _Asked(question, clock), False
    own = asked.own_levers()
    for tried in ([], *([lever] for lever in own), own):
        if clock.over() or (tried is own and found):
            break
        way = asked.with_levers(tried, each, together=tried is own)
        if way is not None:
            found = True
            yield asked.take(way)
            if not tried:
                return
    if not clock.over() and (paid := asked.paid_for(each) if asked.small else asked.planned_anew(LONGER * each)):
        yield paid


def _lifted(question: Question) -> list[Step]:
    """What has to go in any case: a stance that pauses the project in that week."""
    model = build(question.problem, question.policy)
    s, values = model.setting, values_of(model, question.plan)
    i = s.index[question.project]
    paused = s.stance[i] == "pause" and bool(s.in_force[question.week])
    known = levers(model) if paused else []
    return [step(model, Used(x, (0.0,)), values) for x in known if (x.kind, x.what) == ("pause", (question.project,))]


class _Asked:
    """The model of a question: the project on in the week, classes held at what the plan gives them."""

    def __init__(self, question: Question, clock: Clock) -> None:
        self.question, self.clock = question, clock
        self.lifted = _lifted(question)
        self.problem = edited(question.problem, [edit for one in self.lifted for edit in one.edits])
        self.model = build(self.problem, question.policy)
        self.values = values_of(self.model, question.plan)
        self.i = self.model.setting.index[question.project]
        self.ideal = ideals(self.problem, question.policy)
        report = check(question.problem, question.policy, question.plan)
        self.attained = report.attained
        self.small = self.model.size <= SMALL
        self.known = levers(self.model)
        self.rows: dict[int, int] = {}
        self.held = self._held()

    def _held(self) -> Model:
        """The model with one row more per class, and with the project on in the week."""
        model = self._asking(self.model)
        rows, columns, coefficients, low = [model.row], [model.column], [model.coefficient], list(model.low)
        for rank, weights in sorted(model.classes.items()):
            touched = np.flatnonzero(weights)
            rows.append(np.full(len(touched), len(low)))
            columns.append(touched)
            coefficients.append(weights[touched])
            self.rows[rank] = len(low)
            low.append(self.attained.get(rank, 0.0) - model.constants[rank] - HELD * self.ideal.get(rank, 0.0) - 1e-6)
        more = len(low) - len(model.low)
        return replace(
            model, row=np.concatenate(rows), column=np.concatenate(columns),
            coefficient=np.concatenate(coefficients), low=np.array(low),
            high=np.concatenate([model.high, np.full(more, np.inf)]),
        )  # fmt: skip

    def _asking(self, model: Model) -> Model:
        """A model with the project on in the week, at the pace asked for."""
        v, t, lower = model.variables, self.question.week, model.lower.copy()
        lower[v.on[self.i, t]] = 1.0
        lower[v.pace[self.i, t]] = self.question.pace - 1e-6
        return replace(model, lower=lower)

    def with_levers(self, used: Sequence[Lever], seconds: float, *, together: bool = False) -> Way | None:
        """The least of some levers with which it runs and no class pays: of each, or of those it takes `together`."""
        return self._way(used, seconds, exactly=bool(used) and not together, alone=not self.small)

    def paid_for(self, seconds: float) -> Take | None:
        """What the classes pay, the lower ones first, if no record changes."""
        way = self._way(self._class_levers(), seconds, exactly=False)
        return None if way is None else self.take(way, paid=True)

    def planned_anew(self, seconds: float) -> Take | None:
        """The plan that the search for plans makes of this one with the project on in the week, the classes as ever
        from the top; None if there is none in time.
        """
        limit = min(self.clock.options.time_limit, self.clock.seconds + seconds)
        clock = replace(self.clock, options=replace(self.clock.options, time_limit=limit))
        stages = Stages(self._asking(self.model), clock, seed=self.values)
        if not descend(stages) or clock.stopped:
            return None
        take = self._taken(self.model, stages.values, [], paid=True)
        return replace(take, unproven=self._unproven(stages, take.pays))

    def _unproven(self, stages: Stages, pays: Mapping[str, float]) -> dict[str, float]:
        """What the proofs of a search leave open of what the classes pay."""
        found = {}
        for rank in self.rows:
            if (name := class_name(rank)) in pays:
                open_ = stages.bounds.get(rank, np.inf) - stages.attained(rank)
                found[name] = min(pays[name], max(0.0, 100.0 * open_ / self.ideal[rank]))
        return found

    def _way(self, allowed: Sequence[Lever], seconds: float, *, exactly: bool, alone: bool = False) -> Way | None:
        """The least of the levers, where the project and those who share a pool may change; or it `alone`."""
        open_ = self.model.owner == self.i if alone else self._sharing()
        search = Search(self.held, allowed, self.clock, self.clock.seconds + seconds, (open_, self.values))
        return search.only(allowed, exactly=exactly, empty=not exactly)

    def _sharing(self) -> Bools:
        """Columns of the project, of all that may use a pool of its, and of those that links bind."""
        s = self.model.setting
        mine = np.isin(s.pair_pool, s.pair_pool[s.pair_project == self.i])
        sharing = {*s.pair_project[mine].tolist(), self.i}
        sharing |= {s.index[p] for k in s.problem.links for p in (k.project, k.other) if p in s.index}
        return np.isin(self.model.owner, sorted(sharing))

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

    def take(self, way: Way, *, paid: bool = False) -> Take:
        """The way with its proof."""
        steps = [step(self.model, used, way.values) for used in way.used if used.lever.kind != "value"]
        edits = [edit for one in steps for edit in one.edits]
        model = build(edited(self.problem, merged(self.problem, edits)), self.question.policy)
        return self._taken(model, way.values[: self.model.size], steps, paid=paid)

    def _taken(self, model: Model, values: Floats, steps: list[Step], *, paid: bool) -> Take:
        """A plan of the changed records. Raises RuntimeError where it fails its check: a defect of this library."""
        steps = [*self.lifted, *steps]
        edits = merged(self.question.problem, [edit for one in steps for edit in one.edits])
        plan = publish(model, values)
        report = check(model.setting.problem, self.question.policy, plan)
        if not report.ok:
            raise RuntimeError("; ".join(str(v) for v in report.violations[:3]))
        lost = {rank: self.attained.get(rank, 0.0) - report.attained.get(rank, 0.0) for rank in self.rows}
        pays = {
            class_name(rank): 100.0 * amount / self.ideal[rank]
            for rank, amount in lost.items()
            if self.ideal.get(rank, 0.0) > 0 and amount > 2.0 * HELD * self.ideal[rank]
        }
        text = listed([*(one.change for one in steps), *(self._slower(plan) if paid else ())])
        return Take(text or "nothing else changes", edits, pays, plan)

    def _slower(self, plan: Plan) -> list[str]:
        """Who does most less than planned, in weeks of full pace."""
        was, now = (one.pace.groupby("project")["pace"].sum() for one in (self.question.plan, plan))
        less = sorted(((float(was[p] - now.get(p, 0.0)), str(p)) for p in was.index), reverse=True)
        named = [(p, amount) for amount, p in less[:WAITING] if amount > 0.01]
        problem = self.question.problem
        return [f"{name_of(problem, p)} gives up {number(amount)} weeks of full pace" for p, amount in named]
