"""What it would take for a project to run in a week: small changes, each proven by a plan that passes the check."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from solver import candidates
from solver.candidates import Decided
from solver.check import check
from solver.classes import COMPLETE_AT, class_name, ideals
from solver.edits import Edit, edited
from solver.model import Model, build
from solver.model.sheet import Bools, Floats
from solver.model.variables import Setting
from solver.plan import Plan, State
from solver.problem import Problem
from solver.publish import publish
from solver.records import Pin
from solver.repair import merged
from solver.repair.edits import Step, step
from solver.repair.lever import Give, Lever
from solver.repair.levers import levers
from solver.repair.search import SMALL, Search, Way
from solver.schedule import length
from solver.search.descend import descend
from solver.search.stages import Stages
from solver.task import Clock
from solver.whatif.lifting import lifted
from solver.whatif.values import values_of
from solver.words import listed, number
from solver.words import name as name_of

HELD = 5e-4
"""Share of a class's ideal that counts as nothing: published figures are rounded to whole steps and six decimals."""
PACE = 2e-5
"""How far a published pace may be below the one asked for: what six decimals of a build's paces may add up to."""
DEARER = 4.0
"""How much dearer it is to let a class pay than the class below it."""
WAITING = 3
"""How many of those that do less are named."""


@dataclass(frozen=True, slots=True)
class Take:
    """One way for the project to run in the week: the change in words, its records, who waits, and what classes pay.

    `pays` is the loss of each class in percent of its ideal against the plan asked about, where there is one, and
    `unproven` how much of that a better plan might spare it, as far as is proven. `pins`, where classes pay, are
    records of what it then holds in the week: with them a recompute comes to such a plan.
    """

    text: str
    edits: tuple[Edit, ...]
    pays: dict[str, float]
    plan: Plan
    unproven: dict[str, float] = field(default_factory=dict)
    pins: tuple[Edit, ...] = ()


@dataclass(frozen=True)
class Question:
    """A plan, and the project and week in which it should run at `pace` or more."""

    problem: Problem
    policy: str
    plan: Plan
    project: str
    week: int
    pace: float = 0.1


def what_it_takes(question: Question, clock: Clock, seconds: float = 30.0) -> Iterator[Take]:
    """Ways for it to run: more of something or less of a limit at no cost to any class, the cheapest first and then
    what would do instead; last what the classes pay if nothing changes. Each of both may take so many seconds.

    At no cost those who share none of its pools are left as planned, in large portfolios everybody else. An amount is
    the smallest with which that is possible.
    """
    asked = _Asked(question, clock)
    for way in asked.at_no_cost(seconds):
        yield asked.take(way)
        if not way.used:
            return
    if not clock.over() and (paid := asked.paid_for(seconds) if asked.small else asked.planned_anew(seconds)):
        yield paid


def _edits(steps: Iterable[Step]) -> list[Edit]:
    return [edit for one in steps for edit in one.edits]


class _Asked:
    """The model of a question: the project on in the week, classes held at what the plan gives them."""

    def __init__(self, question: Question, clock: Clock) -> None:
        self.question, self.clock = question, clock
        self.lifted = lifted(question.problem, question.policy, question.plan, question.project, question.week)
        self.problem = edited(question.problem, merged(question.problem, _edits(self.lifted)))
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

    def at_no_cost(self, seconds: float) -> Iterator[Way]:
        """The cheapest levers with which it runs and no class pays, then others in the place of each; none of them
        where nothing is needed.
        """
        search = self._search(self.own_levers(), seconds, self._sharing() if self.small else self.model.owner == self.i)
        best = search.only(search.elastic.levers, exactly=False, empty=True)
        if best is not None:
            yield best
            yield from search.instead_of(best)

    def paid_for(self, seconds: float) -> Take | None:
        """What the classes pay, the lower ones first, if no record changes."""
        search = self._search(self._class_levers(), seconds, self._sharing())
        way = search.only(search.elastic.levers, exactly=False, empty=True)
        return None if way is None else self._taken(self.model, way.values[: self.model.size], paid=True)

    def _search(self, levers_: Sequence[Lever], seconds: float, open_: Bools) -> Search:
        """For the least of some levers, with what is not open as planned."""
        return Search(self.held, levers_, self.clock, self.clock.seconds + seconds, (open_, self.values))

    def planned_anew(self, seconds: float) -> Take | None:
        """The plan that the search for plans makes of this one with the project on in the week, the classes as ever
        from the top; None if there is none in time.
        """
        limit = min(self.clock.options.time_limit, self.clock.seconds + seconds)
        clock = replace(self.clock, options=replace(self.clock.options, time_limit=limit))
        found = self._starting(clock) if candidates.suits(self.model.setting) else self._descended(clock)
        if found is None or clock.stopped:
            return None
        return self._taken(found.model, found.values, paid=True, bounds=found.bounds)

    def _descended(self, clock: Clock) -> Decided | None:
        """Class after class, from the plan as it is."""
        model = self._asking(self.model)
        if (model.lower > model.upper).any():
            return None
        stages = Stages(model, clock, seed=self.values)
        return Decided(self.model, stages.values, stages.bounds) if descend(stages) else None

    def _starting(self, clock: Clock) -> Decided | None:
        """Candidates by their starts: it has to start so that it is under way in the week."""
        q, weeks = self.question, self.problem.weeks
        own, last = self.problem.project[q.project], len(weeks) - 1
        first, end = weeks[max(0, q.week - length(own) + 1)], weeks[min(last, q.week + length(own) - 1)]
        then = replace(
            own, must="in", earliest=max(own.earliest or first, first), deadline=min(own.deadline or end, end)
        )
        s = Setting(edited(self.problem, [Edit("projects", then)]), self.model.setting.policy)
        asked = clock.options.gap
        return candidates.decide(s, clock, s.policy.tolerance if asked is None else asked, None)

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

    def take(self, way: Way) -> Take:
        """The way with its proof."""
        steps = [step(self.model, used, way.values) for used in way.used]
        model = build(edited(self.problem, merged(self.problem, _edits(steps))), self.question.policy)
        return self._taken(model, way.values[: self.model.size], steps)

    def _taken(
        self, model: Model, values: Floats, steps: Sequence[Step] = (), *, paid: bool = False,
        bounds: Mapping[int, float] | None = None,
    ) -> Take:  # fmt: skip
        """A plan of the changed records, or one that the classes have `paid` for, found with these bounds, if with any.

        Raises RuntimeError where it fails its check: a defect of this library.
        """
        steps = [*self.lifted, *steps]
        edits = merged(self.question.problem, _edits(steps))
        plan = publish(model, values)
        report = check(model.setting.problem, self.question.policy, plan)
        if not report.ok:
            raise RuntimeError("; ".join(str(v) for v in report.violations[:3]))
        if not self._runs(plan):
            raise RuntimeError(f"{self.question.project} does not run as asked in the plan of a way")
        pays, unproven = dict[str, float](), dict[str, float]()
        for rank, ideal in self.ideal.items():
            attained = report.attained.get(rank, 0.0)
            lost = self.attained.get(rank, 0.0) - attained
            if ideal > 0 and lost > 2.0 * HELD * ideal:
                pays[class_name(rank)] = 100.0 * lost / ideal
                most = model.constants.get(rank, 0.0) + bounds.get(rank, np.inf) if bounds is not None else attained
                unproven[class_name(rank)] = 100.0 * min(lost, max(0.0, most - attained)) / ideal
        text = listed([*(one.change for one in steps), *(self._slower(plan) if paid else ())])
        pins = tuple(self._pins(plan)) if pays else ()
        return Take(text or self._without_change(), edits, pays, plan, unproven, pins)

    def _runs(self, plan: Plan) -> bool:
        """Whether it does in a plan what was asked, as far as there is work."""
        rows = plan.pace[plan.pace["project"] == self.question.project]
        here = rows[rows["week"] == self.problem.weeks[self.question.week]]
        last = here["progress"] >= COMPLETE_AT
        enough = (here["pace"] >= self.question.pace - PACE) | last
        return bool((here["state"] == State.RUNNING).all() and enough.all())

    def _without_change(self) -> str:
        """Why nothing has to change: it does so as planned, or there is room for it."""
        planned = self.values[self.model.variables.pace[self.i, self.question.week]]
        return "it does so in this plan already" if planned >= self.question.pace - 1e-6 else "nothing else changes"

    def _pins(self, plan: Plan) -> Iterator[Edit]:
        """What it holds in the week, as records; not where somebody pinned it before."""
        week, table = self.problem.weeks[self.question.week], plan.allocation
        pinned = {(p.project, p.need, p.pool) for p in self.problem.pins if p.since <= week <= (p.until or week)}
        mine = table[(table["project"] == self.question.project) & (table["week"] == week) & (table["amount"] > 0)]
        rows = mine[["project", "need", "pool", "amount"]].itertuples(index=False, name=None)
        for project, need, pool, amount in rows:
            if (project, need, pool) not in pinned:
                pin = Pin(project=project, need=need, pool=pool, since=week, until=week, amount=float(amount))
                yield Edit("pins", pin)

    def _slower(self, plan: Plan) -> list[str]:
        """Who does most less than planned, in weeks of full pace."""
        was, now = (one.pace.groupby("project")["pace"].sum() for one in (self.question.plan, plan))
        less = sorted(((float(was[p] - now.get(p, 0.0)), str(p)) for p in was.index), reverse=True)
        named = [(p, amount) for amount, p in less[:WAITING] if amount > 0.01]
        problem = self.question.problem
        return [f"{name_of(problem, p)} gives up {number(amount)} weeks of full pace" for p, amount in named]
