"""problem -> model -> stages -> plan -> check -> outcome: the whole way of one plan."""

from __future__ import annotations

import time
from dataclasses import asdict
from functools import cache
from importlib.metadata import version

import numpy as np

from solver import candidates
from solver.check import check
from solver.classes import class_name
from solver.faults import Fault
from solver.model import Model, build
from solver.model.variables import Setting
from solver.plan import FROM_PLAN, ClassResult, Outcome, Plan, Status
from solver.problem import Problem
from solver.progress import OnProgress, Options, ShouldStop, never_stop
from solver.publish import publish
from solver.repair import ways_out
from solver.search.descend import descend
from solver.search.joint import decide_jointly
from solver.search.seed import seed_of
from solver.search.stages import Stages
from solver.task import Clock

PUBLISHED = 5e-4
"""Percent of an ideal that publishing paces with six decimals may cost."""
SMALL = 1500
"""Columns up to which every class is decided in one exact model with all the others."""


class BrokenPlan(RuntimeError):
    """The solver made a plan that the checker refuses; it is never returned."""


def solve(
    problem: Problem,
    policy: str,
    *,
    options: Options = Options(),  # noqa: B008 - frozen
    on_progress: OnProgress | None = None,
    should_stop: ShouldStop = never_stop,
    start: Plan | None = None,
) -> Outcome:
    """The best plan of a problem under a policy, with its proof. Infeasible and invalid are answers, not errors.

    `start` is a plan of the same or a similar problem: what it decides is tried first, and kept where that is proven to
    be good enough; where time is short, the answer is at least as good as far as it fits. See `takes_start`.
    Raises BrokenPlan if the checker refuses the plan, which would be a defect of this library.
    """
    if policy not in problem.policy:
        known = ", ".join(problem.policy) or "none"
        fault = Fault("policies", "is not a policy of this portfolio", f"one of {known}", column="policy", value=policy)
        return Outcome(Status.INVALID, problem.head.portfolio, policy, faults=(fault,), digest=problem.digest)
    clock = Clock(options, should_stop)
    facts: dict[str, object] = {
        "portfolio": problem.head.portfolio, "policy": policy, "digest": problem.digest, "versions": versions(),
        "options": asdict(options),
    }  # fmt: skip
    setting = Setting(problem, problem.policy[policy])
    if _of_candidates(setting) and (outcome := _starts(setting, clock, on_progress, facts)):
        return outcome
    model = build(problem, policy)
    seconds = {"model": clock.seconds}
    stages = Stages(model, clock, on_progress, seed_of(model, start) if model.size > SMALL else None)
    if stages.seed is not None:
        facts["options"] = asdict(options) | {FROM_PLAN: True}
    found = decide_jointly(stages) if model.size <= SMALL else descend(stages)
    seconds["solve"] = clock.seconds - seconds["model"]
    if not found:
        against, repairs = ((), ()) if clock.over() else ways_out(model, clock)
        status = Status.INFEASIBLE if against else Status.STOPPED
        seconds = {**seconds, "total": clock.seconds}
        return Outcome(status, conflicts=against, repairs=repairs, seconds=seconds, **facts)  # type: ignore[arg-type]
    return _checked(model, stages.bounds, stages.gap, clock, publish(model, stages.values), seconds, facts)


def _of_candidates(setting: Setting) -> bool:
    """Whether it is a large portfolio of candidates."""
    columns = (2 * len(setting.pairs) + 9 * len(setting.projects)) * setting.weeks
    return columns > SMALL and candidates.suits(setting)


def _starts(setting: Setting, clock: Clock, on_progress: OnProgress | None, facts: dict[str, object]) -> Outcome | None:
    """The plan of a portfolio of candidates, found by their starts; None where there is none, as far as is known."""
    share = setting.policy.tolerance if clock.options.gap is None else clock.options.gap
    found = candidates.decide(setting, clock, share, on_progress)
    if found is None:
        return Outcome(Status.STOPPED, seconds={"total": clock.seconds}, **facts) if clock.over() else None  # type: ignore[arg-type]
    seconds = {"solve": clock.seconds}
    return _checked(found.model, found.bounds, share, clock, publish(found.model, found.values), seconds, facts)


def _checked(  # noqa: PLR0917 - all that is known of one plan
    model: Model, bounds: dict[int, float], gap: float, clock: Clock, plan: Plan, seconds: dict[str, float],
    facts: dict[str, object],
) -> Outcome:  # fmt: skip
    """The outcome of a plan that passed its check."""
    started = time.perf_counter()
    problem, policy = model.setting.problem, model.setting.policy.policy
    report = check(problem, policy, plan)
    classes = tuple(
        ClassResult(
            rank, class_name(rank), report.attained.get(rank, 0.0), ideal,
            max(report.attained.get(rank, 0.0), bounds.get(rank, np.inf) + model.constants.get(rank, 0.0))
            if rank in bounds else ideal,
        )
        for rank, ideal in report.ideal.items()
    )  # fmt: skip
    if not report.ok:
        raise BrokenPlan("; ".join(str(v) for v in report.violations[:5]))
    proven = all(c.gap_percent <= 100.0 * gap + PUBLISHED for c in classes)
    seconds = {**seconds, "check": time.perf_counter() - started, "total": clock.seconds}
    return Outcome(
        Status.OPTIMAL if proven and not clock.stopped else Status.FEASIBLE, plan=plan, classes=classes,
        arrivals=report.arrivals, pauses=report.pauses, cost=report.cost, seconds=seconds, **facts,  # type: ignore[arg-type]
    )  # fmt: skip


def takes_start(problem: Problem, policy: str) -> bool:
    """Whether `solve` would make use of a start: small portfolios are decided exactly without one."""
    setting = Setting(problem, problem.policy[policy])
    return not _of_candidates(setting) and build(problem, policy).size > SMALL


def versions() -> dict[str, str]:
    """The versions that a plan depends on."""
    return dict(_installed())


@cache
def _installed() -> tuple[tuple[str, str], ...]:
    """Read once: it takes longer than building a small model."""
    return tuple((name, version(name)) for name in ("codered", "pulp", "highspy"))


def model_of(problem: Problem, policy: str) -> Model:
    """The model that `solve` would build, for a look at its rows or a second solver."""
    return build(problem, policy)
