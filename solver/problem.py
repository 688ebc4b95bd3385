"""Problem: all records of a portfolio together, frozen, cross-checked and with a digest."""

from __future__ import annotations

import dataclasses
import hashlib
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from typing import Any

from solver.columns import write_cell
from solver.crosschecks import cross_check
from solver.faults import Fault, InvalidInput
from solver.records import (
    AFTERWARDS,
    ENGINEER,
    GPU,
    TABLES,
    Actual,
    Baseline,
    Capacity,
    Eligible,
    Floor,
    Link,
    Need,
    Person,
    Pin,
    Policy,
    Pool,
    Portfolio,
    Profile,
    Project,
    Risk,
    Signal,
    Stance,
    Trigger,
    columns,
    sort_key,
)
from solver.serving.records import Demand, LanguageModel, Lever, Service, Sku, Throughput

DEFAULT_STEP = {GPU: 1.0, ENGINEER: 0.1}


@dataclass(frozen=True)
class Problem:
    """A portfolio as the planner sees it. Tables are sorted by key; an object that exists is valid.

    Raises InvalidInput with every fault when the records do not fit together.
    """

    portfolio: tuple[Portfolio, ...]
    pools: tuple[Pool, ...] = ()
    capacity: tuple[Capacity, ...] = ()
    projects: tuple[Project, ...] = ()
    needs: tuple[Need, ...] = ()
    eligible: tuple[Eligible, ...] = ()
    profiles: tuple[Profile, ...] = ()
    baseline: tuple[Baseline, ...] = ()
    links: tuple[Link, ...] = ()
    pins: tuple[Pin, ...] = ()
    policies: tuple[Policy, ...] = ()
    stances: tuple[Stance, ...] = ()
    floors: tuple[Floor, ...] = ()
    signals: tuple[Signal, ...] = ()
    triggers: tuple[Trigger, ...] = ()
    models: tuple[LanguageModel, ...] = ()
    skus: tuple[Sku, ...] = ()
    services: tuple[Service, ...] = ()
    demand: tuple[Demand, ...] = ()
    levers: tuple[Lever, ...] = ()
    throughput: tuple[Throughput, ...] = ()
    people: tuple[Person, ...] = ()
    risks: tuple[Risk, ...] = ()
    actuals: tuple[Actual, ...] = ()

    def __post_init__(self) -> None:
        for table in TABLES:
            object.__setattr__(self, table, tuple(sorted(getattr(self, table), key=sort_key)))
        faults = cross_check(self.tables())
        if faults:
            raise InvalidInput(faults)

    @classmethod
    def from_tables(cls, tables: Mapping[str, Iterable[Any]]) -> Problem:
        """A Problem from records by table name; tables not named are empty."""
        return cls(**{name: tuple(tables.get(name, ())) for name in TABLES})

    def tables(self) -> dict[str, tuple[Any, ...]]:
        """The records by table name, in the order of `TABLES`."""
        return {name: getattr(self, name) for name in TABLES}

    def replace(self, **tables: Iterable[Any]) -> Problem:
        """This problem with whole tables exchanged: a what-if. Raises InvalidInput."""
        return dataclasses.replace(self, **{name: tuple(rows) for name, rows in tables.items()})

    def exchange(self, put: Mapping[str, Iterable[Any]], gone: Mapping[str, Iterable[Any]] | None = None) -> Problem:
        """This problem with some records put in, each under its key, and others, as they are here, taken out.

        What stays is not judged cell by cell again, and not sorted again. Raises InvalidInput.
        """
        written = {name: tuple(rows) for name, rows in put.items()}
        taken = gone or {}
        made = object.__new__(type(self))
        for name, rows in self.tables().items():
            changed = written.get(name) or taken.get(name)
            after = _exchanged(rows, written.get(name, ()), taken.get(name, ())) if changed else rows
            object.__setattr__(made, name, after)
        faults = cross_check(made.tables(), written=written)
        if faults:
            raise InvalidInput(faults)
        return made

    @cached_property
    def digest(self) -> str:
        """`sha256:...` over every cell that is planned with; equal for equal problems however they were read."""
        digest = hashlib.sha256()
        for table, rows in self.tables().items():
            if table in AFTERWARDS:
                continue
            digest.update(f"[{table}]\n".encode())
            for row in rows:
                cells = (write_cell(c, getattr(row, c.attribute)) for c in columns(table))
                digest.update(("\x1f".join(cells) + "\n").encode())
        return "sha256:" + digest.hexdigest()

    # -- time ------------------------------------------------------------------------------------

    @property
    def head(self) -> Portfolio:
        """The one row of portfolio.csv."""
        return self.portfolio[0]

    @cached_property
    def weeks(self) -> tuple[date, ...]:
        """The Mondays of the horizon."""
        return tuple(self.head.start + timedelta(weeks=t) for t in range(self.head.weeks))

    def week_index(self, day: date) -> int:
        """The week of a date counted from the first; may lie outside the horizon."""
        return (day - self.head.start).days // 7

    @cached_property
    def worth(self) -> tuple[float, ...]:
        """What a value of 1 counts in each week: 1 / (1 + discount)^t, t = 0 in the first."""
        return tuple((1.0 + self.head.discount) ** -t for t in range(self.head.weeks))

    # -- look-ups --------------------------------------------------------------------------------

    @cached_property
    def pool(self) -> dict[str, Pool]:
        """Pools by id."""
        return {p.pool: p for p in self.pools}

    @cached_property
    def project(self) -> dict[str, Project]:
        """Projects by id."""
        return {p.project: p for p in self.projects}

    @cached_property
    def policy(self) -> dict[str, Policy]:
        """Policies by id."""
        return {p.policy: p for p in self.policies}

    @cached_property
    def needs_of(self) -> dict[str, tuple[Need, ...]]:
        """Needs by project id; projects without needs are there with an empty tuple."""
        return self._group(self.needs, "project", [p.project for p in self.projects])

    @cached_property
    def pools_of(self) -> dict[tuple[str, str], tuple[Eligible, ...]]:
        """Eligible pools by (project, need)."""
        found: dict[tuple[str, str], list[Eligible]] = defaultdict(list)
        for row in self.eligible:
            found[row.project, row.need].append(row)
        return {(n.project, n.need): tuple(found[n.project, n.need]) for n in self.needs}

    @cached_property
    def baseline_of(self) -> dict[tuple[str, str, str], float]:
        """Amounts today by (project, need, pool)."""
        return {(b.project, b.need, b.pool): b.amount for b in self.baseline}

    @cached_property
    def profile_of(self) -> dict[tuple[str, str], dict[int, float]]:
        """Amounts by elapsed week, by (project, item); only where there are rows."""
        found: dict[tuple[str, str], dict[int, float]] = {}
        for row in self.profiles:
            found.setdefault((row.project, row.item), {})[row.elapsed] = row.amount
        return found

    def stances_of(self, policy: str) -> Mapping[str, Stance]:
        """A policy's stances by project id; projects without one are `normal`."""
        return self._stances.get(policy, {})

    @cached_property
    def _stances(self) -> dict[str, dict[str, Stance]]:
        found: dict[str, dict[str, Stance]] = defaultdict(dict)
        for row in self.stances:
            found[row.policy][row.project] = row
        return found

    @cached_property
    def links_of(self) -> dict[str, tuple[Link, ...]]:
        """The links that a project is in, as the one or as the other, by project id."""
        found: dict[str, list[Link]] = {p.project: [] for p in self.projects}
        for row in self.links:
            for project in dict.fromkeys((row.project, row.other)):
                found[project].append(row)
        return {project: tuple(rows) for project, rows in found.items()}

    def floors_of(self, policy: str) -> tuple[Floor, ...]:
        """A policy's floors."""
        return tuple(f for f in self.floors if f.policy == policy)

    def supply(self, pool: str) -> tuple[float, ...]:
        """The capacity of a pool in each week of the horizon."""
        return self._supplies[pool]

    @cached_property
    def _supplies(self) -> dict[str, tuple[float, ...]]:
        found: dict[str, list[Capacity]] = defaultdict(list)
        for row in self.capacity:
            found[row.pool].append(row)
        result = {}
        for pool in self.pools:
            amounts, rows = [], sorted(found[pool.pool], key=lambda c: c.week)
            for week in self.weeks:
                before = [c.amount for c in rows if c.week <= week]
                amounts.append(before[-1] if before else 0.0)
            result[pool.pool] = tuple(amounts)
        return result

    def budget_weeks(self, pool: str) -> tuple[int, ...]:
        """For each week the first week of those that share its capacity: itself, unless the pool is a budget.

        A pool with period=horizon has one budget for all weeks from a row of its capacity until the next.
        """
        weeks = range(self.head.weeks)
        if self.pool[pool].period == "week":
            return tuple(weeks)
        starts = sorted({max(0, self.week_index(row.week)) for row in self.capacity if row.pool == pool} | {0})
        return tuple(max(first for first in starts if first <= t) for t in weeks)

    def step(self, pool: str) -> float:
        """The smallest amount of a pool that can be given; 0 means any amount."""
        row = self.pool[pool]
        return row.step if row.step is not None else DEFAULT_STEP.get(row.kind, 0.0)

    def unit(self, pool: str) -> str:
        """The unit of a pool's amounts."""
        row = self.pool[pool]
        return row.unit or {GPU: "node", ENGINEER: "FTE"}.get(row.kind, self.head.currency)

    def window(self, policy: str) -> tuple[int, int]:
        """The weeks `first <= t < last` in which a policy is in force, cut to the horizon."""
        row = self.policy[policy]
        first = self.week_index(row.start) if row.start else 0
        last = self.week_index(row.end) if row.end else self.head.weeks
        return max(0, first), min(self.head.weeks, last)

    @staticmethod
    def _group(rows: Iterable[Any], attribute: str, keys: Iterable[str]) -> dict[str, tuple[Any, ...]]:
        found: dict[str, list[Any]] = {key: [] for key in keys}
        for row in rows:
            found.setdefault(getattr(row, attribute), []).append(row)
        return {key: tuple(group) for key, group in found.items()}


__all__ = ["Fault", "InvalidInput", "Problem"]


def _exchanged(rows: tuple[Any, ...], put: Iterable[Any], gone: Iterable[Any]) -> tuple[Any, ...]:
    """Rows in the order of their keys, with some put in and some taken out."""
    now = list(rows)
    for record in gone:
        del now[_place(now, record)]
    for record in put:
        place = _place(now, record)
        there = place < len(now) and sort_key(now[place]) == sort_key(record)
        now[place : place + there] = [record]
    return tuple(now)


def _place(rows: list[Any], record: Any) -> int:
    """Where a record of that key stands, or would."""
    return bisect_left(rows, sort_key(record), key=sort_key)
