"""A plan as it was really followed: what is recorded instead of what was planned, and what that means for the rest."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pandas as pd

from solver.classes import COMPLETE_AT
from solver.plan import COLUMNS, Plan, State
from solver.problem import Problem
from solver.records import Actual, Project

Recorded = dict[tuple[str, date], Actual]


def followed(problem: Problem, plan: Plan, actuals: Iterable[Actual]) -> Plan:
    """The plan with recorded amounts, paces and progress in the place of planned ones; its other tables are as planned.

    A week without a record went as planned. A build that is behind goes on at its planned pace, and after its planned
    completion at the pace that it was last planned to have, until it is complete.
    """
    rows = list(actuals)
    how = {(row.project, row.week): row for row in rows if row.need is None}
    given = {(row.week, row.project, row.need, row.pool): row.amount or 0.0 for row in rows if row.need is not None}
    return replace(plan, allocation=_allocation(plan, given), pace=_pace(problem, plan, how))


def _allocation(plan: Plan, given: dict[tuple[Any, ...], float]) -> pd.DataFrame:
    kept = [row for row in _rows(plan.allocation) if row[:4] not in given]
    last = plan.start + timedelta(weeks=plan.weeks - 1)
    new = [(*key, amount) for key, amount in given.items() if amount > 0 and plan.start <= key[0] <= last]
    return _frame([*kept, *new], "allocation", 4)


def _rows(frame: pd.DataFrame) -> list[tuple[Any, ...]]:
    return [*frame.itertuples(index=False, name=None)]


def _frame(rows: list[tuple[Any, ...]], table: str, keys: int) -> pd.DataFrame:
    rows.sort(key=lambda row: row[:keys])
    return pd.DataFrame(rows, columns=list(COLUMNS[table]))


def _pace(problem: Problem, plan: Plan, how: Recorded) -> pd.DataFrame:
    planned: dict[str, list[tuple[Any, ...]]] = defaultdict(list)
    for row in _rows(plan.pace):
        planned[row[1]].append(row)
    found: list[tuple[Any, ...]] = []
    for name, weeks in planned.items():
        project = problem.project.get(name)
        weeks.sort(key=lambda row: row[0])
        if project is None or project.status == "done" or not any((name, row[0]) in how for row in weeks):
            found += weeks
        else:
            found += _course(project, weeks, how)
    return _frame(found, "pace", 2)


def _course(project: Project, weeks: list[tuple[Any, ...]], how: Recorded) -> Iterator[tuple[Any, ...]]:
    """A project's weeks as they went, and as they go on."""
    off = str(State.WAITING if project.status == "candidate" else State.PAUSED)
    planned = progress = project.progress
    last = 0.0
    for week, name, state, pace, then in weeks:
        given = how.get((project.project, week))
        last = pace if state == State.RUNNING and pace > 0 else last
        if project.kind == "build" and progress >= COMPLETE_AT:
            yield week, name, str(State.COMPLETE), 0.0, 1.0
            continue
        now, reached = _week(project, given, state, pace, last)
        step = then - planned if given is None and state != State.COMPLETE else now / (project.duration or 1.0)
        if project.kind == "build":
            progress = min(1.0, progress + max(0.0, step)) if reached is None else reached
        planned = then
        runs = now > 0 or (given is None and state == State.RUNNING)
        off = str(State.PAUSED) if runs or state == State.PAUSED else off
        yield week, name, str(State.RUNNING) if runs else off, now, round(progress, 6)


def _week(project: Project, given: Actual | None, state: str, pace: float, last: float) -> tuple[float, float | None]:
    """The pace of a week, and the progress that is recorded at its end."""
    if given is None:
        return (last if state == State.COMPLETE and project.kind == "build" else pace), None
    if given.pace is None and given.progress is not None:
        return pace, given.progress
    return (pace if given.pace is None else given.pace), given.progress
