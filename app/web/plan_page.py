"""What the plan page shows, section by section."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from itertools import groupby
from typing import Any

import pandas as pd

from app.actions.compare import difference
from app.actions.plans import StoredPlan
from app.errors import Refused
from app.web.formats import month
from app.web.reading.effective import worth
from app.web.reading.flows import Flows, flows
from app.web.reading.frames import Reading, rows
from app.web.reading.goals import Goal, class_rows, goals
from app.web.reading.heatmap import heatmap
from app.web.reading.protection import protections
from app.web.reading.serving import BAND, service_panels
from app.web.reading.timeline import WORDS, timeline
from app.web.reading.values import NOTICEABLE, Account, against_plan, against_today
from app.web.reading.way_back import way_back
from solver.problem import Problem
from solver.records import ENGINEER, GPU


def reading_of(stored: StoredPlan) -> Reading:
    """The stored plan to be read. Raises Refused where a stored outcome has no tables."""
    if stored.outcome.plan is None:
        raise Refused(f"plan {stored.id} has no tables")
    return Reading(stored.problem, stored.policy, stored.outcome.plan)


def sections(stored: StoredPlan, record: StoredPlan | None) -> dict[str, Any]:
    """The page's variables; without another plan of record there is no comparison."""
    reading = reading_of(stored)
    other = record if record is not None and record.id != stored.id else None
    beside = reading_of(other) if other else None
    found = goals(reading)
    return {
        "problem": reading.problem,
        "policy": reading.problem.policy[reading.policy],
        "window": window(reading.problem, reading.policy),
        "months": months(reading.problem),
        "record": record,
        "classes": class_rows(stored.outcome.classes, found),
        "goals": found,
        "protected": protections(reading),
        "accounts": noticeable(against_today(reading)),
        "flows": {kind: present(flows(reading, kind)) for kind in (GPU, ENGINEER)},
        "services": service_panels(reading),
        "band": BAND,
        "timeline": timeline(reading, beside),
        "legend": WORDS,
        "back": way_back(reading),
        "heatmap": heatmap(reading),
        "worth": worth(reading, ENGINEER),
        "comparison": comparison(stored, reading, other, beside) if other and beside else None,
    }


def noticeable(accounts: Iterable[Account]) -> list[Account]:
    """Those whose value changes by more than rounding."""
    return [a for a in accounts if abs(a.change) > NOTICEABLE * max(a.other, 1e-9)]


def window(problem: Problem, policy: str) -> dict[str, Any]:
    """The weeks in which the policy is in force, and which columns of a grid they are."""
    first, last = problem.window(policy)
    inside = problem.weeks[first:last]
    return {"first": first, "last": last, "start": inside[0] if inside else None, "end": inside[-1] if inside else None}


def months(problem: Problem) -> list[tuple[str, int]]:
    """The months over the columns of a grid, each with its number of Mondays."""
    return months_of(problem.weeks)


def months_of(weeks: Iterable[date]) -> list[tuple[str, int]]:
    """The months of some weeks, each with its number of Mondays."""
    return [(text, len(list(group))) for text, group in groupby(weeks, key=month)]


def present(found: tuple[Flows, ...]) -> list[Flows]:
    """The parts of the horizon in which something moves."""
    return [f for f in found if f.flows]


def comparison(stored: StoredPlan, reading: Reading, other: StoredPlan, record: Reading) -> dict[str, Any]:
    """The same plan beside the plan of record: classes, goals, values and who holds what differently."""
    old = {c.rank: c for c in other.outcome.classes}
    earlier = {g.project: g for g in goals(record)}
    return {
        "other": other,
        "classes": [(c, old.get(c.rank)) for c in stored.outcome.classes],
        "goals": [(g, earlier.get(g.project)) for g in goals(reading) if not _same_end(g, earlier.get(g.project))],
        "accounts": noticeable(against_plan(reading, record)),
        "amounts": changed_amounts(reading, difference(other, stored)),
    }


def _same_end(goal: Goal, other: Goal | None) -> bool:
    return other is not None and goal.complete == other.complete


def changed_amounts(reading: Reading, frame: pd.DataFrame) -> list[tuple[str, str, str, float, float]]:
    """(name, kind, unit, weeks times units less, more) by project and kind of pool, the largest change first."""
    problem = reading.problem
    totals: dict[tuple[str, str], list[float]] = {}
    for _, project, _, pool, _, _, change in rows(frame):
        if pool not in problem.pool:
            continue
        pair = totals.setdefault((project, problem.pool[pool].kind), [0.0, 0.0])
        pair[0 if change < 0 else 1] += float(change)
    units = {GPU: "node-weeks", ENGINEER: "FTE-weeks"}
    found = [
        (reading.label(project), kind, units.get(kind, problem.head.currency), less, more)
        for (project, kind), (less, more) in totals.items()
    ]
    return sorted(found, key=lambda row: (-(row[4] - row[3]), row[0], row[1]))
