"""What the plan page shows, section by section."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date
from itertools import groupby
from threading import Condition
from typing import Any, cast

import pandas as pd
from cachetools import LRUCache, cached

from app.actions.compare import difference
from app.actions.plans import ROWS_KEPT, StoredPlan
from app.errors import Refused
from app.web.formats import month
from app.web.paging import Page, paged
from app.web.reading.effective import worth
from app.web.reading.flows import Flows, flows
from app.web.reading.frames import Reading, rows
from app.web.reading.goals import Goal, class_rows, goals
from app.web.reading.heatmap import heatmap
from app.web.reading.loans import donors
from app.web.reading.protection import protections
from app.web.reading.serving import BAND, service_panels
from app.web.reading.timeline import WORDS, Line, in_order, timeline
from app.web.reading.values import NOTICEABLE, Account, against_plan, against_today
from app.web.reading.way_back import way_back
from solver.problem import Problem
from solver.records import ENGINEER, GPU

ROWS, LINES = 30, 40
"""What a page of a table and one of a grid of weeks holds."""
LARGE = 200
"""Above so many projects the parts out of sight are laid out only when they come near."""


@cached(
    LRUCache(ROWS_KEPT, getsizeof=lambda reading: reading.rows),
    key=lambda stored: (stored.id, stored.digest, stored.created_at, stored.who, stored.policy),
    condition=Condition(),
)
def reading_of(stored: StoredPlan) -> Reading:
    """The stored plan to be read, with what was read of it before. Raises Refused where it has no tables."""
    if stored.outcome.plan is None:
        raise Refused(f"plan {stored.id} has no tables")
    return Reading(stored.problem, stored.policy, stored.outcome.plan)


def frame(stored: StoredPlan, record: StoredPlan | None) -> dict[str, Any]:
    """The variables of what stands around the page's parts; `comparison` only says whether there is one."""
    reading = reading_of(stored)
    return {
        "policy": reading.problem.policy[reading.policy],
        "window": window(reading.problem, reading.policy),
        "record": record,
        "services": service_panels(reading),
        "comparison": record is not None and record.id != stored.id,
    }


def sections(stored: StoredPlan, record: StoredPlan | None, asked: Mapping[str, str]) -> dict[str, Any]:
    """The variables of the page's parts; without another plan of record there is no comparison.

    What grows with the portfolio is shown in pages, each turned by itself: `asked` names them.
    """
    reading = reading_of(stored)
    other = record if record is not None and record.id != stored.id else None
    beside = reading_of(other) if other else None
    found, accounts = goals(reading), noticeable(against_today(reading))
    compared = comparison(stored, reading, other, beside) if other and beside else None
    return {
        **frame(stored, record),
        "problem": reading.problem,
        "months": months(reading.problem),
        "classes": class_rows(stored.outcome.classes, found),
        "goals": found,
        "protected": protections(reading),
        "accounts": accounts,
        "flows": {kind: present(flows(reading, kind)) for kind in (GPU, ENGINEER)},
        "band": BAND,
        "legend": WORDS,
        "back": way_back(reading),
        "worth": worth(reading, ENGINEER),
        "comparison": compared,
        "shown": {
            "lines": LINES,
            "large": len(reading.problem.projects) > LARGE,
            "find": asked.get("find", ""),
            "goals": paged(found, asked.get("goals", ""), ROWS),
            "losers": paged([a for a in accounts if a.change < 0], asked.get("losers", ""), ROWS),
            "winners": paged([a for a in reversed(accounts) if a.change > 0], asked.get("winners", ""), ROWS),
            "timeline": _lines(reading, beside, asked),
            "heatmap": paged(heatmap(reading), asked.get("heatmap", ""), LINES),
            "donors": paged(donors(reading), asked.get("donors", ""), ROWS),
            "worth": paged(worth(reading, ENGINEER), asked.get("worth", ""), ROWS),
            **_changes(compared or {}, asked),
        },
    }


def _lines(reading: Reading, beside: Reading | None, asked: Mapping[str, str]) -> Page[Line]:
    """A page of the timeline; only its lines are read from the plans."""
    page = paged(in_order(reading, asked.get("find", "")), asked.get("timeline", ""), LINES)
    return replace(cast(Any, page), rows=timeline(reading, beside, page.rows))


def _changes(compared: Mapping[str, Any], asked: Mapping[str, str]) -> dict[str, Page[Any]]:
    names = {"changed_goals": "goals", "changed_values": "accounts", "changed_amounts": "amounts"}
    return {name: paged(compared.get(table, []), asked.get(name, ""), ROWS) for name, table in names.items()}


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
    key = ("comparison", other.id, other.digest, other.created_at)
    if key not in reading.kept:
        reading.kept[key] = _comparison(stored, reading, other, record)
    return {"other": other, **reading.kept[key]}


def _comparison(stored: StoredPlan, reading: Reading, other: StoredPlan, record: Reading) -> dict[str, Any]:
    old = {c.rank: c for c in other.outcome.classes}
    earlier = {g.project: g for g in goals(record)}
    return {
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
