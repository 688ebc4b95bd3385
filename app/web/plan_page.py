"""What the plan page shows, section by section."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import groupby
from typing import Any

import pandas as pd

from app.actions.compare import difference
from app.actions.plans import StoredPlan
from app.web.reading.flows import Flows, flows
from app.web.reading.frames import label, rows
from app.web.reading.goals import class_rows, goals
from app.web.reading.heatmap import heatmap
from app.web.reading.protection import protections
from app.web.reading.timeline import WORDS, timeline
from app.web.reading.values import Account, against_plan, against_today
from solver.plan import Plan
from solver.problem import Problem
from solver.records import ENGINEER, GPU

NOTICEABLE = 0.005
"""A change below half a percent of what was there is rounding, not a payment."""


def sections(stored: StoredPlan, plan: Plan, record: StoredPlan | None) -> dict[str, Any]:
    """The page's variables; without another plan of record there is no comparison."""
    problem, policy = stored.problem, stored.policy
    found = goals(problem, policy, plan)
    other = record if record is not None and record.id != stored.id and record.outcome.plan is not None else None
    beside = (other.problem, other.outcome.plan) if other and other.outcome.plan else None
    return {
        "problem": problem,
        "policy": problem.policy[policy],
        "window": window(problem, policy),
        "months": months(problem),
        "record": record,
        "classes": class_rows(stored.outcome.classes, found),
        "goals": found,
        "protected": protections(problem, policy, plan),
        "accounts": noticeable(against_today(problem, policy, plan)),
        "flows": {kind: present(flows(problem, policy, plan, kind)) for kind in (GPU, ENGINEER)},
        "timeline": timeline(problem, policy, plan, beside),
        "legend": WORDS,
        "heatmap": heatmap(problem, plan),
        "comparison": comparison(stored, plan, other) if other else None,
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
    return [(text, len(list(group))) for text, group in groupby(problem.weeks, key=lambda week: f"{week:%b %Y}")]


def present(found: tuple[Flows, ...]) -> list[Flows]:
    """The parts of the horizon in which something moves."""
    return [f for f in found if f.flows]


def comparison(stored: StoredPlan, plan: Plan, other: StoredPlan) -> dict[str, Any]:
    """The same plan beside the plan of record: classes, goals, values and who holds what differently."""
    before = other.outcome.plan
    if before is None:
        return {}
    old = {c.rank: c for c in other.outcome.classes}
    own = {g.project: g for g in goals(stored.problem, stored.policy, plan)}
    earlier = {g.project: g for g in goals(other.problem, other.policy, before)}
    accounts = against_plan(stored.problem, stored.policy, plan, other.problem, before)
    return {
        "other": other,
        "classes": [(c, old.get(c.rank)) for c in stored.outcome.classes],
        "goals": [(own[p], earlier.get(p)) for p in own if p not in earlier or own[p].complete != earlier[p].complete],
        "accounts": noticeable(accounts),
        "amounts": changed_amounts(stored.problem, difference(other, stored)),
    }


def changed_amounts(problem: Problem, frame: pd.DataFrame) -> list[tuple[str, str, str, float, float]]:
    """(name, kind, unit, weeks times units less, more) by project and kind of pool, the largest change first."""
    totals: dict[tuple[str, str], list[float]] = {}
    for _, project, _, pool, _, _, change in rows(frame):
        if pool not in problem.pool:
            continue
        pair = totals.setdefault((project, problem.pool[pool].kind), [0.0, 0.0])
        pair[0 if change < 0 else 1] += float(change)
    units = {GPU: "node-weeks", ENGINEER: "FTE-weeks"}
    found = [
        (label(problem, project), kind, units.get(kind, problem.head.currency), less, more)
        for (project, kind), (less, more) in totals.items()
    ]
    return sorted(found, key=lambda row: (-(row[4] - row[3]), row[0], row[1]))
