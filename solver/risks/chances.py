"""What the futures say: P10, P50 and P90 of classes, projects and goals, and the chance that a floor breaks."""

from __future__ import annotations

from collections.abc import Iterable
from concurrent.futures import Executor
from dataclasses import dataclass
from datetime import date

import numpy as np

from solver.check import require, values
from solver.check.ground import Ground
from solver.check.published import Published, read
from solver.check.report import Numbers
from solver.classes import class_name, ideals, ranks
from solver.plan import Plan
from solver.problem import Problem
from solver.risks.futures import FUTURES, draw
from solver.risks.promises import floors
from solver.risks.simulate import Outcomes, simulate

QUANTILES = (0.1, 0.5, 0.9)


@dataclass(frozen=True, slots=True)
class Value:
    """A sum of value * benefit: as planned, and what a tenth, half and nine tenths of the futures stay at or below."""

    planned: float
    p10: float
    p50: float
    p90: float
    mean: float
    reached: float
    """share of the futures in which it is at least what was planned"""


@dataclass(frozen=True, slots=True)
class ClassChance:
    """A priority class in the futures."""

    rank: int
    name: str
    ideal: float
    value: Value


@dataclass(frozen=True, slots=True)
class ProjectChance:
    """A project in the futures; `cut` is the share of them in which it gets less than it asks for in some week."""

    project: str
    rank: int
    value: Value
    cut: float
    weeks_cut: float


@dataclass(frozen=True, slots=True)
class GoalChance:
    """The week in which a build completes: planned and in the futures; None is later than the horizon."""

    project: str
    rank: int
    deadline: date | None
    planned: date | None
    p10: date | None
    p50: date | None
    p90: date | None
    in_time: float | None
    """share of the futures in which it meets its deadline; None without one"""
    within: float
    """share of the futures in which it completes within the horizon"""


@dataclass(frozen=True, slots=True)
class FloorChance:
    """The share of the futures in which a floor is not kept: in some week, and week by week."""

    project: str
    need: str
    pool: str | None
    ever: float
    weeks: tuple[float, ...]


@dataclass(frozen=True)
class Chances:
    """What becomes of one plan in the futures drawn for it; `attained` has every future, by class."""

    portfolio: str
    policy: str
    futures: int
    seed: int
    risks: int
    weeks: tuple[date, ...]
    classes: tuple[ClassChance, ...]
    goals: tuple[GoalChance, ...]
    floors: tuple[FloorChance, ...]
    any_floor: float
    projects: tuple[ProjectChance, ...]
    attained: dict[int, Numbers]


def assess(
    problem: Problem,
    policy: str,
    plan: Plan,
    *,
    count: int = FUTURES,
    seed: int = 0,
    made_for: Problem | None = None,
    executor: Executor | None = None,
) -> Chances:
    """What becomes of a plan in so many futures of a portfolio; the same for the same records, number and seed, and by
    whatever executor.

    `made_for` is the portfolio that the plan answers where that is another one (a hedged one: see solver.risks.robust).
    Raises InvalidInput where the plan breaks a rule: what is wrong today has no future.
    """
    stands_on = made_for or problem
    published = _sound(stands_on, policy, plan)
    outcomes = simulate(published, draw(problem, count, seed), executor)
    ideal = ideals(stands_on, policy)
    planned = values.attained(published)
    return Chances(
        problem.head.portfolio, policy, count, seed, len(problem.risks), problem.weeks,
        tuple(
            ClassChance(rank, class_name(rank), ideal.get(rank, 0.0), _value(value, outcomes.values[rank]))
            for rank, value in planned.items()
        ),
        tuple(_goals(published, outcomes)), tuple(_floors(published, outcomes)),
        float(outcomes.broken.any(axis=(0, 1)).mean()), tuple(_projects(published, outcomes)),
        {rank: outcomes.values[rank] for rank in planned},
    )  # fmt: skip


def _sound(problem: Problem, policy: str, plan: Plan) -> Published:
    """The plan as arrays, provided that it obeys every rule of the portfolio that it was made for."""
    require(problem, policy, plan)
    return read(Ground(problem, problem.policy[policy]), plan)[0]


def _value(planned: float, found: Numbers) -> Value:
    low, middle, high = np.quantile(found, QUANTILES, method="inverted_cdf")
    reached = float((found >= planned - 1e-6 * max(1.0, planned)).mean())
    return Value(planned, float(low), float(middle), float(high), float(found.mean()), reached)


def _projects(plan: Published, outcomes: Outcomes) -> Iterable[ProjectChance]:
    classes = ranks(plan.ground.problem, plan.ground.policy.policy)
    worth = values.benefits(plan).sum(axis=1)
    for p, row in enumerate(plan.ground.projects):
        cut = outcomes.cut[p]
        value = _value(row.value * float(worth[p]), outcomes.projects[p])
        yield ProjectChance(row.project, min(classes[row.project]), value, float((cut > 0).mean()), float(cut.mean()))


def _goals(plan: Published, outcomes: Outcomes) -> Iterable[GoalChance]:
    g, classes = plan.ground, ranks(plan.ground.problem, plan.ground.policy.policy)
    for p, row in enumerate(g.projects):
        if not g.builds[p] or g.done[p]:
            continue
        ends = outcomes.ends[p]
        done = np.flatnonzero(plan.finished[p])
        planned = int(done[0]) if len(done) else len(g.weeks)
        in_time = float((ends <= g.problem.week_index(row.deadline)).mean()) if row.deadline else None
        early, middle, late = (_week(plan, int(t)) for t in np.quantile(ends, QUANTILES, method="inverted_cdf"))
        yield GoalChance(
            row.project, min(classes[row.project]), row.deadline, _week(plan, planned), early, middle, late,
            in_time, float((ends < len(g.weeks)).mean()),
        )  # fmt: skip


def _week(plan: Published, t: int) -> date | None:
    """The Monday of a week; that of the first for what was complete before; None for what lies beyond the last."""
    weeks = plan.ground.weeks
    return weeks[max(0, t)] if t < len(weeks) else None


def _floors(plan: Published, outcomes: Outcomes) -> Iterable[FloorChance]:
    for promise, broken in zip(floors(plan), outcomes.broken, strict=True):
        weekly = tuple(float(share) for share in broken.mean(axis=1))
        yield FloorChance(promise.project, promise.need, promise.pool, float(broken.any(axis=0).mean()), weekly)
