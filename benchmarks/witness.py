"""The plan that shows a generated portfolio to be feasible: paused at standby, everybody else as today."""

from __future__ import annotations

from math import floor
from typing import Any

import pandas as pd

from solver.plan import COLUMNS, SPARE, Plan, State
from solver.problem import Problem
from solver.records import Project

Pair = tuple[str, str, str]
PLACES = 6
"""Decimals that amounts are rounded to; steps are coarser."""


def witness(problem: Problem, policy: str) -> Plan:
    """Nobody arrives anywhere: what is paused shrinks to its standby, complete builds let go, the rest stands still."""
    rows: dict[str, list[Any]] = {name: [] for name in COLUMNS}
    now = dict(problem.baseline_of)
    for t, week in enumerate(problem.weeks):
        before, now = now, {}
        for project in problem.projects:
            state, pace, progress = _state(problem, policy, project, t)
            rows["pace"].append((week, project.project, state, pace, progress))
            now |= _kept(problem, project, state)
        rows["allocation"] += [(week, *pair, amount) for pair, amount in sorted(now.items())]
        rows["moves"] += _released(week, before, now)
        rows["utilisation"] += _used(problem, t, now)
    frames = {name: pd.DataFrame(rows[name], columns=list(columns)) for name, columns in COLUMNS.items()}
    return Plan(portfolio=problem.head.portfolio, policy=policy, start=problem.head.start, weeks=problem.head.weeks,
                **frames)  # fmt: skip


def _state(problem: Problem, policy: str, project: Project, t: int) -> tuple[State, float, float]:
    """State, pace and progress of a project in a week."""
    if project.status == "candidate":
        return State.WAITING, 0.0, 0.0
    stance = problem.stances_of(policy).get(project.project)
    if project.status == "paused" or (stance is not None and stance.stance == "pause"):
        return State.PAUSED, 0.0, project.progress
    pace = _pace(problem, project)
    if project.kind == "run":
        return State.RUNNING, pace, 0.0
    left = (1.0 - project.progress) * (project.duration or 1.0) - t * pace
    if left <= 1e-9:
        return State.COMPLETE, 0.0, 1.0
    pace = min(pace, left)
    return State.RUNNING, pace, 1.0 - (left - pace) / (project.duration or 1.0)


def _pace(problem: Problem, project: Project) -> float:
    """The pace that today's amounts support; they arrived long ago."""
    shares = [1.0]
    for need in problem.needs_of[project.project]:
        rates = {e.pool: e.rate for e in problem.pools_of[project.project, need.need]}
        have = sum(rate * problem.baseline_of.get((project.project, need.need, r), 0.0) for r, rate in rates.items())
        shares.append(have / need.full)
    return min(shares)


def _kept(problem: Problem, project: Project, state: State) -> dict[Pair, float]:
    """What a project keeps of its baseline."""
    kept: dict[Pair, float] = {}
    for need in problem.needs_of[project.project] if state in (State.RUNNING, State.PAUSED) else ():
        pairs = [((need.project, need.need, e.pool), e) for e in problem.pools_of[need.project, need.need]]
        have = {pair: problem.baseline_of.get(pair, 0.0) for pair, _ in pairs}
        if state is State.PAUSED:
            extra = sum(e.rate * have[pair] for pair, e in pairs) - need.standby
            for pair, e in pairs:
                step = problem.step(e.pool)
                given_up = min(have[pair], floor(extra / e.rate / step + 1e-6) * step)
                have[pair], extra = round(have[pair] - given_up, PLACES), extra - e.rate * given_up
        kept |= {pair: amount for pair, amount in have.items() if amount > 0}
    return kept


def _released(week: Any, before: dict[Pair, float], now: dict[Pair, float]) -> list[tuple[Any, ...]]:
    changes: dict[tuple[str, str], float] = {}
    for pair, amount in before.items():
        key = (pair[2], pair[0])
        changes[key] = changes.get(key, 0.0) + amount - now.get(pair, 0.0)
    return [(week, pool, project, SPARE, amount) for (pool, project), amount in changes.items() if amount > 1e-9]


def _used(problem: Problem, t: int, now: dict[Pair, float]) -> list[tuple[Any, ...]]:
    rows = []
    for pool in problem.pools:
        used = sum(amount for pair, amount in now.items() if pair[2] == pool.pool)
        there = problem.supply(pool.pool)[t]
        rows.append((problem.weeks[t], pool.pool, there, used, there - used, 0.0))
    return rows
