"""Rules 1 to 11 as a textbook writes them: dictionaries of variables, loops, and a big M where one says 'if'."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from itertools import pairwise, zip_longest
from typing import Any

import pulp

from solver.problem import Problem
from solver.records import ENGINEER, GPU, LINEAR, Curve, Need, Policy, Project

Pair = tuple[str, str, str]
Columns = dict[Any, pulp.LpVariable]
BIG = 10.0
"""The big M of the ramp, as a multiple of the need at full pace."""


@dataclass
class Book:
    """The PuLP problem and its variables by name of project or (project, need, pool), and week."""

    problem: Problem
    policy: Policy
    lp: pulp.LpProblem
    projects: tuple[Project, ...]
    pairs: dict[Pair, float]
    x: Columns
    arrive: Columns
    on: Columns
    started: Columns
    complete: Columns
    start: Columns
    stop: Columns
    pace: Columns
    gain: Columns
    steps: Columns

    @classmethod
    def of(cls, problem: Problem, policy: str, *, steps: bool) -> Book:
        """All variables; `complete[p,t]` means by the end of a week before t, so it has one week more."""
        lp = pulp.LpProblem("textbook", pulp.LpMaximize)
        live = tuple(p for p in problem.projects if p.status != "done")
        ids, weeks = [p.project for p in live], range(problem.head.weeks)
        pairs = {
            (e.project, e.need, e.pool): e.rate for p in live for n in problem.needs_of[p.project]
            for e in problem.pools_of[p.project, n.need]
        }  # fmt: skip
        cells, flow = [(p, t) for p in ids for t in weeks], [(*k, t) for k in pairs for t in weeks]
        ends = [(p, t) for p in ids for t in range(problem.head.weeks + 1)]
        whole = [k for k in flow if steps and problem.step(k[2]) > 0]

        def several(name: str, keys: list[Any], top: float | None, kind: Any = "Continuous") -> Columns:
            return {k: lp.add_variable(f"{name}_{i}", 0, top, kind) for i, k in enumerate(keys)}

        return cls(
            problem, problem.policy[policy], lp, live, pairs,
            x=several("x", flow, None), arrive=several("in", flow, None), on=several("on", cells, 1, "Binary"),
            started=several("started", cells, 1, "Binary"), complete=several("complete", ends, 1, "Binary"),
            start=several("start", cells, 1, "Binary"), stop=several("stop", cells, 1, "Binary"),
            pace=several("pace", cells, 1), gain=several("gain", cells, 1), steps=several("n", whole, None, "Integer"),
        )  # fmt: skip

    @property
    def weeks(self) -> range:
        """The weeks by number."""
        return range(self.problem.head.weeks)

    def add(self, rows: Iterable[Any]) -> None:
        """Constraints, one after the other."""
        for row in rows:
            self.lp += row

    def pairs_of(self, need: Need) -> list[tuple[Pair, float]]:
        """The pairs of a need with their rates."""
        return [
            ((need.project, need.need, e.pool), e.rate) for e in self.problem.pools_of[need.project, need.need]
        ]  # fmt: skip

    def needs(self) -> Iterable[Need]:
        """The needs of what is not done."""
        return (n for p in self.projects for n in self.problem.needs_of[p.project])

    def supply(self, need: Need, t: int) -> Any:
        """sum_r rate * x[l,r,t]"""
        return pulp.lpSum(rate * self.x[*pair, t] for pair, rate in self.pairs_of(need))

    def paused(self, project: str, t: int) -> Any:
        """started - on - complete"""
        return self.started[project, t] - self.on[project, t] - self.complete[project, t]

    def engineers(self, project: str, t: int) -> Any:
        """All engineers of a project in a week; week -1 is the baseline."""
        mine = [k for n in self.problem.needs_of[project] if n.kind == ENGINEER for k, _ in self.pairs_of(n)]
        if t < 0:
            return sum(self.problem.baseline_of.get(k, 0.0) for k in mine)
        return pulp.lpSum(self.x[*k, t] for k in mine)


def capacity(b: Book) -> None:
    """1. sum_l x[l,r,t] <= capacity[r,t]"""
    for pool in b.problem.pools:
        mine = [k for k in b.pairs if k[2] == pool.pool]
        supply = b.problem.supply(pool.pool)
        b.add(pulp.lpSum(b.x[*k, t] for k in mine) <= supply[t] for t in b.weeks if mine)


def pace(b: Book) -> None:
    """2. and 3. full * u <= effective + M (1 - on), effective >= 0, u <= on; in >= x - x of the week before"""
    for need in b.needs():
        shares = {GPU: b.policy.gpu_ramp, ENGINEER: b.policy.engineer_ramp}.get(need.kind, ())
        mentor = b.policy.mentor if need.kind == ENGINEER else 0.0
        for t in b.weeks:
            lost = pulp.lpSum(
                rate * (share + mentor) * b.arrive[*pair, t - k]
                for pair, rate in b.pairs_of(need) for k, share in enumerate(shares) if t >= k
            )  # fmt: skip
            p, effective = need.project, b.supply(need, t) - lost
            b.lp += need.full * b.pace[p, t] <= effective + BIG * need.full * (1 - b.on[p, t])
            b.lp += effective >= 0
    b.add(b.pace[p.project, t] <= b.on[p.project, t] for p in b.projects for t in b.weeks)
    for pair in b.pairs:
        today = b.problem.baseline_of.get(pair, 0.0)
        b.add(b.arrive[*pair, t] >= b.x[*pair, t] - (b.x[*pair, t - 1] if t else today) for t in b.weeks)


def viable(b: Book) -> None:
    """4. minimum * on + standby * paused <= supply <= full * on + (standby + a step) * paused"""
    for need in b.needs():
        step = max(b.problem.step(k[2]) * rate for k, rate in b.pairs_of(need)) if need.standby > 0 else 0.0
        for t in b.weeks:
            p, paused, supply = need.project, b.paused(need.project, t), b.supply(need, t)
            b.lp += supply >= need.minimum * b.on[p, t] + need.standby * paused
            b.lp += supply <= need.full * b.on[p, t] + (need.standby + 0.999 * step) * paused
    for project in b.projects:
        p, been = project.project, project.status in ("running", "paused")
        for t in b.weeks:
            before = b.started[p, t - 1] if t else float(been)
            b.add((b.started[p, t] >= before, b.started[p, t] >= b.on[p, t], b.started[p, t] <= before + b.on[p, t]))


def dwell(b: Book) -> None:
    """5. start - stop = on - on of the week before; a start holds for min_run, a stop for min_pause"""
    for project in b.projects:
        p, off = project.project, _paused_weeks(b, project)
        for t in b.weeks:
            before = b.on[p, t - 1] if t else float(project.status == "running")
            b.lp += b.start[p, t] - b.stop[p, t] == b.on[p, t] - before
            b.lp += b.start[p, t] + b.stop[p, t] <= 1
            begun, ended = range(t - project.min_run + 1, t + 1), range(t - project.min_pause + 1, t + 1)
            begun_before, ended_before = (pulp.lpSum(v[p, j] for j in w if j >= 0) for v, w in (
                (b.start, begun), (b.stop, ended)))  # fmt: skip
            if t not in off:
                b.lp += begun_before <= b.on[p, t] + b.complete[p, t]
            b.lp += ended_before <= 1 - b.on[p, t]


def _paused_weeks(b: Book, project: Project) -> range:
    stance = b.problem.stances_of(b.policy.policy).get(project.project)
    return range(*b.problem.window(b.policy.policy)) if stance and stance.stance == "pause" else range(0)


def builds(b: Book) -> None:
    """6. complete <= progress by the end of the week before; never on when complete; requires, excludes, earliest"""
    for project in b.projects:
        p = project.project
        for t in range(len(b.weeks) + 1):
            b.lp += b.complete[p, t] <= (_progress(b, project, t - 1) if project.kind == "build" else 0)
        if project.kind == "build":
            b.lp += _progress(b, project, len(b.weeks) - 1) <= 1
        b.add(b.complete[p, t + 1] >= b.complete[p, t] for t in b.weeks)
        b.add(b.on[p, t] + b.complete[p, t] <= 1 for t in b.weeks)
        b.add(b.complete[p, t] <= b.started[p, t] for t in b.weeks if project.progress < 1)
        first = b.problem.week_index(project.earliest) if project.earliest else 0
        b.add(b.on[p, t] == 0 for t in range(max(0, min(first, len(b.weeks)))))
    live = {p.project for p in b.projects}
    for link in (x for x in b.problem.links if {x.project, x.other} <= live):
        if link.relation == "requires":
            b.add(b.on[link.project, t] <= b.complete[link.other, t] for t in b.weeks)
        else:
            b.add(b.on[link.project, t] + b.on[link.other, s] <= 1 for t in b.weeks for s in b.weeks)


def _progress(b: Book, project: Project, t: int) -> Any:
    """Progress of a build by the end of week t."""
    done = pulp.lpSum(b.pace[project.project, j] for j in range(t + 1))
    return project.progress + (1.0 / (project.duration or 1.0)) * done


def benefit(b: Book) -> None:
    """gain <= every line of the concave curve at the pace of a run or the progress of a build"""
    for project in b.projects:
        for t in b.weeks:
            at = _progress(b, project, t) if project.kind == "build" else b.pace[project.project, t]
            curve: Curve = project.curve if len(project.curve) > 1 else LINEAR
            for (x0, y0), (x1, y1) in pairwise(curve):
                slope = (y1 - y0) / (x1 - x0)
                b.lp += b.gain[project.project, t] <= y0 - slope * x0 + slope * at


def stances(b: Book) -> None:
    """7. pause -> off, protect -> on or complete, while the policy is in force; 9. must"""
    stance = {p: s.stance for p, s in b.problem.stances_of(b.policy.policy).items()}
    for project in b.projects:
        p, said = project.project, stance.get(project.project)
        window = range(*b.problem.window(b.policy.policy)) if said in ("pause", "protect") else range(0)
        b.add(b.on[p, t] == 0 if said == "pause" else b.on[p, t] + b.complete[p, t] == 1 for t in window)
        if project.must == "out":
            b.add(b.on[p, t] == 0 for t in b.weeks)
        elif project.must == "in" and project.kind == "run":
            b.add(b.on[p, t] == 1 for t in b.weeks if t not in window)
        elif project.must == "in":
            due = b.problem.week_index(project.deadline) + 1 if project.deadline else len(b.weeks)
            b.lp += b.complete[p, max(0, min(due, len(b.weeks)))] == 1


def floors(b: Book) -> None:
    """7. what a protected project keeps, in every week from the floor's own until the next row's"""
    floor_rows = b.problem.floors_of(b.policy.policy)
    rows = sorted(floor_rows, key=lambda f: (f.project, f.need, f.pool or "", f.week or date.min))
    for row, after in zip_longest(rows, rows[1:]):
        same = after is not None and (row.project, row.need, row.pool) == (after.project, after.need, after.pool)
        first = max(0, b.problem.week_index(row.week)) if row.week else 0
        last = b.problem.week_index(after.week) if same and after and after.week else len(b.weeks)
        need = next(n for n in b.problem.needs_of[row.project] if n.need == row.need)
        kept = {k: 1.0 if row.pool else rate for k, rate in b.pairs_of(need) if row.pool in (None, k[2])}
        today = sum(rate * b.problem.baseline_of.get(k, 0.0) for k, rate in kept.items())
        least = row.amount if row.amount is not None else (row.share or 0.0) * today
        for t in range(first, min(last, len(b.weeks))):
            held = pulp.lpSum(rate * b.x[*k, t] for k, rate in kept.items())
            b.lp += held >= least * (1 - b.complete[row.project, t])


def change(b: Book) -> None:
    """8. arrivals by kind; engineers <= (1 + growth) * last week's if on, the minimums' if off (big M)"""
    for kind, limit in ((GPU, b.policy.gpu_moves), (ENGINEER, b.policy.engineer_moves)):
        mine = [k for n in b.needs() if n.kind == kind for k, _ in b.pairs_of(n)]
        b.add(pulp.lpSum(b.arrive[*k, t] for k in mine) <= limit for t in b.weeks if limit is not None and mine)
    for project in b.projects if b.policy.growth is not None else ():
        p, factor = project.project, 1.0 + (b.policy.growth or 0.0)
        mine = [n for n in b.problem.needs_of[p] if n.kind == ENGINEER]
        least, large = sum(n.minimum for n in mine), BIG * sum(n.full for n in mine)
        for t in b.weeks if mine else ():
            was = b.on[p, t - 1] if t else 1
            today = b.engineers(p, t - 1) if t else max(b.engineers(p, -1), least)
            b.lp += b.engineers(p, t) <= factor * today + large * (1 - was)
            b.lp += b.engineers(p, t) <= factor * least + large * was


def pins(b: Book) -> None:
    """9. and 10. exactly the pinned amount; sum of amount * cost <= max_cost"""
    for pin in b.problem.pins:
        first = max(0, b.problem.week_index(pin.since))
        last = b.problem.week_index(pin.until) + 1 if pin.until else len(b.weeks)
        for t in range(first, min(last, len(b.weeks))):
            b.lp += b.x[pin.project, pin.need, pin.pool, t] == pin.amount
    if b.policy.max_cost is not None:
        for t in b.weeks:
            b.lp += pulp.lpSum(b.problem.pool[k[2]].cost * b.x[*k, t] for k in b.pairs) <= b.policy.max_cost


def steps(b: Book) -> None:
    """11. x = step * n, n whole"""
    b.add(b.x[k] == b.problem.step(k[2]) * n for k, n in b.steps.items())


RULES: tuple[Callable[[Book], None], ...] = (
    capacity, pace, viable, dwell, builds, benefit, stances, floors, change, pins, steps,
)  # fmt: skip
