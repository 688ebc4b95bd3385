"""Effective against nominal supply by project and week, and what each stay brought."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date

from app.web.reading.frames import Reading, once, rows
from solver.effective import effective, stays


@dataclass(frozen=True, slots=True)
class Worth:
    """One project in one week, in units of its needs of a kind; nominal in units of the pools."""

    week: date
    nominal: float = 0.0
    supply: float = 0.0
    lost: float = 0.0
    effective: float = 0.0

    @property
    def percent(self) -> float | None:
        """Effective in percent of the supply; None without supply."""
        return 100.0 * self.effective / self.supply if self.supply > 0 else None

    @property
    def step(self) -> str:
        """The step of the colour scale: 0 to 5, or `none`."""
        return "none" if self.percent is None else str(max(0, min(5, int((self.percent + 0.5) // 20))))


@dataclass(frozen=True, slots=True)
class WorthRow:
    """A project's weeks of one kind of supply."""

    project: str
    name: str
    cells: tuple[Worth, ...]

    @property
    def supply(self) -> float:
        """Units times weeks that were given."""
        return sum(c.supply for c in self.cells)

    @property
    def lost(self) -> float:
        """Units times weeks lost to ramp-up and mentoring."""
        return sum(c.lost for c in self.cells)

    @property
    def effective(self) -> float:
        """Units times weeks that worked."""
        return sum(c.effective for c in self.cells)


@dataclass(frozen=True, slots=True)
class StayRow:
    """Some of a pool at a project, from coming to leaving, and what one of them did there."""

    name: str
    pool: str
    week: date
    weeks: int
    stays: bool
    amount: float
    effective: float
    unit: str


@once
def worth(reading: Reading, kind: str) -> list[WorthRow]:
    """The projects that have something of a kind, those that lose most to ramp-up first."""
    problem = reading.problem
    table = reading.plan.effective
    if table.empty:  # a plan of before there was this table
        table = effective(problem, reading.policy, reading.plan.allocation)
    kinds = {(n.project, n.need): n.kind for n in problem.needs}
    sums: dict[str, dict[int, list[float]]] = defaultdict(lambda: defaultdict(lambda: [0.0] * 4))
    for week, project, need, nominal, supply, ramp, mentor, left in rows(table):
        if kinds.get((project, need)) == kind:
            cell = sums[project][problem.week_index(week)]
            for place, value in enumerate((nominal, supply, ramp + mentor, left)):
                cell[place] += float(value)
    found = [
        WorthRow(
            project, reading.label(project),
            tuple(Worth(week, *weeks.get(t, [0.0] * 4)) for t, week in enumerate(problem.weeks)),
        )
        for project, weeks in sums.items()
    ]  # fmt: skip
    return sorted(found, key=lambda row: (-row.lost, row.name))


@once
def brought(reading: Reading, kind: str) -> list[StayRow]:
    """What every stay of a kind brought, the largest first."""
    problem = reading.problem
    found = [
        StayRow(reading.label(s.project), s.pool, s.week, s.weeks, s.stays, s.amount, s.effective, problem.unit(s.pool))
        for s in stays(problem, reading.policy, reading.plan.allocation)
        if s.kind == kind
    ]
    return sorted(found, key=lambda s: (-s.amount * s.weeks, s.name, s.pool, s.week))
