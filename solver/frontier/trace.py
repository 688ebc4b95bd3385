"""A trade-off from its question to its points: the policy as it stands first, then its what-ifs as they are solved."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import BrokenExecutor, CancelledError, Executor, wait
from dataclasses import dataclass, field, replace

from solver.classes import ranks
from solver.edits import edited
from solver.faults import InvalidInput
from solver.frontier.kinds import Kind, X, Y, kind_of
from solver.frontier.points import Point, Variant
from solver.frontier.reading import Measured, Situation
from solver.plan import Outcome, Plan, Status
from solver.problem import Problem
from solver.progress import Options, ShouldStop, never_stop, told_to_stop
from solver.solve import solve

FEWEST, MOST = 3, 40
"""How many points a trade-off may have."""

LOOK = 0.1
"""Seconds between two looks at whether to stop."""
Solved = Iterator[Outcome]

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
    known: Outcome | None = None
    """An answer to the problem as it stands, which then need not be solved again; its plan starts the others."""

    @property
    def stands(self) -> Outcome | None:
        """What is known of the problem as it stands, if that is proven and of just this problem."""
        known = self.known
        if known is None or known.status is not Status.OPTIMAL or known.plan is None:
            return None
        return known if (known.digest, known.policy) == (self.problem.digest, self.policy) else None

    @property
    def start(self) -> Plan | None:
        """The plan that solving the problem as it stands may start from."""
        return self.known.plan if self.known is not None and self.known.plan is not None else self.approved


def trace(ask: Ask, executor: Executor | None = None, should_stop: ShouldStop = never_stop) -> Iterator[Point]:
    """The points of a trade-off in their order, each as soon as those before it are there too; told to stop, those that
    were solved to the end. They are the same by whatever executor; without one they are solved in this process.

    Raises InvalidInput where the policy has nothing that this trade-off could vary.
    """
    kind = kind_of(ask.kind)
    count = min(MOST, max(FEWEST, ask.count))
    situation = Situation(ask.problem, ask.policy, ask.approved)
    kind.require(situation)
    base = ask.stands or solve(ask.problem, ask.policy, options=ask.options, should_stop=should_stop, start=ask.start)
    if should_stop():
        return
    if base.plan is None:
        yield _point(Variant("as it stands", 0.0), base, None, kind)
        return
    measured = Measured(situation, ask.problem, base.plan)
    made = list(kind.make(measured, count))
    yield _point(Variant("as it stands", 0.0), base, measured, kind, stands=True)
    fits, refused = _problems(ask.problem, made)
    yield from refused
    outcomes = _solved([problem for _, problem in fits], ask, base.plan, executor, should_stop)
    for (variant, problem), outcome in zip(fits, outcomes, strict=False):
        plan = Measured(situation, problem, outcome.plan) if outcome.plan is not None else None
        yield _point(variant, outcome, plan, kind)


def _solved(
    problems: Sequence[Problem], ask: Ask, start: Plan, executor: Executor | None, should_stop: ShouldStop
) -> Solved:
    """The outcome of every problem, in order, until told to stop."""

    def here(problem: Problem) -> Outcome:
        return solve(problem, ask.policy, options=ask.options, should_stop=should_stop, start=start)

    if executor is None:
        for problem in problems:
            if should_stop() or ((outcome := here(problem)) and should_stop()):
                return
            yield outcome
        return
    each = replace(ask.options, threads=1)  # each has a process of its own
    waiting = [executor.submit(solved, problem, ask.policy, each, start) for problem in problems]
    try:
        for problem, future in zip(problems, waiting, strict=True):
            while not wait([future], timeout=LOOK).done:
                if should_stop():
                    return
            try:
                outcome = future.result()
            except (BrokenExecutor, CancelledError):  # its worker is gone
                outcome = here(problem)
            if should_stop():
                return
            yield outcome
    finally:
        for future in waiting:
            future.cancel()


def solved(problem: Problem, policy: str, options: Options, start: Plan) -> Outcome:
    """One what-if, in the process that an executor has for it."""
    return solve(problem, policy, options=options, should_stop=told_to_stop, start=start)


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
