"""The utilisation heatmap: pools by weeks, each cell with its number and its step of the scale."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from app.web.reading.frames import Reading, once, rows


@dataclass(frozen=True, slots=True)
class Cell:
    """One pool in one week; `percent` is None where there is no capacity."""

    week: date
    capacity: float
    used: float

    @property
    def percent(self) -> float | None:
        """Used in percent of the capacity."""
        return 100.0 * self.used / self.capacity if self.capacity > 0 else None

    @property
    def step(self) -> str:
        """The step of the colour scale: 0 to 5, or `none`."""
        return "none" if self.percent is None else str(min(5, int((self.percent + 0.5) // 20)))


@dataclass(frozen=True, slots=True)
class PoolRow:
    """A pool's weeks on the heatmap."""

    pool: str
    name: str
    kind: str
    unit: str
    cells: tuple[Cell, ...]

    @property
    def mean(self) -> float | None:
        """Use over the horizon in percent of supply over the horizon."""
        supply = sum(c.capacity for c in self.cells)
        return 100.0 * sum(c.used for c in self.cells) / supply if supply > 0 else None


@once
def heatmap(reading: Reading) -> list[PoolRow]:
    """Pools of GPUs first, then engineers, then money."""
    problem = reading.problem
    used = {
        (pool, problem.week_index(week)): (float(capacity), float(amount))
        for week, pool, capacity, amount, _, _ in rows(reading.plan.utilisation)
    }
    order = {"gpu": 0, "engineer": 1, "money": 2}
    found = []
    for row in sorted(problem.pools, key=lambda p: (order[p.kind], p.pool)):
        supply = problem.supply(row.pool)
        cells = (
            Cell(week, *used.get((row.pool, t), (supply[t], 0.0))) for t, week in enumerate(problem.weeks)
        )  # fmt: skip
        found.append(PoolRow(row.pool, row.name or row.pool, row.kind, problem.unit(row.pool), tuple(cells)))
    return found
