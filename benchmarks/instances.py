"""Public instances of project selection as ordinary portfolios of builds with a fixed schedule.

python -m benchmarks.instances PI_1_1000.json out/     one folder
python -m benchmarks.instances mknapcb1.txt out/       one folder per instance
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from datetime import date, timedelta
from itertools import islice
from pathlib import Path
from typing import Any

from solver.folder import write_folder
from solver.problem import Problem
from solver.records import Capacity, Eligible, Link, Need, Policy, Pool, Portfolio, Profile, Project

MONDAY = date(2025, 12, 1)
Tables = dict[str, list[Any]]


def week(t: int) -> date:
    """The Monday of period t, the first being 0."""
    return MONDAY + timedelta(weeks=t)


def read(path: Path) -> Iterator[Problem]:
    """Every instance of a file, by its ending."""
    if path.suffix == ".json":
        yield selection_and_scheduling(json.loads(path.read_text(encoding="utf-8")))
    else:
        yield from knapsacks(path.read_text(encoding="utf-8"), path.stem)


def _head(name: str, title: str, weeks: int, discount: float = 0.0) -> Tables:
    return {
        "portfolio": [Portfolio(portfolio=name, name=title, start=MONDAY, weeks=weeks, discount=discount)],
        "policies": [Policy(policy="select", name="Select the best portfolio", kind="normal", tolerance=0.0)],
        "pools": [], "capacity": [], "projects": [], "needs": [], "eligible": [], "profiles": [], "links": [],
    }  # fmt: skip


def _pool(tables: Tables, pool: str, amounts: dict[int, float], period: str = "week") -> None:
    tables["pools"].append(Pool(pool=pool, kind="money", type="budget", step=0.0, period=period))
    tables["capacity"] += [Capacity(pool=pool, week=week(t), amount=a) for t, a in amounts.items()]


def _takes(tables: Tables, project: str, need: str, pool: str, amounts: dict[int, float]) -> None:
    """A need with its profile; nothing where it takes nothing."""
    if not any(amounts.values()):
        return
    tables["needs"].append(Need(project=project, need=need, kind="money", full=max(amounts.values())))
    tables["eligible"].append(Eligible(project=project, need=need, pool=pool))
    _profile(tables, project, need, amounts)


def _profile(tables: Tables, project: str, item: str, amounts: dict[int, float]) -> None:
    rows = [Profile(project=project, item=item, elapsed=e, amount=a) for e, a in amounts.items() if a > 0]
    tables["profiles"] += rows


# -- project selection and scheduling: Liu's PPSSP instances --------------------------------------------


def selection_and_scheduling(instance: dict[str, Any]) -> Problem:
    """Candidates with a cost and a value per period, prerequisites and exclusions; a period is a week.

    Budgets per period: total, for the first periods of projects, and for their later ones; one budget per stream for
    the costs within the periods in which projects may start; and how many may start in a period.
    """
    weeks, window = int(instance["budget_window"]), int(instance["planning_window"])
    name = str(instance["id"]).lower()
    tables = _head(name, f"Selection and scheduling {name}", weeks, float(instance["discount_rate"]))
    _budgets(tables, instance, window)
    for number, row in enumerate(instance["projects"]):
        _candidate(tables, number, row)
    pairs = sorted({tuple(sorted((n, o))) for n, row in enumerate(instance["projects"]) for o in row["excl"]})
    tables["links"] += [Link(project=_name(a), relation="excludes", other=_name(b)) for a, b in pairs]
    return Problem.from_tables(tables)


def _budgets(tables: Tables, instance: dict[str, Any], window: int) -> None:
    _pool(tables, "total", dict(enumerate(instance["budget"])))
    _pool(tables, "ongoing", dict(enumerate(instance["ongoing_budget"])))
    _pool(tables, "initiation", dict(enumerate(instance["initiation_budget"][:window])) | {window: 0.0})
    _pool(tables, "starts", {0: float(instance["initiation_range"][1]), window: 0.0})
    unlimited = sum(sum(row["cost"]) for row in instance["projects"])
    for stream, amount in enumerate(instance["stream_budget"]):
        _pool(tables, f"stream-{stream}", {0: amount, window: unlimited}, "horizon")


def _name(number: int) -> str:
    return f"p{number:04}"


def _candidate(tables: Tables, number: int, row: dict[str, Any]) -> None:
    project, cost = _name(number), dict(enumerate(row["cost"]))
    tables["projects"].append(
        Project(
            project=project, name=row["name"], program=f"stream {row['stream']}", kind="build", priority=0, value=0.0,
            duration=float(row["duration"]), schedule="fixed",
        )
    )  # fmt: skip
    _takes(tables, project, "total", "total", cost)
    _takes(tables, project, "initiation", "initiation", {0: cost[0]})
    _takes(tables, project, "ongoing", "ongoing", {e: c for e, c in cost.items() if e > 0})
    _takes(tables, project, "starts", "starts", {0: 1.0})
    _takes(tables, project, "stream", f"stream-{row['stream']}", cost)
    _profile(tables, project, "value", dict(enumerate(row["value"])))
    tables["links"] += [Link(project=project, relation="requires", other=_name(other)) for other in row["prereq"]]


# -- knapsacks with several budgets: Chu and Beasley, OR-Library ----------------------------------------


def knapsacks(text: str, stem: str) -> Iterator[Problem]:
    """The instances of an OR-Library file: their count, then per instance `n m optimum`, profits, use, supply."""
    words = (float(word) for word in text.split())
    for number in range(1, int(next(words)) + 1):
        projects, budgets, _ = (int(n) for n in islice(words, 3))
        tables = _head(f"{stem}-{number}", f"Knapsack {number} of {stem}", 1)
        profit = list(islice(words, projects))
        use = [list(islice(words, projects)) for _ in range(budgets)]
        for r, amount in enumerate(islice(words, budgets)):
            _pool(tables, f"r{r + 1}", {0: amount})
        for p, value in enumerate(profit):
            _item(tables, f"p{p + 1:03}", value, [row[p] for row in use])
        yield Problem.from_tables(tables)


def _item(tables: Tables, project: str, value: float, uses: list[float]) -> None:
    facts: dict[str, Any] = {"kind": "build", "priority": 0, "value": 0.0, "duration": 1.0, "schedule": "fixed"}
    tables["projects"].append(Project(project=project, **facts))
    for r, amount in enumerate(uses):
        _takes(tables, project, f"r{r + 1}", f"r{r + 1}", {0: amount})
    _profile(tables, project, "value", {0: value})


def main(source: str, target: str) -> None:
    """Write every instance of a file as a folder of its own."""
    for problem in read(Path(source)):
        write_folder(problem, Path(target) / problem.head.portfolio)


if __name__ == "__main__":
    main(*sys.argv[1:3])
