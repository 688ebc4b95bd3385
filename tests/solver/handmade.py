"""Portfolios and plans written by hand: amounts and paces are given, the other tables follow from them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from typing import Any

import pandas as pd

from solver.classes import COMPLETE_AT
from solver.plan import COLUMNS, SPARE, Plan
from solver.problem import Problem
from solver.records import Baseline, Capacity, Eligible, Need, Policy, Pool, Portfolio, Project

START = date(2025, 12, 1)
Key = tuple[str, str, str]
Paces = Sequence[float | None]


def week(t: int) -> date:
    """The Monday of week t, the first being 0."""
    return START + timedelta(weeks=t)


def gpu_pool(pool: str = "h100", amount: float = 10, **facts: Any) -> dict[str, list[Any]]:
    """A pool of nodes with the same supply in every week."""
    return {
        "pools": [Pool(pool=pool, kind="gpu", type="h100", **facts)],
        "capacity": [Capacity(pool=pool, week=START, amount=amount)],
    }


def ml_pool(pool: str = "ml", amount: float = 10, **facts: Any) -> dict[str, list[Any]]:
    """A pool of engineers with the same supply in every week."""
    return {
        "pools": [Pool(pool=pool, kind="engineer", type="ml", **facts)],
        "capacity": [Capacity(pool=pool, week=START, amount=amount)],
    }


def project(
    name: str,
    full: float = 4,
    *,
    kind: str = "run",
    pools: Sequence[str] = ("h100",),
    of: str = "gpu",
    minimum: float = 0,
    standby: float = 0,
    today: float = 0,
    rate: float = 1,
    **facts: Any,
) -> dict[str, list[Any]]:
    """A project with one need, called as its kind of supply; `today` is its baseline on the first pool."""
    facts = {"priority": 1, "value": 1.0} | ({"duration": 2.0} if kind == "build" else {}) | facts
    need = Need(project=name, need=of, kind=of, full=full, minimum=minimum, standby=standby)
    return {
        "projects": [Project(project=name, kind=kind, **facts)],
        "needs": [need],
        "eligible": [Eligible(project=name, need=of, pool=pool, rate=rate) for pool in pools],
        "baseline": [Baseline(project=name, need=of, pool=pools[0], amount=today)] if today else [],
    }


def policy(**facts: Any) -> dict[str, list[Any]]:
    """The policy `normal`, without ramps unless they are given."""
    facts = {"kind": "normal", "gpu_ramp": (0.0,), "engineer_ramp": (0.0,), "mentor": 0.0} | facts
    return {"policies": [Policy(policy="normal", **facts)]}


def portfolio(*parts: Mapping[str, Iterable[Any]], weeks: int = 4) -> Problem:
    """A problem of all the parts; a plain policy is added where none is given."""
    tables: dict[str, list[Any]] = {"portfolio": [Portfolio(portfolio="tiny", start=START, weeks=weeks)]}
    for part in parts:
        for table, rows in part.items():
            tables.setdefault(table, []).extend(rows)
    if "policies" not in tables:
        tables |= policy()
    return Problem.from_tables(tables)


def plan_of(problem: Problem, amounts: Mapping[Key, Sequence[float]], paces: Mapping[str, Paces]) -> Plan:
    """The plan that publishes these amounts and paces; a pace of None is off. What is not named is nothing and off."""
    name = problem.policies[0].policy
    head = problem.head
    rows = {
        "allocation": [
            (problem.weeks[t], *key, amount) for key, row in amounts.items() for t, amount in enumerate(row) if amount
        ],
        "pace": [row for p in problem.projects for row in _paces(problem, p.project, paces.get(p.project, ()))],
        "moves": list(_moves(problem, amounts)),
        "utilisation": list(_utilisation(problem, amounts)),
        "reasons": [],
    }
    frames = {table: pd.DataFrame(rows.get(table, []), columns=list(columns)) for table, columns in COLUMNS.items()}
    return Plan(head.portfolio, name, head.start, head.weeks, **frames)


def _paces(problem: Problem, name: str, paces: Paces) -> Iterable[tuple[Any, ...]]:
    row = problem.project[name]
    progress = 1.0 if row.status == "done" else row.progress
    started = row.status in ("running", "paused")
    for t, day in enumerate(problem.weeks):
        pace = paces[t] if t < len(paces) else None
        done = row.status == "done" or (row.kind == "build" and progress >= COMPLETE_AT)
        off = "complete" if done else "paused" if started else "waiting"
        started = started or pace is not None
        progress = min(1.0, progress + (pace or 0.0) / row.duration) if row.kind == "build" else progress
        yield day, name, off if pace is None else "running", pace or 0.0, round(progress, 6)


def _moves(problem: Problem, amounts: Mapping[Key, Sequence[float]]) -> Iterable[tuple[Any, ...]]:
    for pool in problem.pool:
        before = Counter[str]()
        for (name, _, source), amount in problem.baseline_of.items():
            before[name] += amount if source == pool else 0.0  # type: ignore[assignment]
        for t, day in enumerate(problem.weeks):
            now = Counter[str]()
            for (name, _, source), row in amounts.items():
                now[name] += row[t] if source == pool else 0.0  # type: ignore[assignment]
            yield from _match(day, pool, {p: now[p] - before[p] for p in sorted(now | before)})
            before = now


def _match(day: date, pool: str, changes: Mapping[str, float]) -> Iterable[tuple[Any, ...]]:
    """Givers to takers in the order of their names, the rest from or to spare."""
    gives = {p: -c for p, c in changes.items() if c < 0}
    for taker, wanted in ((p, c) for p, c in changes.items() if c > 0):
        missing = wanted
        for giver, left in list(gives.items()):
            moved = min(left, missing)
            if moved > 0:
                yield day, pool, giver, taker, moved
                gives[giver], missing = left - moved, missing - moved
        if missing > 0:
            yield day, pool, SPARE, taker, missing
    yield from ((day, pool, giver, SPARE, left) for giver, left in gives.items() if left > 0)


def _utilisation(problem: Problem, amounts: Mapping[Key, Sequence[float]]) -> Iterable[tuple[Any, ...]]:
    for pool in problem.pool:
        for t, (day, there) in enumerate(zip(problem.weeks, problem.supply(pool), strict=True)):
            used = sum(row[t] for (_, _, source), row in amounts.items() if source == pool)
            yield day, pool, there, used, there - used, 0.0
