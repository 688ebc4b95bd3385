"""Two to four plans side by side: the scorecard, and every project, timeline and pool with what differs marked."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial

from app.actions.plans import StoredPlan
from app.web.formats import day, number, percent, signed
from app.web.reading.frames import Reading, once
from app.web.reading.goals import Goal, completion, goals
from app.web.reading.heatmap import PoolRow, heatmap
from app.web.reading.protection import protections
from app.web.reading.timeline import Spell, spells
from app.web.reading.values import NOTICEABLE, Account, against_today, weekly_values
from solver.plan import State
from solver.records import ENGINEER, GPU

PAYERS = 3


@dataclass(frozen=True, eq=False)
class Side:
    """One of the plans, with the letter that it goes by on the page."""

    letter: str
    name: str
    stored: StoredPlan
    reading: Reading


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the scorecard: a text per plan."""

    group: str
    name: str
    cells: tuple[str, ...]

    @property
    def differs(self) -> bool:
        """Whether not all plans say the same."""
        return len(set(self.cells)) > 1


@dataclass(frozen=True, slots=True)
class ProjectSide:
    """A project in one plan; None instead of it where the plan has no such project."""

    value: float
    paused: int
    complete: date | None
    stance: str
    spells: tuple[Spell, ...]
    seen: tuple[object, ...]
    """Value, end and spells as a reader sees them."""


@dataclass(frozen=True, slots=True)
class ProjectRow:
    """A project in all plans."""

    project: str
    name: str
    program: str
    sides: tuple[ProjectSide | None, ...]
    differs: bool


@dataclass(frozen=True, slots=True)
class PoolSides:
    """A pool in all plans."""

    pool: str
    name: str
    unit: str
    sides: tuple[PoolRow | None, ...]
    differs: bool

    def spare(self, n: int) -> float:
        """What is left over the horizon in one of the plans, in unit-weeks."""
        side = self.sides[n]
        return sum(max(0.0, c.capacity - c.used) for c in side.cells) if side else 0.0


@dataclass(frozen=True, slots=True)
class Axis:
    """The weeks of all plans together."""

    weeks: tuple[date, ...]

    def before(self, side: Side) -> int:
        """Weeks of the axis before a plan begins."""
        return (side.reading.problem.head.start - self.weeks[0]).days // 7

    def after(self, side: Side) -> int:
        """Weeks of the axis after a plan ends."""
        return len(self.weeks) - self.before(side) - side.reading.problem.head.weeks


def axis(sides: Sequence[Side]) -> Axis:
    """One axis for all plans."""
    first = min(s.reading.problem.weeks[0] for s in sides)
    last = max(s.reading.problem.weeks[-1] for s in sides)
    return Axis(tuple(first + timedelta(weeks=t) for t in range((last - first).days // 7 + 1)))


def scorecard(sides: Sequence[Side]) -> list[Row]:
    """What each plan attains, when its builds end, what it costs and who pays."""
    row = partial(_row, sides)
    return [
        row("Answer", "Proof", lambda s: str(s.stored.status)),
        *[row("Class, of its ideal", name, partial(_class, rank=rank)) for rank, name in _classes(sides)],
        *_build_rows(sides),
        row("Change", "Nodes that arrive", lambda s: number(s.stored.outcome.arrivals.get(GPU, 0.0))),
        row("Change", "FTE that arrive", lambda s: number(s.stored.outcome.arrivals.get(ENGINEER, 0.0))),
        row("Change", "Pauses", lambda s: str(s.stored.outcome.pauses)),
        row("Change", "Cost", lambda s: f"{number(s.stored.outcome.cost, 0)} {s.reading.problem.head.currency}"),
        row("Protected", "Kept in every week", _kept),
        *_payer_rows(sides),
        row("Use of supply", "GPU", lambda s: percent(_use(s, GPU))),
        row("Use of supply", "Engineers", lambda s: percent(_use(s, ENGINEER))),
    ]


def _row(sides: Sequence[Side], group: str, name: str, cell: Callable[[Side], str]) -> Row:
    return Row(group, name, tuple(cell(side) for side in sides))


def _build_rows(sides: Sequence[Side]) -> list[Row]:
    found = [goals(s.reading) for s in sides]
    names = {g.project: g.name for own in found for g in own}
    dates = [Row("Builds", name, tuple(_complete(own, project) for own in found)) for project, name in names.items()]
    return [Row("Builds", "Deadlines met", tuple(_met(own) for own in found)), *dates]


def _payer_rows(sides: Sequence[Side]) -> list[Row]:
    found = [[a for a in against_today(s.reading) if _pays(a)] for s in sides]
    given_up = tuple(signed(sum(a.change for a in own)) for own in found)
    return [
        Row("Who pays", "Value given up, beside today", given_up),
        Row("Who pays", "Projects that pay", tuple(str(len(own)) for own in found)),
        Row("Who pays", "Most", tuple(_most(own) for own in found)),
    ]


def projects(sides: Sequence[Side]) -> list[ProjectRow]:
    """Every project of any plan, by program."""
    known = {p.project: (s.reading, p) for s in reversed(sides) for p in s.reading.problem.projects}
    found = []
    for name, (reading, row) in sorted(
        known.items(), key=lambda item: (item[1][1].program, item[1][1].priority, item[0])
    ):
        own = tuple(_side(s.reading, name) for s in sides)
        found.append(ProjectRow(name, reading.label(name), row.program, own, len({_seen(one) for one in own}) > 1))
    return found


def pools(sides: Sequence[Side]) -> list[PoolSides]:
    """Every pool of any plan, GPUs first."""
    maps = [{row.pool: row for row in heatmap(s.reading)} for s in sides]
    order: dict[str, PoolRow] = {}
    for one in maps:
        order |= {pool: row for pool, row in one.items() if pool not in order}
    found = []
    for pool, row in order.items():
        own = tuple(one.get(pool) for one in maps)
        seen = {tuple((c.week, round(c.used, 6), c.capacity) for c in one.cells) if one else None for one in own}
        found.append(PoolSides(pool, row.name, row.unit, own, len(seen) > 1))
    return found


@once
def _side(reading: Reading, project: str) -> ProjectSide | None:
    row = reading.problem.project.get(project)
    if row is None:
        return None
    weeks = reading.weeks[project]
    value = sum(weekly_values(reading.problem, row, weeks))
    complete = completion(reading.problem, weeks) if row.kind == "build" else None
    paused = sum(w.state is State.PAUSED for w in weeks)
    own = spells(reading.problem.weeks, weeks)
    seen = (round(value, 1), complete, tuple((s.start, s.text) for s in own))
    return ProjectSide(value, paused, complete, reading.stance(project), own, seen)


def _seen(side: ProjectSide | None) -> object:
    """What a reader sees of a project, so that rounding is no difference."""
    return side and side.seen


def _pays(account: Account) -> bool:
    return account.change < -NOTICEABLE * max(account.other, 1e-9)


def _classes(sides: Sequence[Side]) -> list[tuple[int, str]]:
    return sorted({(c.rank, c.name) for s in sides for c in s.stored.outcome.classes})


def _class(side: Side, rank: int) -> str:
    result = next((c for c in side.stored.outcome.classes if c.rank == rank), None)
    return "–" if result is None or result.ideal <= 0 else percent(100 * result.attained / result.ideal)


def _met(found: Sequence[Goal]) -> str:
    dated = [g for g in found if g.deadline]
    return f"{sum(bool(g.met) for g in dated)} of {len(dated)}"


def _complete(found: Sequence[Goal], project: str) -> str:
    goal = next((g for g in found if g.project == project), None)
    if goal is None:
        return "–"
    late = ", late" if goal.met is False else ""
    return (day(goal.complete) if goal.complete else f"{percent(100 * goal.progress, 0)} done at the end") + late


def _kept(side: Side) -> str:
    found = protections(side.reading)
    return f"{sum(p.kept for p in found)} of {len(found)}" if found else "nothing is protected"


def _most(accounts: Sequence[Account]) -> str:
    return "; ".join(f"{a.name} {signed(a.change)}" for a in accounts[:PAYERS]) or "nobody"


def _use(side: Side, kind: str) -> float | None:
    cells = [c for row in heatmap(side.reading) if row.kind == kind for c in row.cells]
    supply = sum(c.capacity for c in cells)
    return 100 * sum(c.used for c in cells) / supply if supply > 0 else None
