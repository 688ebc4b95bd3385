"""A decision review: what a plan forecast beside what was recorded since, project by project, and what stands out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property

from app.web.formats import day, number, percent, plural
from app.web.reading.frames import Reading
from app.web.reading.goals import completion
from app.web.reading.protection import Promise, protections
from app.web.reading.values import NOTICEABLE, weekly_values
from solver.problem import Problem
from solver.records import ENGINEER, GPU, Actual
from solver.replan.followed import followed

TOLERANCE = 1e-6
LESSONS = 10
UNITS = {GPU: "nodes", ENGINEER: "FTE"}


@dataclass(frozen=True, slots=True)
class Line:
    """A project: when it was to be complete and when it was or is expected to be, and its value up to now."""

    project: str
    name: str
    stance: str
    build: bool
    forecast: date | None
    finish: date | None
    over: bool
    value: float
    actual: float
    recorded: int

    @property
    def late(self) -> int | None:
        """Weeks after the forecast; negative: before it. None where one of them is missing."""
        return (self.finish - self.forecast).days // 7 if self.finish and self.forecast else None

    @property
    def change(self) -> float:
        """Value gained (positive) or lost against the forecast."""
        return self.actual - self.value

    @property
    def differs(self) -> bool:
        """Whether it went otherwise than forecast, by more than rounding."""
        lost = abs(self.change) > NOTICEABLE * max(abs(self.value), 1e-9)
        return lost or self.finish != self.forecast


@dataclass(frozen=True, slots=True)
class Kept:
    """A floor up to now: in how many weeks it held, and in how many of them amounts were recorded."""

    name: str
    of: str
    unit: str
    weeks: int
    kept: int
    recorded: int
    margin: float


@dataclass(frozen=True, slots=True)
class Carried:
    """Moves of a kind of supply: what was to have arrived by now, of what is recorded, and what of it did."""

    kind: str
    unit: str
    planned: float
    arrived: float

    @property
    def share(self) -> float:
        """In percent."""
        return 100.0 * self.arrived / self.planned if self.planned > TOLERANCE else 100.0


@dataclass(frozen=True)
class Review:
    """A plan as it was forecast and as it was followed up to the last recorded week."""

    forecast: Reading
    actuals: tuple[Actual, ...]

    @cached_property
    def until(self) -> date | None:
        """The last week of the plan of which something is recorded."""
        weeks = set(self.problem.weeks)
        return max((row.week for row in self.actuals if row.week in weeks), default=None)

    @property
    def problem(self) -> Problem:
        """What the plan answers."""
        return self.forecast.problem

    @cached_property
    def passed(self) -> int:
        """The number of weeks up to the last recorded one."""
        return 0 if self.until is None else self.problem.week_index(self.until) + 1

    @cached_property
    def actual(self) -> Reading:
        """The plan as it was followed, and as it goes on."""
        known = self.problem.project
        rows = [row for row in self.actuals if row.project in known]
        return Reading(self.problem, self.forecast.policy, followed(self.problem, self.forecast.plan, rows))

    @cached_property
    def weeks_of(self) -> dict[str, set[date]]:
        """The weeks of which the course of a project is recorded."""
        found: dict[str, set[date]] = {}
        for row in self.actuals:
            if row.need is None:
                found.setdefault(row.project, set()).add(row.week)
        return found

    @cached_property
    def lines(self) -> list[Line]:
        """Every project that is not done, the largest deviation of value first."""
        found = [self._line(p.project) for p in self.problem.projects if p.status != "done"]
        return sorted(found, key=lambda line: (-abs(line.change), -abs(line.late or 0), line.project))

    @property
    def next_week(self) -> date | None:
        """The first week that could be planned again."""
        if self.until is None or self.passed >= self.problem.head.weeks:
            return None
        return self.until + timedelta(weeks=1)

    def _line(self, project: str) -> Line:
        row, forecast, actual = self.problem.project[project], self.forecast.weeks[project], self.actual.weeks[project]
        build = row.kind == "build"
        finish = completion(self.problem, actual) if build else None
        values = [sum(weekly_values(self.problem, row, weeks)[: self.passed]) for weeks in (forecast, actual)]
        return Line(
            project, self.forecast.label(project), self.forecast.stance(project), build,
            completion(self.problem, forecast) if build else None, finish,
            finish is not None and self.until is not None and finish <= self.until,
            values[0], values[1], len(self.weeks_of.get(project, ())),
        )  # fmt: skip

    @cached_property
    def floors(self) -> list[Kept]:
        """Every floor up to now."""
        given = {(row.project, row.need, row.week) for row in self.actuals if row.need is not None}
        weeks = self.problem.weeks[: self.passed]
        return [
            _kept(promise, self.passed, sum((promise.project, promise.need, week) in given for week in weeks))
            for one in protections(self.actual)
            for promise in one.promises
        ]

    @cached_property
    def moves(self) -> list[Carried]:
        """By kind: what was to have arrived since the baseline, at the last recorded week of each amount."""
        last: dict[tuple[str, str, str], date] = {}
        for row in self.actuals:
            if row.need is not None and row.pool is not None and row.week in self.problem.weeks:
                key = (row.project, row.need, row.pool)
                last[key] = max(row.week, last.get(key, row.week))
        sums = {kind: [0.0, 0.0] for kind in (GPU, ENGINEER)}
        for (project, need, pool), week in last.items():
            kind = self.problem.pool[pool].kind if pool in self.problem.pool else ""
            if kind not in sums:
                continue
            t, today = self.problem.week_index(week), self.problem.baseline_of.get((project, need, pool), 0.0)
            planned, now = (self._amount(reading, (project, need, pool), t) for reading in (self.forecast, self.actual))
            wanted = max(0.0, planned - today)
            sums[kind][0] += wanted
            sums[kind][1] += min(wanted, max(0.0, now - today))
        return [Carried(kind, UNITS[kind], *pair) for kind, pair in sums.items() if pair[0] > TOLERANCE]

    @staticmethod
    def _amount(reading: Reading, key: tuple[str, str, str], t: int) -> float:
        row = reading.amounts.get(key)
        return row[t] if row else 0.0


def _kept(promise: Promise, weeks: int, recorded: int) -> Kept:
    pairs = list(zip(promise.floor[:weeks], promise.given[:weeks], strict=True))
    of = ", ".join(filter(None, (promise.need, promise.pool)))
    return Kept(
        promise.name, of, promise.unit, weeks, sum(g >= f - TOLERANCE for f, g in pairs), recorded,
        min((g - f for f, g in pairs), default=0.0),
    )  # fmt: skip


def lessons(review: Review) -> list[str]:
    """What stands out, in words: broken floors first, then builds by weeks, moves, and value by size."""
    found = [*_broken(review.floors), *_builds(review.lines), *_moved(review.moves), *_values(review.lines)]
    return found[:LESSONS]


def _broken(floors: Iterable[Kept]) -> Iterator[str]:
    for floor in floors:
        if floor.kept < floor.weeks:
            yield (
                f"{floor.name} was below its floor of {floor.of} in {plural(floor.weeks - floor.kept, 'week')}, by "
                f"up to {number(-floor.margin)} {floor.unit}."
            )


def _builds(lines: Sequence[Line]) -> Iterator[str]:
    moved = [line for line in lines if line.build and line.finish != line.forecast]
    for line in sorted(moved, key=lambda one: -abs(one.late if one.late is not None else 999)):
        was = "was complete" if line.over else "is now expected"
        if line.late is not None:
            how = f"{plural(abs(line.late), 'week')} {'later' if line.late > 0 else 'earlier'} than forecast"
            yield f"{line.name} {was} {how}: in the week of {day(line.finish)} instead of {day(line.forecast)}."
        elif line.finish is None:
            yield f"{line.name} is no longer expected within this plan; forecast was the week of {day(line.forecast)}."
        else:
            yield f"{line.name} {was} in the week of {day(line.finish)}, which the plan did not forecast."


def _moved(moves: Iterable[Carried]) -> Iterator[str]:
    for one in moves:
        if one.arrived < one.planned - TOLERANCE:
            yield (
                f"Where amounts are recorded, {number(one.arrived)} of the {number(one.planned)} {one.unit} that were "
                f"to have arrived did ({percent(one.share, 0)})."
            )


def _values(lines: Iterable[Line]) -> Iterator[str]:
    for line in lines:
        if abs(line.change) > NOTICEABLE * max(abs(line.value), 1e-9):
            share = f" ({number(100 * line.change / line.value, 0)} %)" if line.value > TOLERANCE else ""
            side = "more" if line.change > 0 else "less"
            yield f"{line.name} brought {number(abs(line.change))} {side} value so far than forecast{share}."
