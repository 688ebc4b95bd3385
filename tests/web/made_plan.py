"""A plan made by hand, not by the solver: today's amounts, except that paused projects give them to focused ones."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pandas as pd

from solver.classes import class_name, ideals
from solver.ledger import ledger
from solver.plan import COLUMNS, SPARE, ClassResult, Outcome, Plan, Status
from solver.problem import Problem
from solver.reasons import reasons
from solver.records import ENGINEER, GPU

Amounts = dict[tuple[str, str, str], float]


def made_outcome(problem: Problem, policy: str) -> Outcome:
    """An outcome with every table filled; its values are plausible, not right."""
    weeks = list(_amounts(problem, policy))
    tables = {
        "allocation": _allocation(problem, weeks),
        "pace": list(_pace(problem, policy)),
        "moves": list(_moves(problem, weeks)),
        "utilisation": list(_utilisation(problem, weeks)),
        "effective": [],
    }
    frames: dict[str, Any] = {
        name: pd.DataFrame(tables.get(name, []), columns=list(COLUMNS[name])) for name in COLUMNS
    }  # fmt: skip
    frames["reasons"] = reasons(problem, policy, frames["allocation"], frames["pace"])
    frames["ledger"] = ledger(problem, policy, frames["pace"], frames["moves"])
    plan = Plan(problem.head.portfolio, policy, problem.head.start, problem.head.weeks, **frames)
    classes = tuple(
        ClassResult(rank, class_name(rank), 0.8 * ideal, ideal, 0.8 * ideal + 0.001 * ideal)
        for rank, ideal in ideals(problem, policy).items()
    )
    arrivals = {kind: sum(r[4] for r in tables["moves"] if problem.pool[r[1]].kind == kind) for kind in (GPU, ENGINEER)}
    return Outcome(
        Status.OPTIMAL, problem.head.portfolio, policy, plan, classes, arrivals=arrivals, pauses=2,
        digest=problem.digest, versions={"codered": "0.1.0"}, seconds={"total": 0.5}, options={"time_limit": 60.0},
    )  # fmt: skip


def _paused(problem: Problem, policy: str, t: int) -> set[str]:
    first, last = problem.window(policy)
    stances = problem.stances_of(policy).items()
    return {p for p, s in stances if s.stance == "pause"} if first <= t < last else set()


def _amounts(problem: Problem, policy: str) -> Iterator[Amounts]:
    for t in range(problem.head.weeks):
        paused = _paused(problem, policy, t)
        amounts = {key: a for key, a in problem.baseline_of.items() if key[0] not in paused}
        for (project, _, pool), amount in problem.baseline_of.items():
            if project in paused and (receiver := _receiver(problem, policy, pool)):
                amounts[receiver] = amounts.get(receiver, 0.0) + amount
        yield amounts


def _receiver(problem: Problem, policy: str, pool: str) -> tuple[str, str, str] | None:
    focused = {p for p, s in problem.stances_of(policy).items() if s.stance == "focus"}
    return next(
        ((e.project, e.need, e.pool) for e in problem.eligible if e.pool == pool and e.project in focused), None
    )


def _allocation(problem: Problem, weeks: list[Amounts]) -> list[tuple[Any, ...]]:
    return [
        (problem.weeks[t], *key, amount)
        for t, week in enumerate(weeks)
        for key, amount in sorted(week.items())
        if amount
    ]


def _pace(problem: Problem, policy: str) -> Iterator[tuple[Any, ...]]:
    for t, week in enumerate(problem.weeks):
        paused = _paused(problem, policy, t)
        for row in problem.projects:
            progress = min(1.0, row.progress + (t + 1) / (row.duration or 1.0)) if row.kind == "build" else 0.0
            done = progress >= 1.0 and t > 0
            state = "paused" if row.project in paused else "complete" if done else "running"
            state = "waiting" if row.status == "candidate" and t < 3 else state
            pace = (0.7 if row.priority > 1 else 1.0) if state == "running" else 0.0
            yield week, row.project, state, pace, progress


def _moves(problem: Problem, weeks: list[Amounts]) -> Iterator[tuple[Any, ...]]:
    before: Amounts = dict(problem.baseline_of)
    for t, now in enumerate(weeks):
        for pool in sorted(problem.pool):
            change: dict[str, float] = {}
            for source, sign in ((before, -1.0), (now, 1.0)):
                for (project, _, own), amount in source.items():
                    if own == pool:
                        change[project] = change.get(project, 0.0) + sign * amount
            givers = [(p, -c) for p, c in sorted(change.items()) if c < -1e-9]
            receivers = [p for p, c in change.items() if c > 1e-9] or [SPARE]
            for giver, amount in givers:
                yield problem.weeks[t], pool, giver, receivers[0], amount
        before = now


def _utilisation(problem: Problem, weeks: list[Amounts]) -> Iterator[tuple[Any, ...]]:
    for t, week in enumerate(problem.weeks):
        for pool in sorted(problem.pool):
            capacity = problem.supply(pool)[t]
            used = sum(a for key, a in weeks[t].items() if key[2] == pool)
            yield week, pool, capacity, used, max(0.0, capacity - used), 0.0
