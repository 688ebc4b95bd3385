"""A trade-off from its question to its points: the policy as it stands first, then its what-ifs as they are solved."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from solver.classes import ranks
from solver.edits import edited
from solver.faults import InvalidInput
from solver.frontier.kinds import Kind, X, Y, kind_of
from solver.frontier.points import Point, Variant
from solver.frontier.reading import Measured, Situation
from solver.plan import Outcome, Plan, Status
from solver.problem import Problem
from solver.progress import Options, ShouldStop, never_stop
from solver.solve import solve

FEWEST, MOST = 3, 40
"""How many points a trade-off may have."""

Solved = Iterator[tuple[int, Outcome]]
SolveAll = Callable[[Sequence[Problem], str, Options, ShouldStop], Solved]
"""Solves problems under a policy, in any order: the place of each in the sequence, with its outcome."""

WHY = {
    Status.INFEASIBLE: "no plan can obey all rules with this change",
    Status.STOPPED: "no plan was found within the time limit",
    Status.INVALID: "the records do not fit together with this change",
}


@dataclass(frozen=True)
class Ask:
    """Which trade-off of which problem, in how many points, and within which limits for each."""

    problem: Problem
    policy: str
    kind: str
    count: int = 9
    approved: Plan | None = None
    options: Options = field(default_factory=Options)


def one_by_one(problems: Sequence[Problem], policy: str, options: Options, should_stop: ShouldStop) -> Solved:
    """Every problem in this process, in order, until told to stop."""
    for n, problem in enumerate(problems):
        if should_stop():
            return
        yield n, solve(problem, policy, options=options, should_stop=should_stop)


def trace(ask: Ask, solve_all: SolveAll = one_by_one, should_stop: ShouldStop = never_stop) -> Iterator[Point]:
    """The points of a trade-off as they are found; told to stop, those that were solved to the end.

    Raises InvalidInput where the policy has nothing that this trade-off could vary.
    """
    kind = kind_of(ask.kind)
    count = min(MOST, max(FEWEST, ask.count))
    situation = Situation(ask.problem, ask.policy, ask.approved)
    kind.require(situation)
    base = next((one for _, one in solve_all([ask.problem], ask.policy, ask.options, should_stop)), None)
    if base is None or should_stop():
        return
    if base.plan is None:
        yield _point(Variant("as it stands", 0.0), base, None, kind)
        return
    measured = Measured(situation, ask.problem, base.plan)
    made = list(kind.make(measured, count))
    yield _point(Variant("as it stands", 0.0), base, measured, kind, stands=True)
    fits, refused = _problems(ask.problem, made)
    yield from refused
    problems = [problem for _, problem in fits]
    for n, outcome in solve_all(problems, ask.policy, ask.options, should_stop):
        if should_stop():
            return
        variant, problem = fits[n]
        plan = Measured(situation, problem, outcome.plan) if outcome.plan is not None else None
        yield _point(variant, outcome, plan, kind)


def _problems(problem: Problem, made: Iterable[Variant]) -> tuple[list[tuple[Variant, Problem]], list[Point]]:
    """The variants whose records fit together, and points that say why the others do not."""
    fits, refused = [], []
    for variant in made:
        try:
            fits.append((variant, edited(problem, variant.edits)))
        except InvalidInput as invalid:
            message = "; ".join(str(fault) for fault in invalid.faults[:3])
            refused.append(Point(variant.label, variant.setting, str(Status.INVALID), message=message))
    return fits, refused


def unproven(problem: Problem, policy: str, outcome: Outcome, gainers: frozenset[str]) -> float:
    """sum of bound - attained over the classes in which some projects gain: how much more they may have at best"""
    mine = {rank for project, weeks in ranks(problem, policy).items() if project in gainers for rank in weeks}
    return sum(max(0.0, c.bound - c.attained) for c in outcome.classes if c.rank in mine)


def _point(variant: Variant, outcome: Outcome, plan: Measured | None, kind: Kind, *, stands: bool = False) -> Point:
    point = Point(
        variant.label, variant.setting, str(outcome.status), edits=tuple(edit.as_dict() for edit in variant.edits),
        digest=outcome.digest, seconds=round(outcome.seconds.get("total", 0.0), 3), as_it_stands=stands,
    )  # fmt: skip
    if plan is None:
        why = WHY.get(outcome.status, str(outcome.status))
        return replace(point, message=f"{why}: {outcome.conflicts[0].text}" if outcome.conflicts else why)
    figures = {name: round(value, 6) for name, value in kind.read(plan).items()}
    x, y = figures.pop(X), figures.pop(Y)
    asked = plan.situation
    return replace(
        point, x=x, y=y, gap_percent=round(max((c.gap_percent for c in outcome.classes), default=0.0), 6),
        unproven=round(unproven(plan.problem, asked.policy, outcome, kind.gainers(asked)), 6),
        facts=figures | {f"class {c.rank}": round(c.attained, 6) for c in outcome.classes},
    )  # fmt: skip
