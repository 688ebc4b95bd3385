"""The proof of protection: week by week, what a protected project keeps beside what it was promised."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from app.web.reading.frames import Reading, once
from solver.plan import State
from solver.problem import Problem
from solver.records import Floor

TOLERANCE = 1e-6


@dataclass(frozen=True, slots=True)
class Promise:
    """One floor over the horizon: promised and given per week, in `unit`."""

    project: str
    name: str
    need: str
    pool: str | None
    unit: str
    floor: tuple[float, ...]
    given: tuple[float, ...]

    @property
    def kept(self) -> int:
        """The number of weeks in which at least the floor was given."""
        return sum(g >= f - TOLERANCE for f, g in zip(self.floor, self.given, strict=True))

    @property
    def margin(self) -> float:
        """The least that was given above the floor."""
        return min((g - f for f, g in zip(self.floor, self.given, strict=True)), default=0.0)


@dataclass(frozen=True, slots=True)
class Protection:
    """A protected project: its weeks on inside the window, and its promises."""

    project: str
    name: str
    on: int
    window: int
    promises: tuple[Promise, ...]
    weeks: tuple[date, ...]

    @property
    def kept(self) -> bool:
        """Whether the project is on in every week of the window and every floor holds in every week."""
        return self.on == self.window and all(p.kept == len(p.floor) for p in self.promises)


@once
def protections(reading: Reading) -> list[Protection]:
    """Every project that the policy protects or gives a floor."""
    problem, policy, weeks = reading.problem, reading.policy, reading.weeks
    by_project: dict[str, list[Floor]] = defaultdict(list)
    for floor in problem.floors_of(policy):
        by_project[floor.project].append(floor)
    protected = {p for p, s in problem.stances_of(policy).items() if s.stance == "protect"}
    first, last = problem.window(policy)
    found = []
    for project in sorted(protected | set(by_project)):
        on = sum(w.state is State.RUNNING for w in weeks[project][first:last]) if project in protected else last - first
        promises = tuple(_promises(reading, by_project[project]))
        found.append(Protection(project, reading.label(project), on, last - first, promises, problem.weeks))
    return found


def _promises(reading: Reading, floors: Iterable[Floor]) -> Iterable[Promise]:
    problem, amounts = reading.problem, reading.amounts
    series: dict[tuple[str, str, str | None], list[Floor]] = defaultdict(list)
    for floor in floors:
        series[floor.project, floor.need, floor.pool].append(floor)
    for (project, need, pool), rows in series.items():
        pools = [e for e in problem.pools_of[project, need] if pool is None or e.pool == pool]
        rate = {e.pool: 1.0 if pool else e.rate for e in pools}
        today = sum(rate[e.pool] * problem.baseline_of.get((project, need, e.pool), 0.0) for e in pools)
        empty = [0.0] * problem.head.weeks
        given = [
            sum(rate[e.pool] * amounts.get((project, need, e.pool), empty)[t] for e in pools)
            for t in range(problem.head.weeks)
        ]
        unit = problem.unit(pools[0].pool) if pools else ""
        floor_weeks = tuple(_floor(problem, rows, week, today) for week in problem.weeks)
        yield Promise(project, reading.label(project), need, pool, unit, floor_weeks, tuple(given))


def _floor(problem: Problem, rows: list[Floor], week: date, today: float) -> float:
    """The row in force: the latest that started; an amount, or a share of today's."""
    started = [f for f in rows if f.week is None or f.week <= week]
    if not started:
        return 0.0
    row = max(started, key=lambda f: f.week or date.min)
    return max(row.amount or 0.0, (row.share or 0.0) * today)
