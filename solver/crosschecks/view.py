"""The tables of a portfolio with the look-ups that checks share, and how a check is declared."""

from __future__ import annotations

import math
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

from solver.columns import write_cell
from solver.faults import Fault
from solver.records import (
    ENGINEER,
    GPU,
    TABLES,
    Capacity,
    Eligible,
    Floor,
    Need,
    Policy,
    Pool,
    Portfolio,
    Project,
    columns,
    key_of,
)

Tables = Mapping[str, tuple[Any, ...]]
TOLERANCE = 1e-6
YEARS = range(1900, 9001)
"""Years in which a portfolio may start, so that no week leaves the calendar."""
_STEP = {GPU: 1.0, ENGINEER: 0.1}


class View:
    """Sound records by table, and `known`: these plus the drafts, of which only the keys may be trusted."""

    def __init__(self, tables: Tables, drafts: Tables) -> None:
        self.rows: dict[str, tuple[Any, ...]] = {name: tuple(tables.get(name, ())) for name in TABLES}
        self.known: dict[str, tuple[Any, ...]] = {
            name: (*self.rows[name], *drafts[name]) if drafts.get(name) else self.rows[name] for name in TABLES
        }

    @cached_property
    def head(self) -> Portfolio | None:
        """The portfolio, None unless there is exactly one whose weeks the calendar has."""
        rows = self.rows["portfolio"]
        return rows[0] if len(rows) == 1 and rows[0].start.year in YEARS else None

    @cached_property
    def pool(self) -> dict[str, Pool]:
        return {p.pool: p for p in self.rows["pools"]}

    @cached_property
    def project(self) -> dict[str, Project]:
        return {p.project: p for p in self.rows["projects"]}

    @cached_property
    def fixed(self) -> frozenset[Project]:
        """Builds with a fixed schedule."""
        return frozenset(p for p in self.rows["projects"] if p.kind == "build" and p.schedule == "fixed")

    @cached_property
    def policy(self) -> dict[str, Policy]:
        return {p.policy: p for p in self.rows["policies"]}

    @cached_property
    def need(self) -> dict[tuple[str, str], Need]:
        return {(n.project, n.need): n for n in self.rows["needs"]}

    @cached_property
    def eligible(self) -> frozenset[tuple[str, str, str]]:
        """Known (project, need, pool)."""
        return frozenset((e.project, e.need, e.pool) for e in self.known["eligible"])

    @cached_property
    def pools_of(self) -> dict[tuple[str, str], list[Eligible]]:
        found: dict[tuple[str, str], list[Eligible]] = defaultdict(list)
        for row in self.rows["eligible"]:
            found[row.project, row.need].append(row)
        return found

    @cached_property
    def baseline(self) -> dict[tuple[str, str, str], float]:
        return {(b.project, b.need, b.pool): b.amount for b in self.rows["baseline"]}

    @cached_property
    def known_ids(self) -> dict[str, frozenset[Any]]:
        """What may be referred to, by table: (project, need) for needs, else the first part of the key."""
        return {
            name: frozenset(
                (r.project, r.need) if name == "needs" else getattr(r, columns(name)[0].attribute) for r in rows
            )
            for name, rows in self.known.items()
        }

    @cached_property
    def needs_of(self) -> dict[str, list[str]]:
        """Ids of the known needs by project."""
        found: dict[str, list[str]] = defaultdict(list)
        for row in self.known["needs"]:
            found[row.project].append(row.need)
        return found

    def stands(self, row: Any) -> bool:
        """Whether the project, need and pool that a row names are known; what is unknown is reported once."""
        ids = self.known_ids
        return (row.project, row.need) in ids["needs"] and (row.pool is None or row.pool in ids["pools"])

    def step(self, pool: Pool) -> float:
        """The smallest amount of a pool that can be given; 0 means any amount."""
        return pool.step if pool.step is not None else _STEP.get(pool.kind, 0.0)

    def index(self, day: date) -> int:
        """The week of a date, counted from the first."""
        return (day - self.head.start).days // 7 if self.head else 0

    def window(self, policy: Policy) -> tuple[int, int]:
        """The weeks `first <= t < last` in which a policy is in force, cut to the horizon."""
        weeks = self.head.weeks if self.head else 0
        first = self.index(policy.start) if policy.start else 0
        last = self.index(policy.end) if policy.end else weeks
        return max(0, first), min(weeks, last)

    def supply(self, pool: str) -> list[float]:
        """The capacity of a pool in each week; without end for one nobody knows, which is another check's matter."""
        weeks = self.head.weeks if self.head else 0
        return self._supplies[pool][1:] if pool in self._supplies else [math.inf] * weeks

    def supply_today(self, pool: str) -> float:
        """The most a pool can have in use at the turn to the first week: what it had the week before, or has then."""
        return max(self._supplies[pool][:2]) if pool in self._supplies else math.inf

    @cached_property
    def _supplies(self) -> dict[str, list[float]]:
        """The capacity by pool, from the week before the first to the last."""
        found: dict[str, list[Capacity]] = {p: [] for p in self.known_ids["pools"]}
        for row in self.rows["capacity"]:
            found.setdefault(row.pool, []).append(row)
        weeks = range(-1, self.head.weeks if self.head else 1)
        return {pool: self._by_week(rows, weeks) for pool, rows in found.items()}

    def _by_week(self, rows: list[Capacity], weeks: range) -> list[float]:
        rows = sorted(rows, key=lambda c: c.week)
        starts = [self.index(c.week) for c in rows]
        amounts = [0.0, *(c.amount for c in rows)]
        return [amounts[bisect_right(starts, t)] for t in weeks]

    def floor_size(self, floor: Floor) -> float:
        """What a floor asks for: its amount, or its share of the baseline on its pool or on all pools of the need."""
        if floor.amount is not None:
            return floor.amount
        key = (floor.project, floor.need)
        if floor.pool is not None:
            base = self.baseline.get((*key, floor.pool), 0.0)
        else:
            base = sum(e.rate * self.baseline.get((*key, e.pool), 0.0) for e in self.pools_of[key])
        return (floor.share or 0.0) * base


@dataclass(frozen=True, slots=True)
class Check:
    """One check. `keys`: tables of which every key, `whole`: tables of which every cell must have been read for it."""

    run: Callable[[View], Iterator[Fault]]
    keys: frozenset[str] = frozenset()
    whole: frozenset[str] = frozenset()

    def __call__(self, view: View) -> Iterator[Fault]:
        return self.run(view)

    @property
    def name(self) -> str:
        """What is checked, in words."""
        return self.run.__name__.replace("_", " ")


def check(
    *, keys: tuple[str, ...] = (), whole: tuple[str, ...] = ()
) -> Callable[[Callable[[View], Iterator[Fault]]], Check]:
    """Declare a function as a check over a View."""
    return lambda run: Check(run, frozenset(keys), frozenset(whole))


def fault(table: str, record: Any, column: str, message: str, right: str = "") -> Fault:
    """The fault of one cell of a record."""
    col = next(c for c in columns(table) if c.name == column)
    value = write_cell(col, getattr(record, col.attribute))
    return Fault(table=table, message=message, right=right, key=key_of(record), column=column, value=value)


def some(names: list[str], most: int = 5) -> str:
    """The first few names as a list in words."""
    return ", ".join(names[:most]) + (" ..." if len(names) > most else "")
