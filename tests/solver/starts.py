"""Brute force over the starts of tiny candidate portfolios, in plain numbers, and such portfolios at random."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product
from random import Random
from typing import Any

from solver.problem import Problem
from solver.records import Capacity, Eligible, Link, Need, Policy, Pool, Portfolio, Profile, Project
from tests.solver.handmade import START, week

Starts = tuple[int | None, ...]


def candidate(
    name: str, profiles: dict[str, list[float]], *, pools: dict[str, str] | None = None, full: float = 9, **facts: Any
) -> dict[str, list[Any]]:
    """A build with a fixed schedule; each need takes from the pool of its name, `value` is what it yields."""
    facts = {"kind": "build", "priority": 0, "value": 0.0, "schedule": "fixed"} | facts
    needs = [item for item in profiles if item != "value"]
    return {
        "projects": [Project(project=name, **facts)],
        "needs": [Need(project=name, need=n, kind="money", full=full) for n in needs],
        "eligible": [Eligible(project=name, need=n, pool=(pools or {}).get(n, n)) for n in needs],
        "profiles": [
            Profile(project=name, item=item, elapsed=e, amount=amount)
            for item, amounts in profiles.items() for e, amount in enumerate(amounts)
        ],
    }  # fmt: skip


def money(pool: str, *amounts: float, period: str = "week") -> dict[str, list[Any]]:
    """A money pool with an amount from each week on; None keeps the last."""
    return {
        "pools": [Pool(pool=pool, kind="money", type="budget", period=period)],
        "capacity": [Capacity(pool=pool, week=week(t), amount=a) for t, a in enumerate(amounts) if a is not None],
    }


def links(*rows: tuple[str, str, str]) -> dict[str, list[Any]]:
    """Links between projects."""
    return {"links": [Link(project=p, relation=relation, other=other) for p, relation, other in rows]}


def candidates(*parts: dict[str, list[Any]], weeks: int = 4, discount: float = 0.0, **facts: Any) -> Problem:
    """A portfolio of candidates under the policy `normal`."""
    facts = {"kind": "normal", "tolerance": 0.0} | facts
    tables: dict[str, list[Any]] = {
        "portfolio": [Portfolio(portfolio="tiny", start=START, weeks=weeks, discount=discount)],
        "policies": [Policy(policy="normal", **facts)],
    }
    for part in parts:
        for table, rows in part.items():
            tables.setdefault(table, []).extend(rows)
    return Problem.from_tables(tables)


def at_random(seed: int) -> Problem:
    """Four candidates over five weeks: a budget of each week, one of the whole time, links and a discount."""
    draw, weeks = Random(seed), 5
    parts = [
        money("cash", 4, *(draw.choice([None, 3, 5]) for _ in range(weeks - 1))),
        money("total", draw.choice([9, 14]), None, draw.choice([None, 6]), period="horizon"),
    ]
    names = ("a", "b", "c", "d")
    for name in names:
        duration = draw.choice([1, 2, 3])
        cost = [float(draw.randint(0, 3)) for _ in range(duration)]
        value = [float(draw.randint(0, 9)) for _ in range(duration + draw.choice([0, 2]))]
        profiles = {"cash": cost, "total": cost} | ({"value": value} if draw.random() < 0.7 else {})
        facts: dict[str, Any] = {"duration": duration, "value": draw.choice([1.0, 4.0])}
        if draw.random() < 0.2 and name in "ac":
            facts |= {"status": "running", "progress": draw.randrange(duration) / duration}
        elif draw.random() < 0.2:
            facts["must"] = "in"
        facts["benefit"] = draw.choice(["completion", "progress"])
        facts["earliest"] = week(1) if draw.random() < 0.2 and "status" not in facts else None
        parts.append(candidate(name, profiles, **facts))
    parts.append(
        links(("b", draw.choice(["requires", "excludes"]), "a"), ("d", draw.choice(["requires", "excludes"]), "c"))
    )
    return candidates(*parts, weeks=weeks, discount=draw.choice([0.0, 0.1]))


@dataclass(frozen=True)
class Best:
    """The best value there is, and the starts that give it."""

    value: float
    starts: dict[str, int | None]


def best(problem: Problem) -> Best | None:
    """Every start of every candidate tried; one class only. None if there is no plan."""
    choices = [_choices(problem, p) for p in problem.projects]
    found: Best | None = None
    for starts in product(*choices):
        chosen = dict(zip(problem.project, starts, strict=True))
        value = sum(_value(problem, problem.project[n], s) for n, s in chosen.items())
        if (found is None or value > found.value + 1e-9) and _fits(problem, chosen):
            found = Best(value, chosen)
    return found


def _choices(problem: Problem, p: Project) -> list[int | None]:
    duration = round(p.duration or 1)
    if p.status == "running":
        return [-round(p.progress * duration)]
    first = max(0, problem.week_index(p.earliest)) if p.earliest else 0
    if p.must == "in":
        return list(range(first, problem.head.weeks - duration + 1))
    return [None, *range(first, problem.head.weeks)]


def _value(problem: Problem, p: Project, start: int | None) -> float:
    """What a start yields in the weeks of the horizon, each by its worth."""
    if start is None:
        return 0.0
    profile = {r.elapsed: r.amount for r in problem.profiles if (r.project, r.item) == (p.project, "value")}
    duration, total = round(p.duration or 1), 0.0
    for t in range(max(0, start), problem.head.weeks):
        if profile:
            given = profile.get(t - start, 0.0)
        elif p.benefit == "completion":
            given = p.value if t >= start + duration else 0.0
        else:
            given = p.value * min(1.0, (t - start + 1) / duration)
        total += given / (1 + problem.head.discount) ** t
    return total


def _fits(problem: Problem, starts: dict[str, int | None]) -> bool:
    return _within(problem, starts) and all(_linked(problem, link, starts) for link in problem.links)


def _within(problem: Problem, starts: dict[str, int | None]) -> bool:
    for pool in problem.pools:
        used = [0.0] * problem.head.weeks
        for row in problem.profiles:
            start = starts[row.project]
            served = any((e.project, e.need, e.pool) == (row.project, row.item, pool.pool) for e in problem.eligible)
            if served and start is not None and 0 <= start + row.elapsed < len(used):
                used[start + row.elapsed] += row.amount
        supply, since = problem.supply(pool.pool), 0
        begins = {problem.week_index(c.week) for c in problem.capacity if c.pool == pool.pool}
        for t in range(len(used)):
            since = t if pool.period == "week" or t in begins else since
            if sum(used[since : t + 1]) > supply[t] + 1e-9:
                return False
    return True


def _linked(problem: Problem, link: Link, starts: dict[str, int | None]) -> bool:
    mine, other = starts[link.project], starts[link.other]
    if link.relation == "excludes":
        return mine is None or other is None
    if mine is None:
        return True
    return other is not None and max(mine, 0) >= other + round(problem.project[link.other].duration or 1)
