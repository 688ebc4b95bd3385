"""The decisions of a plan as columns: allocations, arrivals, on/off, pace and completion per week."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from solver.classes import ranks
from solver.model import sizes
from solver.model.nodes import Nodes, nodes_of
from solver.model.possible import can_begin, can_complete
from solver.model.sheet import Bools, Floats, Ints, Sheet
from solver.problem import Problem
from solver.records import ENGINEER, GPU, KINDS, Need, Policy, Project
from solver.schedule import is_fixed
from solver.serving.services import Serving, services_of


@dataclass(frozen=True)
class Setting:
    """A problem and policy as index arrays: projects p, needs l, pairs k = (need, pool), pools r, weeks t."""

    problem: Problem
    policy: Policy

    @cached_property
    def projects(self) -> tuple[Project, ...]:
        """Projects that can still be planned (`done` ones are constants)."""
        return tuple(p for p in self.problem.projects if p.status != "done")

    @cached_property
    def index(self) -> dict[str, int]:
        """Number of a project by id."""
        return {p.project: i for i, p in enumerate(self.projects)}

    @cached_property
    def needs(self) -> tuple[Need, ...]:
        """Needs of the planned projects, grouped by project."""
        return tuple(n for p in self.projects for n in self.problem.needs_of[p.project])

    @property
    def weeks(self) -> int:
        """Weeks in the horizon."""
        return self.problem.head.weeks

    @cached_property
    def need_project(self) -> Ints:
        """Project of each need."""
        return np.array([self.index[n.project] for n in self.needs], dtype=np.int64)

    @cached_property
    def need_kind(self) -> Ints:
        """Kind of each need, as its place in KINDS."""
        return np.array([KINDS.index(n.kind) for n in self.needs], dtype=np.int64)

    @cached_property
    def fixed(self) -> Ints:
        """The builds with a fixed schedule."""
        return np.array([i for i, p in enumerate(self.projects) if is_fixed(p)], dtype=np.int64)

    @cached_property
    def fixed_need(self) -> Bools:
        """Whether a need is of a build with a fixed schedule, whose profile says what it takes."""
        return np.isin(self.need_project, self.fixed)

    @cached_property
    def full(self) -> Floats:
        """Supply at full pace by need and week; 0, which binds no pace, where a fixed schedule says what is taken."""
        return np.where(self.fixed_need[:, None], 0.0, sizes.full(self))

    @cached_property
    def minimum(self) -> Floats:
        """Least supply while on per need."""
        return np.array([n.minimum for n in self.needs], dtype=float)

    @cached_property
    def standby(self) -> Floats:
        """Supply while paused per need."""
        return np.array([n.standby for n in self.needs], dtype=float)

    @cached_property
    def pairs(self) -> list[tuple[str, str, str]]:
        """(project, need, pool) of each pair, grouped by need."""
        return [(e.project, e.need, e.pool) for n in self.needs for e in self.problem.pools_of[n.project, n.need]]

    @cached_property
    def pair_number(self) -> dict[tuple[str, str, str], int]:
        """Number of a pair by (project, need, pool)."""
        return {pair: k for k, pair in enumerate(self.pairs)}

    @cached_property
    def pair_need(self) -> Ints:
        """Need of each pair."""
        numbers = {(n.project, n.need): i for i, n in enumerate(self.needs)}
        return np.array([numbers[p, n] for p, n, _ in self.pairs], dtype=np.int64)

    @cached_property
    def pair_project(self) -> Ints:
        """Project of each pair."""
        return self.need_project[self.pair_need]

    @cached_property
    def pair_kind(self) -> Ints:
        """Kind of each pair."""
        return self.need_kind[self.pair_need]

    @cached_property
    def pair_pool(self) -> Ints:
        """Pool of each pair."""
        numbers = {p.pool: i for i, p in enumerate(self.problem.pools)}
        return np.array([numbers[r] for _, _, r in self.pairs], dtype=np.int64)

    @cached_property
    def serving(self) -> dict[tuple[str, str], Serving]:
        """Services by project and need."""
        return services_of(self.problem, self.policy.policy)

    @cached_property
    def nodes(self) -> Nodes:
        """The kinds of nodes of services."""
        return nodes_of(self)

    @cached_property
    def own_rate(self) -> Floats:
        """Units of need that one unit of the pair's pool supplies; 0 for services, whose nodes supply them."""
        rows = [e.rate for n in self.needs for e in self.problem.pools_of[n.project, n.need]]
        return np.where(self.nodes.serves, 0.0, np.array(rows, dtype=float))

    @cached_property
    def rate(self) -> Floats:
        """The most units of need that one unit of the pair's pool ever supplies."""
        return np.where(self.nodes.serves, self.nodes.best, self.own_rate)

    @cached_property
    def base(self) -> Floats:
        """Amount of each pair in the week before the first."""
        return np.array([self.problem.baseline_of.get(pair, 0.0) for pair in self.pairs], dtype=float)

    @cached_property
    def step(self) -> Floats:
        """Step of each pair's pool."""
        return np.array([self.problem.step(r) for _, _, r in self.pairs], dtype=float)

    @cached_property
    def full_slack(self) -> Floats:
        """By how much a need may be overserved at full pace, by week."""
        return sizes.slack(self, self.full)

    @cached_property
    def standby_slack(self) -> Floats:
        """By how much a need may be overserved while paused."""
        return np.where(self.standby > 0, sizes.slack(self, self.standby[:, None])[:, 0], 0.0)

    @cached_property
    def capacity(self) -> Floats:
        """Supply by pool and week."""
        rows = [self.problem.supply(p.pool) for p in self.problem.pools]
        return np.array(rows, dtype=float).reshape(len(rows), self.weeks)

    @cached_property
    def budget_week(self) -> Ints:
        """By pool and week the first of the weeks that share its capacity: itself, except with period=horizon."""
        rows = [self.problem.budget_weeks(p.pool) for p in self.problem.pools]
        return np.array(rows, dtype=np.int64).reshape(len(rows), self.weeks)

    @cached_property
    def whole_capacity(self) -> Floats:
        """Supply by pool and week in whole steps of the pool."""
        step = np.array([self.problem.step(p.pool) for p in self.problem.pools], dtype=float)[:, None]
        unit = np.where(step > 0, step, 1.0)
        return np.where(step > 0, np.floor(self.capacity / unit + 1e-9) * unit, self.capacity)

    @cached_property
    def whole_minimum(self) -> Floats:
        """The least supply of each need by week while on, in whole steps of its pools."""
        return sizes.least(self)

    @cached_property
    def whole_standby(self) -> Floats:
        """The least supply of each need, in whole steps of its pools, that is no less than its standby."""
        return sizes.whole(self, self.standby)

    @cached_property
    def cost(self) -> Floats:
        """Cost per unit and week of each pair's pool."""
        return np.array([self.problem.pool[r].cost for _, _, r in self.pairs], dtype=float)

    @cached_property
    def rank(self) -> Ints:
        """Priority class by project and week."""
        found = ranks(self.problem, self.policy.policy)
        return np.array([found[p.project] for p in self.projects], dtype=np.int64).reshape(-1, self.weeks)

    @cached_property
    def stance(self) -> list[str]:
        """Stance of each project while the policy is in force."""
        found = self.problem.stances_of(self.policy.policy)
        return [found[p.project].stance if p.project in found else "normal" for p in self.projects]

    @cached_property
    def in_force(self) -> Bools:
        """Whether the policy's stances hold, by week."""
        first, last = self.problem.window(self.policy.policy)
        weeks = np.arange(self.weeks)
        return (weeks >= first) & (weeks < last)

    @cached_property
    def forced_off(self) -> Bools:
        """Project-weeks in which the project cannot run: stance pause, before its earliest week, must out."""
        off = np.zeros((len(self.projects), self.weeks), dtype=bool)
        for i, p in enumerate(self.projects):
            if self.stance[i] == "pause":
                off[i] |= self.in_force
            if p.earliest is not None:
                off[i, : max(0, self.problem.week_index(p.earliest))] = True
            if p.must == "out":
                off[i] = True
        return off

    @cached_property
    def forced_on(self) -> Bools:
        """Project-weeks in which the project runs unless it is complete: stance protect, run projects that must."""
        on = np.zeros((len(self.projects), self.weeks), dtype=bool)
        for i, p in enumerate(self.projects):
            if self.stance[i] == "protect":
                on[i] |= self.in_force
            if p.must == "in" and p.kind == "run":
                on[i] |= ~self.forced_off[i]
        return on

    def ramp(self, kind: int) -> tuple[float, ...]:
        """Share of an arrival of that kind that is lost in the 1st, 2nd ... week, without the mentor's tax."""
        return {GPU: self.policy.gpu_ramp, ENGINEER: self.policy.engineer_ramp}.get(KINDS[kind], ())

    def loss(self, kind: int) -> tuple[float, ...]:
        """What one arrival of that kind costs in supply in the 1st, 2nd ... week: ramp plus mentor."""
        mentor = self.policy.mentor if KINDS[kind] == ENGINEER else 0.0
        return tuple(share + mentor for share in self.ramp(kind))

    @cached_property
    def is_build(self) -> Bools:
        """Whether each project is finite."""
        return np.array([p.kind == "build" for p in self.projects], dtype=bool)

    @cached_property
    def has_been(self) -> Bools:
        """Whether each project has been running or paused in the baseline."""
        return np.array([p.status in ("running", "paused") for p in self.projects], dtype=bool)

    @cached_property
    def remaining(self) -> Floats:
        """Weeks at full pace that each build still takes (0 for run projects)."""
        return np.array([(1.0 - p.progress) * (p.duration or 0.0) for p in self.projects], dtype=float)


@dataclass(frozen=True)
class Variables:
    """Column numbers of every decision; arrays are indexed as in `Setting`."""

    x: Ints
    arrive: Ints
    on: Ints
    pace: Ints
    gain: Ints
    complete: Ints
    start: Ints
    stop: Ints
    been: Ints
    ever: Ints
    nodes: Ints
    useful: Ints
    begin: Ints
    sheet: Sheet = field(repr=False)

    @property
    def families(self) -> dict[str, Ints]:
        """The arrays by name."""
        names = (
            "x", "arrive", "on", "pace", "gain", "complete", "start", "stop", "been", "ever",
            "nodes", "useful", "begin",
        )  # fmt: skip
        return {name: getattr(self, name) for name in names}


def declare(setting: Setting, sheet: Sheet) -> Variables:
    """All columns of the model, with bounds that already hold what is decided beforehand.

    x[k,t] >= 0 amounts, arrive[k,t] >= 0 arrivals, on[p,t] in {0,1}, pace[p,t] in 0..1, gain[p,t] in 0..1 the curve's
    value, complete[p,t] in {0,1} for t = 0..weeks (complete by the end of an earlier week; never for run projects),
    start[p,t], stop[p,t] >= 0 changes of on, been[p,t] whether it was on in a week <= t, ever[p] whether it is at all,
    nodes[q,t] and useful[q,t] >= 0 the nodes of services by pair and set of levers, and those of use.
    begin[f,t] in {0,1} the start of the f-th build with a fixed schedule.
    """
    projects, pairs, weeks = len(setting.projects), len(setting.pairs), setting.weeks
    most = setting.capacity[setting.pair_pool] if pairs else np.zeros((0, weeks))
    x = sheet.columns("x", (pairs, weeks), 0.0, most)
    arrive = sheet.columns("in", (pairs, weeks), 0.0, np.maximum(most, 0.0))
    free_on = ~setting.forced_off
    must_on = setting.forced_on & ~setting.is_build[:, None] & free_on
    on = sheet.columns("on", (projects, weeks), must_on, free_on, integer=True)
    pace = sheet.columns("pace", (projects, weeks), 0.0, free_on)
    gain = sheet.columns("gain", (projects, weeks), 0.0, 1.0)
    done = can_complete(setting.forced_off, setting.remaining, setting.is_build)
    complete = sheet.columns("complete", (projects, weeks + 1), 0.0, done, integer=True)
    start = sheet.columns("start", (projects, weeks), 0.0, free_on)
    stop = sheet.columns("stop", (projects, weeks), 0.0, 1.0)
    been = sheet.columns("been", (projects, weeks), setting.has_been[:, None], 1.0)
    ever = sheet.columns("ever", (projects,), 0.0, 1.0)
    kinds = most[setting.nodes.pair]
    nodes = sheet.columns("nodes", kinds.shape, 0.0, kinds)
    useful = sheet.columns("useful", kinds.shape, 0.0, kinds)
    first = can_begin([setting.projects[i] for i in setting.fixed], setting.forced_off[setting.fixed])
    begin = sheet.columns("begin", first.shape, 0.0, first, integer=True)
    return Variables(x, arrive, on, pace, gain, complete, start, stop, been, ever, nodes, useful, begin, sheet)
